"""What is printed: the board, unit cards, a call sheet, the handover of a shift, and the kit for when nothing runs.

All of it is the dispatch tier's. The kit goes to disk for people without a sign-in, so it holds no narrative, no caller
and no outcome: place, nature, priority, dangers in words, units and times.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from calls import faces, kinds
from calls.cautions.selectors import shown_on
from calls.codes import in_words, lists_of, words_of
from calls.fetch import lock_call, require_dispatch
from calls.models import Alert, Assignment, Call, CallNumber, Caution, Code, Consult, UnitRequest
from calls.selectors import call_detail, safety_words
from care_dispatch.access import Tier
from care_dispatch.log import record
from care_dispatch.refusal import Forbidden
from teams.models import Center, Unit, User
from teams.selectors import center_id_of

SHEETS = ("board", "units", "handover", "call")
# Forms in a kit: as many calls as a quiet shift brings, one log for each unit there is.
BLANK_CALLS = 12
LOG_LINES = range(14)
REVIEWED_WITHIN = timedelta(days=1)
# What is written on a form in a word of these lists.
ON_FORMS = (Code.List.OUTCOMES, Code.List.DISPOSITIONS, Code.List.CLOSED_AS, Code.List.NOT_SENT)
_ORDER = {value: place for place, value in enumerate(Call.Priority.values)}
_STAGES = dict(Assignment.Status.choices)
_OVERDUE = 2  # told of as overdue, or later (calls.clocks.Late)


def record_print(*, actor: User, now: datetime, sheet: str, call_id: int | None = None) -> dict[str, Any]:
    """Who printed what: paper leaves the building without a trace of its own."""
    require_dispatch(actor, "print")
    if call_id is not None:
        lock_call(actor, call_id, now)
    record(kinds.PRINTED, center_id=actor.center_id, call_id=call_id, refs={"sheet": sheet})
    return {"sheet": sheet}


def dispatch_center(user: User) -> Center:
    require_dispatch(user, "print")
    if user.center is None:
        raise Forbidden("This sign-in belongs to no center.")
    return user.center


# --- sheets ----------------------------------------------------------------------------------------
def board_sheet(center: Center, now: datetime) -> dict[str, Any]:
    """Open calls, units, alerts and what waits for whom, as the consoles have it now."""
    calls = _calls(center, now)
    return {
        "pending": [call for call in calls if not call["assignments"]],
        "active": [call for call in calls if call["assignments"]],
        "units": _units(center, now),
        "alerts": _alerts(center),
    }


def _calls(center: Center, now: datetime) -> list[dict[str, Any]]:
    rows = faces.open_call_rows(center.pk, None)
    known = {call.pk: call for call in Call.objects.filter(pk__in=[r["id"] for r in rows]).select_related("verdict")}
    found = [_call(row, known[row["id"]], now) for row in rows if row["id"] in known]
    return sorted(found, key=lambda call: (_ORDER[call["priority"]], call["received"], call["id"]))


def _call(row: faces.Face, call: Call, now: datetime) -> dict[str, Any]:
    face = faces.call_face(row, Tier.DISPATCH)
    return face | {
        "id": row["id"],
        "received": call.received_at,
        "minutes": int((now - call.received_at).total_seconds() // 60),
        "held": call.held_until,
        "danger": safety_words(call),
        "assignments": [one | {"label": _STAGES[one["status"]].lower()} for one in face["assignments"]],
        "overdue": call.late >= _OVERDUE,
    }


def _units(center: Center, now: datetime) -> list[dict[str, Any]]:
    labels, words = dict(Unit.Status.choices), words_of(center.pk)[Code.List.AWAY_REASONS]
    rows = (faces.unit_face(row, Tier.DISPATCH) for row in faces.unit_rows(center.pk, None))
    return [
        face
        | {
            "status_label": labels[face["status"]],
            "unavailable_reason": in_words(words, face["unavailable_reason"]),
            "since": _moment(face["status_at"]),
            "until": _moment(face["unavailable_until"]),
            "heard": _moment(face["mirrored_at"]),
        }
        for face in rows
    ]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _alerts(center: Center) -> list[Alert]:
    return list(Alert.objects.open().filter(center=center).select_related("call").order_by("raised_at"))


def handover_sheet(center: Center, now: datetime) -> dict[str, Any]:
    """What the next shift must know: open, held, stacked and overdue calls, cautions, consults, what is asked of others."""
    calls, units = _calls(center, now), _units(center, now)
    live = UnitRequest.objects.filter(call__center=center, status__in=UnitRequest.LIVE)
    return {
        "calls": calls,
        "held": [call for call in calls if call["held"]],
        "overdue": [call for call in calls if call["overdue"]],
        "stacks": [unit for unit in units if unit["stack"]],
        "cautions": shown_on(*(call["id"] for call in calls)),
        "cautions_ending": _ending(center, now),
        "consults": Consult.objects.filter(center=center, ended_at__isnull=True)
        .select_related("call", "requester_agency", "answering_unit")
        .order_by("asked_at"),
        "requests": live.select_related("call", "unit", "agency").order_by("asked_at"),
        "away": [unit for unit in units if unit["status"] == Unit.Status.UNAVAILABLE],
        "alerts": _alerts(center),
    }


def _ending(center: Center, now: datetime) -> QuerySet[Caution]:
    """Cautions that end within a day, on a call or not: who comes on says whether they are still true."""
    standing = Caution.objects.filter(center=center, ended_at__isnull=True, expires_at__gt=now)
    return standing.filter(expires_at__lte=now + REVIEWED_WITHIN).order_by("expires_at", "pk")


def call_sheet(user: User, call_id: int, now: datetime) -> dict[str, Any]:
    """One call, all that dispatch is shown of it, in the center's own words."""
    detail, words = call_detail(user, call_id, now), words_of(center_id_of(user))
    for entry in detail["narrative"]:
        entry["written"] = _moment(entry["written_at"])
    for row in detail["assignments_all"]:
        for name in ("dispatched_at", "en_route_at", "staged_at", "on_scene_at", "contact_at", "cleared_at"):
            row[name.removesuffix("_at")] = _moment(row[name])
        for name, code_list in _OF_ASSIGNMENT.items():
            row[name] = in_words(words[code_list], row[name])
    said = {name: in_words(words[code_list], detail[name]) for name, code_list in _OF_CALL.items()}
    received, closed = _moment(detail["received_at"]), _moment(detail["closed_at"])
    shown = {"received": received, "closed": closed, "danger": _danger(detail["id"])}
    return {"call": detail | said | shown, "cautions": shown_on(detail["id"])}


