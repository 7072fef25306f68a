"""Published frameworks a rule set can start from, and where rule sets differ on the same calls."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from calls.triage.parsing import RuleSet, default_rules
from calls.triage.rules import evaluate

# Rules of the default set that every framework gets on top: what they ask for is never dropped, so they win.
SAFETY_FLOOR = ("R1", "R1b", "R2", "R3", "R3e", "R4", "R4r", "R5", "R5m", "R6l")
# And the one that leaves calls that are not behavioral to their own protocol.
KEPT = ("R0",)
_NOTE = (
    "The safety floor of this product is added to the framework and wins over it: with a weapon, violence, an overdose,"
    " a medical emergency or a dangerous place CARE never goes alone."
)


class NoFramework(LookupError):
    """There is no template of that name; the message lists those there are."""


@dataclass(frozen=True)
class Template:
    """``body``: a rule set that can be used as it is."""

    code: str
    name: str
    about: str
    body: Mapping[str, Any]


@cache
def templates() -> tuple[Template, ...]:
    """The default rules first, then each published framework with the safety floor."""
    ours = default_rules()
    default = Template(
        "default", ours["name"], "Marcus Alert levels with A-Team criteria: what this product ships.", ours
    )
    files = sorted(Path(__file__).parent.glob("*.json"))
    return (default, *(_template(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in files))


def template(code: str) -> Template:
    found = next((one for one in templates() if one.code == code), None)
    if found is None:
        raise NoFramework(
            f"There is no template {code[:40]!r}; there are {', '.join(one.code for one in templates())}."
        )
    return found


def _template(code: str, raw: Mapping[str, Any]) -> Template:
    body = {key: value for key, value in raw.items() if key != "about"}
    body["note"] = _NOTE
    body["rules"] = [*raw["rules"], *_floor()]
    return Template(code, raw["name"], raw["about"], body)


def _floor() -> list[dict[str, Any]]:
    rules = {rule["id"]: rule for rule in default_rules()["rules"]}
    floor = [rules[name] | {"title": f"Safety floor: {rules[name]['title']}"} for name in SAFETY_FLOOR]
    return [*floor, *(rules[name] for name in KEPT)]


def differences(fact_sets: Mapping[str, Mapping[str, Any]], rule_sets: Mapping[str, RuleSet]) -> list[dict[str, Any]]:
    """The fact sets on which the rule sets do not all say the same, with each one's answer, by their names.

    Answers differ when level, response or services do; how a framework names its levels makes no difference.
    """
    found = []
    for name, facts in fact_sets.items():
        verdicts = {title: evaluate(facts, rules) for title, rules in rule_sets.items()}
        if len({(one.level, one.response, one.services) for one in verdicts.values()}) > 1:
            answers = {
                title: {
                    "level": one.level,
                    **rule_sets[title].level_words(one.level),
                    "response": one.response,
                    "services": list(one.services),
                    "rules": [hit["id"] for hit in one.hits],
                }
                for title, one in verdicts.items()
            }
            found.append({"name": name, "answers": answers})
    return found
