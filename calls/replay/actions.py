"""What only a record does: the dispatch of a unit to the call it is on already."""

from datetime import datetime
from typing import Any

from calls import kinds
from calls.lifecycle import STAGES
from calls.models import Assignment, StageReport
from calls.stages import NotOnACall, open_assignment_of
from care_dispatch.log import record
from care_dispatch.log.door import source_now

_DISPATCHED = Assignment.Status.DISPATCHED


def note_dispatch_again(*, actor: None, now: datetime, unit_id: int) -> dict[str, Any]:
    """Keep a dispatch of a unit that is on the call already. It changes nothing and is never dropped.

    It repeats the one that opened the assignment. Where a later stage had opened it, the first dispatch only comes late.
    """
    assignment, unit = open_assignment_of(actor, unit_id, now)
    if assignment is None:
        raise NotOnACall(f"{unit.callsign} is on no call; send it first.")
    stamps = [getattr(assignment, f"{stage}_at") for stage in STAGES]
    late = now < max(stamp for stamp in stamps if stamp is not None)
    backward = assignment.status != _DISPATCHED
    repeated = not assignment.opened_late or assignment.stages.filter(stage=_DISPATCHED).exists()
    StageReport.objects.create(
        assignment=assignment, stage=_DISPATCHED, at=now, received_at=now, late=late, backward=backward,
        repeated=repeated, source=source_now(),
    )  # fmt: skip
    record(
        kinds.STAGE_REPORTED, center_id=unit.center_id, call_id=assignment.call_id, unit_id=unit.pk,
        agency_id=unit.agency_id,
        refs={"assignment_id": assignment.pk, "stage": _DISPATCHED, "late": late, "backward": backward,
              "repeated": repeated},
    )  # fmt: skip
    return {
        "assignment_id": assignment.pk,
        "call_id": assignment.call_id,
        "late": late,
        "backward": backward,
        "repeated": repeated,
    }
