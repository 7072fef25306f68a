"""Crews of the cast: who holds which credential until when, and who is planned on which unit."""

from datetime import timedelta
from itertools import count
from typing import Any

from teams.models import Center, Credential, CredentialKind, PlannedShift, Unit, User
from tests.cast import NOW, later, make_unit, make_user

_serial = count(1)


def make_kind(center: Center, gives: str = "clinician", **fields: Any) -> CredentialKind:
    values = {"code": f"kind-{next(_serial)}", "words": "counselor licence", "gives": gives.split(), **fields}
    return CredentialKind.objects.create(center=center, **values)


def hold(user: User, kind: CredentialKind, days: float = 100, **fields: Any) -> Credential:
    """A credential that holds so many days more; the days before today when negative."""
    return Credential.objects.create(
        user=user, kind=kind, expires_on=(kind.center.local(NOW) + timedelta(days=days)).date(), **fields
    )


def plan_shift(center: Center, *, unit: Unit | None = None, user: User | None = None, **fields: Any) -> PlannedShift:
    """A clinician planned on a CARE unit for twelve hours from now."""
    values = {"duty": "clinician", "starts_at": NOW, "ends_at": later(hours=12), **fields}
    return PlannedShift.objects.create(
        unit=unit or make_unit(center, status="off_duty"), user=user or make_user(center, "clinician"), **values
    )
