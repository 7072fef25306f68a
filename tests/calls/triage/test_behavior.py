"""Whether a call is behavioral: how many are found, how few others are taken for one, and what only sounds so."""

import csv
from pathlib import Path

import pytest

from calls import triage
from tests.calls.triage.cases import rows

DATA = Path("../shared/data")


def said_yes(texts: list[str], *, of_type: bool = False) -> list[str]:
    return [text for text in texts if triage.read(*(("", text) if of_type else (text, ""))).behavioral == "yes"]


def test_pages_are_found_and_ordinary_ones_are_left_alone() -> None:
    pages = {want: [text for said, text in rows("pages.tsv") if said == want] for want in ("yes", "no")}
    assert len(pages["yes"]) > 300 and len(pages["no"]) > 600
    assert len(said_yes(pages["yes"])) / len(pages["yes"]) >= 0.9
    assert len(said_yes(pages["no"])) / len(pages["no"]) <= 0.02, said_yes(pages["no"])


def test_call_types_are_known_by_their_roots_prefixes_and_misspellings() -> None:
    types = {want: [text for said, text in rows("call_types.tsv") if said == want] for want in ("yes", "no")}
    hits, false = said_yes(types["yes"], of_type=True), said_yes(types["no"], of_type=True)
    assert len(hits) / len(types["yes"]) >= 0.97, set(types["yes"]) - set(hits)
    assert len(hits) / (len(hits) + len(false)) >= 0.97, false


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not part of the repository")
def test_call_types_of_real_agencies_are_known_for_what_they_are() -> None:
    table = list(csv.DictReader((DATA / "us_call_type_vocabulary_dev.csv").read_text().splitlines()))
    truly = {row["call_type"] for row in table if row["weak_label"] in ("mental_health", "suicide_selfharm")}
    said = set(said_yes([row["call_type"] for row in table], of_type=True))
    assert len(truly & said) / len(truly) >= 0.97
    assert len(truly & said) / len(said) >= 0.97


@pytest.mark.parametrize(
    "trap",
    ["ALTERED MENTAL STATUS", "DIABETIC CRISIS", "LOW HANGING LINES", "CIT ASSIST", "CITIZEN ASSIST", "PANIC ALARM",
     "CHANGING COLOR", "DIABETIC PROBLEM - BEHAVING NORMALLY", "MENTAL STATUS EXAM", "SUICIDE PREVENTION POSTER",
     "CRISIS NURSERY", "SICKLE CELL CRISIS"],
)  # fmt: skip
def test_what_only_sounds_behavioral_is_not(trap: str) -> None:
    assert triage.read("", trap).behavioral != "yes"
    assert triage.read(trap).behavioral != "yes"


@pytest.mark.parametrize(
    ("kind", "text", "verdict"),
    [
        ("MEDICAL", "off his meds and talking to the walls", "yes"),
        ("WELFARE CHECK", "", "maybe"),
        ("CHEST PAIN", "62 year old, sweating", "no"),
        ("FIRE ALARM", "resident screaming, acting strange", "yes"),
        ("", "", "maybe"),
        ("PSYCHIATRIC", "chest pain", "yes"),
        ("SICK PERSON", "denies SI, wants help", "yes"),
    ],
)
def test_type_and_narrative_decide_together(kind: str, text: str, verdict: str) -> None:
    assert triage.read(text, kind).behavioral == verdict


def test_signs_that_the_body_explains_are_not_enough() -> None:
    assert triage.read("combative after seizure, postictal").behavioral != "yes"
    assert triage.read("combative with staff, refusing to leave, no medical history").behavioral == "yes"


def test_the_words_it_rests_on_are_quoted() -> None:
    text = "male subj hearing voices at bus stop"
    because = next(item for item in triage.read(text).facts if item.fact == "is_behavioral")
    assert because.quote == "hearing voices" and text[because.start : because.end] == because.quote


@pytest.mark.parametrize(
    ("narrative", "quote"),
    [
        ("req CARE, crying, refuses to leave, no weapons", "crying"),
        ("no weapons seen, pacing, refuses to leave", "pacing"),
    ],
)
def test_what_the_person_does_is_quoted_before_what_was_asked(narrative: str, quote: str) -> None:
    found = [item.quote for item in triage.read(narrative, "WELFARE CHECK").facts if item.fact == "is_behavioral"]
    assert len(found) == 1 and (found[0] in quote or quote in found[0])


@pytest.mark.parametrize(
    ("type_class", "call_type", "narrative", "behavioral"),
    [
        ("yes", "XK7", "", "yes"),
        ("no", "PSYCH TRANSFER", "", "no"),
        ("no", "PSYCH TRANSFER", "sprained ankle", "no"),
        ("no", "SICK PERSON", "says he will kill himself", "yes"),
        ("no", "SICK PERSON", "crying and pacing, refuses to leave", "yes"),
        ("maybe", "PSYCH TRANSFER", "", "maybe"),
        ("maybe", "LOW HANGING LINES", "", "maybe"),
    ],
)
def test_the_centers_own_list_stands_for_the_types_words_and_the_narrative_still_decides_with_it(
    type_class: str, call_type: str, narrative: str, behavioral: str
) -> None:
    assert triage.read(narrative, call_type, type_class=type_class).behavioral == behavioral
