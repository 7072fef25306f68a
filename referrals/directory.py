"""Entering services in the resource directory."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from care_dispatch.access import Role
from care_dispatch.log import record
from care_dispatch.refusal import Forbidden
from referrals import kinds
from referrals.models import Organization, Service
from teams.models import User


def list_service(
    *,
    actor: User | None,
    now: datetime,
    center_id: int,
    organization: Mapping[str, Any],
    name: str,
    assured_date: date,
    **fields: Any,
) -> dict[str, Any]:
    """Add a service; its organization (``name``, ``description``, ``synthetic``) is added with its first one."""
    if actor is not None and actor.role != Role.ADMIN:
        raise Forbidden("Only an admin changes the directory.")
    by, _ = Organization.objects.get_or_create(
        center_id=center_id, name=organization["name"], defaults=dict(organization)
    )
    service, added = Service.objects.get_or_create(
        organization=by, name=name, defaults={"assured_date": assured_date, **fields}
    )
    if added:
        record(kinds.SERVICE_LISTED, center_id=center_id, refs={"service_id": service.pk})
    return {"service_id": service.pk, "added": added}
