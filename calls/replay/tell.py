"""The end of a replay in words and numbers."""

from collections.abc import Mapping

from calls.replay.advised import Advised
from calls.replay.run import Result

ANOMALIES_TOLD = 20


def summary(result: Result, seconds: float) -> list[str]:
    """Lines of text, ready to print."""
    counts, stored = result.counts, result.stored
    rate = counts.played / seconds if seconds else 0.0
    rows = {
        "events": f"{counts.read:,} read + {counts.simulated:,} simulated = {counts.calls_created:,} calls"
        f" + {counts.details_added:,} details of known calls + {counts.dispatches:,} dispatches"
        f" + {counts.stages:,} stages + {counts.clears:,} clears",
        "dispatches": f"{counts.dispatches:,} = {counts.opened:,} assignments opened + {counts.repeats:,} repeats on the"
        f" same incident + {counts.dispatches_after_late:,} after a late opening",
        "assignments": f"{stored.assignments:,} = {counts.opened:,} by dispatch + {counts.opened_late:,} opened late by"
        f" a stage = {_listed(stored.ended)}; open {stored.assignments_open:,}",
        "stages": f"{stored.stage_reports:,} kept: {counts.backward:,} backward, {counts.repeated_stages:,} repeated"
        f" stages, {counts.late_stages:,} out of time order",
        "calls": f"{stored.calls:,} = {counts.calls_created:,} by their own event + {counts.calls_created_early:,} made"
        f" known by a unit first; {counts.reopened:,} reopened; {stored.calls_open:,} open",
        "verdicts": f"{stored.calls - stored.calls_without_verdict:,} of {stored.calls:,} calls"
        f" ({stored.verdicts_on_fallback:,} on fallback): {_levels(result)}",
        "units": f"{counts.teams_added:,} teams added when all were busy",
    }
    head = (
        f"Center {result.center_code}: {counts.played:,} events in {seconds:,.1f} s ({rate:,.0f}/s),"
        f" {len(counts.errors):,} errors."
    )
    if result.advised is not None:
        rows["advised"] = _advised(result.advised)
    return [head, *(f"  {name:<12}{text}" for name, text in rows.items()), *result.report]


def _advised(advised: Advised) -> str:
    anomalies = "; ".join(advised.anomalies[:ANOMALIES_TOLD]) or "none"
    return (
        f"the recommendation was asked {advised.asked:,} times (p95 {advised.p95_ms():.1f} ms), named a team"
        f" {advised.with_a_team:,} times and who went as recorded {advised.named_who_went:,} times; police were added"
        f" {advised.police_added:,} times for an open question;"
        f" {len(advised.anomalies):,} anomalies: {anomalies}"
    )


def _listed(ended: Mapping[str, int]) -> str:
    return " + ".join(f"{number:,} {reason}" for reason, number in sorted(ended.items())) or "0"


def _levels(result: Result) -> str:
    heaviest_first = sorted(result.levels.items(), key=lambda item: -(item[0] or 0))
    return ", ".join(
        f"{number:,} {'not behavioral' if level is None else f'level {level}'}" for level, number in heaviest_first
    )
