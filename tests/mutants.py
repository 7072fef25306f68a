"""Which mutants that no test noticed change a floor: read after ``mutmut run``, each looked at in a process of its own.

A mutant that only says something in other words is no danger. One that answers with another level, sends other
services, takes another value for a fact or lets an unsound rule set pass is named, and the run fails.
"""

import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

MUTANTS = Path(__file__).resolve().parents[1] / "mutants"
FACT_SETS, DAMAGED = 400, 1500
# Those mutmut ran, and the one that is too slow to be run for every mutant.
TESTS = [
    f"tests/calls/triage/test_{name}.py"
    for name in ("verdicts", "rules", "facts", "refused_rules", "cases", "frameworks", "comparing", "soundness")
]


def answers() -> Iterator[Any]:
    """What the rooms under test decide of the same many questions, without any words."""
    from calls import triage
    from calls.triage.cases import published_cases
    from calls.triage.facts import FACTS, FactStatement
    from calls.triage.soundness import check_rules

    luck = random.Random(20)
    names = list(FACTS)
    rules = triage.parse_rules(triage.default_rules())
    questions = [dict(case.facts) for case in published_cases()]
    questions += [
        {name: _value(luck, name) for name in luck.sample(names, luck.randrange(8))} for _ in range(FACT_SETS)
    ]
    for facts in questions:
        verdict = triage.judge(facts, rules)
        yield [
            verdict[name]
            for name in ("level", "response", "services", "lead", "priority", "care_role", "eligible", "safety_questions",
                         "open_questions", "locate", "truth", "capabilities")
        ]  # fmt: skip
    for _ in range(FACT_SETS):
        said = [_statement(luck, FactStatement, luck.choice(names[:12])) for _ in range(6)]
        yield triage.effective(said)
        yield triage.normalise({"unheard_of": "x"} | {one.fact: luck.choice([one.value, None, "none"]) for one in said})
        yield [triage.is_worse(one.fact, _value(luck, one.fact), one.value) for one in said]
    body = json.loads(json.dumps(triage.default_rules()))
    for gone in range(len(body["rules"])):
        try:
            check_rules(body | {"rules": body["rules"][:gone] + body["rules"][gone + 1 :]})
        except triage.BrokenRules:
            yield "refused"
        else:
            yield "taken"
    yield from _of_damaged(luck, body, questions[:12])
    yield (
        triage.fallback_verdict("x").level,
        triage.fallback_verdict("x").services,
        triage.fallback_verdict("x").response,
    )


def _of_damaged(luck: random.Random, body: Any, questions: list[Any]) -> Iterator[Any]:
    """Rule sets with one thing taken away, changed or added somewhere: refused, or what they then decide."""
    from calls import triage
    from calls.triage.soundness import check_rules

    for _ in range(DAMAGED):
        damaged = json.loads(json.dumps(body))
        _damage(luck, damaged)
        try:
            rules = triage.parse_rules(damaged)
        except triage.BrokenRules as broken:
            yield sorted({problem.rule for problem in broken.problems})
            continue
        yield [(triage.judge(facts, rules)["level"], triage.judge(facts, rules)["services"]) for facts in questions]
        if not luck.randrange(8):
            try:
                check_rules(damaged)
            except triage.BrokenRules as broken:
                yield sorted({problem.rule for problem in broken.problems})


_ODD: tuple[Any, ...] = (None, 0, 1, 4, 5, -1, True, False, "", "x", [], {}, ["denied"], "in_hand", {"fact": "weapon", "in": ["in_hand"]},
        ["police"], "phone", "standard", "none", 2.0)  # fmt: skip


def _damage(luck: random.Random, body: Any) -> None:
    """Go down into the set at random and change one thing there."""
    at = body if not luck.randrange(6) else luck.choice(body["rules"])
    while True:
        inner = [
            part for part in (at.values() if isinstance(at, dict) else at) if isinstance(part, dict | list) and part
        ]
        if not inner or not luck.randrange(3):
            break
        at = luck.choice(inner)
    keys = list(at) if isinstance(at, dict) else list(range(len(at)))
    what = luck.randrange(4)
    if what == 0:
        del at[luck.choice(keys)]
    elif what == 1:
        at[luck.choice(keys)] = luck.choice(_ODD)
    elif isinstance(at, dict):
        at[luck.choice(("in", "at_least", "stated", "default", "not", "any", "all", "answer", "level", "odd"))] = (
            luck.choice(_ODD)
        )
    else:
        at.append(luck.choice((*_ODD, at[0])))


def _value(luck: random.Random, name: str) -> Any:
    from calls.triage.facts import FACTS

    fact = FACTS[name]
    if fact.many:
        return luck.sample(list(fact.values), min(2, len(fact.values)))
    return luck.choice(fact.values or ("en",))


def _statement(luck: random.Random, kind: Any, name: str) -> Any:
    source = luck.choice(["question", "narrative", "unit_report"])
    by, confirmed = luck.choice(["caller", "neighbour"]), luck.random() < 0.6
    return kind(name, _value(luck, name), source, by, "2026-03-02T20:00:00+00:00", confirmed)


def digest() -> str:
    told = hashlib.sha256()
    for answer in answers():
        told.update(repr(answer).encode())
    return told.hexdigest()


def answer_of(mutant: str) -> str:
    """The digest in the mutated copy with one mutant in force, or that it broke."""
    env = os.environ | {"MUTANT_UNDER_TEST": mutant, "PYTHONPATH": str(MUTANTS)}
    asked = [sys.executable, "-m", "tests.mutants", "digest"]
    done = subprocess.run(asked, cwd=MUTANTS, env=env, capture_output=True, text=True, check=False, timeout=300)
    return done.stdout.strip() if done.returncode == 0 else "broke"


def noticed(mutant: str) -> bool:
    """Whether the tests see it in a process that imports it: what runs at import mutmut cannot change any more."""
    env = os.environ | {"MUTANT_UNDER_TEST": mutant, "PYTHONPATH": str(MUTANTS)}
    asked = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:randomly", "-m", "not django_db", *TESTS]
    return subprocess.run(asked, cwd=MUTANTS, env=env, capture_output=True, check=False, timeout=600).returncode != 0


def survivors() -> list[str]:
    """By the results mutmut keeps beside the mutated files: exit code 0 is a run in which no test failed."""
    found: list[str] = []
    for meta in sorted(MUTANTS.rglob("*.meta")):
        codes = json.loads(meta.read_text())["exit_code_by_key"]
        found += [name for name, code in codes.items() if code in {0, 33}]  # 33: no test reaches it
    return found


def main() -> int:
    as_written = answer_of("none")
    assert as_written != "broke" and not noticed("none"), "the copy in mutants/ does not run; start with mutmut run"
    left = survivors()
    with ThreadPoolExecutor(os.cpu_count() or 1) as several:
        told = dict(zip(left, several.map(answer_of, left), strict=True))
        other = [name for name in left if told[name] != as_written]
        print(f"{len(left)} mutants live through the tests, {len(other)} of them answer otherwise", flush=True)
        seen = dict(zip(other, several.map(noticed, other), strict=True))
    dangers = [name for name in other if not seen[name]]
    print(f"{len(dangers)} of them no test notices in a process of its own either")
    print("\n".join(dangers))
    return bool(dangers)


if __name__ == "__main__":
    if sys.argv[1:] == ["digest"]:
        print(digest())
    else:
        sys.exit(main())
