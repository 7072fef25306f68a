"""The end of a shift: whoever is at work then stays signed on, and keeps the call on the phone; whoever is not has gone."""

import logging
from datetime import datetime, timedelta
from typing import Any

from care_dispatch.due.work import finish, schedule
from care_dispatch.log import EventKind, perform, record
from teams import kinds
from teams.models import Shift, Unit, User

logger = logging.getLogger(__name__)

SHIFT_END = "shift_end"
# Looked at before it ends, so that a crew at work is at no moment without its call; and so much longer each time.
BEFORE = timedelta(minutes=2)
LONGER = timedelta(minutes=30)


def watch_end(unit: Unit, shift_id: int, until: datetime, now: datetime) -> None:
    """Set, or set anew, the clock of a shift's end; a center whose clocks do not run sets none."""
    if unit.center.timers_run:
        schedule(SHIFT_END, shift_id, due_at=max(now, until - BEFORE), now=now)


def forget_end(shift_id: int) -> None:
    finish(SHIFT_END, shift_id)


def run_shift_end(shift_id: int, version: int, now: datetime, source: str) -> None:
    perform(end_or_stay, actor=None, position="", now=now, source=source, shift_id=shift_id)


def end_or_stay(*, actor: User | None, now: datetime, shift_id: int) -> dict[str, Any]:
    """A shift that ends while its unit is on a call goes on; the next look is when that is over. Else its end is told."""
    # Lock order: the unit, then its shift. Whoever signed off or handed over meanwhile took the clock away.
    unit = Unit.objects.select_for_update(of=("self",)).select_related("center").filter(shifts=shift_id).first()
    if unit is None or not finish(SHIFT_END, shift_id):
        return {}
    shift = Shift.objects.select_for_update().get(pk=shift_id)
    end = shift.during.upper or now
    until = max(end, now) + LONGER
    if end > now + BEFORE:  # extended meanwhile
        watch_end(unit, shift_id, end, now)
    elif unit.status not in Unit.OFF_CALL and not _elsewhere(shift, until):
        shift.during = (shift.during.lower, until)
        shift.save(update_fields=["during"])
        watch_end(unit, shift_id, until, now)
        _tell(kinds.SHIFT_EXTENDED, unit, shift_id)
    elif end > now:
        schedule(SHIFT_END, shift_id, due_at=end, now=now)
    else:
        _tell(kinds.SHIFT_ENDED, unit, shift_id)
    return {}


def _elsewhere(shift: Shift, until: datetime) -> bool:
    """Whether this person is on another unit before then, or is on this one again."""
    others = Shift.objects.filter(user=shift.user_id, during__overlap=(shift.during.lower, until))
    return others.exclude(pk=shift.pk).exists()


def _tell(kind: EventKind, unit: Unit, shift_id: int) -> None:
    refs = {"shift_ids": [shift_id]}
    record(kind, center_id=unit.center_id, unit_id=unit.pk, agency_id=unit.agency_id, refs=refs)


def shift_end_gave_up(shift_id: int, attempts: int, error: str, now: datetime) -> None:
    """Nothing waits for it but the crew's own page; the row stays and is tried again."""
    logger.error("the end of shift %s could not be looked at after %s attempts: %s", shift_id, attempts, error)
