"""The kinds of event calls writes to the log, with the operational fields each may change."""

from calls.lifecycle import STAGES
from care_dispatch.log import EventKind


def _kind(name: str, sets: str = "", refs: str = "") -> EventKind:
    return EventKind(name, frozenset(sets.split()), frozenset(refs.split()))


_PLACE = (
    "call.location call.location_detail call.location_confirmed call.lat call.lng call.location_verified call.premise"
    " call.premise_unit call.city_id call.beat_id call.service_area_id call.jurisdiction_set_by_hand"
)
_MOVED = "call.moved_at call.initial_location call.initial_lat call.initial_lng"
_STAMPS = " ".join(f"assignment.{stage}_at" for stage in STAGES)
_ASSIGNMENT = f"assignment.status assignment.role assignment.call_id assignment.unit_id assignment.end_reason assignment.late {_STAMPS}"
_UNIT = "unit.status unit.status_at unit.unavailable_reason unit.unavailable_until"
_WAIT = "call.waits_since call.late call.surfaces_at"
_CALL_TIMES = f"call.status call.first_dispatched_at call.first_on_scene_at {_WAIT}"
_HOLD = f"call.held_until call.hold_reason {_WAIT}"
_CLOSED = f"call.status call.closed_at call.closed_as call.close_reason call.not_sent_reason call.mode_planned call.mode_actual {_HOLD}"

