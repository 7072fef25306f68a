"""The limits in force at a center: its own rows, else the defaults."""

from calls.clocks import DEFAULTS, Limit
from calls.models import ClockLimit


def limit_of(center_id: int, clock: str, of: str = "") -> Limit:
    """Read anew each time, so that what an admin sets is in force with the next look."""
    own = ClockLimit.objects.filter(center_id=center_id, clock=clock, of=of)
    seconds = own.values_list("warn_seconds", "overdue_seconds", "escalate_seconds").first()
    return Limit(*seconds) if seconds else DEFAULTS[clock, of]
