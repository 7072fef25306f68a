"""A crew shares its position: on shift only, the newest alone, stopped at any moment, gone with the shift."""

from typing import Any

import pytest

from calls import faces
from calls.joint import call_police_up
from calls.pair import etas
from calls.recommending import need_of
from calls.selectors import call_detail
from care_dispatch.log.models import Event
from care_dispatch.refusal import Forbidden
from teams import whereabouts
from teams.actions import place_unit, sign_off
from teams.models import Shift, Unit, UnitPosition
from teams.sharing import share_position, stop_sharing
from tests.cast import NOW, act, later, make_call, make_center, make_unit, make_user, put_on_shift, send
from tests.config_cast import as_user

HERE: dict[str, Any] = {"lat": 32.59, "lng": -96.85}


class Crew:
    """CARE on shift, with a phone."""

    def __init__(self, start: Any = NOW) -> None:
        self.center = make_center()
        self.unit: Unit = make_unit(self.center, "CARE1")
        self.clinician = make_user(self.center, "clinician", agency=self.unit.agency)
        put_on_shift(self.clinician, self.unit, start=start)

    def share(self, **more: Any) -> None:
        act(share_position, by=self.clinician, **{"now": later(minutes=1), **HERE, **more})


@pytest.fixture
def crew(db: None) -> Crew:
    return Crew()


def test_the_newest_place_replaces_the_last_and_the_log_says_only_that_it_is_shared(crew: Crew) -> None:
    crew.share()
    crew.share(now=later(minutes=2), lat=32.6)
    assert UnitPosition.objects.get().lat == 32.6
    (told,) = Event.objects.filter(kind__startswith="position.")
    assert (told.kind, told.payload["set"], told.payload["ref"]) == ("position.shared", {}, {})


def test_a_phone_that_says_it_more_often_changes_nothing(crew: Crew) -> None:
    crew.share()
    crew.share(now=later(minutes=1, seconds=4), lat=33.0)
    assert UnitPosition.objects.get().lat == HERE["lat"]


def test_nobody_shares_off_duty(crew: Crew) -> None:
    with pytest.raises(Forbidden, match="sign on to a unit first"):
        crew.share(now=later(hours=13))
    assert not UnitPosition.objects.exists()


def test_what_is_shared_stops_when_its_crew_says_so(crew: Crew) -> None:
    crew.share()
    act(stop_sharing, by=crew.clinician, now=later(minutes=2))
    assert not UnitPosition.objects.exists()
    assert Event.objects.filter(kind="position.forgotten").count() == 1


def test_it_goes_with_the_sign_off_and_a_vehicles_own_place_stays(crew: Crew) -> None:
    crew.share()
    other = make_unit(crew.center, "P1", "police")
    act(place_unit, by=None, unit_id=other.pk, **HERE)
    act(sign_off, by=crew.clinician, now=later(minutes=2), unit_id=crew.unit.pk)
    assert [place.unit_id for place in UnitPosition.objects.all()] == [other.pk]


def test_signing_out_of_the_phone_stops_it(crew: Crew) -> None:
    crew.share()
    as_user(crew.clinician).post("/sign-out/")
    assert not UnitPosition.objects.exists()


def test_a_crew_that_went_home_without_a_word_is_on_no_board(crew: Crew) -> None:
    """The test's shift lies in the past of the database's clock, as one does that has run out."""
    crew.share()
    Shift.objects.update(during=(later(days=-9000), later(days=-8999)))
    assert whereabouts.positions_since(crew.center.pk, None) == []
    (row,) = faces.unit_rows(crew.center.pk, None)
    assert row["position"] is None


def test_the_place_of_a_phone_counts_nowhere_once_its_shift_is_over(crew: Crew) -> None:
    """Not in the time a partner reads, not in whom to send, not in who is the nearest police."""
    police, far = make_unit(crew.center, "P1", "police"), make_unit(crew.center, "P2", "police")
    officer = make_user(crew.center, "officer", agency=police.agency)
    shift = put_on_shift(officer, police, start=NOW)
    act(share_position, by=officer, now=later(minutes=1), **HERE)
    crew.share()
    act(place_unit, by=None, now=later(minutes=1), unit_id=far.pk, lat=32.9, lng=-96.85)
    call = make_call(make_user(crew.center), triaged=False, **HERE)
    send(make_user(crew.center), call, crew.unit, override_reason="crew_request")

    def counted(now: Any) -> tuple[list[int], set[str]]:
        on = list(call.assignments.open().select_related("unit"))
        return list(etas(call, on, now)), {one.callsign for one in need_of(call, now)[1] if one.position is not None}

    assert counted(later(minutes=2)) == ([crew.unit.pk], {"CARE1", "P1", "P2"})
    Shift.objects.filter(pk=shift.pk).update(during=(NOW, later(hours=1)))
    assert counted(later(hours=2)) == ([crew.unit.pk], {"CARE1", "P2"})
    assert counted(later(hours=13)) == ([], {"P2"})
    sent = act(call_police_up, by=make_user(crew.center), now=later(hours=2), call_id=call.pk).result["unit_id"]
    assert sent == far.pk


def test_a_time_to_go_says_whether_a_phone_told_the_place_and_how_old_it_is(crew: Crew) -> None:
    call = make_call(make_user(crew.center), triaged=False, lat=32.7, lng=-96.85)
    crew.share()
    send(make_user(crew.center), call, crew.unit, override_reason="crew_request")
    (eta,) = call_detail(make_user(crew.center), call.pk, later(minutes=2))["etas"]
    assert (eta["shared"], eta["placed_at"]) == (True, "2026-03-02T20:01:00Z")
    act(place_unit, by=None, now=later(minutes=3), unit_id=crew.unit.pk, **HERE)
    (eta,) = call_detail(make_user(crew.center), call.pk, later(minutes=3))["etas"]
    assert eta["shared"] is False


def test_only_the_crews_page_may_ask_a_phone_where_it_is(crew: Crew) -> None:
    client = as_user(crew.clinician)
    assert client.get("/unit/").headers["Permissions-Policy"] == "geolocation=(self)"
    assert client.get("/unit/follow-ups/").headers["Permissions-Policy"] == "geolocation=()"
