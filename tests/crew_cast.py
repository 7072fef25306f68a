"""Credentials of the cast: kinds of them, and who holds one until when."""

from datetime import timedelta
from itertools import count
from typing import Any

from teams.models import Center, Credential, CredentialKind, User
from tests.cast import NOW

_serial = count(1)


def make_kind(center: Center, gives: str = "clinician", **fields: Any) -> CredentialKind:
    values = {"code": f"kind-{next(_serial)}", "words": "counselor licence", "gives": gives.split(), **fields}
    return CredentialKind.objects.create(center=center, **values)


def hold(user: User, kind: CredentialKind, days: float = 100, **fields: Any) -> Credential:
    """A credential that holds so many days more; the days before today when negative."""
    return Credential.objects.create(
        user=user, kind=kind, expires_on=(kind.center.local(NOW) + timedelta(days=days)).date(), **fields
    )
