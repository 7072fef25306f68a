"""Places on the configuration pages: found, added by hand, retired; each error beside its field."""

from typing import Any

import pytest

from calls.models import GazetteerEntry
from calls.places.gazetteer import ground_of
from calls.places.matching import resolve
from tests.cast import last_event, make_center
from tests.config_cast import as_user, errors, list_of, make_admin, opened, page_of, saved

pytestmark = pytest.mark.django_db
ADD = list_of(GazetteerEntry, "add")
BLOCK = {"kind": "street", "name": "N Oak St", "city": "Alder", "low": "100", "high": "199", "parity": "both", "lat": "32.5", "lng": "-96.7"}  # fmt: skip


@pytest.fixture
def admin() -> Any:
    return make_admin()


def add(admin: Any, **changes: str) -> Any:
    client = as_user(admin)
    return client.post(ADD, opened(client, ADD) | BLOCK | changes)


def test_a_place_that_is_typed_is_matched_from_then_on(admin: Any) -> None:
    assert resolve(ground_of(admin.center_id), "120 N Oak St").verified is None
    assert add(admin).status_code == 302
    assert resolve(ground_of(admin.center_id), "120 N Oak St").lat == 32.5
    assert GazetteerEntry.objects.get().source == "by hand"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"low": "", "high": ""}, "from which number to which"),
        ({"low": "200"}, "from which number to which"),
        ({"low": "-5"}, "from which number to which"),
        ({"lat": "132"}, "not on earth"),
        ({"name": "???"}, "cannot be read as a block of a street"),
        ({"kind": "intersection"}, "cannot be read as a intersection"),
        ({"low": "x"}, "Enter a number."),
    ],
)
def test_a_wrong_place_says_what_to_do_and_keeps_what_was_typed(admin: Any, wrong: dict[str, str], said: str) -> None:
    answer = add(admin, **wrong)
    assert any(said in one for one in errors(answer))
    assert "Alder" in answer.content.decode() and not GazetteerEntry.objects.exists()


def test_a_single_number_and_a_place_without_any(admin: Any) -> None:
    add(admin, kind="mile", name="I-35E", low="412.5", high="")
    add(admin, kind="landmark", name="Depot")
    assert list(GazetteerEntry.objects.order_by("pk").values_list("low", "high")) == [(412.5, 412.5), (None, None)]


def test_a_place_is_found_by_name_and_retired_and_never_deleted(admin: Any) -> None:
    add(admin)
    place, client = GazetteerEntry.objects.get(), as_user(admin)
    assert "100 to 199" in client.get(list_of(GazetteerEntry), {"q": "oak"}).content.decode()
    assert saved(client, page_of(place), retired="on").status_code == 302
    assert last_event("config.changed").payload["ref"]["changes"] == {"retired": [False, True]}
    assert resolve(ground_of(admin.center_id), "120 N Oak St").lat is None
    assert client.post(page_of(place, "delete")).status_code == 403


def test_another_centers_places_look_like_missing(admin: Any) -> None:
    add(admin)
    stranger = as_user(make_admin(make_center()))
    assert stranger.get(page_of(GazetteerEntry.objects.get())).status_code == 302
    assert "N Oak St" not in stranger.get(list_of(GazetteerEntry)).content.decode()
