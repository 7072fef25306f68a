"""When rules take effect or are undone: every open call they decide on is judged again, a bounded number at a time."""

import logging
from datetime import datetime
from typing import Any

from calls.alerts import raise_alert
from calls.models import Alert, Call, RuleSet
from calls.rule_sets.kinds import RULES_LANDED
from calls.verdicts import TRIAGE
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import perform, record
from teams.models import Center

logger = logging.getLogger(__name__)

LANDING = "rules"
BATCH = 200


def run_landing(rule_set_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: the next calls. ``version``: the last call already seen to."""
    perform(land_rules, actor=None, position="", source=source, now=now, rule_set_id=rule_set_id, after=version)


def land_rules(*, actor: None, now: datetime, rule_set_id: int, after: int) -> dict[str, Any]:
    """Schedule triage of the next open calls; come back for more while there are any.

    A replayed center keeps its own clock and is left alone.
    """
    row = RuleSet.objects.only("center_id").get(pk=rule_set_id)
    finish(LANDING, rule_set_id)
    if after == 0:
        record(RULES_LANDED, center_id=row.center_id, refs={"rule_set_id": rule_set_id})
    calls = Call.objects.open().filter(pk__gt=after, center__timers_run=True)
    if row.center_id is not None:
        calls = calls.filter(center_id=row.center_id)
    found = list(calls.order_by("pk").values_list("pk", "facts_version")[:BATCH])
    for call_id, facts_version in found:
        schedule(TRIAGE, call_id, due_at=now, now=now, version=facts_version)
    if len(found) == BATCH:
        schedule(LANDING, rule_set_id, due_at=now, now=now, version=found[-1][0])
    return {"rule_set_id": rule_set_id, "calls": len(found)}


def landing_gave_up(rule_set_id: int, attempts: int, error: str, now: datetime) -> None:
    """Due work failed five times: supervisors hear that calls may still show the old answer; it is tried on."""
    perform(landing_failed, actor=None, position="", source="sweep", now=now, rule_set_id=rule_set_id, what=error)


def landing_failed(*, actor: None, now: datetime, rule_set_id: int, what: str) -> dict[str, Any]:
    row = RuleSet.objects.only("center_id", "version").get(pk=rule_set_id)
    centers = Center.objects.filter(timers_run=True)
    if row.center_id is not None:
        centers = centers.filter(pk=row.center_id)
    text = f"Rules version {row.version}: open calls are not judged again ({what}); ask for triage by hand"
    for center in centers.order_by("pk"):
        raise_alert(center=center, kind=Alert.Kind.WORK_FAILED, text=text, now=now)
    return {"rule_set_id": rule_set_id}
