"""A crew shares where its phone is: on shift only, shown as shared, stopped at any moment, and never a trail."""

from datetime import datetime, timedelta
from typing import Any

from care_dispatch.log import record
from care_dispatch.refusal import Forbidden
from teams import kinds
from teams.models import Unit, UnitPosition, User

# A phone that says more often where it is changes nothing.
NOT_OFTENER_THAN = timedelta(seconds=5)


def share_position(*, actor: User, now: datetime, lat: float, lng: float) -> dict[str, Any]:
    """The newest place of the unit this person is on shift with replaces the last; the log says that sharing began, not where."""
    unit = Unit.objects.select_for_update().filter(shifts__user=actor, shifts__during__contains=now, retired=False)
    mine = unit.order_by("pk").first()
    if mine is None:
        raise Forbidden("A position is shared on a shift only: sign on to a unit first.")
    before = UnitPosition.objects.filter(unit=mine).first()
    shared = before is not None and before.shared_by_id == actor.pk
    if before is not None and shared and before.at > now - NOT_OFTENER_THAN:
        return {"unit_id": mine.pk}
    UnitPosition.objects.update_or_create(unit=mine, defaults={"lat": lat, "lng": lng, "at": now, "shared_by": actor})
    if not shared:
        record(kinds.POSITION_SHARED, center_id=mine.center_id, unit_id=mine.pk, agency_id=mine.agency_id)
    return {"unit_id": mine.pk}


def stop_sharing(*, actor: User, now: datetime) -> dict[str, Any]:
    """The place goes at once; allowed off duty as well."""
    forget_shared(actor.pk)
    return {}


def forget_shared(user_id: int) -> None:
    """Delete what this person's phone has told; called where sharing or a shift ends."""
    for told in UnitPosition.objects.select_for_update().filter(shared_by=user_id).select_related("unit"):
        record(
            kinds.POSITION_FORGOTTEN, center_id=told.unit.center_id, unit_id=told.unit_id, agency_id=told.unit.agency_id
        )  # fmt: skip
        told.delete()
