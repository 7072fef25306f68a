"""The ticket: a signed note, made over HTTP, that lets one console open the live board without the database."""

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest

from care_dispatch.access import Tier, tier_of
from care_dispatch.live.hooks import topics_for

SALT = "care_dispatch.live.ticket"
LIFE_SECONDS = 90


@dataclass(frozen=True)
class Identity:
    """Who is looking, and what has to stay true for them to go on looking."""

    user_id: int
    center_id: int
    role: str
    tier: str
    agency_id: int | None
    position: str
    session: str  # hash of the session's key
    secret: str  # hash that any change of password changes
    access_version: int


@dataclass(frozen=True)
class Ticket:
    identity: Identity
    topics: frozenset[str]
    nonce: str
    expires_at: float  # seconds since 1970


class BadTicket(Exception):
    """The ticket is not ours, not whole, or too old."""


def session_hash(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest()


def secret_hash(user: Any) -> str:
    return hashlib.sha256(user.get_session_auth_hash().encode()).hexdigest()[:20]


def identity_of(request: HttpRequest) -> Identity:
    """The signed-in person of this request; raises Forbidden for a role that reads no calls."""
    user: Any = request.user
    return Identity(
        user_id=user.pk,
        center_id=user.center_id or 0,
        role=user.role,
        tier=tier_of(user.role).value,
        agency_id=user.agency_id,
        position=request.session.get("position", ""),
        session=session_hash(request.session.session_key or ""),
        secret=secret_hash(user),
        access_version=user.access_version,
    )


def issue(identity: Identity) -> tuple[Ticket, str]:
    """A fresh ticket and its signed text; asks the apps for a field user's topics (database)."""
    topics = topics_for(identity.user_id) if identity.tier == Tier.FIELD else frozenset()
    ticket = Ticket(identity, topics, secrets.token_urlsafe(12), time.time() + LIFE_SECONDS)
    return ticket, sign(ticket)


def sign(ticket: Ticket) -> str:
    who = ticket.identity
    fields = [who.user_id, who.center_id, who.role, who.tier, who.agency_id, who.position, who.session, who.secret]
    return signing.dumps(
        [*fields, who.access_version, sorted(ticket.topics), ticket.nonce, ticket.expires_at], salt=SALT
    )


def read(text: str) -> Ticket:
    """The ticket behind its signed text, without any database; raises BadTicket."""
    try:
        *fields, topics, nonce, expires_at = signing.loads(text, salt=SALT)
        ticket = Ticket(Identity(*fields), frozenset(topics), nonce, expires_at)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadTicket("not a ticket of this system") from error
    if ticket.expires_at < time.time():
        raise BadTicket("the ticket is older than its life")
    return ticket
