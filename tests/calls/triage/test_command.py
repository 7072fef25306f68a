"""`manage.py triage`: one JSON object per input, given facts beat read ones, a bad line is named and ends nothing."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from calls import triage
from calls.rule_sets import seed_default_rules, store_rules
from tests.cast import NOW, act

ROOT = Path(__file__).resolve().parents[3]
KNIFE = "Mother says her son has a knife in his hand"
Answer = dict[str, Any]


def asked(*options: str) -> list[Answer]:
    out = StringIO()
    call_command("triage", *options, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def from_file(folder: Path, *inputs: Any, as_list: bool = False) -> list[Answer]:
    path = folder / "inputs"
    path.write_text(json.dumps(inputs) if as_list else "\n".join(json.dumps(one) for one in inputs), "utf-8")
    return asked("--jsonl", str(path))


def complaints(folder: Path, text: str) -> tuple[list[Answer], list[str]]:
    """What was answered all the same, and what was said about the rest."""
    (folder / "inputs").write_text(text, "utf-8")
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="could not be read; the others are printed") as error:
        call_command("triage", "--jsonl", str(folder / "inputs"), stdout=out, stderr=err)
    assert error.value.returncode == 2
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue().splitlines()


# --- answers -----------------------------------------------------------------------------------------
def test_one_text_is_answered_with_level_services_rules_and_the_words_they_rest_on() -> None:
    (answer,) = asked("--text", KNIFE)
    assert set(answer) == {"id", "level", "response", "services", "lead", "behavioral", "rules", "facts"}
    assert (answer["level"], answer["lead"]) == (4, "police") and {"care", "police"} <= set(answer["services"])
    assert "R3" in answer["rules"]
    weapon = answer["facts"]["weapon"]
    assert (weapon["value"], weapon["source"]) == ("in_hand", "narrative") and weapon["evidence"] in KNIFE


def test_the_type_of_the_call_is_read_too() -> None:
    (with_type,), (without,) = asked("--text", "at the bus stop", "--type", "Fire"), asked("--text", "at the bus stop")
    assert (with_type["behavioral"], with_type["level"]) == ("no", None)
    assert without["behavioral"] == "maybe"


def test_json_lines_and_a_json_list_are_answered_alike_in_their_order(tmp_path: Path) -> None:
    inputs = [{"id": 7, "narrative": KNIFE}, {"id": "b", "narrative": "wants to talk", "type": "Welfare check"}]
    lines, as_list = from_file(tmp_path, *inputs), from_file(tmp_path, *inputs, as_list=True)
    assert lines == as_list and [answer["id"] for answer in lines] == [7, "b"]


def test_given_facts_beat_what_is_read(tmp_path: Path) -> None:
    (answer,) = from_file(tmp_path, {"narrative": KNIFE, "facts": {"weapon": "denied"}})
    assert answer["facts"]["weapon"]["value"] == "denied" and answer["facts"]["weapon"]["source"] == "given"
    assert "R3" not in answer["rules"]


def test_true_false_and_null_mean_yes_no_and_not_stated(tmp_path: Path) -> None:
    facts = {"overdose": True, "minors_present": False, "weapon": None, "household_violence": False}
    (answer,) = from_file(tmp_path, {"narrative": "", "facts": facts})
    found = {name: fact["value"] for name, fact in answer["facts"].items()}
    assert found == {"overdose": "yes", "minors_present": "no", "household_violence": "none_reported"}
    assert "R2" in answer["rules"]


def test_facts_alone_need_no_narrative(tmp_path: Path) -> None:
    (answer,) = from_file(tmp_path, {"id": 1, "facts": {"weapon": "in_hand", "is_behavioral": "yes"}})
    assert (answer["level"], answer["behavioral"]) == (4, "yes")


def test_what_the_text_denies_is_taken_for_true_where_nobody_can_be_asked() -> None:
    (answer,) = asked("--text", "no weapons, denies SI")
    assert answer["facts"]["weapon"]["value"] == "denied" and answer["facts"]["suicide"]["value"] == "denied"


def test_accents_are_printed_as_they_are() -> None:
    out = StringIO()
    call_command("triage", "--text", "mamá dice que quiere matarse", stdout=out)
    assert "quiere matarse" in out.getvalue() and "\\u" not in out.getvalue()


def test_a_line_separator_inside_a_text_does_not_cut_it(tmp_path: Path) -> None:
    path = tmp_path / "inputs"
    path.write_text(json.dumps({"id": 1, "narrative": "first\u2028has a knife"}, ensure_ascii=False), "utf-8")
    (answer,) = asked("--jsonl", str(path))
    assert "weapon" in answer["facts"]


def test_one_answer_is_one_line_and_can_be_printed_whatever_stands_in_the_text(tmp_path: Path) -> None:
    (answer,) = from_file(tmp_path, {"id": "a\u2028b\x85c\ud800d", "narrative": "wants to talk"})
    assert answer["id"] == "a\u2028b\x85c\ud800d"


# --- what cannot be read -----------------------------------------------------------------------------
def test_a_bad_line_is_named_and_the_others_are_answered(tmp_path: Path) -> None:
    good = json.dumps({"id": 1, "narrative": "wants to talk"})
    broken = [
        "not json",
        "[1]",
        '{"narrative": 5}',
        '{"narrative": "x", "facts": [1]}',
        '{"narrative": "x", "facts": {"weapon": "big"}}',
        '{"narrative": "x", "type": {"a": 1}}',
        "[" * 100_000,
    ]
    answers, said = complaints(tmp_path, "\n".join([good, "", *broken, good]))
    assert [answer["id"] for answer in answers] == [1, 1]
    assert [line.split(":")[0] for line in said] == [f"line {number}" for number in range(3, 10)]
    assert "weapon is one of denied" in said[4]


@pytest.mark.parametrize("text", ["[[[", '[{"narrative": "x"}', "[" * 100_000, '[{"narrative": "x"}] more'])
def test_a_list_that_is_none_says_so(tmp_path: Path, text: str) -> None:
    answers, said = complaints(tmp_path, text)
    assert answers == [] and said[0].startswith("the list: ")


def test_an_entry_of_a_list_is_named_by_its_place(tmp_path: Path) -> None:
    answers, said = complaints(tmp_path, '[{"id": 1, "narrative": "x"}, 5]')
    assert len(answers) == 1 and said == ["entry 2: an input is an object with a narrative"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nowhere cannot be read"):
        asked("--jsonl", str(tmp_path / "nowhere"))


@pytest.mark.parametrize("options", [[], ["--text", "x", "--jsonl", "y"], ["--text", "x", "--ruleset", "newest"]])
def test_it_takes_one_source_and_a_number_of_a_rule_set(options: list[str]) -> None:
    with pytest.raises(CommandError):
        asked(*options)


# --- whose rules -------------------------------------------------------------------------------------
def test_it_needs_no_server_and_no_database() -> None:
    nowhere = os.environ | {"DATABASE_URL": "postgres:///none?host=/nowhere", "REDIS_URL": "redis://127.0.0.1:1/0"}
    command = [sys.executable, "manage.py", "triage", "--text", KNIFE]
    done = subprocess.run(command, env=nowhere, cwd=ROOT, capture_output=True, check=True, timeout=60)
    assert json.loads(done.stdout)["level"] == 4


@pytest.mark.django_db
def test_a_stored_rule_set_is_asked_by_its_version() -> None:
    assert seed_default_rules(now=NOW)["version"] == 1
    body = triage.default_rules()
    renamed = [{**rule, "id": rule["id"].replace("R", "W")} for rule in body["rules"]]
    act(store_rules, by=None, body={**body, "name": "Other ids", "rules": renamed}, name="Other ids")
    (by_default,), (first,), (second,) = (
        asked("--text", KNIFE, *options) for options in ([], ["--ruleset", "1"], ["--ruleset", "2"])
    )
    assert first == by_default and "R3" in first["rules"]
    assert "W3" in second["rules"] and "R3" not in second["rules"]


@pytest.mark.django_db
def test_a_rule_set_that_is_not_stored_is_said_in_one_sentence() -> None:
    with pytest.raises(CommandError, match=r"^There is no rule set version 7\.$"):
        asked("--text", KNIFE, "--ruleset", "7")