_OF_CALL = {
    "closed_as": Code.List.CLOSED_AS, "close_reason": Code.List.CANCEL_REASONS,
    "not_sent_reason": Code.List.NOT_SENT, "mode_reason": Code.List.MODE_REASONS,
}  # fmt: skip
_OF_ASSIGNMENT = {
    "outcome": Code.List.OUTCOMES, "disposition": Code.List.DISPOSITIONS, "taken_reason": Code.List.TAKE_REASONS
}  # fmt: skip


def _danger(call_id: int) -> list[str]:
    return safety_words(Call.objects.select_related("verdict").get(pk=call_id))


# --- the kit ---------------------------------------------------------------------------------------
def kit(center: Center, now: datetime) -> dict[str, Any]:
    """The board, blank call cards with the numbers that come next, and a log form for each unit."""
    day = center.local(now).date()
    last = CallNumber.objects.filter(center=center, day=day).values_list("last", flat=True).first() or 0
    sheet = board_sheet(center, now)
    return sheet | {
        "center": center,
        "at": now,
        "blank_numbers": [f"{day}-{last + ahead:04d}" for ahead in range(1, BLANK_CALLS + 1)],
        "logs": _in_service(sheet["units"]),
        "log_lines": LOG_LINES,
        "menus": _menus(center),
    }


def _menus(center: Center) -> list[tuple[str, list[str]]]:
    offered = lists_of(center.pk)
    return [(str(name.label), [one["label"] for one in offered[name]]) for name in ON_FORMS]


def _in_service(units: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [unit for unit in units if unit["status"] != Unit.Status.OFF_DUTY]
