"""Safety checks of crews on scene: the crew says that it is safe, or a dispatcher who asked it by name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from calls import kinds, timers
from calls.fetch import NO_UNIT, lock_call, own_unit_ids, require_dispatch
from calls.models import Assignment, Call
from care_dispatch.access import FIELD_ROLES
from care_dispatch.log import record, write
from care_dispatch.refusal import Conflict, NotFound
from teams.models import Unit, User
from teams.selectors import center_id_of

ON_SCENE = (Assignment.Status.ON_SCENE, Assignment.Status.CONTACT)


class NotOnScene(Conflict):
    """Only a crew on scene has a clock for this; the answer names the units that are not."""

    code = "not_on_scene"


def check_safety(
    *, actor: User, now: datetime, unit_ids: Sequence[int] = (), call_id: int | None = None
) -> dict[str, Any]:
    """Start the safety clock anew for these units, for all on scene of a call, or for every crew on scene."""
    crew = actor.role in FIELD_ROLES
    if crew and (not unit_ids or not set(unit_ids) <= set(own_unit_ids(actor, now))):
        raise NotFound(NO_UNIT)
    if not crew:
        require_dispatch(actor, "note a safety check")
    there = Assignment.objects.open().filter(unit__center_id=center_id_of(actor), status__in=ON_SCENE)
    if call_id is not None:
        lock_call(actor, call_id, now)
        there = there.filter(call_id=call_id)
    if unit_ids:
        there = there.filter(unit_id__in=unit_ids)
    call_ids = sorted(set(there.values_list("call_id", flat=True)))
    list(Call.objects.select_for_update().filter(pk__in=call_ids).order_by("pk").values_list("pk"))
    checked = list(there.select_for_update(of=("self",)).select_related("unit").order_by("call_id", "pk"))
    _all_there(actor, unit_ids, checked)
    for assignment in checked:
        record(
            kinds.UNIT_CHECKED, center_id=assignment.unit.center_id, call_id=assignment.call_id,
            unit_id=assignment.unit_id, agency_id=assignment.unit.agency_id,
            sets=write(assignment, checked_at=now, late=0), refs={"assignment_id": assignment.pk},
        )  # fmt: skip
    for each in sorted({assignment.call_id for assignment in checked}):
        timers.wind(each, now)
    return {"unit_ids": [assignment.unit_id for assignment in checked]}


def _all_there(actor: User, unit_ids: Sequence[int], checked: Sequence[Assignment]) -> None:
    """Raise when a unit that was named is not among those on scene: its crew must not count as heard."""
    missing = set(unit_ids) - {assignment.unit_id for assignment in checked}
    named = dict(Unit.objects.filter(pk__in=missing, center_id=center_id_of(actor)).values_list("pk", "callsign"))
    if len(named) < len(missing):
        raise NotFound(NO_UNIT)
    if missing:
        raise NotOnScene(f"{', '.join(sorted(named.values()))}: not on scene, so there is no safety clock.")
