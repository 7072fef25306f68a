"""What consults come to in a time: who asked, how long until an answer, what came of it, what it spared. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from statistics import median
from typing import Any

# What the requester says when nobody would have had to come in vain: only such a consult has spared a unit.
_SPARED = frozenset({"helped", "unit_not_needed"})


@dataclass(frozen=True)
class Row:
    """One consult. ``unit_sent``: it became a call or CARE was sent to its call after it was asked."""

    requester: str
    agency: str
    question: str
    asked_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    result: str
    confirmation: str
    unit_sent: bool


def counts(rows: Sequence[Row], *, unit_minutes: int) -> dict[str, Any]:
    """Counts with their denominators and what is missing. Spared hours rest on ``unit_minutes`` per consult."""
    over = [row for row in rows if row.ended_at is not None]
    without = [row for row in over if not row.unit_sent and row.result != "care_en_route"]
    spared = [row for row in without if row.answered_at is not None and row.confirmation in _SPARED]
    return {
        "asked": len(rows),
        "open": len(rows) - len(over),
        "by_requester": _tally(row.requester for row in rows),
        "by_agency": _tally(row.agency or "not named" for row in rows),
        "by_question": _tally(row.question for row in rows),
        "by_result": _tally(row.result for row in over),
        "by_confirmation": _tally(row.confirmation or "not_confirmed" for row in over),
        "answer": _answer(rows),
        "without_unit": {
            "count": len(without),
            "of": len(over),
            "share": round(len(without) / len(over), 3) if over else None,
        },
        "spared": {
            "counted": len(spared),
            "unit_minutes_each": unit_minutes,
            "unit_hours": round(len(spared) * unit_minutes / 60, 2),
            "assumption": (
                f"Each answered consult that ended without a unit, and of which the requester said that it helped or that"
                f" no unit was needed, is taken to spare {unit_minutes} minutes of one CARE unit."
            ),
        },
    }


def _answer(rows: Sequence[Row]) -> dict[str, Any]:
    """Seconds from the question to the answer: the median, and what nine of ten stay within."""
    seconds = sorted((row.answered_at - row.asked_at).total_seconds() for row in rows if row.answered_at)
    return {
        "n": len(seconds),
        "missing": len(rows) - len(seconds),
        "median_seconds": median(seconds) if seconds else None,
        "p90_seconds": seconds[ceil(0.9 * len(seconds)) - 1] if seconds else None,
    }


def _tally(words: Any) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))
