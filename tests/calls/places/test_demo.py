"""The demo's gazetteer: synthetic and saying so, each place in its city, and every call of the demo at a known place."""

import pytest

from calls.models import GazetteerEntry
from calls.places.demo import SOURCE, seed_gazetteer
from calls.places.gazetteer import Ground, ground_of
from calls.places.matching import candidates, resolve
from calls.simulation.script import script
from teams.areas import areas_at
from teams.demo import seed_region
from teams.models import Center
from tests.cast import NOW, last_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground(db: None) -> Ground:
    seed_region(now=NOW)
    assert seed_gazetteer(now=NOW) > 100
    return ground_of(Center.objects.get().pk)


def test_each_place_says_that_it_is_synthetic_and_lies_in_its_city(ground: Ground) -> None:
    for place in GazetteerEntry.objects.all():
        assert place.source == SOURCE and "synthetic" in SOURCE
        assert areas_at(ground.center_id, place.lat, place.lng)["city"].name == place.city, place


def test_every_call_of_the_demo_is_at_a_known_place(ground: Ground) -> None:
    for call in script().values():
        assert resolve(ground, call.fields["location"]).verified, call.slug


def test_names_that_two_places_have_are_offered_and_other_names_of_one_are_known(ground: Ground) -> None:
    assert len([match for match in candidates(ground, "Corner Pantry") if match.exact]) == 2
    assert len([match for match in candidates(ground, "100 N Main St") if match.exact]) == 2
    assert resolve(ground, "The Commons").premise == "1210 N HAMPTON RD, DESOTO"
    assert resolve(ground, "I-35E mm 413").verified


def test_a_second_run_adds_nothing_also_where_somebody_retired_a_place(ground: Ground) -> None:
    GazetteerEntry.objects.update(retired=True)
    before = last_event().seq
    assert seed_gazetteer(now=NOW) == 0 and last_event().seq == before
