"""Parsed rules evaluated on facts, every hit kept as a reason. Pure, and it never raises on valid facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calls.triage.facts import FACTS, NOT_ASKED
from calls.triage.parsing import SERVICES, Facts, Rule, RuleSet

PRIORITY_OF_LEVEL = {4: "P", 3: "1", 2: "2", 1: "3"}
_FIRE_LEADS = frozenset({"gas", "water", "height", "fire"})
# Asked in this order: what would change the answer most comes first.
_ASK = ("weapon", "violence", "threat_to_others", "medical", "suicide", "overdose", "intoxication", "hazard")


@dataclass(frozen=True)
class Verdict:
    """``level`` 1 to 4, None when not behavioral. ``services``: the union of what every hit rule asks for."""

    level: int | None
    response: str
    services: tuple[str, ...]
    lead: str
    behavioral: str
    eligible: str
    priority: str | None
    care_role: str
    truth: Mapping[str, bool]
    hits: tuple[Mapping[str, Any], ...]
    open_questions: tuple[str, ...]
    safety_questions: tuple[str, ...]
    locate: bool
    because: str = ""

    def as_dict(self) -> dict[str, Any]:
        plain = dict(self.__dict__)
        plain["truth"] = dict(self.truth)
        plain["hits"] = [dict(hit) for hit in self.hits]
        for name in ("services", "open_questions", "safety_questions"):
            plain[name] = list(plain[name])
        return plain


# --- evaluating ------------------------------------------------------------------------------------
def evaluate(facts: Facts, rules: RuleSet) -> Verdict:
    """The level is the highest floor any rule hits, the services the union of what every hit asks for."""
    truth = {rule.id: rule.holds(facts) for rule in rules.rules}
    hits = [rule for rule in rules.rules if truth[rule.id]]
    standard = any(rule.answer == "standard" for rule in hits)
    floors = [rule.level for rule in hits if rule.level is not None]
    level = None if standard else max(floors, default=2)
    services = _services(hits, level, standard)
    lead = _lead(facts, services, hits)
    safety = _safety_questions(facts, level, services)
    behavioral = {"yes": "yes", "no": "no"}.get(str(facts.get("is_behavioral", "unknown")), "maybe")
    return Verdict(
        level=level,
        response=_response(hits, level, services, lead),
        services=services,
        lead=lead,
        behavioral=behavioral,
        eligible="ineligible" if level in (None, 4) else "eligible",
        priority=PRIORITY_OF_LEVEL.get(level or 0) or ("P" if standard and 4 in floors else None),
        care_role="stage" if level == 4 and "police" in services else "respond",
        truth=truth,
        hits=tuple(
            {
                "id": rule.id,
                "title": rule.title,
                "level": rule.level,
                "services": list(rule.services),
                "because": rule.because,
            }
            for rule in hits
        ),
        open_questions=tuple(name for name in _ASK if facts.get(name, NOT_ASKED) in (NOT_ASKED, "unknown")),
        safety_questions=safety,
        locate=facts.get("location_confirmed") == "no" and any(floor >= 3 for floor in floors),
    )


def _services(hits: Sequence[Rule], level: int | None, standard: bool) -> tuple[str, ...]:
    asked = {service for rule in hits for service in rule.services}
    if standard:  # the dangers found are shown with who they ask for; CARE waits for something behavioral
        dangers = [rule for rule in hits if rule.level is not None and rule.level >= 3]
        asked = {service for rule in dangers for service in rule.services} - {"care"}
    elif not hits:
        asked = {"care"}
    return tuple(service for service in SERVICES if service in asked)


def _lead(facts: Facts, services: Sequence[str], hits: Sequence[Rule]) -> str:
    if "fire" in services and facts.get("hazard") in _FIRE_LEADS:
        return "fire"
    danger_open = any(
        facts.get(name, "denied") not in ("denied", NOT_ASKED) for name in ("weapon", "violence", "threat_to_others")
    )
    if "police" in services and (danger_open or "ems" not in services):
        return "police"
    if any(rule.level == 4 and "ems" in rule.services and "police" not in rule.services for rule in hits):
        return "ems"
    return "police" if "police" in services else "care" if "care" in services else services[0] if services else ""


def _response(hits: Sequence[Rule], level: int | None, services: Sequence[str], lead: str) -> str:
    if level is None:
        return "standard"
    if "fire" in services:
        return "fire_police_ems"
    if level == 4:
        return "ems_first" if lead == "ems" or "police" not in services else "police_first"
    if level == 1:
        return "consult" if any(rule.answer == "consult" for rule in hits) else "phone"
    if "police" in services:
        return "care_police"
    return "care_ems" if "ems" in services else "care_only"


def _safety_questions(facts: Facts, level: int | None, services: Sequence[str]) -> tuple[str, ...]:
    """What must be asked before CARE goes without police (domain: unknown is not no)."""
    if level != 2 or "police" in services:
        return ()
    return tuple(name for name in ("weapon",) if facts.get(name, NOT_ASKED) == NOT_ASKED)


def fallback_verdict(reason: str) -> Verdict:
    """The rules could not run: police, fire and EMS first. Never CARE alone by default."""
    return Verdict(
        level=4, response="fire_police_ems", services=("fire", "police", "ems"), lead="police", behavioral="maybe",
        eligible="not_triaged", priority="P", care_role="respond", truth={}, hits=(), open_questions=(),
        safety_questions=(), locate=False, because=reason,
    )  # fmt: skip


def vocabulary() -> list[dict[str, Any]]:
    """Every fact for a form: name, label, question, values, and which are risks."""
    return [
        {"name": fact.name, "label": fact.label, "question": fact.question, "values": list(fact.values), "risk": fact.risk,
         "many": fact.many}
        for fact in FACTS.values()
    ]  # fmt: skip


def label(name: str) -> str:
    return FACTS[name].label if name in FACTS else name
