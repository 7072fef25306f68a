"""The kinds of event teams writes to the log, with the operational fields each may change."""

from care_dispatch.log import EventKind

UNIT_FIELDS = (
    "center_id",
    "agency_id",
    "callsign",
    "discipline",
    "capabilities",
    "languages",
    "home",
    "status",
    "status_at",
    "unavailable_reason",
    "unavailable_until",
    "retired",
)
_UNIT_STATUS = frozenset({"unit.status", "unit.status_at"})

CENTER_CREATED = EventKind("center.created")
AGENCY_CREATED = EventKind("agency.created")
USER_CREATED = EventKind("user.created", refs=frozenset({"user_id"}))
UNIT_CREATED = EventKind("unit.created", frozenset(f"unit.{name}" for name in UNIT_FIELDS))
UNIT_CHANGED = EventKind("unit.changed", frozenset(f"unit.{name}" for name in UNIT_FIELDS))
CREW_SIGNED_ON = EventKind("crew.signed_on", _UNIT_STATUS, frozenset({"shift_ids", "reason", "forced"}))
CREW_SIGNED_OFF = EventKind("crew.signed_off", _UNIT_STATUS, frozenset({"shift_ids", "reason"}))
# ``left``: the shifts of the crew that was aboard before.
CREW_HANDED_OVER = EventKind("crew.handed_over", refs=frozenset({"shift_ids", "left", "reason", "forced"}))
# What the people aboard bring is another thing than before: a credential ran out, came into force or was changed.
CREW_ABLE_CHANGED = EventKind("crew.able_changed")
CREDENTIALS_END = EventKind("credentials.end", refs=frozenset({"credential_ids"}))  # supervisors are told ahead
CREDENTIALS_LAPSED = EventKind("credentials.lapsed", refs=frozenset({"credential_ids"}))
AREAS_IMPORTED = EventKind("areas.imported", refs=frozenset({"area_ids", "retired"}))
SHIFT_EXTENDED = EventKind("shift.extended", refs=frozenset({"shift_ids"}))
SHIFT_ENDED = EventKind("shift.ended", refs=frozenset({"shift_ids"}))  # by itself, with nobody signing off
# Any row of the configuration. ``changes``: field to [old, new], or to nothing where the values are not the log's.
CONFIG_CHANGED = EventKind("config.changed", UNIT_CHANGED.sets, frozenset({"table", "row_id", "did", "changes"}))
# Never where: the log keeps no trail.
POSITION_SHARED = EventKind("position.shared")
POSITION_FORGOTTEN = EventKind("position.forgotten")
PLAN_SAVED = EventKind("plan.saved", refs=frozenset({"plan_id"}))
PLAN_RETIRED = EventKind("plan.retired", refs=frozenset({"plan_id"}))

ALL = [value for value in list(globals().values()) if isinstance(value, EventKind)]
