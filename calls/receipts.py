"""Delivery receipts: a new call counts as delivered once a covering console has shown it, and not before."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from calls import kinds, timers
from calls.fetch import require_dispatch
from calls.models import Alert, Call
from care_dispatch.log import record, write
from care_dispatch.log.door import position_now
from teams.models import User
from teams.selectors import center_id_of

MOST = 500
# A clock tells of nothing sooner than this, so that there is nothing to take back.
NOTHING_TOLD_BEFORE = timedelta(seconds=5)


def report_seen(*, actor: User, now: datetime, calls: Sequence[int] = (), alerts: Sequence[int] = ()) -> dict[str, Any]:
    """A console says which cards it has shown; the first to say so is kept, by its position.

    What is gone, seen already or another center's is passed over: by then there is nothing to be told.
    """
    require_dispatch(actor, "say what a console has shown")
    unseen = Call.objects.open().filter(center_id=center_id_of(actor), seen_at__isnull=True, surfaces_at__isnull=True)
    locked = list(unseen.filter(pk__in=calls).select_for_update(of=("self",)).order_by("pk"))
    for call in locked:
        sets = write(call, seen_at=now, seen_position=position_now())
        record(kinds.CALL_SEEN, center_id=call.center_id, call_id=call.pk, sets=sets)
        if now - (call.waits_since or call.received_at) >= NOTHING_TOLD_BEFORE:
            timers.wind(call.pk, now)
    raised = Alert.objects.open().filter(center_id=center_id_of(actor), seen_at__isnull=True, pk__in=alerts)
    shown = list(raised.select_for_update(of=("self",)).order_by("pk"))
    for alert in shown:
        write(alert, seen_at=now, seen_position=position_now())
        record(kinds.ALERT_SEEN, center_id=alert.center_id, call_id=alert.call_id, refs={"alert_id": alert.pk})
    return {"calls": [call.pk for call in locked], "alerts": [alert.pk for alert in shown]}
