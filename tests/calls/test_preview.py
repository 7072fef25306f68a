"""The preview while typing: it says what the worker will say, and breaks as safely."""

from typing import Any

import pytest

from calls import rules_in_force
from calls.models import Call, FactStatement, RuleSet, Verdict
from calls.preview import preview
from care_dispatch.refusal import Invalid
from teams.models import Center
from tests.cast import NOW, make_call, make_center, make_user, use_default_rules

SAFE = {"weapon": "denied", "violence": "denied", "suicide": "denied", "is_behavioral": "yes", "need": "in_person"}
TYPED: list[dict[str, Any]] = [
    {"nature": "Welfare check"},
    {"nature": "Welfare check", "narrative": "son has a knife in his hand"},
    {"nature": "Suicidal subject", "narrative": "took a bottle of pills, denies weapons"},
    {"nature": "Mental health, non-violent", "facts": SAFE},
    {"nature": "Mental health, non-violent", "narrative": "no weapons"},
    {"nature": "Mental health, non-violent", "narrative": "he has a gun", "facts": SAFE},
    {"nature": "Fire", "narrative": "flames from the roof"},
    {"nature": "Citizen assist", "facts": {"weapon": "unknown", "location_type": "home", "history": ["attempt"]}},
]


@pytest.fixture
def center(db: None) -> Center:
    use_default_rules()
    return make_center()


@pytest.mark.parametrize("typed", TYPED, ids=range(len(TYPED)))
def test_it_says_what_the_worker_says_of_the_call_that_is_taken(center: Center, typed: dict[str, Any]) -> None:
    said = preview(center.pk, now=NOW, **typed)["verdict"]
    verdict = make_call(make_user(center), location_confirmed=True, **typed).verdict
    assert verdict is not None
    stored = {"level": verdict.level, "response": verdict.response, "services": verdict.services, "lead": verdict.lead}
    assert {name: said[name] for name in stored} == stored
    assert [hit["id"] for hit in said["hits"]] == [hit["id"] for hit in verdict.proof["hits"]]
    assert said["safety_questions"] == verdict.proof["safety_questions"]


def test_what_was_read_comes_with_the_words_it_was_read_from(center: Center) -> None:
    text = "Caller says he has a knife"
    (weapon,) = [fact for fact in preview(center.pk, now=NOW, narrative=text)["facts"] if fact["fact"] == "weapon"]
    assert weapon["quote"] in text and weapon["value"] != "denied"


def test_what_is_only_typed_does_not_lower_what_was_answered(center: Center) -> None:
    found = preview(center.pk, now=NOW, narrative="no weapons", facts={"weapon": "in_hand"})
    assert found["effective"]["weapon"] == "in_hand" and "police" in found["verdict"]["services"]


def test_the_mode_column_has_its_code_and_its_words(center: Center) -> None:
    verdict = preview(center.pk, now=NOW, facts=SAFE)["verdict"]
    assert (verdict["mode"], verdict["mode_label"]) == ("CARE", "CARE team")


def test_nothing_is_stored(center: Center) -> None:
    preview(center.pk, now=NOW, nature="Suicidal subject", narrative="has a gun", facts={"weapon": "in_hand"})
    assert not (Call.objects.exists() or FactStatement.objects.exists() or Verdict.objects.exists())


@pytest.mark.parametrize("facts", [{"gun": "yes"}, {"weapon": "big"}, {"weapon": True}])
def test_a_fact_that_is_none_is_refused_in_a_sentence(center: Center, facts: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=r"There is no fact|weapon is one of"):
        preview(center.pk, now=NOW, facts=facts)


def test_without_rules_it_is_police_fire_and_ems_first(center: Center) -> None:
    RuleSet.objects.update(status=RuleSet.Status.RETIRED, retired_at=NOW)
    verdict = preview(center.pk, now=NOW, facts=SAFE)["verdict"]
    assert {"police", "fire", "ems"} <= set(verdict["services"]) and verdict["mode_label"]


def test_with_rules_that_fail_it_is_so_too(center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> Any:
        raise RuntimeError("rules are broken")

    monkeypatch.setattr(rules_in_force, "_parsed", broken)
    verdict = preview(center.pk, now=NOW, facts=SAFE)["verdict"]
    assert {"police", "fire", "ems"} <= set(verdict["services"]) and verdict["response"] != "care_only"


def test_with_a_reader_that_fails_the_given_facts_are_judged(center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> Any:
        raise RuntimeError("the reader is broken")

    monkeypatch.setattr("calls.triage.read", broken)
    found = preview(center.pk, now=NOW, narrative="words", facts={"weapon": "in_hand", "is_behavioral": "yes"})
    assert found["facts"] == [] and found["verdict"]["level"] == 4


def test_a_reader_that_fails_keeps_no_call_from_its_verdict(center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> Any:
        raise RuntimeError("the reader is broken")

    monkeypatch.setattr("calls.triage.read", broken)
    call = make_call(make_user(center), narrative="words", facts={"weapon": "in_hand", "is_behavioral": "yes"})
    assert call.level == 4 and call.verdict is not None and call.verdict.engine == "worker"
