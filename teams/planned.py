"""What holds for every planned shift: which duty goes with which unit, the center's clock, and nobody on two units at once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from teams.models import Center, Discipline, PlannedShift, Shift, Unit, User

_D = Shift.Duty
# A clinician and an officer often share one car, whichever agency it is of.
DUTIES: dict[str, tuple[Shift.Duty, ...]] = {
    Discipline.CARE: (_D.CLINICIAN, _D.CARE_PARAMEDIC, _D.PEER, _D.OFFICER),
    Discipline.POLICE: (_D.OFFICER, _D.CLINICIAN, _D.PEER),
    Discipline.FIRE: (_D.FIREFIGHTER,),
    Discipline.EMS: (_D.FIREFIGHTER,),
}
LONGEST = timedelta(hours=24)


class CannotBePlanned(ValueError):
    """The message says why, as a sentence without its full stop."""


def instant(zone: ZoneInfo, shown: datetime, *, last: bool = False) -> datetime:
    """The moment at which clocks of the zone show this, in UTC.

    Of an hour that comes twice the first is meant, or the last; one that is left out cannot be planned.
    """
    if not 2000 <= shown.year < 2100:
        raise CannotBePlanned(f"No shift is in the year {shown.year}")
    moment = shown.replace(tzinfo=zone, fold=int(last)).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != shown:
        raise CannotBePlanned(f"There is no {shown:%H:%M} on {shown:%Y-%m-%d}: clocks go forward then")
    return moment


def check_length(center: Center, starts_at: datetime, ends_at: datetime) -> None:
    """By the clock on the wall: a night on which clocks go back is an hour longer."""
    length = center.local(ends_at).replace(tzinfo=None) - center.local(starts_at).replace(tzinfo=None)
    if ends_at <= starts_at:
        raise CannotBePlanned("It ends before it starts")
    if length > LONGEST:
        raise CannotBePlanned(f"It would be {length / timedelta(hours=1):g} hours; a shift has at most 24")


def check_fits(unit: Unit, user: User, duty: str) -> None:
    fitting = DUTIES[unit.discipline]
    if unit.center_id != user.center_id:
        raise CannotBePlanned(f"{user.username} is not of the center of {unit.callsign}")
    if duty not in fitting:
        words = " or ".join(one.label for one in fitting)
        raise CannotBePlanned(f"On {unit.callsign}, a {unit.get_discipline_display()} unit, somebody is {words}")


def in_words(plan: PlannedShift, center: Center) -> str:
    """CARE2 from 2026-10-31 19:00 to 07:00."""
    start, end = center.local(plan.starts_at), center.local(plan.ends_at)
    return f"{plan.unit.callsign} from {start:%Y-%m-%d %H:%M} to {end:%H:%M}"
