"""What the simulated dispatchers see: their own calls and units, and what people have taken over."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from calls.models import Alert, Assignment, Call, Consult, NarrativeEntry
from calls.simulation.choosing import Free
from teams.models import Center, Unit, User

SOURCE = "simulation"
DESK = "SIM"  # positions of simulated dispatchers begin with it: SIM1, SIM2 ...


def demo_center(code: str) -> Center | None:
    """The center to play in; only one that says it is synthetic."""
    return Center.objects.filter(code=code, synthetic=True).first()


def simulated(center_id: int) -> int:
    """How many calls the simulation ever made here."""
    return Call.objects.filter(center_id=center_id, source_system=SOURCE).count()


def newest_received(center_id: int) -> datetime | None:
    newest = Call.objects.filter(center_id=center_id, source_system=SOURCE).order_by("-received_at").first()
    return newest.received_at if newest else None


def own_calls(center_id: int) -> list[Call]:
    """Open simulated calls nobody has taken over: no person sent a unit, wrote a note or set the response."""
    sent = Assignment.objects.filter(call=OuterRef("pk")).exclude(position__startswith=DESK)
    wrote = NarrativeEntry.objects.filter(call=OuterRef("pk"), author__isnull=False).exclude(position__startswith=DESK)
    calls = Call.objects.filter(center_id=center_id, source_system=SOURCE, mode_override="").open()
    return list(
        calls.exclude(Exists(sent)).exclude(Exists(wrote)).select_related("verdict").order_by("received_at", "pk")
    )


@dataclass(frozen=True)
class Working:
    """A unit the simulation sent, with the moment of its newest stage."""

    assignment: Assignment
    since: datetime

    @property
    def unit(self) -> Unit:
        return self.assignment.unit


def own_units(center_id: int) -> list[Working]:
    """Units sent by the simulation and still on their call; a unit a person has reported for goes on from there."""
    rows = Assignment.objects.open().filter(unit__center_id=center_id, position__startswith=DESK)
    return [
        Working(row, getattr(row, f"{row.status}_at", None) or row.dispatched_at)
        for row in rows.select_related("unit", "call").order_by("pk")
    ]


def police_there(call_id: int) -> bool:
    """Whether an officer is at the scene."""
    there = Q(status__in=("on_scene", "contact"))
    return Assignment.objects.open().filter(there, call_id=call_id, unit__discipline="police").exists()


def police_asked(call_id: int) -> bool:
    return Assignment.objects.open().filter(call_id=call_id, unit__discipline="police").exists()


def free_units(center_id: int, now: datetime) -> list[Free]:
    units = Unit.objects.filter(center_id=center_id, status=Unit.Status.AVAILABLE, retired=False)
    return [
        Free(unit.pk, unit.discipline, unit.status_at or now, tuple(unit.languages), tuple(unit.capabilities))
        for unit in units
    ]


def own_alerts(center_id: int, before: datetime) -> list[Alert]:
    """Alerts of simulated calls that nobody has answered since then."""
    alerts = Alert.objects.filter(center_id=center_id, closed_at__isnull=True, raised_at__lt=before)
    return list(alerts.filter(call__source_system=SOURCE).prefetch_related("told").order_by("pk"))


def open_consult(center_id: int) -> Consult | None:
    return Consult.objects.filter(center_id=center_id, ended_at__isnull=True).order_by("pk").first()


def newest_consult(center_id: int) -> datetime | None:
    newest = Consult.objects.filter(center_id=center_id).order_by("-asked_at").first()
    return newest.asked_at if newest else None


def person(username: str, center_id: int) -> User | None:
    return User.objects.filter(username=username, center_id=center_id, is_active=True).first()
