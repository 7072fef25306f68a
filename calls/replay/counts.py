"""What a replay was given and what it did with it; the two must add up."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Counts:
    """Filled by the player, one number per thing that can become of a recorded event."""

    read: int = 0
    simulated: int = 0  # dispatches, stages and clears that no record holds: invented to work the calls
    calls_created: int = 0
    details_added: int = 0  # call.created of an incident that a unit had made known before
    calls_created_early: int = 0  # by an event before its call.created
    dispatches: int = 0
    opened: int = 0
    repeats: int = 0  # dispatched again to the incident it is open on
    dispatches_after_late: int = 0  # the dispatch of an assignment that a later stage had opened
    opened_late: int = 0
    stages: int = 0
    backward: int = 0
    repeated_stages: int = 0
    late_stages: int = 0
    clears: int = 0
    implied_by_next_dispatch: int = 0
    implied_end: int = 0
    reopened: int = 0
    teams_added: int = 0
    calls_closed_at_last_event: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def played(self) -> int:
        return self.calls_created + self.details_added + self.dispatches + self.stages + self.clears


@dataclass(frozen=True)
class Stored:
    """The same, counted in the database after the last event."""

    calls: int
    calls_open: int
    calls_without_verdict: int
    verdicts_on_fallback: int
    assignments: int
    assignments_open: int
    opened_late: int
    ended: Mapping[str, int]  # end reason -> assignments
    stage_reports: int
    repeated_dispatches: int
    backward: int


def differences(counts: Counts, stored: Stored, *, incidents: int) -> list[str]:
    """Sentences, one per sum that does not come out; empty when everything does."""
    implied_next = stored.ended.get("implied_by_next_dispatch", 0)
    implied_end = stored.ended.get("implied_end", 0)
    sums = [
        (
            "events read or simulated",
            counts.read + counts.simulated,
            "events played and failed",
            counts.played + len(counts.errors),
        ),
        ("events that failed", len(counts.errors), "errors allowed", 0),
        ("incidents in the file", incidents, "calls stored", stored.calls),
        ("calls stored", stored.calls, "calls created", counts.calls_created + counts.calls_created_early),
        (
            "dispatches",
            counts.dispatches,
            "assignments opened by them, repeats and dispatches after a late opening",
            counts.opened + counts.repeats + counts.dispatches_after_late,
        ),
        ("assignments opened", counts.opened + counts.opened_late, "assignments stored", stored.assignments),
        ("assignments opened late", counts.opened_late, "stored as such", stored.opened_late),
        (
            "assignments ended by an event or implied",
            counts.clears + counts.implied_by_next_dispatch + counts.implied_end,
            "ended in the database",
            sum(stored.ended.values()),
        ),
        ("ends implied by the next dispatch", counts.implied_by_next_dispatch, "stored as such", implied_next),
        ("ends implied by the end of the record", counts.implied_end, "stored as such", implied_end),
        ("assignments stored", stored.assignments, "assignments ended", sum(stored.ended.values())),
        (
            "stages and repeated dispatches",
            counts.stages + counts.repeats + counts.dispatches_after_late,
            "stage reports stored",
            stored.stage_reports,
        ),
        ("repeated dispatches", counts.repeats, "stored as such", stored.repeated_dispatches),
        ("backward stages", counts.backward, "stored as such", stored.backward),
        ("calls without a verdict", stored.calls_without_verdict, "allowed", 0),
        ("calls still open", stored.calls_open, "allowed", 0),
    ]
    return [f"{left:,} {what} are not {right:,} {against}" for what, left, against, right in sums if left != right]
