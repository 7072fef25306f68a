"""The consults API: each view parses, performs one action or answers one selector."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from calls import consults
from calls.api import query
from calls.models import Consult, ConsultOffer
from calls.serializers import LONG, choice, text
from calls.units_named import unit_ids_named
from care_dispatch.api import StrictSerializer, View
from teams.selectors import center_id_of, signed_in

MAX_ID = 2**62


class ConsultQuery(StrictSerializer):
    call = s.IntegerField(required=False, min_value=1, max_value=MAX_ID)


class CountsQuery(StrictSerializer):
    since = s.DateTimeField(required=False)
    until = s.DateTimeField(required=False)


class Question(StrictSerializer):
    question = choice(Consult.Question.choices, required=True)
    mode = choice(Consult.Mode.choices)
    requester_kind = choice(Consult.Requester.choices)
    requester_agency = text(limit=60)
    requester_unit = s.JSONField(required=False)
    call = s.IntegerField(required=False, allow_null=True, min_value=1, max_value=MAX_ID)
    details = text(limit=2000)
    location = text()
    language = text(limit=20)
    facts = s.DictField(required=False)
    with_person = s.MultipleChoiceField(choices=Consult.WithPerson.choices, required=False)


class Answer(StrictSerializer):
    unit = s.JSONField(required=False)


class Pass(StrictSerializer):
    reason = choice(ConsultOffer.PassReason.choices, required=True)


class ReadBack(StrictSerializer):
    facts = s.DictField(required=False)
    with_person = s.MultipleChoiceField(choices=Consult.WithPerson.choices, required=False)


class Dispatch(StrictSerializer):
    call = s.IntegerField(required=False, allow_null=True, min_value=1, max_value=MAX_ID)
    location = text()
    nature = text()


class End(StrictSerializer):
    result = choice(Consult.Result.choices, required=True)
    advice_type = choice(Consult.Advice.choices)
    recommendation = text(limit=2000)
    advice = text(limit=LONG)
    uncovered_reason = choice(Consult.Uncovered.choices)


class Confirmation(StrictSerializer):
    confirmation = choice(Consult.Confirmation.choices, required=True)


def _unit_id(request: Request, name: object) -> int | None:
    """The id behind a callsign or id; None when no unit is named."""
    return unit_ids_named(center_id_of(signed_in(request)), [name])[0] if name not in (None, "") else None


class Consults(View):
    def get(self, request: Request) -> Response:
        wanted = query(request, ConsultQuery)
        return Response({"consults": consults.consults(signed_in(request), timezone.now(), wanted.get("call"))})

    def post(self, request: Request) -> Response:
        fields = self.parsed(request, Question)
        fields["requester_unit_id"] = _unit_id(request, fields.pop("requester_unit", None))
        fields["call_id"] = fields.pop("call", None)
        return self.change(request, consults.ask_consult, http_status=201, **fields)


class Counts(View):
    def get(self, request: Request) -> Response:
        wanted = query(request, CountsQuery)
        since, until = wanted.get("since"), wanted.get("until")
        return Response(consults.consult_counts(signed_in(request), timezone.now(), since, until))


class AnswerConsult(View):
    def post(self, request: Request, consult_id: int) -> Response:
        unit_id = _unit_id(request, self.parsed(request, Answer).get("unit"))
        return self.change(request, consults.answer_consult, consult_id=consult_id, unit_id=unit_id)


class ConsultChange(View):
    """POST to a consult: one action, one serializer, named in the table below."""

    action: Any = None
    serializer: Any = None

    def post(self, request: Request, consult_id: int) -> Response:
        fields = self.parsed(request, self.serializer)
        return self.change(request, self.action, consult_id=consult_id, **fields)


class DispatchConsult(View):
    def post(self, request: Request, consult_id: int) -> Response:
        fields = self.parsed(request, Dispatch)
        fields["call_id"] = fields.pop("call", None)
        return self.change(request, consults.become_dispatch, http_status=201, consult_id=consult_id, **fields)


CONSULT_CHANGES: dict[str, tuple[Any, Any]] = {
    "pass": (consults.pass_consult, Pass),
    "read-back": (consults.read_back, ReadBack),
    "end": (consults.end_consult, End),
    "confirm": (consults.confirm_outcome, Confirmation),
}
