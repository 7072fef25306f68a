"""The lexicon: known by its content, refused with a reason when it is broken, every group with its source."""

import copy
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from calls import triage
from calls.triage.lexicon import BrokenLexicon, body, lexicon, load


def changed() -> dict[str, Any]:
    return copy.deepcopy(dict(body()))


def test_every_group_of_words_names_its_source() -> None:
    content = body()
    groups = [*content["groups"], *content["behavior"]["groups"]]
    sources = [group.get("source") for group in groups]
    sources += [content[part].get("source") for part in ("weapon", "cues", "shorthand", "spelling")]
    assert len(groups) > 40 and all(sources)


def test_a_version_is_its_content_and_nothing_else() -> None:
    before = triage.lexicon_version()
    assert len(before.sha256) == 64 and before.version
    assert load(changed()).version == before
    other = changed()
    other["groups"][0]["values"][next(iter(other["groups"][0]["values"]))].append("brandnewword")
    assert load(other).version.sha256 != before.sha256


def test_the_version_is_the_same_in_another_process() -> None:
    """A verdict stored by a worker names the lexicon the web process shows."""
    code = "from calls import triage; print(triage.lexicon_version().sha256)"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "7"},
    )
    assert ran.stdout.strip() == triage.lexicon_version().sha256


def test_a_changed_lexicon_reads_what_it_was_taught() -> None:
    taught = changed()
    psychosis = next(group for group in taught["groups"] if group["fact"] == "psychosis_or_mania")
    psychosis["values"]["yes"].append("seeing blobs")
    reading = triage.read("he is seeing blobs", words=load(taught))
    assert {(item.fact, item.value) for item in reading.facts} >= {("psychosis_or_mania", "yes")}
    assert triage.read("he is seeing blobs").facts == ()


@pytest.mark.parametrize(
    ("fact", "value", "pattern", "message"),
    [
        ("wepon", "denied", "no gun", "there is no fact 'wepon'"),
        ("weapon", "maybe so", "gun", "weapon is one of"),
        ("weapon", "in_hand", "", "names no word"),
        ("weapon", "in_hand", "(gun|knife)+", "is no word"),
        ("weapon", "in_hand", "{nosuch} gun", "there is no macro nosuch"),
        ("weapon", "in_hand", "~ gun", "begins or ends with ~"),
        ("weapon", "in_hand", " ".join(["gun"] * 40), "too long"),
        ("weapon", "in_hand", "a" * 3000, "is longer than"),
    ],
)
def test_a_broken_entry_is_refused_and_named(fact: str, value: str, pattern: str, message: str) -> None:
    broken = changed()
    broken["groups"].append({"group": "mine", "fact": fact, "source": "test", "values": {value: [pattern]}})
    with pytest.raises(BrokenLexicon, match="mine") as refused:
        load(broken)
    assert message in str(refused.value)


def test_a_group_without_a_source_is_refused() -> None:
    broken = changed()
    broken["groups"].append({"group": "mine", "fact": "weapon", "values": {"in_hand": ["gizmo"]}})
    with pytest.raises(BrokenLexicon, match="names its source"):
        load(broken)


def test_a_lexicon_of_a_million_patterns_is_refused() -> None:
    broken = changed()
    words = [f"word{number}" for number in range(25_000)]
    broken["groups"].append({"group": "mine", "fact": "weapon", "source": "test", "values": {"in_hand": words}})
    with pytest.raises(BrokenLexicon, match="At most"):
        load(broken)


def test_ordinary_words_near_a_dangerous_one_are_not_mended() -> None:
    spell = lexicon().spell
    kept = ["bridge", "bride", "metal", "named", "shorting", "struggled", "homicide", "evaluated", "armando"]
    assert [word for word in kept if spell(word) not in (word, "evaluation")] == []
    mended = {"knfie": "knife", "overdsoe": "overdose", "unresponsve": "unresponsive", "machette": "machete"}
    assert {word: spell(word) for word in mended} == mended


def test_the_files_are_what_an_editor_would_write() -> None:
    """The whole is one object that goes through JSON unchanged, so it can be stored and edited as one."""
    assert json.loads(json.dumps(body())) == body()
