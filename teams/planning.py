"""Changes of response plans: each save is a new version, the one before it stays as it was."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from care_dispatch.access import Role
from care_dispatch.log import record
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from teams import kinds
from teams.models import Agency, Center, ResponsePlan, User
from teams.plans import DEFAULT_PLANS, BrokenPlan, Plan, body_of, parse_plan

logger = logging.getLogger(__name__)


def save_plan(
    *,
    actor: User | None,
    now: datetime,
    center_id: int,
    response: str,
    name: str,
    body: Mapping[str, Any],
    level: int | None = None,
    nature: str = "",
    area_id: int | None = None,
) -> dict[str, Any]:
    """Put a plan in force in place of the one that holds for the same calls. Refused when it is not sound."""
    _require_own_admin(actor, center_id)
    if not name.strip():
        raise Invalid("A plan has a name.")
    if area_id is not None and not Agency.objects.filter(pk=area_id, center_id=center_id).exists():
        raise NotFound("There is no such agency.")
    # The center's row orders two who save at once: the second retires what the first has made.
    Center.objects.select_for_update(no_key=True).get(pk=center_id)
    where = {"center_id": center_id, "response": response, "level": level, "nature": nature, "area_id": area_id}
    before = _same(where).order_by("-version").first()
    version = before.version + 1 if before else 1
    try:
        parse_plan(body, name=name, version=version, response=response, level=level, nature=nature)
    except BrokenPlan as broken:
        raise Invalid(str(broken)) from broken
    if before and before.retired_at is None:
        before.retired_at = now
        before.save(update_fields=["retired_at"])
    plan = ResponsePlan.objects.create(**where, name=name, version=version, body=body, author=actor, made_at=now)
    record(kinds.PLAN_SAVED, center_id=center_id, refs={"plan_id": plan.pk})
    return {"plan_id": plan.pk, "version": version}


def retire_plan(*, actor: User | None, now: datetime, plan_id: int) -> dict[str, Any]:
    """End a plan: what is more general holds for its calls, at last the default."""
    plan = ResponsePlan.objects.select_for_update().filter(pk=plan_id).first()
    if plan is None:
        raise NotFound("There is no such plan.")
    _require_own_admin(actor, plan.center_id)
    if plan.retired_at is None:
        plan.retired_at = now
        plan.save(update_fields=["retired_at"])
        record(kinds.PLAN_RETIRED, center_id=plan.center_id, refs={"plan_id": plan.pk})
    return {"plan_id": plan.pk}


def in_force_at(**where: Any) -> ResponsePlan | None:
    """The plan that holds for just these calls: center_id, response, level, nature and area_id."""
    found: ResponsePlan | None = _same(where).filter(retired_at__isnull=True).first()
    return found


def _same(where: Mapping[str, Any]) -> Any:
    """Every version of the plan for just these calls."""
    given = {name: value for name, value in where.items() if value is not None}
    missing = {f"{name}__isnull": True for name, value in where.items() if value is None}
    return ResponsePlan.objects.filter(**given, **missing)


def _require_own_admin(actor: User | None, center_id: int) -> None:
    if actor is None:
        return
    if actor.role != Role.ADMIN:
        raise Forbidden("Only an admin changes response plans.")
    if actor.center_id not in (None, center_id):
        raise NotFound("There is no such center.")


def plans_in_force(center_id: int) -> tuple[list[Plan], list[str]]:
    """The center's own plans, ready to choose from, and the names of those that cannot be read: nobody is sent by them."""
    found, broken = [], []
    rows = ResponsePlan.objects.filter(center_id=center_id, retired_at__isnull=True).select_related("area")
    for row in rows.order_by("pk"):
        try:
            found.append(
                parse_plan(
                    row.body, name=row.name, version=row.version, response=row.response, level=row.level,
                    nature=row.nature, area=row.area.code if row.area else "",
                )
            )  # fmt: skip
        except BrokenPlan as error:
            logger.warning("plan %s of center %s cannot be read and is not used: %s", row.pk, center_id, error)
            broken.append(f"{row.name} v{row.version}")
    return found, broken


def default_bodies() -> dict[str, dict[str, Any]]:
    """What a center's first plans begin as, per response."""
    return {response: body_of(plan) for response, plan in DEFAULT_PLANS.items()}
