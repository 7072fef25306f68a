"""Who is there when somebody asks CARE: police, three clinicians on duty, a dispatcher and a supervisor."""

from datetime import datetime, timedelta
from typing import Any

from calls.consults import ask_consult
from calls.models import Alert, Consult
from care_dispatch.due.work import run_once
from teams.models import Unit, User
from tests.cast import (
    NOW,
    act,
    make_agency,
    make_center,
    make_unit,
    make_user,
    put_on_shift,
    use_default_rules,
)

# What an answered consult ends with: a kind of advice and plain words for the requester.
SAID: dict[str, Any] = {"advice_type": "calming", "recommendation": "One voice, short sentences."}


class Floor:
    """``care``: units by callsign; ``clinicians``: who is aboard, by the same."""

    def __init__(self, clinicians: int = 3) -> None:
        use_default_rules()
        self.center = make_center()
        self.police = make_unit(
            self.center, "P901", "police", agency=make_agency(self.center, "police", code="city-pd")
        )
        self.agency = make_agency(self.center, "care")
        self.dispatcher, self.supervisor = make_user(self.center), make_user(self.center, "supervisor")
        self.officer = make_user(self.center, "officer", agency=self.police.agency)
        put_on_shift(self.officer, self.police, "officer")
        self.care: dict[str, Unit] = {}
        self.clinicians: dict[str, User] = {}
        for number in range(1, clinicians + 1):
            self.crew(f"CARE{number}", since=NOW - timedelta(hours=5 - number))

    def crew(self, callsign: str, *, since: datetime = NOW - timedelta(hours=1), **fields: Any) -> User:
        """A CARE unit with a clinician on shift since then."""
        self.care[callsign] = make_unit(self.center, callsign, agency=self.agency, **fields)
        self.clinicians[callsign] = make_user(self.center, "clinician", agency=self.agency)
        put_on_shift(self.clinicians[callsign], self.care[callsign], start=since)
        return self.clinicians[callsign]

    def ask(self, *, now: datetime = NOW, by: User | None = None, **fields: Any) -> Consult:
        done = act(ask_consult, by=by or self.officer, now=now, **{"question": "capacity", **fields})
        return Consult.objects.get(pk=done.result["consult_id"])

    def sweep(self, now: datetime) -> None:
        run_once(older_than=timedelta(0), now=now, source="sweep")


def offers(consult: Consult) -> list[tuple[str, str]]:
    """The callsigns asked so far and how each ended."""
    return list(consult.offers.values_list("unit__callsign", "end"))


def open_alerts(floor: Floor) -> list[str]:
    return list(
        Alert.objects.open().filter(center=floor.center, kind="consult_unanswered").values_list("text", flat=True)
    )
