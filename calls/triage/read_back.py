"""What a consult is asked back: the dangers the requester named, who is missing with the person, what nobody asked."""

from collections.abc import Collection, Mapping
from typing import Any

from calls.triage.explaining import explain
from calls.triage.facts import FACTS, NEGATIVES
from calls.triage.parsing import Facts, RuleSet
from calls.triage.rules import evaluate, fallback_verdict

# Somebody with the patient asks CARE, and nobody has asked for a visit yet.
ASKED = {"need": "remote_consult"}
# Whom those with the person stand in for.
_COVERS = {"police": "police", "ems": "ems", "fire": "fire", "hospital": "ems"}
_WITH_YOU = {"fire": "Fire with you?", "police": "Police with you?", "ems": "EMS with you?"}
# Dangers that those with the person do not cover by being there: they must be over.
_OVER = {
    "weapon": ("Weapon secured?", ("access", "in_reach", "recent", "access_intent", "in_hand")),
    "violence": ("Violence over?", ("in_progress",)),
    "situation": ("Barricade or hostage over?", ("forced_entry", "barricade", "hostage")),
    "hazard": ("Away from the danger?", ("driving", "traffic", "water", "height", "fire", "gas")),
}
MOST_QUESTIONS = 4


def read_back(facts: Facts, rules: RuleSet | None, *, with_person: Collection[str]) -> dict[str, Any]:
    """The verdict on a consult's facts as it is read back.

    ``missing``: each need that a rule asks for and nobody there covers, as a question; any one makes it a dispatch.
    ``ask``: what is not known and would change the answer. Without rules police, fire and EMS are missing.
    """
    asked = {**ASKED, **facts}
    verdict = evaluate(asked, rules) if rules else fallback_verdict("the rules did not run")
    dangers = [hit for hit in verdict.hits if (hit["level"] or 0) > 1]
    needed = {service for hit in dangers for service in hit["services"]} if rules else set(verdict.services)
    there = {_COVERS[name] for name in with_person}
    missing = [{"what": name, "text": text} for name, text in _WITH_YOU.items() if name in needed - there]
    missing += [
        {"what": name, "text": text} for name, (text, values) in _OVER.items() if dangers and facts.get(name) in values
    ]
    questions = explain(asked, rules)["questions"] if rules else []
    return {
        "level": verdict.level,
        "response": verdict.response,
        "becomes_dispatch": bool(missing),
        "missing": missing,
        "hits": [{"id": hit["id"], "because": hit["because"]} for hit in dangers],
        "said": said(facts),
        "ask": [
            {"fact": question["fact"], "text": question["text"], "values": question["values"]}
            for question in questions[:MOST_QUESTIONS]
        ],
    }


def said(facts: Mapping[str, Any]) -> list[str]:
    """The risk facts that somebody stated, in words; what nobody asked is not said back."""
    risks = [name for name, fact in FACTS.items() if fact.risk and facts.get(name) not in (None, NEGATIVES[1])]
    return [f"{FACTS[name].label}: {str(facts[name]).replace('_', ' ')}" for name in risks]
