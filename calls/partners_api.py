"""The API of units asked for over a border, the feed of their status, and what a partner sees."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from calls import mirrored, shares, unit_requests
from calls.models import UnitRequest
from calls.serializers import Nothing, choice, text
from calls.units_named import unit_ids_named
from care_dispatch.api import StrictSerializer, View
from teams.models import Unit
from teams.selectors import center_id_of, signed_in


class AskUnit(StrictSerializer):
    unit = s.JSONField()  # callsign or id
    outside_agreement = s.BooleanField(required=False)


class AskOurs(StrictSerializer):
    unit = s.JSONField()
    nature = text(required=True)
    location = text(required=True)


class NextUnit(StrictSerializer):
    unit = s.JSONField()


class Accept(StrictSerializer):
    override_reason = text()
    override_note = text()


class Decline(StrictSerializer):
    reason = choice(UnitRequest.DeclineReason.choices, required=True)


class Mirror(StrictSerializer):
    status = choice(Unit.Status.choices, required=True)
    at = s.DateTimeField()
    reason = text()


class PartnerAgency(StrictSerializer):
    agency = text(required=True, limit=60)


def with_unit(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """The unit named by callsign or id as ``unit_id``."""
    (unit_id,) = unit_ids_named(center_id_of(signed_in(request)), [fields.pop("unit")])
    return fields | {"unit_id": unit_id}


class UnitRequests(View):
    def get(self, request: Request) -> Response:
        return Response({"requests": shares.unit_requests(signed_in(request), timezone.now())})

    def post(self, request: Request) -> Response:
        fields = with_unit(request, self.parsed(request, AskOurs))
        return self.change(request, unit_requests.ask_for_ours, http_status=201, **fields)


class CallRequests(View):
    def post(self, request: Request, call_id: int) -> Response:
        fields = with_unit(request, self.parsed(request, AskUnit))
        return self.change(request, unit_requests.ask_unit, http_status=201, call_id=call_id, **fields)


class NextRequest(View):
    def post(self, request: Request, request_id: int) -> Response:
        fields = with_unit(request, self.parsed(request, NextUnit))
        return self.change(request, unit_requests.ask_next, http_status=201, request_id=request_id, **fields)


class RequestChange(View):
    """One verb for a request, named in the URL table."""

    action: Any = None
    serializer: Any = Nothing

    def post(self, request: Request, request_id: int) -> Response:
        fields = self.parsed(request, self.serializer)
        return self.change(request, self.action, request_id=request_id, **fields)


class ShareChange(View):
    action: Any = None

    def post(self, request: Request, call_id: int) -> Response:
        return self.change(request, self.action, call_id=call_id, **self.parsed(request, PartnerAgency))


class SharedCalls(View):
    def get(self, request: Request) -> Response:
        return Response({"calls": shares.shared_calls(signed_in(request))})


class MirrorStatus(View):
    """What a feed posts; the same status said twice is one, whatever key it comes with."""

    source = "feed"

    def post(self, request: Request, unit_id: int) -> Response:
        return self.change(request, mirrored.mirror_status, unit_id=unit_id, **self.parsed(request, Mirror))


VERBS: dict[str, tuple[Any, Any]] = {
    "accept": (unit_requests.accept_request, Accept),
    "decline": (unit_requests.decline_request, Decline),
    "withdraw": (unit_requests.withdraw_request, Nothing),
    "commit": (unit_requests.commit_request, Nothing),
    "release": (unit_requests.release_request, Nothing),
    "return": (unit_requests.return_request, Nothing),
}
