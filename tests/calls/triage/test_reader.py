"""The narrative reader: what it finds, what it never takes for less than it is, and where it says it found it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls import triage
from calls.triage.cli import decide
from tests.calls.triage.cases import rows

DATA = Path("../shared/data")
RULES = triage.parse_rules(triage.default_rules())
SERVICES = {
    "care_only": {"care"}, "care_police": {"care", "police"}, "care_ems": {"care", "ems"}, "police_first": {"police"},
    "ems_first": {"ems"}, "fire_police_ems": {"fire", "police", "ems"},
}  # fmt: skip
WEAPONS = [(state, text) for state, text in rows("weapon_cases.tsv")]


def found(text: str, call_type: str = "") -> dict[str, str]:
    return {item.fact: item.value for item in triage.read(text, call_type).suggestions()}


def test_the_state_of_a_weapon_is_read_as_a_person_reads_it() -> None:
    wrong = [(want, got, text) for want, text in WEAPONS if (got := found(text).get("weapon", "none_reported")) != want]
    assert len(WEAPONS) >= 600
    assert len(wrong) / len(WEAPONS) <= 0.02, wrong


def test_no_weapon_that_is_there_is_read_as_denied() -> None:
    there = [text for state, text in WEAPONS if state in ("in_hand", "in_reach", "recent", "access_intent")]
    assert [text for text in there if found(text).get("weapon") in (None, "denied", "secured", "unknown")] == []


@pytest.mark.parametrize(("text", "fact", "value"), rows("fact_cases.tsv"))
def test_what_a_line_says(text: str, fact: str, value: str) -> None:
    assert found(text).get(fact, "-") == value


def test_the_quote_is_the_words_that_say_it_and_stands_where_it_says() -> None:
    text = "Mother calling. He has a large knife; she DENIES SI. Weapons? None."
    said = {(item.fact, item.value): item for item in triage.read(text).facts}
    for item in said.values():
        assert text[item.start : item.end] == item.quote
    assert said["weapon", "in_hand"].quote == "has a large knife"
    assert said["suicide", "denied"].quote == "DENIES SI"
    assert said["weapon", "denied"].quote == "Weapons? None"


def test_a_quote_stands_in_what_was_typed_whatever_was_hidden_in_it() -> None:
    text = "he has a kn\u200bife \u202eand\u202c a GUN\u00ad"
    items = triage.read(text).facts
    assert {item.fact for item in items} >= {"weapon", "weapon_type"}
    assert all(text[item.start : item.end] == item.quote for item in items)


def test_words_of_the_type_are_quoted_from_the_type() -> None:
    kind, text = "SUI\u200bCIDE THREAT", "\u202ehears voices"
    reading = triage.read(text, kind)
    quotes = {item.quote for item in reading.facts if item.rule.startswith("call type") or item.fact == "is_behavioral"}
    assert quotes and all(quote in kind for quote in quotes)
    assert next(item.quote for item in reading.facts if item.fact == "psychosis_or_mania") == "hears voices"


def test_what_a_text_says_both_ways_the_worse_counts_and_the_conflict_is_shown() -> None:
    reading = triage.read("Caller says no weapons. Second caller: he has a gun in his hand.")
    assert {item.fact: item.value for item in reading.suggestions()}["weapon"] == "in_hand"
    assert {item.value for item in reading.conflicts()["weapon"]} == {"denied", "in_hand"}
    assert triage.read("no weapons").conflicts() == {}


def test_what_somebody_else_did_is_kept_apart() -> None:
    reading = triage.read("caller's brother killed himself last year and she wants to die")
    assert {(item.value, item.whose) for item in reading.facts if item.fact == "suicide"} == {
        ("attempt", "somebody else"),
        ("ideation", "patient"),
    }
    assert {item.fact: item.value for item in reading.suggestions()}["suicide"] == "ideation"


def test_a_weapon_named_before_is_taken_back_not_gone() -> None:
    assert found("He has a gun. Correction, it is a phone.")["weapon"] == "retracted"
    assert found("It's not a gun, it's a knife in his hand")["weapon"] == "in_hand"


def test_a_misspelling_hides_no_danger() -> None:
    assert found("he is holding a shotgn")["weapon"] == "in_hand"
    assert found("sucidal, has plan")["suicide"] in ("plan_intent", "ideation")
    assert found("she is uncosncious")["medical"] == "life_threat"


def test_a_text_in_spanish_is_read_and_says_so() -> None:
    said = found("Mi hijo dice que se va a matar y tiene una pistola en la mano. Si, esta solo.")
    assert said == said | {"suicide": "plan_intent", "weapon": "in_hand", "weapon_type": "firearm", "language": "es"}
    assert "language" not in found("he says he has a gun in his hand")


def test_what_only_the_text_denies_waits_for_a_person() -> None:
    def said(confirmed: bool) -> triage.FactStatement:
        return triage.FactStatement("weapon", "denied", "narrative", "note", "2026-03-02T20:00:00+00:00", confirmed)

    assert "weapon" not in triage.effective([said(False)])
    assert triage.effective([said(True)])["weapon"] == "denied"


def test_invented_stories_get_at_least_what_is_safe_and_who_is_needed() -> None:
    path = Path(__file__).with_name("stories.jsonl")
    stories = [json.loads(line) for line in path.read_text().splitlines()]
    inside = 0
    for story in stories:
        verdict = decide({"narrative": story["narrative"]}, RULES)
        assert (verdict["level"] or 0) >= story["at_least"], story["narrative"]
        assert set(verdict["services"]) >= set(story["services"]), story["narrative"]
        inside += verdict["level"] in story["acceptable"]
    assert inside / len(stories) >= 0.9


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not part of the repository")
def test_no_vignette_is_under_triaged_from_its_narrative_alone() -> None:
    cases = json.loads((DATA / "vignettes.json").read_text())
    inside = 0
    for case in cases:
        verdict = decide({"narrative": case["narrative"]}, RULES)
        assert (verdict["level"] or 0) >= case["min_safe_level"], case["id"]
        assert set(verdict["services"]) >= SERVICES.get(case["response"], set()), case["id"]
        inside += verdict["level"] in case["acceptable_levels"]
    assert inside / len(cases) >= 0.9


@given(st.text(max_size=400))
def test_any_text_is_read_and_every_value_is_one_there_is(text: str) -> None:
    for item in triage.read(text, text[:60]).suggestions():
        assert triage.validate_facts({item.fact: item.value})
        assert item.quote


@given(
    st.lists(
        st.sampled_from(["no", "gun", "he", "has", "knife", "took", "pills", "si", "?", ".", ",", "not"]), max_size=30
    )
)
def test_words_in_any_order_are_read_and_their_quotes_stand(words: list[str]) -> None:
    text = " ".join(words)
    assert all(text[item.start : item.end] == item.quote for item in triage.read(text).facts)
