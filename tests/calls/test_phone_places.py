"""A crew that says where, from the phone: the gazetteer's places like it to choose from, and nothing typed is lost."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from calls.models import Call, Consult, GazetteerEntry
from tests.calls.places.test_siting import Scene
from tests.calls.test_phone import page, phone, tap
from tests.cast import make_unit, make_user, put_on_shift, use_default_rules

pytestmark = pytest.mark.django_db
TYPED = {"details": "He sits on the curb.", "mode": "video", "with_ems": "on", "fact_weapon": "denied"}


@pytest.fixture
def crew() -> Any:
    """An officer on no call and a clinician, in a town with a gazetteer."""
    use_default_rules()

    class Crew(Scene):
        def __init__(self) -> None:
            super().__init__()
            self.police, self.care = make_unit(self.center, "P901", "police"), make_unit(self.center, "CARE9")
            self.officer = make_user(self.center, "officer", agency=self.police.agency)
            self.clinician = make_user(self.center, "clinician", agency=self.care.agency)
            for user, unit in ((self.officer, self.police), (self.clinician, self.care)):
                put_on_shift(user, unit, start=timezone.now() - timedelta(hours=1))

    crew = Crew()
    crew.take_in()
    return crew


def radios(shown: str) -> list[str]:
    return [value.replace("&amp;", "&") for value in re.findall(r'name="place" value="([^"]+)"', shown)]


def test_places_like_what_is_typed_are_offered_and_nothing_is_asked_yet(crew: Any) -> None:
    answer = tap(crew.officer, "ask", find="yes", location="120 N Mian St Apt 4", **TYPED)
    shown = answer.content.decode()
    assert answer.status_code == 200 and radios(shown)[0] == "120 N MAIN ST, Alder, Apt 4"
    assert not Consult.objects.exists()
    assert 'value="120 N Mian St Apt 4"' in shown and "He sits on the curb.</textarea>" in shown
    assert '<option value="video" selected>' in shown and 'name="with_ems" checked' in shown
    assert '<option value="denied" selected>' in shown and shown.count('denied" selected') == 1


def test_the_place_that_was_chosen_is_the_consults_and_its_calls(crew: Any) -> None:
    place = radios(tap(crew.officer, "ask", find="yes", location="merc").content.decode())[0]
    tap(crew.officer, "ask", question="capacity", location="merc", place=place)
    consult = Consult.objects.get()
    assert consult.location == "Corner Market @ 100 N MAIN ST, Alder"
    tap(crew.clinician, "answer", id=consult.pk)
    tap(crew.clinician, "become-dispatch", id=consult.pk)
    call = Call.objects.get()
    assert (call.location_verified, call.lat) == (True, 32.5)


def test_a_clinician_chooses_where_a_consult_becomes_a_call(crew: Any) -> None:
    tap(crew.officer, "ask", question="capacity", location="by the river")
    consult = Consult.objects.get()
    tap(crew.clinician, "answer", id=consult.pk)
    shown = tap(crew.clinician, "become-dispatch", find="yes", id=consult.pk, location="100 Main St").content.decode()
    assert radios(shown)[:2] == ["100 N MAIN ST, Alder", "100 S MAIN ST, Alder"] and not Call.objects.exists()
    tap(crew.clinician, "become-dispatch", id=consult.pk, location="100 Main St", place="100 S MAIN ST, Alder")
    assert Call.objects.get().premise == "100 S MAIN ST, ALDER"


def test_as_written_is_taken_as_written(crew: Any) -> None:
    tap(crew.officer, "ask", question="capacity", location="merc", place="")
    assert Consult.objects.get().location == "merc"


@pytest.mark.parametrize("typed", ["", "zzqqx", "\x00", "%_'\"<b>", "9" * 5000, "&&&&", "0 " * 150])
def test_whatever_is_typed_looking_for_it_answers(crew: Any, typed: str) -> None:
    answer = tap(crew.officer, "ask", find="yes", location=typed)
    assert answer.status_code == 200 and "it is taken as written" in answer.content.decode()
    assert "'\"<b>" not in answer.content.decode()


def test_what_is_asked_wrongly_comes_back_as_it_was_typed(crew: Any) -> None:
    answer = tap(crew.officer, "ask", question="why", location="100 Main St", **TYPED)
    shown = answer.content.decode()
    assert answer.status_code == 400 and 'value="100 Main St"' in shown and 'name="with_ems" checked' in shown


def test_without_a_gazetteer_nobody_is_told_to_look_in_one(crew: Any) -> None:
    assert "Find the place" in page(crew.officer)
    GazetteerEntry.objects.update(retired=True)
    assert "Find the place" not in page(crew.officer)


def test_dispatch_looks_for_places_at_its_console(crew: Any) -> None:
    assert phone(crew.dispatcher).post("/unit/do/ask/", {"find": "yes", "location": "merc"}).status_code == 403
