"""The API of unmet demand: the ledger, and a reason given afterwards."""

from django.utils import timezone
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from calls import clinician_calls, ledger, unmet
from calls.models import Call, ClinicianCall
from care_dispatch.api import StrictSerializer, View
from teams.selectors import signed_in


class Asked(StrictSerializer):
    """The time calls were received in, and which rows of the ledger."""

    since = s.DateTimeField(required=False)
    until = s.DateTimeField(required=False)
    reason = s.ChoiceField(choices=[(ledger.OWED, "Not said yet"), *Call.NotSent.choices], required=False)
    level = s.IntegerField(min_value=1, max_value=4, required=False)
    area = s.CharField(max_length=60, required=False)
    hour = s.IntegerField(min_value=0, max_value=23, required=False)


class Why(StrictSerializer):
    reason = s.ChoiceField(choices=Call.NotSent.choices)


class Ledger(View):
    def get(self, request: Request) -> Response:
        asked = Asked(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return Response(ledger.ledger(signed_in(request), timezone.now(), **asked.validated_data))


class Explain(View):
    def post(self, request: Request, call_id: int) -> Response:
        return self.change(request, unmet.explain_unmet, call_id=call_id, **self.parsed(request, Why))


class Heard(StrictSerializer):
    result = s.ChoiceField(choices=ClinicianCall.Result.choices)


class OneClinicianCall(View):
    def post(self, request: Request, clinician_call_id: int) -> Response:
        fields = self.parsed(request, Heard)
        return self.change(
            request, clinician_calls.made_clinician_call, clinician_call_id=clinician_call_id, **fields
        )  # fmt: skip


class Owed(View):
    def get(self, request: Request) -> Response:
        return Response({"owed": unmet.reasons_owed(signed_in(request))})
