"""The end of a replay in words and numbers."""

from calls.replay.run import Result


def summary(result: Result, seconds: float) -> list[str]:
    """Lines of text, ready to print."""
    counts, stored = result.counts, result.stored
    rate = counts.read / seconds if seconds else 0.0
    levels = ", ".join(
        f"{'not behavioral' if level is None else f'level {level}'} {number:,}"
        for level, number in sorted(result.levels.items(), key=lambda item: -1 if item[0] is None else -item[0])
    )
    return [
        f"Center {result.center_code}: {counts.read:,} events in {seconds:,.1f} s ({rate:,.0f}/s), "
        f"{len(counts.errors):,} errors.",
        f"  events      {counts.read:,} read = {counts.calls_created:,} calls + {counts.details_added:,} details of known"
        f" calls + {counts.dispatches:,} dispatches + {counts.stages:,} stages + {counts.clears:,} clears",
        f"  dispatches  {counts.dispatches:,} = {counts.opened:,} assignments opened + {counts.repeats:,} repeats on the"
        f" same incident + {counts.dispatches_after_late:,} after a late opening",
        f"  assignments {stored.assignments:,} = {counts.opened:,} by dispatch + {counts.opened_late:,} opened late by a"
        " stage; ended: "
        + ", ".join(f"{reason} {number:,}" for reason, number in sorted(stored.ended.items()))
        + f"; open {stored.assignments_open:,}",
        f"  stages      {stored.stage_reports:,} kept: {counts.backward:,} backward, {counts.repeated_stages:,} repeated"
        f" stages, {counts.late_stages:,} out of time order",
        f"  calls       {stored.calls:,} = {counts.calls_created:,} by their own event +"
        f" {counts.calls_created_early:,} made known by a unit first; {counts.reopened:,} reopened;"
        f" {stored.calls_open:,} open",
        f"  verdicts    {stored.calls - stored.calls_without_verdict:,} of {stored.calls:,} calls"
        f" ({stored.verdicts_on_fallback:,} on fallback): {levels}",
        f"  units       {counts.teams_added:,} teams added when all were busy",
        *result.report,
    ]
