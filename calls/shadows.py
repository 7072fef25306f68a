"""Shadow runs: a draft judges live calls beside the rules in force. It decides nothing and shows nothing on a board.

A verdict only leaves a due row behind. The draft judges later, when nobody waits for anything else.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from calls.alerts import raise_alert
from calls.models import Alert, Call, ShadowDifference, ShadowRun, Verdict
from calls.rules_tried import center_tried_in, rule_set_to_try, rules_tried
from calls.triage.comparing import SAME, Outcome, care_alone, direction, judged, outcome
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import EventKind, perform, record, register_kinds
from care_dispatch.refusal import Conflict, NotFound, Refused
from teams.models import User

logger = logging.getLogger(__name__)

SHADOW = "shadow"
# What the verdict itself sets going comes first.
AFTER = timedelta(seconds=1)
# A draft that cannot judge this many live calls is broken; more of the same would tell nothing new.
FAILURES_BEFORE_STOP = 5

_SHADOW = frozenset({"shadow_run_id", "rule_set_id"})
SHADOW_STARTED = EventKind("shadow.started", refs=_SHADOW)
SHADOW_STOPPED = EventKind("shadow.stopped", refs=_SHADOW)
register_kinds([SHADOW_STARTED, SHADOW_STOPPED])


class ShadowRunning(Conflict):
    """One at a time in a center; the answer names the one that runs."""

    code = "shadow_running"


class ShadowOver(Conflict):
    code = "shadow_over"


# --- what people do ----------------------------------------------------------------------------------
def start_shadow(*, actor: User, now: datetime, rule_set_id: int) -> dict[str, Any]:
    """Let a rule set judge the center's calls from now on, beside the rules in force."""
    center_id = center_tried_in(actor)
    rule_set = rule_set_to_try(actor, rule_set_id)
    for running in ShadowRun.objects.filter(center=center_id, stopped_at__isnull=True).select_related("rule_set"):
        raise ShadowRunning(f"{running.rule_set} runs as a shadow already; stop it first.", shadow_run_id=running.pk)
    run = ShadowRun.objects.create(
        rule_set=rule_set, sha256=rule_set.sha256, center_id=center_id, started_by=actor, started_at=now
    )
    _record(SHADOW_STARTED, run)
    return {"shadow_run_id": run.pk}


def stop_shadow(*, actor: User, now: datetime, shadow_run_id: int) -> dict[str, Any]:
    center_id = center_tried_in(actor)
    run = ShadowRun.objects.select_for_update().filter(pk=shadow_run_id, center=center_id).first()
    if run is None:
        raise NotFound("There is no such shadow run.")
    if run.stopped_at is not None:
        raise ShadowOver(f"This shadow run was stopped at {run.stopped_at:%Y-%m-%d %H:%M:%S} UTC.")
    run.stopped_at, run.stopped_by = now, actor
    run.save(update_fields=["stopped_at", "stopped_by"])
    _record(SHADOW_STOPPED, run)
    return {"shadow_run_id": run.pk}


def _record(kind: EventKind, run: ShadowRun) -> None:
    record(kind, center_id=run.center_id, refs={"shadow_run_id": run.pk, "rule_set_id": run.rule_set_id})


# --- the run ---------------------------------------------------------------------------------------
def follow(call: Call, verdict: Verdict, now: datetime) -> None:
    """Hook of record_verdict: have the running shadow look at this verdict, if one runs and rules gave the verdict."""
    if verdict.rule_set_id is None:
        return
    with connection.cursor() as cursor:  # written out: every verdict asks, and hardly ever is there one
        cursor.execute("SELECT id FROM calls_shadowrun WHERE center_id = %s AND stopped_at IS NULL", [call.center_id])
        found = cursor.fetchone()
    if found is not None:
        schedule(SHADOW, verdict.pk, due_at=now + AFTER, now=now, version=found[0])


def run_shadow(verdict_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: what the draft (``version``: its run) says of a stored verdict's facts."""
    by_system: dict[str, Any] = {"actor": None, "position": "", "source": source, "now": now}
    run = ShadowRun.objects.select_related("rule_set").get(pk=version)
    verdict = Verdict.objects.get(pk=verdict_id)
    said: Outcome | None = None
    error = ""
    try:
        said = judged(verdict.facts, rules_tried(run.rule_set, run.sha256))
    except Refused as refused:
        error = refused.message
    except Exception as raised:  # whatever a draft may raise belongs to the draft
        error = f"{type(raised).__name__}: {raised}"[:300]
    perform(compare, **by_system, shadow_run_id=run.pk, verdict_id=verdict_id, said=said, error=error)


def compare(
    *, actor: None, now: datetime, shadow_run_id: int, verdict_id: int, said: Outcome | None, error: str
) -> dict[str, Any]:
    """Store a difference, or a failure, once; what comes after the run was stopped is dropped."""
    mine = finish(SHADOW, verdict_id, version=shadow_run_id)
    run = ShadowRun.objects.select_for_update().get(pk=shadow_run_id)
    if not mine or run.stopped_at is not None:
        return {}
    if said is None:
        _fail(run, error, now)
        return {}
    run.compared += 1
    run.save(update_fields=["compared"])
    _store(run, Verdict.objects.get(pk=verdict_id), said, now)
    return {}


def _store(run: ShadowRun, verdict: Verdict, said: Outcome, now: datetime) -> None:
    hits = [hit["id"] for hit in verdict.proof.get("hits", [])]
    published = outcome(verdict.level, verdict.response, verdict.services, hits)
    way = direction(published, said)
    if way == SAME:
        return
    ShadowDifference.objects.create(
        shadow_run=run,
        call_id=verdict.call_id,
        verdict=verdict,
        level=said.level,
        response=said.response,
        services=list(said.services),
        direction=way,
        care_alone=care_alone(published, said),
        rules_gained=sorted(said.rules - published.rules),
        rules_lost=sorted(published.rules - said.rules),
        decided_at=now,
    )


def _fail(run: ShadowRun, error: str, now: datetime) -> None:
    run.failures += 1
    run.last_error = error
    run.save(update_fields=["failures", "last_error"])
    if run.failures < FAILURES_BEFORE_STOP:
        return
    run.stopped_at = now
    run.save(update_fields=["stopped_at"])
    _record(SHADOW_STOPPED, run)
    text = f"The shadow run of {run.rule_set} stopped: it could not judge {run.failures} calls. Dispatch goes on as before."
    raise_alert(center=run.center, kind=Alert.Kind.SHADOW_STOPPED, text=text, now=now)


def shadow_gave_up(verdict_id: int, attempts: int, error: str, now: datetime) -> None:
    """One comparison that could not be stored; nobody acts on it, so the log line is all there is to add."""
    logger.error("verdict %s could not be compared after %s attempts: %s", verdict_id, attempts, error)
