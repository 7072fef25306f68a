"""Changes of who can respond: centers, agencies, people, units, and crews signing on and off."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from care_dispatch.access import DISPATCH_ROLES, Role
from care_dispatch.log import EventKind, record, write
from care_dispatch.log.door import sets_of
from care_dispatch.refusal import Conflict, Forbidden, Invalid, NotFound
from teams import kinds
from teams.at_work import forget_end, watch_end
from teams.credentials import forced_where_lacking
from teams.models import Agency, Center, Shift, Unit, UnitPosition, User
from teams.no_shows import have_come
from teams.sharing import forget_shared

# Apps above add what keeps a crew from signing off: each takes the unit and raises a Refused that says why.
sign_off_checks: list[Callable[[Unit], None]] = []

SHIFT_AT_MOST = timedelta(hours=24)
# Why dispatch signs somebody on or off who did not do it on the phone.
REASONS = {
    "asked_by_radio": "Asked by radio",
    "forgotten": "Forgotten",
    "relieved": "Relieved by somebody else",
    "ill": "Ill or hurt",
    "moved": "Needed on another unit",
}
NO_UNIT = "There is no such unit."


class CallsignTaken(Conflict):
    code = "callsign_taken"


class OnAnotherUnit(Conflict):
    """The person is on shift elsewhere at that time; the message says on which unit and until when."""

    code = "on_another_unit"


class NobodyOnShift(Conflict):
    code = "nobody_on_shift"


class CrewChanged(Conflict):
    code = "crew_changed"


class StillAtWork(Conflict):
    code = "still_at_work"


# --- configuration -----------------------------------------------------------------------------
def create_center(
    *,
    actor: User | None,
    now: datetime,
    code: str,
    name: str,
    time_zone: str,
    synthetic: bool = False,
    timers_run: bool = True,
) -> dict[str, Any]:
    """A new tenant. ``timers_run`` False: a replayed center that keeps its own past clock."""
    require_admin(actor)
    center = Center.objects.create(
        code=code, name=name, time_zone=time_zone, synthetic=synthetic, timers_run=timers_run
    )
    record(kinds.CENTER_CREATED, center_id=center.pk)
    return {"center_id": center.pk}


def create_agency(
    *,
    actor: User | None,
    now: datetime,
    center_id: int,
    code: str,
    name: str,
    kind: str,
) -> dict[str, Any]:
    require_admin(actor)
    agency = Agency.objects.create(center_id=center_id, code=code, name=name, kind=kind)
    record(kinds.AGENCY_CREATED, center_id=center_id, agency_id=agency.pk)
    return {"agency_id": agency.pk}


def create_user(
    *,
    actor: User | None,
    now: datetime,
    center_id: int,
    agency_id: int | None,
    username: str,
    password: str,
    role: str,
    first_name: str = "",
    last_name: str = "",
    hashed: bool = False,
) -> dict[str, Any]:
    """``hashed``: the password is a hash already (a seed shares one, hashing takes a quarter of a second)."""
    require_admin(actor)
    user = User.objects.create(
        center_id=center_id,
        agency_id=agency_id,
        username=username,
        password=password if hashed else make_password(password),
        role=role,
        first_name=first_name,
        last_name=last_name,
        is_staff=role == Role.ADMIN,
        is_superuser=role == Role.ADMIN,
        date_joined=now,
    )
    record(kinds.USER_CREATED, center_id=center_id, agency_id=agency_id, refs={"user_id": user.pk})
    return {"user_id": user.pk}


def create_unit(
    *,
    actor: User | None,
    now: datetime,
    center_id: int,
    agency_id: int,
    callsign: str,
    discipline: str,
    capabilities: Sequence[str] = (),
    languages: Sequence[str] = ("en",),
    home: str = "",
    status: str = Unit.Status.OFF_DUTY,
) -> dict[str, Any]:
    """A new unit, off duty until a crew signs on. A callsign is one word, unique among the center's units."""
    require_admin(actor)
    if Unit.objects.filter(center_id=center_id, callsign=callsign, retired=False).exists():
        raise CallsignTaken(f"There is a unit {callsign} already.")
    unit = Unit.objects.create(
        center_id=center_id,
        agency_id=agency_id,
        callsign=callsign,
        discipline=discipline,
        capabilities=list(capabilities),
        languages=list(languages),
        home=home,
        status=status,
        status_at=now,
    )
    record(
        kinds.UNIT_CREATED, center_id=center_id, unit_id=unit.pk, agency_id=agency_id,
        sets=sets_of(unit, *kinds.UNIT_FIELDS),
    )  # fmt: skip
    return {"unit_id": unit.pk}


