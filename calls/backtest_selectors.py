"""Reads of backtests, shadow runs and overrides: for the admins and supervisors of the center, nobody else."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from calls.acted_on import check_past
from calls.codes import words_of
from calls.faces import iso
from calls.models import Backtest, Call, Code, OverrideDrift, RuleSet, ShadowDifference, ShadowRun
from calls.overrides import overrides_of, reasons_given
from calls.rules_in_force import NoRules, rule_set_for
from calls.rules_tried import center_tried_in
from calls.triage.comparing import for_export
from calls.triage.overriding import DAYS_BEFORE, DAYS_NOW, ENOUGH, Overrides
from care_dispatch.refusal import Conflict, Invalid, NotFound
from teams.models import Agency, Center, User

LIST_LIMIT = 50
PAGE = 100
# Read in the request itself: a quarter of a busy center's calls takes a few seconds.
MOST_DAYS = 92
SHOWN_DRIFTS = timedelta(days=90)


class NotOver(Conflict):
    code = "not_over"


# --- backtests ---------------------------------------------------------------------------------------
def backtests(user: User) -> list[dict[str, Any]]:
    """The newest first, without their results."""
    rows = Backtest.objects.filter(center=center_tried_in(user)).select_related("rule_set", "asked_by", "stopped_by")
    return [_backtest(row) for row in rows.defer("result", "rule_set__body").order_by("-pk")[:LIST_LIMIT]]


def backtest_detail(user: User, backtest_id: int) -> dict[str, Any]:
    """One with what it has counted so far, calls and cities by name."""
    row = _fetch(user, backtest_id)
    return {**_backtest(row), "result": _labelled(row, _with_numbers(row.result)) if row.result else None}


def backtest_export(user: User, backtest_id: int) -> dict[str, Any]:
    """Counts fit to leave the center: no call, and no name of a small group."""
    row = _fetch(user, backtest_id)
    if row.status in Backtest.OPEN:
        raise NotOver("This backtest is not over yet.")
    return {**_backtest(row), "result": _labelled(row, for_export(row.result)) if row.result else None}


def _fetch(user: User, backtest_id: int) -> Backtest:
    rows = Backtest.objects.filter(center=center_tried_in(user), pk=backtest_id)
    row = rows.select_related("rule_set", "asked_by", "stopped_by", "center").first()
    if row is None:
        raise NotFound("There is no such backtest.")
    return row


def _backtest(row: Backtest) -> dict[str, Any]:
    return {
        "id": row.pk,
        "rule_set": _rule_set(row.rule_set, row.sha256),
        "received_from": iso(row.received_from),
        "received_to": iso(row.received_to),
        "status": row.status,
        "total": row.total,
        "done": row.done,
        "asked_by": row.asked_by.username,
        "asked_at": iso(row.asked_at),
        "started_at": iso(row.started_at),
        "finished_at": iso(row.finished_at),
        "stopped_by": row.stopped_by.username if row.stopped_by else None,
        "error": row.error,
    }


def _rule_set(rule_set: RuleSet, sha256: str) -> dict[str, Any]:
    """``changed``: it says something else now than when the run began."""
    return {
        "id": rule_set.pk,
        "version": rule_set.version,
        "name": rule_set.name,
        "changed": rule_set.sha256 != sha256,
    }


def _with_numbers(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The stored counts with the numbers of the calls they name."""
    result = dict(stored)
    lists = [one["calls"] for one in result["changes"]]
    lists += [one[name] for one in result["rules"] for name in _CALLS_OF_RULE]
    numbers = _numbers([*result["failed"]["calls"], *(pair for pairs in lists for pair in pairs)])

    def calls(pairs: Iterable[list[Any]]) -> list[dict[str, Any]]:
        return [{"call_id": call, "number": numbers[call], "verdict_id": verdict} for call, verdict, *_ in pairs]

    result["changes"] = [{**one, "calls": calls(one["calls"])} for one in result["changes"]]
    result["rules"] = [{**one, **{name: calls(one[name]) for name in _CALLS_OF_RULE}} for one in result["rules"]]
    failed = result["failed"]["calls"]
    named = [{**call, "error": pair[2]} for call, pair in zip(calls(failed), failed, strict=True)]
    result["failed"] = {"n": result["failed"]["n"], "calls": named}
    return result


_CALLS_OF_RULE = ("calls_gained", "calls_lost")


def _labelled(row: Backtest, result: dict[str, Any]) -> dict[str, Any]:
    """With titles of rules and names of cities."""
    titles = rule_titles(row.rule_set, row.center)
    cities = dict(Agency.objects.filter(center=row.center).values_list("code", "name"))
    rules = [{"id": one["id"], "title": titles.get(one["id"], one["id"]), **one} for one in result["rules"]]
    splits = {
        name: [{"value": cell["value"], "label": cities.get(cell["value"], cell["value"]), **cell} for cell in cells]
        for name, cells in result["splits"].items()
    }
    return {**result, "rules": rules, "splits": splits}


def _numbers(pairs: Iterable[list[Any]]) -> dict[int, str]:
    """Call numbers as they are written: 2026-11-23-0142."""
    ids = {pair[0] for pair in pairs}
    rows = Call.objects.filter(pk__in=ids).values_list("pk", "day", "number")
    return {pk: f"{day:%Y-%m-%d}-{number:04d}" for pk, day, number in rows}


def rule_titles(rule_set: RuleSet | None, center: Center) -> dict[str, str]:
    """What the rules are called: in this set, else in the one in force."""
    titles: dict[str, str] = {}
    try:
        sets: list[RuleSet | None] = [rule_set_for(center.pk, None), rule_set]
    except NoRules:
        sets = [rule_set]
    for one in sets:
        rules = one.body.get("rules", []) if one is not None and isinstance(one.body, Mapping) else []
        titles |= {str(rule.get("id")): str(rule.get("title", rule.get("id"))) for rule in rules}
    return titles


