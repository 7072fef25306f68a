"""The consult forms of the phone page: plain fields to the same shapes and actions as the API's."""

from datetime import datetime
from typing import Any

from rest_framework import serializers as s

from calls import consults
from calls.consults_api import MAX_ID, Confirmation, Dispatch, End, Pass
from calls.models import Consult
from calls.serializers import choice, text
from calls.triage.facts import FACTS
from care_dispatch.api import StrictSerializer
from teams.models import User

# What an officer can say in one tap; the clinician asks the rest.
OFFERED_FACTS = ("weapon", "medical", "suicide", "violence")


class Said(StrictSerializer):
    """``fact_weapon`` and ``with_ems``: a form has no lists, so each fact and each who-is-there is a field of its own."""

    def get_fields(self) -> dict[str, s.Field[Any, Any, Any, Any]]:
        facts = {f"fact_{name}": choice(fact.values) for name, fact in FACTS.items() if fact.risk}
        there = {f"with_{value}": s.BooleanField(required=False) for value in Consult.WithPerson.values}
        return super().get_fields() | facts | there


class Placed(StrictSerializer):
    """``place``: the one that was chosen of those that are like what is written."""

    location = text()
    place = text()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        fields: dict[str, Any] = super().validate(attrs)
        if place := fields.pop("place", ""):
            fields["location"] = place
        return fields


class Ask(Said, Placed):
    question = choice(Consult.Question.choices, required=True)
    mode = choice(Consult.Mode.choices)
    call = s.IntegerField(required=False, min_value=1, max_value=MAX_ID)
    details = text(limit=2000)


class OneConsult(StrictSerializer):
    id = s.IntegerField(min_value=1, max_value=MAX_ID)


class PassOn(OneConsult, Pass):
    pass


class SaidBack(OneConsult, Said):
    pass


class BecomeDispatch(OneConsult, Placed, Dispatch):
    pass


class EndOne(OneConsult, End):
    pass


class Confirm(OneConsult, Confirmation):
    pass


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with facts and with_person as the actions take them."""
    facts = {name: fields.pop(f"fact_{name}") for name in FACTS if f"fact_{name}" in fields}
    there = [value for value in Consult.WithPerson.values if fields.pop(f"with_{value}", False)]
    return fields | {"facts": facts, "with_person": there}


def _ask(user: User, now: datetime, fields: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    fields["call_id"] = fields.pop("call", None)
    return consults.ask_consult, _said(fields)


def _answer(user: User, now: datetime, fields: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    return consults.answer_consult, _of_consult(fields)


def _pass(user: User, now: datetime, fields: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    return consults.pass_consult, _of_consult(fields)


def _read_back(user: User, now: datetime, fields: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    return consults.read_back, _said(_of_consult(fields))


def _dispatch(user: User, now: datetime, fields: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    fields["call_id"] = fields.pop("call", None)
    return consults.become_dispatch, _of_consult(fields)


def _end(user: User, now: datetime, fields: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    return consults.end_consult, _of_consult(fields)


def _confirm(user: User, now: datetime, fields: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    return consults.confirm_outcome, _of_consult(fields)


def _of_consult(fields: dict[str, Any]) -> dict[str, Any]:
    return {"consult_id": fields.pop("id"), **fields}


# Name of the form: its shape, the action behind it and what is read out when it is done.
FORMS = {
    "ask": (Ask, _ask, "CARE is asked. Expect a call."),
    "answer": (OneConsult, _answer, "The consult is yours."),
    "pass": (PassOn, _pass, "Passed on."),
    "read-back": (SaidBack, _read_back, "Read back."),
    "become-dispatch": (BecomeDispatch, _dispatch, "It is a call. Dispatch has it with everything you took down."),
    "end": (EndOne, _end, "Consult ended."),
    "confirm": (Confirm, _confirm, "Thank you. It is on record."),
}
