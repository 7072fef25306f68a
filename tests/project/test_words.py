"""One word per thing: what the server calls it is what the console's tables call it."""

import re
from pathlib import Path
from typing import Any

import pytest

from calls import triage
from calls.clocks import DEFAULTS, Clock
from calls.faces import FLAGS
from calls.lifecycle import MODES, SERVICES_OF_RESPONSE, WEIGHT
from calls.models import Assignment, Call
from calls.serializers import UnitStatus
from calls.stages import REPORTED
from teams.models import Discipline, Unit

JS = Path(__file__).resolve().parents[2] / "static/js"
WORDS = (JS / "words.js").read_text()
VERBS = (JS / "commands/verbs.js").read_text()


def table(name: str, text: str = WORDS) -> dict[str, str]:
    """A JavaScript object of the console: its keys with what stands behind each."""
    (body,) = re.findall(rf"^export const {name} = \{{\n(.*?)^\}};", text, re.MULTILINE | re.DOTALL)
    rows = re.findall(r'^  "?([\w+:]+)"?: (.*),$', body, re.MULTILINE)
    assert rows
    return dict(rows)


def words(name: str) -> dict[str, str]:
    return {key: value.strip('"') for key, value in table(name).items()}


def test_every_status_of_a_unit_has_its_glyph_and_its_words() -> None:
    assert set(table("UNIT_STATUS")) == set(Unit.Status.values)


def test_every_status_of_a_call_has_its_glyph_and_its_words() -> None:
    assert set(table("CALL_STATUS")) >= set(Call.Status.values)


def test_every_flag_of_a_card_has_its_place_on_the_board() -> None:
    (list_,) = re.findall(r"^export const FLAGS = \[\n(.*?)^\];", WORDS, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r'letter: "(\w)"', list_)) == set(FLAGS) | {"J", "L"}


def test_every_response_can_be_set_by_a_word_on_the_command_line() -> None:
    assert set(words("RESPONSE_OF_WORD").values()) == set(Call.Response.values)


def test_every_response_has_its_mode_its_services_and_its_weight() -> None:
    responses = set(Call.Response.values)
    assert set(MODES) - {""} == set(SERVICES_OF_RESPONSE) == set(WEIGHT) == responses


def test_every_contact_outcome_has_its_key() -> None:
    assert set(words("OUTCOME_OF_KEY").values()) == set(Assignment.Outcome.values)


def test_every_question_key_asks_for_a_danger_there_is() -> None:
    asked = words("QUESTION_KEYS")
    assert all(triage.FACTS[fact].risk for fact in asked.values()) and len(set(asked.values())) == len(asked)


def test_every_priority_has_a_limit_for_its_wait() -> None:
    assert {of for clock, of in DEFAULTS if clock == Clock.PENDING} == set(Call.Priority.values)


def test_every_discipline_has_its_place_among_the_units() -> None:
    (order,) = re.findall(r"^export const DISCIPLINES = \[(.*)\];", WORDS, re.MULTILINE)
    assert set(re.findall(r'"(\w+)"', order)) == set(Discipline.values)


@pytest.mark.parametrize("status", sorted(set(re.findall(r'status: "(\w+)"', VERBS))))
def test_what_a_verb_reports_is_what_the_server_takes(status: str) -> None:
    assert status in {"dispatched", *REPORTED}
    takes: Any = UnitStatus().fields["status"]
    assert status == "dispatched" or status in takes.choices
