"""The kinds of event the life of a rule set writes to the log."""

from care_dispatch.log import EventKind

_SET = frozenset({"rule_set_id"})

RULES_STORED = EventKind("rules.stored", refs=_SET)
RULES_DRAFTED = EventKind("rules.drafted", refs=_SET | {"based_on_id"})
RULES_CHANGED = EventKind("rules.changed", refs=_SET | {"revision"})
RULES_SUBMITTED = EventKind("rules.submitted", refs=_SET | {"revision"})
RULES_SENT_BACK = EventKind("rules.sent_back", refs=_SET)
RULES_APPROVED = EventKind("rules.approved", refs=_SET | {"revision"})
RULES_RETIRED = EventKind("rules.retired", refs=_SET)
RULES_ROLLED_BACK = EventKind("rules.rolled_back", refs=_SET | {"back_to_id"})
# Calls open at that time are judged again.
RULES_LANDED = EventKind("rules.landed", refs=_SET)

ALL = [value for value in list(globals().values()) if isinstance(value, EventKind)]
