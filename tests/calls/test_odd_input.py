"""What is left empty, or lies where no calendar goes: left as it was, or refused in words."""

import pytest
from django.test import Client

from tests.calls.test_unmet import Scene
from tests.calls.transport_cast import WHOLE, Ride

pytestmark = pytest.mark.django_db


def test_a_place_left_empty_takes_none_away() -> None:
    ride = Ride()
    ride.say(**WHOLE)
    ride.say(destination="", end_mileage=41240.0)
    assert (ride.on.destination, ride.on.end_mileage) == ("County General", 41240.0) and ride.on.facility is not None


def test_a_day_no_calendar_has_is_refused_on_the_page_of_unmet_demand_and_by_the_api() -> None:
    client = Client()
    client.force_login(Scene().supervisor, backend="teams.sign_in.Backend")
    for query in ("last=9999-12-31", "last=0001-01-02"):
        assert client.get(f"/ledger/?{query}").status_code == client.get(f"/ledger/table/?{query}").status_code == 400
    for query in ("until=0001-01-02T00:00:00Z", "since=0001-01-01T00:00:00Z&until=0001-01-01T00:00:00Z"):
        assert client.get(f"/api/unmet/?{query}").status_code == 400
    assert client.get("/api/unmet/?since=0001-01-01T00:00:00Z&until=9999-12-31T00:00:00Z").status_code == 200
