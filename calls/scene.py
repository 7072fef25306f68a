"""Who leads on the scene now: handed over with every change of who is there and whether it is secure."""

from calls import co_response, kinds
from calls.models import Call
from care_dispatch.log import record, write


def hand_over(call: Call) -> None:
    """Give the lead to whom it belongs now; a change of it is an event."""
    there = set(call.assignments.open().values_list("unit__discipline", flat=True))
    lead = co_response.lead(asked=call.lead, there=there, secure=call.scene_secure_at is not None)
    if lead != call.scene_lead:
        sets = write(call, scene_lead=lead)
        record(kinds.LEAD_HANDED_OVER, center_id=call.center_id, call_id=call.pk, sets=sets)


def lose_scene(call: Call) -> None:
    """It counts as secure no more: police lead again."""
    if call.scene_secure_at is not None:
        sets = write(call, scene_secure_at=None)
        record(kinds.SCENE_NOT_SECURE, center_id=call.center_id, call_id=call.pk, sets=sets)
        hand_over(call)
