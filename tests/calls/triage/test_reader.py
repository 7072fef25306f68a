"""The narrative reader: what it finds, what it never takes for less than it is, and that no text makes it slow."""

import csv
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls import triage
from calls.triage.cli import decide

DATA = Path("../shared/data")
RULES = triage.parse_rules(triage.default_rules())
SERVICES = {
    "care_only": {"care"}, "care_police": {"care", "police"}, "care_ems": {"care", "ems"}, "police_first": {"police"},
    "ems_first": {"ems"}, "fire_police_ems": {"fire", "police", "ems"},
}  # fmt: skip


def weapon_cases() -> list[tuple[str, str]]:
    lines = Path(__file__).with_name("weapon_cases.tsv").read_text().splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(state, text) for state, text in pairs]


def found(text: str, call_type: str = "") -> dict[str, str]:
    return {item.fact: item.value for item in triage.read(text, call_type).suggestions()}


def test_the_state_of_a_weapon_is_read_as_a_person_reads_it() -> None:
    cases = weapon_cases()
    wrong = [(want, got, text) for want, text in cases if (got := found(text).get("weapon", "none_reported")) != want]
    assert len(cases) >= 200
    assert len(wrong) / len(cases) <= 0.05, wrong


def test_no_weapon_that_is_there_is_read_as_denied() -> None:
    there = [
        (state, text) for state, text in weapon_cases() if state in ("in_hand", "in_reach", "recent", "access_intent")
    ]
    assert [text for _, text in there if found(text).get("weapon") in (None, "denied", "secured", "unknown")] == []


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("denies SI", "suicide", "denied"),
        ("NEG SI HI", "threat_to_others", "denied"),
        ("states she took a bottle of tylenol", "overdose", "yes"),
        ("he cut his wrists", "suicide", "attempt"),
        ("wishes he was dead", "suicide", "passive"),
        ("quiere matarse", "suicide", "ideation"),
        ("on the wrong side of the railing", "hazard", "height"),
        ("running between cars on the highway", "hazard", "traffic"),
        ("he is hitting his mother", "violence", "in_progress"),
        ("history of violence", "violence", "historic"),
        ("breaking windows", "violence", "property"),
        ("she is unconcious", "medical", "life_threat"),
        ("no injuries", "medical", "denied"),
        ("he choked her", "strangulation", "yes"),
        ("hears voices", "psychosis_or_mania", "yes"),
        ("barricaded in the garage", "situation", "barricade"),
    ],
)
def test_what_a_line_says(text: str, fact: str, value: str) -> None:
    assert found(text).get(fact) == value


@pytest.mark.parametrize(
    "trap",
    ["ALTERED MENTAL STATUS", "DIABETIC CRISIS", "LOW HANGING LINES", "CIT ASSIST", "CITIZEN ASSIST", "PANIC ALARM"],
)
def test_a_type_that_only_sounds_behavioral_is_not(trap: str) -> None:
    assert triage.read("", trap).behavioral != "yes"


def test_the_quote_stands_in_the_text_where_it_says() -> None:
    text = "Mother calling. He has a knife; denies SI. Left arm bleeding."
    for item in triage.read(text).facts:
        if item.rule not in ("behavioral", "ordinary"):
            assert text[item.start : item.end] == item.quote


def test_what_only_the_text_denies_waits_for_a_person() -> None:
    def said(confirmed: bool) -> triage.FactStatement:
        return triage.FactStatement("weapon", "denied", "narrative", "note", "2026-03-02T20:00:00+00:00", confirmed)

    assert "weapon" not in triage.effective([said(False)])
    assert triage.effective([said(True)])["weapon"] == "denied"


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


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not part of the repository")
def test_call_types_are_known_for_what_they_are() -> None:
    rows = list(csv.DictReader((DATA / "us_call_type_vocabulary_dev.csv").read_text().splitlines()))
    truly = {row["call_type"] for row in rows if row["weak_label"] in ("mental_health", "suicide_selfharm")}
    said = {row["call_type"] for row in rows if triage.read("", row["call_type"]).behavioral == "yes"}
    assert len(truly & said) / len(truly) >= 0.90
    assert len(truly & said) / len(said) >= 0.97


@given(st.text(max_size=400))
def test_any_text_is_read_and_every_value_is_one_there_is(text: str) -> None:
    for item in triage.read(text, text[:60]).suggestions():
        assert triage.validate_facts({item.fact: item.value})


HOSTILE = [
    "no ",
    "denies a ",
    "has a ",
    "unk if ",
    "a" * 40 + " ",
    "no, ",
    "gun ",
    "\u202e",
    "~" * 3,
    "((((",
    "took a b c ",
]


@pytest.mark.parametrize("part", HOSTILE)
def test_twice_the_text_is_no_more_than_a_few_times_the_work(part: str) -> None:
    """Measured against itself: work that grew with the square of the length would be four times."""

    def seconds(length: int) -> float:
        text = (part * length)[:length]
        best = 1e9
        for _ in range(3):
            start = time.perf_counter()
            triage.read(text)
            best = min(best, time.perf_counter() - start)
        return best

    seconds(100)
    assert seconds(16_000) / max(seconds(8_000), 1e-4) < 3.2
