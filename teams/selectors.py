"""Reads of who can respond."""

from typing import Any, cast

from django.http import HttpRequest
from rest_framework.request import Request

from care_dispatch.access import TIER_OF_ROLE
from care_dispatch.refusal import Forbidden
from teams.demo import demo_users
from teams.models import Center, User


def signed_in(request: HttpRequest | Request) -> User:
    """The user of a request that is known to be signed in (the API and the pages refuse others before)."""
    return cast(User, request.user)


def center_id_of(user: User) -> int:
    """The center the user signs in to; raises Forbidden for a sign-in that belongs to none."""
    if user.center_id is None:
        raise Forbidden("This sign-in belongs to no center.")
    return user.center_id


def me(user: User, position: str) -> dict[str, Any]:
    """The signed-in person as the console shows them."""
    center, agency = user.center, user.agency
    return {
        "id": user.pk,
        "user": user.username,
        "name": user.get_full_name() or user.username,
        "role": user.role,
        "tier": TIER_OF_ROLE.get(user.role),
        "center": {"id": center.pk, "code": center.code, "name": center.name, "time_zone": center.time_zone}
        if center
        else None,
        "agency": {"code": agency.code, "name": agency.name} if agency else None,
        "position": position,
        "access_version": user.access_version,
    }


def demo_sign_ins() -> list[dict[str, str]]:
    """The demo log-ins, empty as soon as one real center exists: a real deployment never prints a password."""
    if not Center.objects.exists() or Center.objects.filter(synthetic=False).exists():
        return []
    return [
        {"username": username, "password": password, "role": role, "what_for": what_for}
        for username, password, role, what_for in demo_users()
    ]
