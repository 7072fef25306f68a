"""Whether an agreement covers a request: pure over rows and a local time."""

from collections.abc import Iterable
from datetime import datetime

from calls.models import Agreement


def covers(rows: Iterable[Agreement], local: datetime, discipline: str, type_code: str) -> bool:
    """True where any row covers it, and where there is none at all: nothing was agreed, anything may be asked."""
    rows = list(rows)
    return not rows or any(_covers(row, local, discipline, type_code) for row in rows)


def _covers(row: Agreement, local: datetime, discipline: str, type_code: str) -> bool:
    if row.ended_on is not None and local.date() >= row.ended_on:
        return False
    if row.weekdays and local.isoweekday() not in row.weekdays:
        return False
    if row.disciplines and discipline not in row.disciplines or row.call_types and type_code not in row.call_types:
        return False
    if row.from_time is None or row.to_time is None:
        return True
    at = local.time()
    if row.from_time <= row.to_time:
        return row.from_time <= at < row.to_time
    return at >= row.from_time or at < row.to_time
