"""The must-pass cases: the default passes them all, and a weakened rule set fails with a sentence."""

import copy

from calls import triage
from calls.triage.cases import Case, cases_sha256, failing, published_cases, run_cases
from calls.triage.facts import FACTS
from calls.triage.parsing import SERVICES

CASES = published_cases()
RULES = triage.parse_rules(triage.default_rules())


def weakened(rule_id: str, **fields: object) -> triage.RuleSet:
    body = copy.deepcopy(dict(triage.default_rules()))
    next(rule for rule in body["rules"] if rule["id"] == rule_id).update(fields)
    return triage.parse_rules(body)


def test_the_default_rules_pass_every_case_and_stay_inside_what_frameworks_accept() -> None:
    results = run_cases(RULES)
    assert [result.message for result in failing(results)] == []
    assert [result.case.id for result in results if result.heavier or result.level not in result.case.acceptable] == []


def test_there_are_enough_cases_and_enough_that_only_look_behavioral() -> None:
    assert len(CASES) >= 90
    assert sum(case.mimic for case in CASES) >= 15
    assert len({case.id for case in CASES}) == len({case.narrative for case in CASES}) == len(CASES)


def test_a_case_uses_known_words_and_asks_for_nothing_impossible() -> None:
    for case in CASES:
        assert set(case.facts) <= set(FACTS), case.id
        assert set(case.services) <= set(SERVICES) and not set(case.services) & set(case.never), case.id
        assert case.title and case.narrative and case.why and case.acceptable, case.id
        assert case.at_least is None or case.at_least <= max(level or 0 for level in case.acceptable), case.id


def test_a_set_that_asks_too_little_fails_in_words() -> None:
    lower = [result.message for result in failing(run_cases(weakened("R7", level=2)))]
    assert (
        "C080 Nobody knows about weapons, and he is pacing: gives level 2 with police and CARE; it needs level 3 or higher."
        in lower
    )
    unarmed = [result.message for result in failing(run_cases(weakened("R3", services=["care"])))]
    assert "C091 Tiene un cuchillo en la mano: gives level 4 with CARE; it needs police." in unarmed


def case(**fields: object) -> Case:
    values: dict[str, object] = {
        "id": "T1", "title": "Try", "narrative": "n", "facts": {"is_behavioral": "yes", "weapon": "denied"}, "at_least": 2,
        "acceptable": (2,), "services": ("care",), "never": ("police",), "why": "w",
    }  # fmt: skip
    return Case(**(values | fields))  # type: ignore[arg-type]


def message(**fields: object) -> str:
    (result,) = run_cases(RULES, [case(**fields)])
    return result.message


def test_each_way_to_fail_has_its_words() -> None:
    assert message() == ""
    assert message(at_least=4) == "T1 Try: gives level 2 with CARE; it needs level 4."
    assert message(at_least=3, services=("police", "ems")) == (
        "T1 Try: gives level 2 with CARE; it needs level 3 or higher and needs police and EMS."
    )
    assert message(never=("care_only",)) == "T1 Try: gives level 2 with CARE; it must never be CARE alone."
    assert message(never=("care", "phone")) == "T1 Try: gives level 2 with CARE; it must never be CARE."


def test_a_heavier_answer_is_told_and_does_not_block() -> None:
    (result,) = run_cases(RULES, [case(at_least=1, acceptable=(1,))])
    assert not result.failures
    assert result.heavier == "level 2, where the published frameworks stop at level 1"


def test_the_standard_protocol_is_below_a_level_unless_the_case_accepts_it() -> None:
    ordinary = {"is_behavioral": "no"}
    assert "it needs level 2 or higher" in message(facts=ordinary, services=())
    assert message(facts=ordinary, services=(), acceptable=(None, 2)) == ""


def test_the_cases_have_a_hash_that_says_which_were_passed() -> None:
    assert len(cases_sha256()) == 64
