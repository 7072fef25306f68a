"""A center of the bench: signed-in dispatchers, units on calls, and status changes to send."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from calls.lifecycle import STAGES
from care_dispatch.live import tickets
from care_dispatch.live.tickets import Identity
from teams.models import Center, Unit, User
from tests.cast import make_agency, make_call, make_center, make_unit, make_user, send
from tests.live.consoles import identity

MOVES = STAGES[1:-1]
Moves = Iterator[tuple[str, dict[str, str]]]  # addresses and bodies of status changes
LOCATION = "300 W BELT LINE RD"


@dataclass
class Person:
    """Somebody with a session in the web process."""

    user: User
    session: str
    identity: Identity

    def hello(self) -> str:
        """The first thing a console says, with a fresh ticket."""
        return json.dumps({"type": "hello", "ticket": tickets.issue(self.identity)[1], "epoch": None, "seq": None})


class Town:
    """No timer runs in it, so that nothing happens but what is measured."""

    def __init__(self, people: int) -> None:
        self.center: Center = make_center(timers_run=False)
        self.police = make_agency(self.center, "police")
        self.people = sign_in([make_user(self.center) for _ in range(people)])
        self.dispatcher = self.people[0].user

    def unit(self) -> Unit:
        return make_unit(self.center, discipline="police", agency=self.police)

    def moves(self, changes: int) -> Moves:
        """Addresses and bodies of that many status changes: units on calls that go from stage to stage."""
        now, units = timezone.now(), []
        for _ in range(-(-changes // len(MOVES))):
            unit = self.unit()
            send(self.dispatcher, make_call(self.dispatcher, location=LOCATION, now=now), unit, now=now)
            units.append(unit.pk)
        return ((f"/api/units/{unit}/status/", {"status": stage}) for stage in MOVES for unit in units)

    def hellos(self, count: int) -> list[str]:
        return [self.people[n % len(self.people)].hello() for n in range(count)]


def sign_in(users: list[User]) -> list[Person]:
    """A session each, as the sign-in page makes it; stored in one statement."""
    found: list[Person] = []
    rows: list[Session] = []
    store = SessionStore()
    for user in users:
        key = store._get_new_session_key()  # type: ignore[attr-defined]
        data = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "teams.sign_in.Backend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            "position": f"D{len(rows) + 1}",
        }
        expires = timezone.now() + timedelta(hours=12)
        rows.append(Session(session_key=key, session_data=store.encode(data), expire_date=expires))
        kept = SessionStore(key)
        found.append(Person(user, key, identity(user, kept)))
    Session.objects.bulk_create(rows)
    return found
