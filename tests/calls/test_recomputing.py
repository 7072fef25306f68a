"""Old decisions stand: every stored verdict comes out the same from its own facts and rules, whatever happened since."""

import ast
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from calls import triage
from calls.facts import state_facts
from calls.models import Call, RuleSet, Verdict
from calls.narrative import add_note
from calls.recomputing import recompute, recompute_all
from calls.rule_sets import roll_back
from calls.rules_in_force import rule_set_for
from calls.triage import engine
from calls.triage.facts import FACTS
from calls.verdicts import run_triage
from care_dispatch.due.work import run_once
from tests.calls.rules_cast import Desk, body_with, extra_rule
from tests.cast import NOW, act, later, make_call, make_center, make_user, use_default_rules

pytestmark = pytest.mark.django_db

PUBLISHED = (
    extra_rule(),
    extra_rule(level=4, services=["ems"]),
    body_with("R8", capabilities=["clinician", "youth"], title="In person, another title"),
    body_with("R1b", level=4),
)
SAID = (
    "he has a knife in his hand",
    "no weapons, neg SI",
    "she swallowed pills, now says she did not",
    "side gate is green",
)
STATED = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(FACTS[name].values)
        for name in ("weapon", "violence", "suicide", "medical", "minors_present", "age", "need", "is_behavioral")
    },
).filter(bool)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("state"), STATED),
        st.tuples(st.just("say"), st.sampled_from(SAID)),
        st.tuples(st.just("publish"), st.integers(0, len(PUBLISHED) - 1)),
        st.tuples(st.just("undo"), st.none()),
    ),
    min_size=3,
    max_size=9,
)


def live(steps: list[tuple[str, Any]]) -> Desk:
    """Two open calls through a history of facts, words, and rules published and undone."""
    use_default_rules()
    desk = Desk(make_center())
    dispatcher = make_user(desk.center)
    calls = [make_call(dispatcher, nature=nature) for nature in ("Welfare check", "Suicidal subject")]
    for number, (what, value) in enumerate(steps, 1):
        now = later(minutes=number)
        if what == "state":
            act(state_facts, by=dispatcher, now=now, call_id=calls[number % 2].pk, facts=value)
        elif what == "say":
            act(add_note, by=dispatcher, now=now, call_id=calls[number % 2].pk, text=value)
        elif what == "publish":
            desk.approved(PUBLISHED[value], now=now)
        elif (decides := rule_set_for(desk.center.pk, now)).center_id is not None:
            act(roll_back, by=desk.third, now=now, rule_set_id=decides.pk, reason="x")
        for _ in range(4):
            run_once(older_than=NOW - NOW, now=now, source="sweep")
    return desk


# A history takes a second, so a failing one is shown as it is instead of being made smaller for minutes.
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(STEPS)
def test_a_history_of_facts_and_rules_recomputes_identically(db: None, steps: list[tuple[str, Any]]) -> None:
    desk = live(steps)
    found = list(recompute_all(center_code=desk.center.code))
    assert len(found) >= 2
    assert [one.words for one in found if one.differences or one.other_engine] == []


def test_each_verdict_is_explained_by_the_rules_of_its_own_day(db: None) -> None:
    facts = {"is_behavioral": "yes", "weapon": "denied", "minors_present": "yes"}
    desk = live([("state", facts), ("say", "x"), ("state", facts), ("publish", 0), ("undo", None), ("publish", 1)])
    verdicts = Verdict.objects.filter(call__center=desk.center).order_by("pk")
    assert len({verdict.rule_set_id for verdict in verdicts}) == 3
    assert {verdict.level for verdict in verdicts} == {2, 3, 4}
    assert all(not one.differences for one in recompute_all(center_code=desk.center.code))


def test_what_was_stored_otherwise_is_reported_field_by_field(db: None) -> None:
    use_default_rules()
    call = make_call(make_user(make_center()), facts={"is_behavioral": "yes", "weapon": "in_hand"})
    assert call.verdict is not None
    forged = copy_of(call.verdict, level=2, services=["care"], proof=call.verdict.proof | {"level": 2})
    assert set(recompute(forged).differences) == {"level", "services", "proof.services"}
    assert (
        f"call {call.pk} verdict {forged.pk}: level was 2 and is 4; services was ['care'] and is"
        in recompute(forged).words
    )


def copy_of(verdict: Verdict, **fields: Any) -> Verdict:
    """A verdict as nobody's rules gave it; a stored one cannot be changed."""
    verdict.pk, verdict.facts_version = None, verdict.facts_version + 100
    for name, value in fields.items():
        setattr(verdict, name, value)
    verdict.save(force_insert=True)
    return verdict


def test_another_engine_is_noticed(db: None) -> None:
    use_default_rules()
    call = make_call(make_user(make_center()))
    assert call.verdict is not None and call.verdict.engine_version == triage.ENGINE
    older = copy_of(call.verdict, engine_version="0123456789abcdef")
    assert recompute(older).other_engine and not recompute(older).differences


def test_a_fallback_recomputes_from_its_own_reason(db: None) -> None:
    call = make_call(make_user(make_center()))
    assert call.verdict is not None and call.verdict.engine == "fallback"
    assert recompute(call.verdict).differences == {}


def test_rules_this_engine_cannot_read_are_a_difference_and_not_a_crash(db: None) -> None:
    use_default_rules()
    call = make_call(make_user(make_center()))
    old = RuleSet.objects.create(
        version=99, name="Old", body={"rules": [{"colour": "red"}]}, sha256="old", center=call.center
    )
    assert call.verdict is not None
    found = recompute(copy_of(call.verdict, rule_set=old))
    assert "BrokenRules: Rule 1 needs an id" in str(found.differences["level"])


def test_the_command_proves_it_or_ends_with_an_error(db: None) -> None:
    use_default_rules()
    call = make_call(make_user(make_center()))
    run_triage(call.pk, 0, NOW, "worker")
    said = StringIO()
    call_command("recompute", stdout=said)
    assert "1 verdicts computed again" in said.getvalue() and "1 the same, 0 different" in said.getvalue()
    verdict = Call.objects.get(pk=call.pk).verdict
    assert verdict is not None
    copy_of(verdict, level=1, engine_version="older")
    with pytest.raises(CommandError, match="1 verdicts come out differently"):
        call_command("recompute", stdout=said)
    assert "(made by another engine): level was 1 and is" in said.getvalue()
    call_command("recompute", "--same-engine", stdout=said)
    assert "0 made by another engine, 1 of those left out" in said.getvalue()


def test_every_source_that_decides_is_part_of_the_engines_version() -> None:
    folder = Path(engine.__file__).parent
    found, waiting = set(), ["engine.py"]
    while waiting:
        name = waiting.pop()
        found.add(name)
        for node in ast.walk(ast.parse((folder / name).read_text())):
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            used = f"{module.removeprefix('calls.triage.')}.py"
            if module.startswith("calls.triage.") and used not in found:
                waiting.append(used)
    assert found == set(engine.DECIDING)
