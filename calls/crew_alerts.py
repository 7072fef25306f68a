"""Alerts about crews: teams says what is the matter and when it is over, and knows no alerts."""

from datetime import datetime

from calls.alerts import raise_alert
from calls.models import Alert
from teams.notices import CREDENTIAL_ENDS, Notice


def raise_notice(notice: Notice, now: datetime) -> None:
    """One with a cause stays until that is over. A credential that will run out is no matter of minutes."""
    ahead = notice.kind == CREDENTIAL_ENDS
    raise_alert(
        center=notice.center, kind=notice.kind, text=notice.text, now=now, unit=notice.unit, cause=notice.cause,
        stands=bool(notice.cause), escalates=not ahead,
        urgency=Alert.Urgency.NOTICE if ahead else Alert.Urgency.OVERDUE,
    )  # fmt: skip