def change_unit(*, actor: User | None, now: datetime, unit_id: int, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change what a unit is: capabilities, languages, home, callsign, retired. Status moves by report only."""
    require_admin(actor)
    allowed = {"callsign", "capabilities", "languages", "home", "retired"}
    if unknown := sorted(set(changes) - allowed):
        raise Invalid(f"{unknown[0]} is not changed here; this takes {', '.join(sorted(allowed))}.")
    unit = _lock_unit(actor, unit_id)
    callsign = changes.get("callsign", unit.callsign)
    taken = Unit.objects.filter(center_id=unit.center_id, callsign=callsign, retired=False).exclude(pk=unit.pk)
    if taken.exists():
        raise CallsignTaken(f"There is a unit {callsign} already.")
    if changes.get("retired") and unit.status not in Unit.OFF_CALL:
        raise StillAtWork(f"{unit.callsign} is {unit.get_status_display().lower()}; make it available first.")
    sets = write(unit, **changes)
    record(kinds.UNIT_CHANGED, center_id=unit.center_id, unit_id=unit.pk, agency_id=unit.agency_id, sets=sets)
    return {"unit_id": unit.pk}


def require_admin(actor: User | None) -> None:
    if actor is not None and actor.role != Role.ADMIN:
        raise Forbidden("Only an admin changes the configuration.")


# --- crews ----------------------------------------------------------------------------------------
def sign_on(
    *,
    actor: User | None,
    now: datetime,
    unit_id: int,
    crew: Sequence[tuple[int, str]],
    until: datetime,
    reason: str = "",
    forced_reason: str = "",
) -> dict[str, Any]:
    """Put a crew, ``(user id, duty)`` each, on a unit until a time. A unit that was off duty becomes available.

    ``forced_reason``: why a supervisor signs somebody on whose credential is missing or has expired.
    """
    unit = _lock_unit(actor, unit_id)
    shifts = _put_on(actor, unit, crew, now, until, forced_reason)
    sets = {}
    if unit.status == Unit.Status.OFF_DUTY:
        sets = write(unit, status=Unit.Status.AVAILABLE, status_at=now)
    _record_crew(kinds.CREW_SIGNED_ON, unit, shifts, sets, reason=reason, forced=forced_reason)
    return {"unit_id": unit.pk, "shift_ids": [shift.pk for shift in shifts]}


def _put_on(
    actor: User | None, unit: Unit, crew: Sequence[tuple[int, str]], now: datetime, until: datetime, forced_reason: str
) -> list[Shift]:
    """The shifts of a crew on a locked unit, once nothing speaks against anybody of it."""
    _require_own_or_dispatch(actor, [user_id for user_id, _ in crew])
    if actor is not None and actor.role not in DISPATCH_ROLES and actor.agency_id != unit.agency_id:
        raise Forbidden(f"{unit.callsign} is another agency's; a dispatcher may sign you on.")
    if unit.mirrored_from:
        raise Forbidden(f"{unit.callsign} is moved by {unit.mirrored_from}: its crew signs on in its own center.")
    if not crew or until <= now or actor is not None and until > now + SHIFT_AT_MOST:
        raise Invalid("A crew signs on with at least one person, until a time still to come, within 24 hours.")
    if len({user_id for user_id, _ in crew}) < len(crew):
        raise Invalid("Each person of a crew is named once.")
    # Lock order: units, then people by id. no_key, or every row that names one of them would wait.
    locked = User.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    users = {user.pk: user for user in locked.filter(pk__in=[user_id for user_id, _ in crew])}
    if any(user_id not in users or users[user_id].center_id != unit.center_id for user_id, _ in crew):
        raise NotFound("There is no such person.")
    busy = Shift.objects.filter(user__in=users, during__overlap=(now, until)).select_related("unit", "user")
    for shift in busy.order_by("pk"):
        until_at = f" until {unit.center.local(shift.during.upper):%H:%M}" if shift.during.upper else ""
        raise OnAnotherUnit(f"{shift.user.username} is on {shift.unit.callsign}{until_at}; sign off there first.")
    forced = forced_where_lacking(actor, unit.center, [(users[pk], duty) for pk, duty in crew], now, forced_reason)
    shifts = [
        Shift.objects.create(
            unit=unit, user_id=user_id, duty=duty, during=(now, until),
            forced_reason=forced_reason if user_id in forced else "", forced_by=actor if user_id in forced else None,
        )
        for user_id, duty in crew
    ]  # fmt: skip
    for shift in shifts:
        watch_end(unit, shift.pk, until, now)
    have_come(users, now)
    return shifts


def sign_off(
    *, actor: User | None, now: datetime, unit_id: int, user_id: int | None = None, reason: str = ""
) -> dict[str, Any]:
    """End the shift of everybody on the unit and take it off duty, once nothing keeps its crew.

    ``user_id``: that person alone leaves; with somebody else aboard the unit stays as it is, without what the person
    brought. A unit in service whose shifts have all run out is taken off duty.
    """
    unit = _lock_unit(actor, unit_id)
    aboard = _crew_of(unit, now)
    shifts = [shift for shift in aboard if user_id in (None, shift.user_id)]
    if not shifts and (user_id is not None or unit.status == Unit.Status.OFF_DUTY):
        raise NobodyOnShift(f"Nobody{'' if user_id is None else ' of that name'} is on shift with {unit.callsign}.")
    _require_own_or_dispatch(actor, [shift.user_id for shift in shifts])
    if unit.status not in Unit.OFF_CALL:
        raise StillAtWork(f"{unit.callsign} is {unit.get_status_display().lower()}; make it available first.")
    sets = {}
    if len(shifts) == len(aboard):
        for check in sign_off_checks:
            check(unit)
        sets = write(unit, status=Unit.Status.OFF_DUTY, status_at=now)
    for shift in shifts:
        _end_shift(shift, now)
    _record_crew(kinds.CREW_SIGNED_OFF, unit, shifts, sets, reason=reason)
    return {"unit_id": unit.pk}


def hand_over_unit(
    *,
    actor: User | None,
    now: datetime,
    unit_id: int,
    crew: Sequence[tuple[int, str]],
    until: datetime,
    reason: str = "",
    forced_reason: str = "",
) -> dict[str, Any]:
    """The next crew takes the unit from the one aboard, in one stroke: its call, its status, what waits for it and what
    it owes stay with it. Somebody of the crew aboard may be of the next one too.
    """
    unit = _lock_unit(actor, unit_id)
    leaving = _crew_of(unit, now)
    if not leaving:
        raise NobodyOnShift(f"Nobody is on shift with {unit.callsign}; sign the crew on.")
    ids = [shift.pk for shift in leaving]
    for shift in leaving:
        _end_shift(shift, now)
    shifts = _put_on(actor, unit, crew, now, until, forced_reason)
    _record_crew(kinds.CREW_HANDED_OVER, unit, shifts, {}, left=ids, reason=reason, forced=forced_reason)
    return {"unit_id": unit.pk, "shift_ids": [shift.pk for shift in shifts]}


def _crew_of(unit: Unit, now: datetime) -> list[Shift]:
    """The shifts on a locked unit, locked. Refused when another crew came aboard while this change waited for the unit."""
    shifts = Shift.objects.select_for_update().filter(unit=unit)
    found = list(shifts.filter(Q(during__contains=now) | Q(during__startswith__gt=now)).order_by("pk"))
    if any(shift.during.lower is not None and shift.during.lower > now for shift in found):
        raise CrewChanged(f"The crew of {unit.callsign} changed just now; look and repeat.")
    return found


def _end_shift(shift: Shift, now: datetime) -> None:
    """What the person shared goes with the shift. A shift that began this very moment has no length and would overlap nothing: it goes."""
    forget_shared(shift.user_id)
    forget_end(shift.pk)
    began = shift.during.lower
    if began is not None and began >= now:
        shift.delete()
    else:
        shift.during = (began, now)
        shift.save(update_fields=["during"])


def extend_shifts(*, actor: User | None, now: datetime, unit_id: int, until: datetime) -> dict[str, Any]:
    """Keep the crew that is on the unit now until a later time."""
    unit = _lock_unit(actor, unit_id)
    shifts = _crew_of(unit, now)
    _require_own_or_dispatch(actor, [shift.user_id for shift in shifts])
    if actor is not None and until > now + SHIFT_AT_MOST:
        raise Invalid("A shift is extended by 24 hours at most.")
    late = [shift for shift in shifts if shift.during.upper is not None and shift.during.upper < until]
    for shift in late:
        shift.during = (shift.during.lower, until)
        shift.save(update_fields=["during"])
        watch_end(unit, shift.pk, until, now)
    if late:
        _record_crew(kinds.SHIFT_EXTENDED, unit, late, {})
    return {"unit_id": unit.pk, "shift_ids": [shift.pk for shift in late]}


def place_unit(*, actor: User | None, now: datetime, unit_id: int, lat: float, lng: float) -> dict[str, Any]:
    """Remember where a unit is; the newest place replaces the last and is not logged."""
    unit = Unit.objects.filter(pk=unit_id, retired=False).first()
    if unit is None or actor is not None and actor.center_id != unit.center_id:
        raise NotFound(NO_UNIT)
    UnitPosition.objects.update_or_create(unit=unit, defaults={"lat": lat, "lng": lng, "at": now, "shared_by": None})
    return {"unit_id": unit.pk}


def _record_crew(kind: EventKind, unit: Unit, shifts: Sequence[Shift], sets: Mapping[str, Any], **codes: Any) -> None:
    if codes.get("reason") and codes["reason"] not in REASONS:
        raise Invalid(f"Say why with one of {', '.join(REASONS)}.")
    record(
        kind, center_id=unit.center_id, unit_id=unit.pk, agency_id=unit.agency_id, sets=sets,
        refs={"shift_ids": [shift.pk for shift in shifts]} | {name: code for name, code in codes.items() if code},
    )  # fmt: skip


def _lock_unit(actor: User | None, unit_id: int) -> Unit:
    unit = Unit.objects.select_for_update().filter(pk=unit_id, retired=False).first()
    if unit is None or actor is not None and actor.center_id != unit.center_id:
        raise NotFound(NO_UNIT)
    return unit


def _require_own_or_dispatch(actor: User | None, user_ids: Sequence[int]) -> None:
    """A dispatcher signs any crew on or off; anybody else only a crew they belong to."""
    if actor is None or actor.role in DISPATCH_ROLES:
        return
    if actor.pk not in user_ids:
        raise Forbidden("A crew signs itself on and off; a dispatcher may do it for them.")