# --- shadow runs -------------------------------------------------------------------------------------
def shadow_runs(user: User) -> list[dict[str, Any]]:
    """The newest first; the one that runs has no ``stopped_at``."""
    rows = ShadowRun.objects.filter(center=center_tried_in(user)).annotate(different=Count("differences"))
    related = rows.select_related("rule_set", "started_by", "stopped_by").defer("rule_set__body")
    return [_run(row, row.different) for row in related.order_by("-pk")[:LIST_LIMIT]]


def shadow_detail(user: User, shadow_run_id: int) -> dict[str, Any]:
    """One with its differences by kind, CARE newly alone first."""
    row = _fetch_run(user, shadow_run_id)
    said = ("level", "response", "services")
    published = tuple(f"verdict__{name}" for name in said)
    counted = row.differences.values_list(*published, *said, "direction", "care_alone").annotate(n=Count("pk"))
    kinds = [
        {
            "from": dict(zip(said, one[:3], strict=True)),
            "to": dict(zip(said, one[3:6], strict=True)),
            "direction": one[6],
            "care_alone": one[7],
            "n": one[8],
        }
        for one in counted.order_by("-care_alone", "-n", "direction")
    ]
    return {**_run(row, sum(one["n"] for one in kinds)), "changes": kinds}


def shadow_differences(user: User, shadow_run_id: int, *, before: int | None, care_alone: bool) -> dict[str, Any]:
    """PAGE differences, the newest first; ``next`` is what to send as ``before`` for those before them."""
    rows = _fetch_run(user, shadow_run_id).differences.select_related("call", "verdict").order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if care_alone:
        rows = rows.filter(care_alone=True)
    page = list(rows[: PAGE + 1])
    return {
        "differences": [_difference(one) for one in page[:PAGE]],
        "next": page[PAGE - 1].pk if len(page) > PAGE else None,
    }


def _fetch_run(user: User, shadow_run_id: int) -> ShadowRun:
    rows = ShadowRun.objects.filter(center=center_tried_in(user), pk=shadow_run_id)
    row = rows.select_related("rule_set", "started_by", "stopped_by").first()
    if row is None:
        raise NotFound("There is no such shadow run.")
    return row


def _run(row: ShadowRun, different: int) -> dict[str, Any]:
    return {
        "id": row.pk,
        "rule_set": _rule_set(row.rule_set, row.sha256),
        "started_by": row.started_by.username,
        "started_at": iso(row.started_at),
        "stopped_at": iso(row.stopped_at),
        "stopped_by": row.stopped_by.username if row.stopped_by else None,
        "compared": row.compared,
        "different": different,
        "failures": row.failures,
        "last_error": row.last_error,
    }


def _difference(one: ShadowDifference) -> dict[str, Any]:
    """The draft beside what was published and what a dispatcher set by hand, if anything."""
    verdict = one.verdict
    return {
        "id": one.pk,
        "call_id": one.call_id,
        "number": str(one.call),
        "verdict_id": one.verdict_id,
        "published": {"level": verdict.level, "response": verdict.response, "services": verdict.services},
        "draft": {"level": one.level, "response": one.response, "services": one.services},
        "by_hand": one.call.mode_override,
        "direction": one.direction,
        "care_alone": one.care_alone,
        "rules_gained": one.rules_gained,
        "rules_lost": one.rules_lost,
        "decided_at": iso(one.decided_at),
    }


# --- overrides ---------------------------------------------------------------------------------------
def overrides(
    user: User, now: datetime, *, received_from: datetime | None, received_to: datetime | None
) -> dict[str, Any]:
    """Per rule over calls received in a time (the last four weeks when none is named), and what has drifted lately."""
    center_id = center_tried_in(user)
    end = received_to or now
    start = received_from or end - timedelta(days=DAYS_BEFORE)
    check_past(start, end, now)
    if end - start > timedelta(days=MOST_DAYS):
        raise Invalid(f"received_from: overrides are read for at most {MOST_DAYS} days at once.")
    center = Center.objects.get(pk=center_id)
    titles, found = rule_titles(None, center), overrides_of(center, start, end)
    words = dict(Call.OverrideReason.choices) | words_of(center_id)[Code.List.MODE_REASONS]
    told = OverrideDrift.objects.filter(center=center, raised_at__gt=now - SHOWN_DRIFTS).select_related("alert")
    return {
        "received_from": iso(start),
        "received_to": iso(end),
        "rules": [
            _rule(rule, found[rule], titles) for rule in sorted(found, key=lambda rule: _most(found[rule], rule))
        ],
        "reasons": [
            {"reason": reason, "label": words.get(reason, reason), "count": count}
            for reason, count in reasons_given(center, start, end).items()
        ],
        "drifts": [_drift(one, titles) for one in told.order_by("-pk")[:LIST_LIMIT]],
        "alarm": {"days_now": DAYS_NOW, "days_before": DAYS_BEFORE, "least_calls": ENOUGH},
    }


def _most(counted: Overrides, rule: str) -> tuple[float, str]:
    return -(counted.overridden / counted.n), rule


def _rule(rule: str, counted: Overrides, titles: Mapping[str, str]) -> dict[str, Any]:
    return {"rule": rule, "title": titles.get(rule, rule), **counted.as_dict()}


def _drift(one: OverrideDrift, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "title": titles.get(one.rule, one.rule),
        "raised_at": iso(one.raised_at),
        "acknowledged_at": iso(one.alert.closed_at),
        "now": one.now,
        "before": one.before,
    }
