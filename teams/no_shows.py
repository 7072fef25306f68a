"""Whoever is planned and does not come: dispatch is told once, some minutes after the start, until the person signs on."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from care_dispatch.due.work import finish, schedule
from care_dispatch.log import perform
from teams.models import Center, PlannedShift, Shift, User
from teams.notices import NO_SHOW, Notice, give, take_back

logger = logging.getLogger(__name__)


def missing_from(plan: PlannedShift, center: Center) -> datetime:
    """When somebody who has not signed on is missing."""
    return plan.starts_at + timedelta(minutes=center.no_show_minutes)


def watch_start(plan: PlannedShift, now: datetime) -> None:
    """Set the clock of a planned shift anew, as the last thing of whatever writes it; what was told of it before is over."""
    take_back(plan.unit.center_id, _cause(plan.pk), now)
    if plan.cancelled_at is None:
        schedule(NO_SHOW, plan.pk, due_at=plan.starts_at, now=now)
    else:
        finish(NO_SHOW, plan.pk)


def have_come(user_ids: Iterable[int], now: datetime) -> None:
    """People sign on, whichever unit it is: nobody misses them. Their rows are locked."""
    running = PlannedShift.objects.filter(
        user__in=user_ids, cancelled_at=None, starts_at__lte=now, ends_at__gt=now
    )  # fmt: skip
    for plan_id, center_id in running.order_by("pk").values_list("pk", "unit__center_id"):
        finish(NO_SHOW, plan_id)
        take_back(center_id, _cause(plan_id), now)


def run_no_show(plan_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: a planned shift begins, its grace is up, or it ends."""
    perform(look_at_plan, actor=None, position="", source=source, now=now, plan_id=plan_id)


def look_at_plan(*, actor: None, now: datetime, plan_id: int) -> dict[str, Any]:
    """Tell that somebody is missing, and once the shift is over that nobody is waited for any more."""
    plans = PlannedShift.objects.select_for_update(of=("self",)).select_related("unit__center")
    plan = plans.get(pk=plan_id)
    # Signing on locks the person too: whoever comes at this moment has come before this is told, or takes it back.
    person = User.objects.select_for_update(no_key=True, of=("self",)).get(pk=plan.user_id)
    center = plan.unit.center
    if not _waited_for(plan, now):
        finish(NO_SHOW, plan_id)
        take_back(center.pk, _cause(plan_id), now)
    elif now < missing_from(plan, center):
        schedule(NO_SHOW, plan_id, due_at=missing_from(plan, center), now=now)
    else:
        name, start = person.get_full_name() or person.username, center.local(plan.starts_at)
        text = f"{plan.unit.callsign}: {name}, {plan.get_duty_display()}, is planned from {start:%H:%M} and has not signed on"
        give(Notice(center, NO_SHOW, text, unit=plan.unit, cause=_cause(plan_id)), now)
        schedule(NO_SHOW, plan_id, due_at=plan.ends_at, now=now)
    return {"plan_id": plan_id}


def _waited_for(plan: PlannedShift, now: datetime) -> bool:
    """Not where nobody signs on, or where a past evening is played again."""
    center = plan.unit.center
    if (
        not (center.crews_sign_on and center.timers_run)
        or plan.unit.retired
        or plan.cancelled_at
        or plan.ends_at <= now
    ):
        return False
    return not Shift.objects.filter(user=plan.user_id, during__contains=now).exists()


def no_show_gave_up(plan_id: int, attempts: int, error: str, now: datetime) -> None:
    """Who is missing is seen beside the units as well; the log line is all there is to add."""
    logger.error("planned shift %s could not be looked at after %s attempts: %s", plan_id, attempts, error)


def _cause(plan_id: int) -> str:
    return f"{NO_SHOW}:{plan_id}"
