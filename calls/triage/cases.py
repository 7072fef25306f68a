"""The must-pass cases: stories with a known answer, run against a rule set before it may be published."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from calls.triage.facts import validate
from calls.triage.parsing import RuleSet
from calls.triage.rules import Verdict, evaluate
from calls.triage.wording import SERVICE_WORDS, listed

RESPONSE_WORDS = {
    "care_only": "CARE alone",
    "care_police": "CARE and police",
    "care_ems": "CARE and EMS",
    "police_first": "police first",
    "ems_first": "EMS first",
    "fire_police_ems": "fire, police and EMS",
    "phone": "a phone call",
    "consult": "a consult",
    "standard": "the standard protocol",
}


@dataclass(frozen=True)
class Case:
    """``at_least`` None: no level is asked for. ``never``: services and responses that must not come out.

    ``acceptable``: the levels the published frameworks give; None among them is the standard protocol. A heavier
    answer is told and does not block: frameworks differ there, and only too little is dangerous.
    """

    id: str
    title: str
    narrative: str
    facts: Mapping[str, Any]
    at_least: int | None
    acceptable: tuple[int | None, ...]
    services: tuple[str, ...]
    never: tuple[str, ...]
    why: str
    mimic: bool = False


@dataclass(frozen=True)
class CaseResult:
    """``failures``: what is too little or forbidden, in words; ``heavier``: more than the frameworks ask for."""

    case: Case
    level: int | None
    response: str
    services: tuple[str, ...]
    failures: tuple[str, ...]
    heavier: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.case.id,
            "title": self.case.title,
            "narrative": self.case.narrative,
            "why": self.case.why,
            "level": self.level,
            "response": self.response,
            "services": list(self.services),
            "failures": list(self.failures),
            "heavier": self.heavier,
            "message": self.message,
        }

    @property
    def message(self) -> str:
        """``C057 Overdose with a pistol in the lap: gives ...; it needs police.`` Empty when the case passes."""
        if not self.failures:
            return ""
        return f"{self.case.id} {self.case.title}: gives {_answer(self)}; it {listed(self.failures)}."


@cache
def published_cases() -> tuple[Case, ...]:
    """The cases of the repository; raises UnknownFact or UnknownValue for a fact nobody knows."""
    body = json.loads(_text())
    return tuple(
        Case(
            **{
                **raw,
                "facts": validate(raw["facts"]),
                "acceptable": tuple(raw["acceptable"]),
                "services": tuple(raw["services"]),
                "never": tuple(raw["never"]),
            }
        )
        for raw in body["cases"]
    )


@cache
def cases_sha256() -> str:
    """Which cases a rule set passed."""
    return hashlib.sha256(_text().encode()).hexdigest()


def _text() -> str:
    return Path(__file__).with_name("cases.json").read_text(encoding="utf-8")


def run_cases(rules: RuleSet, cases: Sequence[Case] | None = None) -> list[CaseResult]:
    """What the rules say of every case, in the order of the cases."""
    return [_run(rules, case) for case in (published_cases() if cases is None else cases)]


def failing(results: Sequence[CaseResult]) -> list[CaseResult]:
    """Those that keep a rule set from being published."""
    return [result for result in results if result.failures]


def _run(rules: RuleSet, case: Case) -> CaseResult:
    verdict = evaluate(case.facts, rules)
    return CaseResult(
        case=case,
        level=verdict.level,
        response=verdict.response,
        services=verdict.services,
        failures=tuple(_failures(case, verdict)),
        heavier=_heavier(case, verdict.level),
    )


def _failures(case: Case, verdict: Verdict) -> Iterator[str]:
    standard = verdict.level is None and None in case.acceptable
    if case.at_least is not None and (verdict.level or 0) < case.at_least and not standard:
        yield f"needs level {case.at_least}{' or higher' if case.at_least < 4 else ''}"
    if missing := [SERVICE_WORDS[name] for name in case.services if name not in verdict.services]:
        yield f"needs {listed(missing)}"
    found = [SERVICE_WORDS[name] for name in case.never if name in verdict.services]
    found += [RESPONSE_WORDS[name] for name in case.never if name == verdict.response]
    if found:
        yield f"must never be {listed(found, 'or')}"


def _heavier(case: Case, level: int | None) -> str:
    """What to say of a level above those the frameworks give."""
    levels = [one or 0 for one in case.acceptable]
    if level is None or level <= max(levels):
        return ""
    highest = f"level {max(levels)}" if max(levels) else "the standard protocol"
    return f"level {level}, where the published frameworks stop at {highest}"


def _answer(result: CaseResult) -> str:
    sent = [SERVICE_WORDS[name] for name in result.services]
    level = "the standard protocol" if result.level is None else f"level {result.level}"
    return f"{level} with {listed(sent)}" if sent else level
