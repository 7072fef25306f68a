"""What the simulated dispatchers see: their own calls and units, and what people have taken over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from calls.models import Alert, Assignment, Call, Consult
from calls.simulation.choosing import Free
from calls.simulation.script import parts_of
from care_dispatch.log.models import Event
from teams.aboard import aboard
from teams.models import Center, Discipline, Shift, Unit, User

SOURCE = "simulation"
DESK = "SIM"  # positions of simulated dispatchers begin with it: SIM1, SIM2 ...
# A simulated crew that a person reported for is that person's for so long; then it goes on by itself.
PERSON_STAYS = timedelta(minutes=30)


def center_with_code(code: str) -> Center | None:
    return Center.objects.filter(code=code).first()


@dataclass(frozen=True)
class Newest:
    """Where the evening is: its number, how many calls it has had, and when the last came in."""

    evening: int
    serial: int
    received_at: datetime


def newest(center_id: int) -> Newest | None:
    call = Call.objects.filter(center_id=center_id, source_system=SOURCE).order_by("-pk").first()
    return Newest(*parts_of(call.source_id)[:2], call.received_at) if call else None


def slug_of(call: Call) -> str:
    return parts_of(call.source_id)[2]


def _simulated(center_id: int) -> QuerySet[Call]:
    return Call.objects.filter(center_id=center_id, source_system=SOURCE).exclude(status=Call.Status.CLOSED)


def open_slugs(center_id: int) -> set[str]:
    """Of every simulated call that is open, a person's by now or not."""
    return {slug_of(call) for call in _simulated(center_id)}


def _by_a_person() -> QuerySet[Event]:
    return Event.objects.filter(actor_id__isnull=False).exclude(source=SOURCE)


def own_calls(center_id: int) -> list[Call]:
    """Open simulated calls in which no person has done anything, oldest first."""
    touched = _by_a_person().filter(call_id=OuterRef("pk"))
    return list(_simulated(center_id).exclude(Exists(touched)).order_by("received_at", "pk"))


@dataclass(frozen=True)
class Working:
    """A unit the simulation sent, with the moment of its newest stage."""

    assignment: Assignment
    since: datetime

    @property
    def unit(self) -> Unit:
        return self.assignment.unit


def own_units(center_id: int, now: datetime) -> list[Working]:
    """Units the simulation sent to its calls, but none that a person has reported for of late."""
    rows = Assignment.objects.open().filter(
        unit__center_id=center_id, call__source_system=SOURCE, position__startswith=DESK, assigned_by__isnull=True
    )
    taken = _by_a_person().filter(call_id=OuterRef("call_id"), unit_id=OuterRef("unit_id"), at__gt=now - PERSON_STAYS)
    return [
        Working(row, getattr(row, f"{row.status}_at", None) or row.dispatched_at)
        for row in rows.exclude(Exists(taken)).select_related("unit", "call").order_by("pk")
    ]


def stages_on_call(call_id: int, discipline: str) -> list[str]:
    """Where the units of this discipline that are on the call stand."""
    rows = Assignment.objects.open().filter(call_id=call_id, unit__discipline=discipline)
    return list(rows.order_by("pk").values_list("status", flat=True))


def free_units(center_id: int, now: datetime) -> list[Free]:
    units = list(Unit.objects.filter(center_id=center_id, status=Unit.Status.AVAILABLE, retired=False))
    has = aboard([unit.pk for unit in units], now)
    return [
        Free(
            unit.pk, unit.discipline, unit.status_at or now, tuple(has[unit.pk].languages),
            tuple(has[unit.pk].capabilities),
        )
        for unit in units
        if has[unit.pk].crew or unit.discipline != Discipline.CARE
    ]  # fmt: skip


def language_of(call: Call) -> str:
    """The language the caller speaks, empty for English and unknown."""
    found = call.callers.exclude(language__in=("", "en")).order_by("pk").first()
    return found.language if found else ""


def notes_written(call: Call) -> int:
    return call.narrative.count()


def alerts_of(call_ids: list[int], before: datetime) -> list[Alert]:
    """Alerts of these calls that nobody has answered since then."""
    alerts = Alert.objects.filter(call__in=call_ids, closed_at__isnull=True, raised_at__lt=before)
    return list(alerts.prefetch_related("told").order_by("pk"))


def open_consult(center_id: int) -> Consult | None:
    """The consult the simulation asked, as long as no person has answered it."""
    for consult in Consult.objects.filter(center_id=center_id, ended_at__isnull=True).order_by("pk"):
        asked = _simulated_event("consult.asked", consult, consult.requester_unit_id)
        answered = consult.answered_at is None or _simulated_event(
            "consult.answered", consult, consult.answering_unit_id
        )
        if asked and answered:
            return consult
    return None


def _simulated_event(kind: str, consult: Consult, unit_id: int | None) -> bool:
    if unit_id is None:
        return False
    events = Event.objects.filter(unit_id=unit_id, kind=kind, source=SOURCE, payload__ref__consult_id=consult.pk)
    return events.exists()


def newest_consult(center_id: int) -> datetime | None:
    last = Consult.objects.filter(center_id=center_id).order_by("-asked_at").first()
    return last.asked_at if last else None


def person(username: str, center_id: int) -> User | None:
    return User.objects.filter(username=username, center_id=center_id, is_active=True).first()


def person_on_shift(username: str, center_id: int, now: datetime) -> User | None:
    found = person(username, center_id)
    on_shift = found is not None and Shift.objects.filter(user=found, during__contains=now).exists()
    return found if on_shift else None


def crews_ending(center_id: int, now: datetime, before: datetime) -> list[int]:
    """Units whose crew is on shift now and goes home before then."""
    shifts = Shift.objects.filter(unit__center_id=center_id, unit__retired=False, during__contains=now)
    ending = shifts.filter(during__endswith__lt=before).order_by("unit_id")
    return list(ending.values_list("unit_id", flat=True).distinct())
