"""Shapes of what the API takes: types, lengths and closed lists; rules live in the actions."""

from typing import Any

from rest_framework import serializers as s

from calls.bypass import SAID
from calls.corrections import BACK_TO, CorrectionReason
from calls.models import Assignment, Call, Caller, CallLink, ClinicianCall, NarrativeEntry, Unmet
from care_dispatch.api import StrictSerializer

LONG = 20_000
LINE = 300


def text(*, required: bool = False, limit: int = LINE) -> s.CharField:
    return s.CharField(required=required, allow_blank=not required, max_length=limit, trim_whitespace=True)


def choice(choices: Any, *, required: bool = False) -> s.ChoiceField:
    return s.ChoiceField(choices=choices, required=required)


class CallerShape(StrictSerializer):
    name = text()
    phone = text(limit=40)
    relation = text(limit=60)
    language = text(limit=20)
    line = choice(Caller.Line.choices)
    safe_to_call = choice(["yes", "no", "unknown"])
    do_not_disclose = s.BooleanField(required=False)


class NewCall(StrictSerializer):
    nature = text(required=True)
    location = text(required=True)
    type_code = text(limit=20)
    location_detail = text()
    location_confirmed = s.BooleanField(required=False)
    lat = s.FloatField(required=False, allow_null=True, min_value=-90, max_value=90)
    lng = s.FloatField(required=False, allow_null=True, min_value=-180, max_value=180)
    origin = choice(Call.Origin.choices)
    narrative = text(limit=LONG)
    facts = s.DictField(required=False)
    caller = CallerShape(required=False)
    source_system = text(limit=60)
    source_id = text(limit=120)
    scheduled_for = s.DateTimeField(required=False)
    lead_minutes = s.IntegerField(required=False, min_value=0, max_value=24 * 60)
    draft = s.UUIDField(required=False)


class Attached(NewCall):
    """One more call about a call that is open: for now, and from no feed."""

    scheduled_for = lead_minutes = source_system = source_id = None  # type: ignore[assignment]  # not taken here


class CallChanges(StrictSerializer):
    nature = text(required=True)
    type_code = text(limit=20)
    location = text(required=True)
    location_detail = text()
    location_confirmed = s.BooleanField()
    lat = s.FloatField(allow_null=True, min_value=-90, max_value=90)
    lng = s.FloatField(allow_null=True, min_value=-180, max_value=180)
    priority = choice(Call.Priority.choices)
    jurisdiction = text(required=True, limit=60)
    origin = choice(Call.Origin.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, partial=True, **kwargs)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise s.ValidationError(f"Nothing to change; send one of {', '.join(self.fields)}.")
        return attrs


class Note(StrictSerializer):
    text = text(required=True, limit=LONG)
    audience = choice(NarrativeEntry.Audience.choices)


class Reason(StrictSerializer):
    reason = text(required=True)


class Facts(StrictSerializer):
    facts = s.DictField(allow_empty=False)
    informant = text(limit=60)
    evidence = text(limit=1000)


class Send(StrictSerializer):
    units = s.ListField(child=s.JSONField(), allow_empty=False, max_length=100)
    status = choice(["dispatched", "en_route", "on_scene"])
    override_reason = text()
    override_note = text()
    # The callsigns of the first recommendation on the screen, where one was shown.
    shown = s.ListField(child=s.CharField(max_length=60), required=False, max_length=100)
    # The calls that units on the list may be taken from, and why: a unit on any other call is refused.
    take_from = s.ListField(child=s.IntegerField(min_value=1, max_value=2**62), required=False, max_length=100)
    take_reason = text()


class Mode(StrictSerializer):
    response = choice([("", "As triage says"), *Call.Response.choices], required=True)
    reason = text(limit=40)
    note = text()


class Staging(StrictSerializer):
    point = text()
    lat = s.FloatField(required=False, allow_null=True, min_value=-90, max_value=90)
    lng = s.FloatField(required=False, allow_null=True, min_value=-180, max_value=180)


class Hold(StrictSerializer):
    minutes = s.IntegerField(min_value=1, max_value=24 * 60)
    reason = text(required=True)


class Link(StrictSerializer):
    other = s.IntegerField(min_value=1, max_value=2**62)
    kind = choice(CallLink.Kind.choices)


class Unlink(StrictSerializer):
    other = s.IntegerField(min_value=1, max_value=2**62)


