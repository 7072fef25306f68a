"""The kinds of event referrals writes: ids only, for what follows a call is clinical."""

from care_dispatch.log import EventKind

_REFERRAL = frozenset({"referral_id"})
_FOLLOW_UP = frozenset({"follow_up_id"})

SERVICE_LISTED = EventKind("service.listed", refs=frozenset({"service_id"}))
REFERRAL_MADE = EventKind("referral.made", refs=_REFERRAL)
REFERRAL_MOVED = EventKind("referral.moved", refs=_REFERRAL)
FOLLOW_UP_SET = EventKind("follow_up.set", refs=_FOLLOW_UP)
FOLLOW_UP_TRIED = EventKind("follow_up.tried", refs=_FOLLOW_UP)
FOLLOW_UP_OVERDUE = EventKind("follow_up.overdue", refs=_FOLLOW_UP)
FOLLOW_UP_CLOSED = EventKind("follow_up.closed", refs=_FOLLOW_UP)

ALL = [value for value in list(globals().values()) if isinstance(value, EventKind)]