CALL_CREATED = _kind(
    "call.created",
    f"call.center_id call.day call.number call.urn call.status call.nature call.type_code {_PLACE} call.origin"
    " call.priority call.received_at call.jurisdiction_id call.facts_version call.scheduled_for call.surfaces_at",
    "note_id caller_id",
)
CALL_CHANGED = _kind(
    "call.changed",
    f"call.nature call.type_code {_PLACE} call.priority call.priority_set_by_hand call.jurisdiction_id call.origin call.late"
    f" {_MOVED}",
)
GAZETTEER_IMPORTED = _kind("gazetteer.imported", "", "file added changed same left retired")
CALLER_ADDED = _kind("caller.added", "", "caller_id")
CALL_HELD = _kind("call.held", _HOLD)
CALL_SCHEDULED = _kind("call.scheduled", f"call.scheduled_for call.question_late {_HOLD}")
CALL_SURFACED = _kind("call.surfaced", _WAIT)
CALL_CLOSED = _kind("call.closed", _CLOSED)
CALL_REOPENED = _kind("call.reopened", f"{_CLOSED} call.scene_secure_at call.care_requested_at call.reopened_at")
CALL_LINKED = _kind("call.linked", "", "link_id")
CALL_UNLINKED = _kind("call.unlinked", "", "link_id")
# On the duplicate: where it went and back; on the call that stays: what came and went.
CALL_MERGED = _kind("call.merged", "call.merged_into_id call.facts_version", "merge_id statement_ids")
CALL_UNMERGED = _kind("call.unmerged", f"{_CLOSED} call.reopened_at call.merged_into_id", "merge_id")
MERGE_TAKEN_IN = _kind(
    "call.merge_taken_in",
    "call.facts_version call.priority call.priority_set_by_hand call.mode_override call.mode_reason"
    f" {_CALL_TIMES} {_HOLD}",
    "merge_id",
)
MERGE_TAKEN_OUT = _kind("call.merge_taken_out", "call.facts_version", "merge_id")
CALL_SPLIT = _kind("call.split", "", "call_id link_id")
CALL_STACKED = _kind("call.stacked")
CALL_UNSTACKED = _kind("call.unstacked")
STACK_PROPOSED = _kind("stack.proposed")
CALL_SHARED = _kind("call.shared", "", "share_id ended")
REQUEST_ASKED = _kind("request.asked", "", "request_id")
REQUEST_ACCEPTED = _kind("request.accepted", "", "request_id")
REQUEST_DECLINED = _kind("request.declined", "", "request_id")
REQUEST_WITHDRAWN = _kind("request.withdrawn", "", "request_id")
REQUEST_MOVED = _kind("request.moved", "", "request_id")
REQUEST_UNANSWERED = _kind("request.unanswered", "", "request_id")
REQUEST_TIMED_OUT = _kind("request.timed_out", "", "request_id")
REQUEST_COMMITTED = _kind("request.committed", "", "request_id")
REQUEST_RELEASED = _kind("request.released", "", "request_id")
REQUEST_RETURNED = _kind("request.returned", "", "request_id")
PRINTED = _kind("paper.printed", "", "sheet")
MODE_SET = _kind("call.mode_set", "call.mode_override call.mode_reason")
NOTE_ADDED = _kind("note.added", "", "note_id")
NOTE_SEALED = _kind("note.sealed", "", "note_id")
FACTS_STATED = _kind("facts.stated", "call.facts_version call.question_late", "statement_ids")
VERDICT_RECORDED = _kind(
    "verdict.recorded",
    "call.facts_version call.verdict_id call.level call.response call.services call.lead call.priority call.status call.question_late"
    f" call.mode_override call.mode_reason {_HOLD}",
    "verdict_id statement_ids",
)
UNIT_SENT = _kind(
    "unit.sent",
    f"{_ASSIGNMENT} assignment.opened_late assignment.reactive assignment.against_triage assignment.override_reason assignment.bypass {_UNIT} {_CALL_TIMES}"
    f" {_HOLD}",
    "assignment_id",
)
STAGE_REPORTED = _kind(
    "unit.stage_reported",
    f"{_ASSIGNMENT} assignment.disposition_owed_at {_UNIT} {_CALL_TIMES}",
    "assignment_id stage late backward repeated",
)
STAGE_CORRECTED = _kind(
    "unit.stage_corrected", f"{_ASSIGNMENT} {_UNIT} {_CALL_TIMES}", "assignment_id stage instead_of reason"
)
UNIT_CLEARED = _kind(
    "unit.cleared",
    f"{_ASSIGNMENT} assignment.outcome assignment.police_released_at assignment.disposition_owed_at"
    f" {_UNIT} {_CALL_TIMES}",
    "assignment_id",
)
UNIT_MOVED = _kind(
    "unit.moved",
    f"assignment.call_id assignment.against_triage assignment.override_reason {_CALL_TIMES} {_HOLD}",
    "assignment_id",
)
BYPASS_SAID = _kind("unit.bypass_said", "assignment.bypass", "assignment_id")
UNIT_TAKEN = _kind("unit.taken", "assignment.taken_for_id", "assignment_id")
ROLE_SET = _kind("unit.role_set", "assignment.role", "assignment_id")
CALLED_AHEAD = _kind("unit.called_ahead", "assignment.called_ahead_at assignment.called_ahead", "assignment_id")
CLEARED_TO_ENTER = _kind("unit.cleared_to_enter", "assignment.cleared_to_enter_at", "assignment_id")
CODE_OWED = _kind("unit.code_owed", "assignment.code_owed_at", "assignment_id codes")
DISPOSITION_RECORDED = _kind(
    "unit.disposition_recorded",
    "assignment.outcome assignment.disposition assignment.legal_basis assignment.disposition_owed_at",
    "assignment_id",
)
# Whereto in words may be a relative's name: the log says that it was told, and the code of a place of the list.
TRANSPORT_RECORDED = _kind(
    "unit.transport_recorded",
    "assignment.facility_id assignment.start_mileage assignment.end_mileage assignment.legal_basis assignment.rides",
    "assignment_id",
)
UNIT_MIRRORED = _kind("unit.mirrored", "unit.mirrored_at")
UNIT_STATUS = _kind("unit.status_set", _UNIT)
CALL_LATE = _kind("call.late", "call.late call.question_late")
UNIT_LATE = _kind("unit.late", "assignment.late", "assignment_id")
UNIT_CHECKED = _kind("unit.checked", "assignment.checked_at assignment.late", "assignment_id")
CALL_BACK_ASKED = _kind("call_back.asked", "", "call_back_id")
CALL_BACK_LATE = _kind("call_back.late", "", "call_back_id")
CALL_BACK_TRIED = _kind("call_back.tried", "", "call_back_id")
CALL_BACK_ENDED = _kind("call_back.ended", "", "call_back_id")
CLINICIAN_CALL_ASKED = _kind("clinician_call.asked", "", "clinician_call_id mode due_at")
CLINICIAN_CALL_MADE = _kind("clinician_call.made", "", "clinician_call_id result")
CALL_SEEN = _kind("call.seen", "call.seen_at call.seen_position")
ALERT_RAISED = _kind("alert.raised", "", "alert_id")
ALERT_RAISED_AGAIN = _kind("alert.raised_again", "", "alert_id")
ALERT_EMERGENCY = _kind("alert.emergency", "", "alert_id")
ALERT_SEEN = _kind("alert.seen", "", "alert_id")
ALERT_ACKNOWLEDGED = _kind("alert.acknowledged", "", "alert_id")
ALERT_SHELVED = _kind("alert.shelved", "", "alert_id")
ALERT_TOLD = _kind("alert.told", "", "alert_id")
ALERT_UNIT_LEFT = _kind("alert.unit_left", "", "alert_id")
ALERT_ESCALATED = _kind("alert.escalated", "", "alert_id")
ALERT_MOVED = _kind("alert.moved", "", "alert_id")
ALERT_CLOSED = _kind("alert.closed", "", "alert_id")

LEAD_HANDED_OVER = _kind("call.lead_handed_over", "call.scene_lead")
SCENE_SECURED = _kind("call.scene_secured", "call.scene_secure_at")
SCENE_NOT_SECURE = _kind("call.scene_not_secure", "call.scene_secure_at")
STAGING_SET = _kind("call.staging_set", "call.staging_point call.staging_lat call.staging_lng")
CARE_REQUESTED = _kind("call.care_requested", "call.care_requested_at")
POLICE_CALLED_UP = _kind(
    "call.police_called_up", "call.mode_override call.mode_reason call.scene_secure_at", "assignment_id"
)

ALL = [value for value in list(globals().values()) if isinstance(value, EventKind)]