class Merge(StrictSerializer):
    into = s.IntegerField(min_value=1, max_value=2**62)
    override_reason = text()
    override_note = text()


class Split(StrictSerializer):
    nature = text(required=True)
    location = text()
    callers = s.ListField(child=s.IntegerField(min_value=1, max_value=2**62), required=False, max_length=50)
    notes = s.ListField(child=s.IntegerField(min_value=1, max_value=2**62), required=False, max_length=200)


class Unstack(StrictSerializer):
    unit_id = s.IntegerField(min_value=1, max_value=2**62)


class Stack(Unstack):
    turn = s.IntegerField(required=False, min_value=1, max_value=100)


class Later(StrictSerializer):
    at = s.DateTimeField()
    reason = text(required=True)
    lead_minutes = s.IntegerField(required=False, min_value=0, max_value=24 * 60)


class Cancel(StrictSerializer):
    reason = text(required=True)


class Close(StrictSerializer):
    closed_as = choice([c for c in Call.ClosedAs.choices if c[0] != Call.ClosedAs.CANCELLED])
    reason = text()
    not_sent_reason = choice(Call.NotSent.choices)


class UnitStatus(StrictSerializer):
    status = choice([value for value in Assignment.Status.values if value not in ("dispatched", "cleared")]
                    + ["available", "conditional", "unavailable", "off_duty"], required=True)  # fmt: skip
    at = s.DateTimeField(required=False)
    assignment = s.IntegerField(required=False, min_value=1, max_value=2**62)  # the one the crew has before its eyes
    outcome = choice(Assignment.Outcome.choices)
    disposition = choice(Assignment.Disposition.choices)
    destination = text()
    legal_basis = choice(Assignment.LegalBasis.choices)
    reason = text()
    until = s.DateTimeField(required=False, allow_null=True)


class Correction(StrictSerializer):
    status = choice(BACK_TO, required=True)
    reason = choice(CorrectionReason.choices, required=True)
    assignment = s.IntegerField(required=False, min_value=1, max_value=2**62)


class Exchange(StrictSerializer):
    call = s.IntegerField(required=False, min_value=1, max_value=2**62)
    override_reason = text()
    override_note = text()
    reason = text()


class DispositionShape(StrictSerializer):
    disposition = s.ChoiceField(choices=Assignment.Disposition.choices, required=False, allow_blank=True, default="")
    outcome = choice(Assignment.Outcome.choices)
    destination = text()
    legal_basis = choice(Assignment.LegalBasis.choices)


class Transport(StrictSerializer):
    status = choice(["transporting", "at_facility"])
    at = s.DateTimeField(required=False)
    assignment = s.IntegerField(required=False, min_value=1, max_value=2**62)  # the one the crew has before its eyes
    facility = text(limit=30)
    destination = text()
    start_mileage = s.FloatField(required=False, min_value=0, max_value=999_999.9)
    end_mileage = s.FloatField(required=False, min_value=0, max_value=999_999.9)
    legal_basis = choice(Assignment.LegalBasis.choices)
    rides = choice(Assignment.Rides.choices)


class CallAhead(StrictSerializer):
    reached = s.BooleanField()
    safe_to_call = s.BooleanField(default=False)
    resolved = s.BooleanField(default=False)


class ClinicianCalls(StrictSerializer):
    mode = choice(ClinicianCall.Mode.choices)
    safe_to_call = s.BooleanField(default=False)


class Instead(StrictSerializer):
    step = choice(Unmet.Instead.choices, required=True)
    minutes = s.IntegerField(required=False, min_value=0, max_value=24 * 60)  # until mobile crisis is there


class WhyOther(StrictSerializer):
    reason = choice([pair for pair in Assignment.Bypass.choices if pair[0] in SAID], required=True)


class Told(StrictSerializer):
    unit = s.IntegerField(min_value=1, max_value=2**62)
    by_radio = s.BooleanField(default=True)


class Preview(StrictSerializer):
    nature = text()
    type_code = text(limit=20)
    narrative = text(limit=LONG)
    facts = s.DictField(required=False)


class DraftShape(StrictSerializer):
    form = text(required=True, limit=60)
    data = s.JSONField()  # type: ignore[assignment]  # the field is called data on the wire


class Listing(StrictSerializer):
    day = s.DateField(required=False)
    status = choice(Call.Status.choices)
    q = text(limit=100)


class Nothing(StrictSerializer):
    pass
