"""A center's own words: a second person puts them in force, they are read from the next entry on, and the past stays."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from calls.local_words import (
    LowersAnAnswer,
    NotProposed,
    WordThere,
    approve_word,
    lexicon_of,
    listed,
    propose_word,
    retire_word,
)
from calls.models import FactStatement, LocalWord
from calls.narrative import add_note
from calls.preview import preview
from calls.rule_sets.fetch import SecondPerson
from calls.verdicts import run_triage
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from tests.cast import NOW, act, later, make_call, make_center, make_user, use_default_rules

pytestmark = pytest.mark.django_db


class Scene:
    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center()
        self.admin, self.supervisor = make_user(self.center, "admin"), make_user(self.center, "supervisor")
        self.dispatcher = make_user(self.center)

    def propose(self, words: str = "Lupara", fact: str = "weapon_type", value: str = "firearm") -> int:
        made = act(propose_word, by=self.admin, words=words, fact=fact, value=value, comes_from="night shift")
        return int(made.result["local_word_id"])

    def put_in_force(self, **word: Any) -> int:
        word_id = self.propose(**word)
        act(approve_word, by=self.supervisor, local_word_id=word_id)
        return word_id


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_words_approved_by_a_second_person_are_read_from_the_next_entry_on(scene: Scene) -> None:
    call = make_call(scene.dispatcher, narrative="he holds a lupara")
    scene.put_in_force()
    assert not FactStatement.objects.filter(call=call, fact="weapon").exists()
    act(add_note, by=scene.dispatcher, call_id=call.pk, text="still holds a lupara", now=later(minutes=1))
    run_triage(call.pk, 0, later(minutes=1), "worker")
    call.refresh_from_db()
    assert call.level == 4 and "police" in call.services


def test_each_reading_names_the_words_it_was_made_with(scene: Scene) -> None:
    before = make_call(scene.dispatcher, narrative="he has a knife in his hand")
    scene.put_in_force()
    after = make_call(scene.dispatcher, narrative="he has a knife in his hand")
    versions = [
        set(FactStatement.objects.filter(call=call).values_list("lexicon", flat=True)) for call in (before, after)
    ]
    assert len(versions[0]) == len(versions[1]) == 1 and versions[0] != versions[1]
    assert versions[1] == {listed(scene.admin)["lexicon"]}


def test_whoever_proposed_them_does_not_approve_them(scene: Scene) -> None:
    word_id = scene.propose()
    with pytest.raises(SecondPerson):
        act(approve_word, by=scene.admin, local_word_id=word_id)
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        LocalWord.objects.update(status="approved", approved_by=scene.admin, approved_at=NOW)


def test_proposed_words_are_not_read_yet_and_retired_ones_not_any_more(scene: Scene) -> None:
    base = lexicon_of(scene.center.pk)
    scene.propose()
    assert lexicon_of(scene.center.pk) is base
    act(approve_word, by=scene.supervisor, local_word_id=LocalWord.objects.get().pk)
    assert lexicon_of(scene.center.pk).version != base.version
    act(retire_word, by=scene.admin, local_word_id=LocalWord.objects.get().pk, reason="means something else now")
    assert lexicon_of(scene.center.pk) is base
    with pytest.raises(NotProposed):
        act(approve_word, by=scene.supervisor, local_word_id=LocalWord.objects.get().pk)


def test_words_that_would_hide_a_danger_are_refused(scene: Scene) -> None:
    with pytest.raises(LowersAnAnswer, match="would hide"):
        scene.propose("says he will kill himself tonight", "suicide", "passive")


def test_the_same_words_are_proposed_once(scene: Scene) -> None:
    scene.propose()
    with pytest.raises(WordThere):
        scene.propose("lupara!")


def test_what_is_no_word_is_refused_with_a_sentence(scene: Scene) -> None:
    with pytest.raises(Invalid, match="for a person to say"):
        scene.propose("zebra", "overdose", "denied")


def test_they_are_the_centers_own(scene: Scene) -> None:
    word_id = scene.put_in_force()
    other = Scene()
    assert lexicon_of(other.center.pk).version != lexicon_of(scene.center.pk).version
    with pytest.raises(NotFound):
        act(retire_word, by=other.admin, local_word_id=word_id, reason="x")


def test_what_is_typed_is_previewed_with_them(scene: Scene) -> None:
    scene.put_in_force()
    shown = preview(scene.center.pk, now=NOW, narrative="holds a lupara")
    assert shown["effective"]["weapon"] == "in_hand"


@pytest.mark.parametrize("role", ["dispatcher", "clinician", "officer", "partner"])
def test_only_who_looks_after_the_rules_has_a_word_in_it(scene: Scene, role: str) -> None:
    somebody = make_user(scene.center, role)
    with pytest.raises(Forbidden):
        act(propose_word, by=somebody, words="zebra", fact="overdose", value="yes", comes_from="x")
    with pytest.raises(Forbidden):
        listed(somebody)
