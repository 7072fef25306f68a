"""Sealing a wrong entry: by whom, once, and what stays of it."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from calls.models import FactStatement, NarrativeEntry
from calls.narrative import AlreadySealed, add_note, digest, seal_note
from calls.verdicts import run_triage
from care_dispatch.refusal import Forbidden, NotFound
from tests.cast import NOW, act, last_event, later, make_call, make_center, make_user, use_default_rules

TEXT = "he has a gun, wrong address"


@pytest.fixture
def scene(db: None) -> Any:
    class Scene:
        rules = use_default_rules()
        center = make_center()
        dispatcher, colleague = make_user(center), make_user(center)
        supervisor, clinician = make_user(center, "supervisor"), make_user(center, "clinician")
        call = make_call(dispatcher)

        def note(self, by: Any = None, **fields: Any) -> int:
            done = act(add_note, by=by or self.dispatcher, call_id=self.call.pk, text=TEXT, **fields)
            return int(done.result["note_id"])

        def seal(self, note_id: int, by: Any) -> NarrativeEntry:
            act(seal_note, by=by, now=later(minutes=5), note_id=note_id, reason="wrong person")
            return NarrativeEntry.objects.get(pk=note_id)

    return Scene()


def test_what_stays_is_who_wrote_it_when_and_the_hash_of_what(scene: Any) -> None:
    entry = scene.seal(scene.note(), scene.dispatcher)
    assert (entry.text, entry.text_hash) == ("", digest(TEXT))
    assert (entry.author, entry.written_at, entry.audience) == (scene.dispatcher, NOW, "shared")


def test_it_says_by_whom_when_and_why_it_was_sealed(scene: Any) -> None:
    entry = scene.seal(scene.note(), scene.supervisor)
    assert (entry.sealed_by, entry.sealed_at) == (scene.supervisor, later(minutes=5))
    assert entry.seal_reason == "wrong person"
    event = last_event("note.sealed")
    assert event.actor_id == scene.supervisor.pk and event.payload["ref"] == {"note_id": entry.pk}


def test_a_colleague_does_not_seal_what_another_wrote(scene: Any) -> None:
    note_id = scene.note()
    with pytest.raises(Forbidden, match="whoever wrote it or by a supervisor"):
        scene.seal(note_id, scene.colleague)
    assert NarrativeEntry.objects.get(pk=note_id).text == TEXT


def test_a_supervisor_seals_no_entry_a_supervisor_may_not_read(scene: Any) -> None:
    note_id = scene.note(by=scene.clinician)
    with pytest.raises(NotFound):
        scene.seal(note_id, scene.supervisor)
    assert scene.seal(note_id, scene.clinician).text == ""


def test_an_entry_is_sealed_once(scene: Any) -> None:
    note_id = scene.note()
    scene.seal(note_id, scene.dispatcher)
    with pytest.raises(AlreadySealed):
        scene.seal(note_id, scene.supervisor)
    assert NarrativeEntry.objects.get(pk=note_id).sealed_by == scene.dispatcher


def test_an_entry_that_is_not_there_is_not_sealed(scene: Any) -> None:
    with pytest.raises(NotFound):
        scene.seal(2**60, scene.supervisor)


def test_triage_does_not_read_what_was_sealed_before_it_looked(scene: Any) -> None:
    scene.seal(scene.note(), scene.dispatcher)
    run_triage(scene.call.pk, 0, later(minutes=6), "worker")
    assert not FactStatement.objects.filter(fact="weapon").exists()


def test_the_database_itself_keeps_no_text_in_a_sealed_entry(scene: Any) -> None:
    entry = scene.seal(scene.note(), scene.dispatcher)
    with pytest.raises(IntegrityError, match="sealed_entry_has_no_text"), transaction.atomic():
        NarrativeEntry.objects.filter(pk=entry.pk).update(text=TEXT)
