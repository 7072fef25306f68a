"""The faces of calls, units, alerts and consults on a board: built once per (center, tier), never per person."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.db.models.functions import Now

from calls.hooks import call_card_extras
from calls.lifecycle import MODES, SERVICES_OF_RESPONSE
from calls.models import Alert, AlertTold, Assignment, Call, Consult
from care_dispatch.access import Tier
from care_dispatch.live.cards import Card, LoggedEvent
from teams.models import Shift, Unit

# Fixed-position letters of the flags column and the fact behind each.
FLAGS = {"W": "weapon", "V": "violence", "M": "medical", "S": "suicide"}
_NO_FLAG = {"none_reported": "", "denied": "denied", "unknown": "unknown"}


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


# --- calls ---------------------------------------------------------------------------------------
def calls_touched(event: LoggedEvent) -> Iterable[int]:
    return [event.call_id] if event.call_id is not None else []


def call_cards(center_id: int, tier: str, ids: Iterable[int] | None) -> list[Card]:
    """Open calls of the center; three queries and one per registered extra, however many calls.

    The field is shown calls that units are on: a call nobody was sent to is nobody's to see there.
    """
    calls = call_query(Call.objects.filter(center_id=center_id).open())
    if ids is not None:
        calls = calls.filter(pk__in=list(ids))
    if tier == Tier.PARTNER:
        return []
    rows = [call for call in calls if tier != Tier.FIELD or _open(call)]
    extras = extra_fields([call.pk for call in rows], tier)
    return [
        Card(call.pk, call_face(call, tier) | extras[call.pk], frozenset(f"unit:{a.unit_id}" for a in _open(call)))
        for call in rows
    ]


def call_query(calls: QuerySet[Call]) -> QuerySet[Call]:
    open_assignments = Assignment.objects.open().select_related("unit").order_by("pk")
    return calls.select_related("verdict", "jurisdiction").prefetch_related(
        Prefetch("assignments", queryset=open_assignments, to_attr="open_assignments")
    )


def extra_fields(call_ids: list[int], tier: str) -> dict[int, dict[str, object]]:
    """What other apps add to a call's face; nothing of it is the field's to know."""
    extras: dict[int, dict[str, object]] = defaultdict(dict)
    for extra in call_card_extras if tier != Tier.FIELD else ():
        for call_id, fields in extra(call_ids).items():
            extras[call_id] |= fields
    return extras


def _open(call: Call) -> Sequence[Assignment]:
    found: Sequence[Assignment] = call.open_assignments  # type: ignore[attr-defined]  # filled by call_query
    return found


def call_face(call: Call, tier: str) -> dict[str, Any]:
    """The operational fields, the verdict in words and the flags; no narrative and no caller."""
    response = call.mode_override or call.response
    mode, mode_label = MODES[response]
    facts = call.verdict.facts if call.verdict else {}
    proof = call.verdict.proof if call.verdict else {}
    return {
        "number": str(call.number),
        "name": str(call),
        "status": call.status,
        "nature": call.nature,
        "type_code": call.type_code,
        "location": call.location,
        "location_detail": call.location_detail,
        "location_confirmed": call.location_confirmed,
        "lat": call.lat,
        "lng": call.lng,
        "jurisdiction": {"code": call.jurisdiction.code, "name": call.jurisdiction.name} if call.jurisdiction else None,
        "origin": call.origin,
        "priority": call.priority,
        "level": call.level,
        "response": response,
        "mode": mode,
        "mode_label": mode_label,
        "overridden": bool(call.mode_override),
        "services": list(SERVICES_OF_RESPONSE[response]) if call.mode_override else call.services,
        "lead": call.lead,
        "behavioral": call.verdict.behavioral if call.verdict else "unknown",
        "flags": flags(facts),
        "open_questions": proof.get("open_questions", []) if tier != Tier.FIELD else [],
        "received_at": iso(call.received_at),
        "first_dispatched_at": iso(call.first_dispatched_at),
        "first_on_scene_at": iso(call.first_on_scene_at),
        "held_until": iso(call.held_until),
        "hold_reason": call.hold_reason,
        "reopened_at": iso(call.reopened_at),
        "assignments": [assignment_face(assignment) for assignment in _open(call)],
        "referral_made": False,
    }


def flags(facts: Mapping[str, Any]) -> dict[str, str]:
    """yes, unknown, denied or nothing reported for each letter; J a minor, L a language other than English."""
    found = {letter: _NO_FLAG.get(str(facts.get(fact, "none_reported")), "yes") for letter, fact in FLAGS.items()}
    minor = facts.get("age") in ("child", "adolescent") or facts.get("minors_present") == "yes"
    found["J"] = "yes" if minor else ""
    found["L"] = "yes" if facts.get("language", "en") not in ("en", "unknown", "none_reported") else ""
    return found


def assignment_face(assignment: Assignment) -> dict[str, Any]:
    return {
        "id": assignment.pk,
        "unit_id": assignment.unit_id,
        "callsign": assignment.unit.callsign,
        "discipline": assignment.unit.discipline,
        "role": assignment.role,
        "status": assignment.status,
        "status_at": iso(getattr(assignment, f"{assignment.status}_at", None)),
        "dispatched_at": iso(assignment.dispatched_at),
        "staged_at": iso(assignment.staged_at),
        "cleared_to_enter_at": iso(assignment.cleared_to_enter_at),
        "on_scene_at": iso(assignment.on_scene_at),
    }


# --- units ---------------------------------------------------------------------------------------
def units_touched(event: LoggedEvent) -> Iterable[int]:
    return [event.unit_id] if event.unit_id is not None else []


def unit_cards(center_id: int, tier: str, ids: Iterable[int] | None) -> list[Card]:
    """Units of the center that are not retired, with what each is on and who is aboard."""
    units = unit_query(Unit.objects.filter(center_id=center_id, retired=False))
    if ids is not None:
        units = units.filter(pk__in=list(ids))
    return [Card(unit.pk, unit_face(unit, tier), frozenset()) for unit in units]


def unit_query(units: QuerySet[Unit]) -> QuerySet[Unit]:
    owed = Q(assignments__disposition_owed_at__isnull=False, assignments__disposition="")
    current = Assignment.objects.open().select_related("call")
    crew = Shift.objects.filter(during__contains=Now()).select_related("user").order_by("pk")
    return (
        units.select_related("agency", "position")
        .annotate(owed=Count("assignments", filter=owed))
        .prefetch_related(
            Prefetch("assignments", queryset=current, to_attr="current"),
            Prefetch("shifts", queryset=crew, to_attr="crew"),
        )
        .order_by("callsign")
    )


def unit_face(unit: Any, tier: str) -> dict[str, Any]:
    on = unit.current[0] if unit.current else None
    place = getattr(unit, "position", None)
    return {
        "callsign": unit.callsign,
        "discipline": unit.discipline,
        "agency": {"code": unit.agency.code, "name": unit.agency.name},
        "status": unit.status,
        "status_at": iso(unit.status_at),
        "capabilities": unit.capabilities,
        "languages": unit.languages,
        "home": unit.home,
        "unavailable_reason": unit.unavailable_reason,
        "unavailable_until": iso(unit.unavailable_until),
        "assignment": {
            "id": on.pk,
            "call_id": on.call_id,
            "call_number": str(on.call.number),
            "role": on.role,
            "cleared_to_enter_at": iso(on.cleared_to_enter_at),
        }
        if on
        else None,
        "crew": [{"name": shift.user.get_full_name() or shift.user.username, "duty": shift.duty} for shift in unit.crew]
        if tier != Tier.PARTNER
        else [],
        "dispositions_owed": unit.owed,
        "position": {"lat": place.lat, "lng": place.lng, "at": iso(place.at)} if place else None,
    }


# --- alerts and consults -----------------------------------------------------------------------
def alerts_touched(event: LoggedEvent) -> Iterable[int]:
    alert_id = event.payload["ref"].get("alert_id")
    return [alert_id] if alert_id is not None else []


def alert_cards(center_id: int, tier: str, ids: Iterable[int] | None) -> list[Card]:
    if tier == Tier.PARTNER:
        return []
    told = AlertTold.objects.select_related("unit").order_by("unit__callsign")
    alerts = Alert.objects.filter(center_id=center_id, closed_at__isnull=True).select_related("call")
    alerts = alerts.prefetch_related(Prefetch("told", queryset=told)).order_by("pk")
    if ids is not None:
        alerts = alerts.filter(pk__in=list(ids))
    return [
        Card(alert.pk, _alert_face(alert), frozenset(f"unit:{t.unit_id}" for t in alert.told.all())) for alert in alerts
    ]


def _alert_face(alert: Alert) -> dict[str, Any]:
    return {
        "kind": alert.kind,
        "text": alert.text,
        "call_id": alert.call_id,
        "call_number": str(alert.call.number) if alert.call else None,
        "raised_at": iso(alert.raised_at),
        "escalated_at": iso(alert.escalated_at),
        "tell": [
            {"unit_id": told.unit_id, "callsign": told.unit.callsign, "told_at": iso(told.told_at)}
            for told in alert.told.all()
        ],
    }


def consults_touched(event: LoggedEvent) -> Iterable[int]:
    consult_id = event.payload["ref"].get("consult_id")
    return [consult_id] if consult_id is not None else []


def consult_cards(center_id: int, tier: str, ids: Iterable[int] | None) -> list[Card]:
    """Consults not yet ended; the advice is never on a card."""
    if tier not in (Tier.DISPATCH, Tier.CARE):
        return []
    consults = Consult.objects.filter(center_id=center_id, ended_at__isnull=True).order_by("pk")
    if ids is not None:
        consults = consults.filter(pk__in=list(ids))
    related = consults.select_related("call", "requester_agency", "requester_unit", "answering_unit")
    return [Card(consult.pk, consult_face(consult), frozenset()) for consult in related]


def consult_face(consult: Consult) -> dict[str, Any]:
    return {
        "requester_agency": consult.requester_agency.code,
        "requester_unit": consult.requester_unit.callsign if consult.requester_unit else None,
        "mode": consult.mode,
        "question": consult.question,
        "asked_at": iso(consult.asked_at),
        "answered_at": iso(consult.answered_at),
        "answering_unit": consult.answering_unit.callsign if consult.answering_unit else None,
        "ended_at": iso(consult.ended_at),
        "result": consult.result,
        "call_id": consult.call_id,
        "call_number": str(consult.call.number) if consult.call else None,
    }
