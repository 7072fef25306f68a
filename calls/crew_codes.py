"""A code out of use that a crew or a device still says: kept as it was said, and owed to the supervisor."""

from datetime import datetime
from typing import Any

from calls import faces, kinds
from calls.codes import require_in_use
from calls.models import Assignment, Code
from care_dispatch.access import FIELD_ROLES, Role
from care_dispatch.log import record, write
from teams.models import User
from teams.selectors import center_id_of

LISTED = 200


def out_of_use(
    assignment: Assignment, actor: User | None, *, outcome: str, disposition: str, of_before: bool = False
) -> list[str]:
    """The codes out of use among what is said. Who has today's menu before their eyes is refused a new choice of one.

    A crew says what came of it from the page it has, and a device what it heard ``of_before``: refused, that would be
    lost and the unit would stay on its call.
    """
    if actor is None:
        return []
    center_id, stored = assignment.call.center_id, (assignment.outcome, assignment.disposition)
    said = ((Code.List.OUTCOMES, outcome), (Code.List.DISPOSITIONS, disposition))
    if of_before or actor.role in FIELD_ROLES:
        retired = Code.objects.filter(center_id=center_id, retired=True)
        return [code for name, code in said if code and retired.filter(list=name, code=code).exists()]
    for (name, code), before in zip(said, stored, strict=True):
        if code != before:
            require_in_use(actor, center_id, name, code)
    return []


def owe_codes(assignment: Assignment, codes: list[str], now: datetime) -> None:
    """A supervisor is owed a look at ``codes``; with none of them, what was owed is settled."""
    if not codes and assignment.code_owed_at is None:
        return
    sets = write(assignment, code_owed_at=now if codes else None)
    record(
        kinds.CODE_OWED, center_id=assignment.call.center_id, call_id=assignment.call_id,
        unit_id=assignment.unit_id, sets=sets, refs={"assignment_id": assignment.pk, "codes": codes},
    )  # fmt: skip


def codes_owed(user: User) -> list[dict[str, Any]]:
    """What crews said with a code out of use, the oldest first; a supervisor keeps it or gives another."""
    if user.role != Role.SUPERVISOR:
        return []
    rows = Assignment.objects.filter(call__center_id=center_id_of(user), code_owed_at__isnull=False)
    return [
        {
            "assignment_id": row.pk,
            "callsign": row.unit.callsign,
            "call_id": row.call_id,
            "call_number": str(row.call.number),
            "outcome": row.outcome,
            "disposition": row.disposition,
            "owed_since": faces.iso(row.code_owed_at),
        }
        for row in rows.select_related("unit", "call").order_by("code_owed_at", "pk")[:LISTED]
    ]
