"""The rule engine's answer as it is stored, and which engine gave it."""

import hashlib
from pathlib import Path
from typing import Any

from calls.triage.parsing import CAPABILITIES, Facts, RuleSet
from calls.triage.rules import evaluate

# Everything that turns facts and rules into an answer. A change of any of them makes another engine, noticed by itself.
DECIDING = ("engine.py", "facts.py", "parsing.py", "rules.py")
ENGINE = hashlib.sha256(b"".join(Path(__file__).with_name(name).read_bytes() for name in DECIDING)).hexdigest()[:16]


def judge(facts: Facts, rules: RuleSet) -> dict[str, Any]:
    """The verdict as plain JSON, with the framework's words for its level and what the crew must have."""
    verdict = evaluate(facts, rules)
    needed = {name for rule in rules.rules if verdict.truth[rule.id] for name in rule.capabilities}
    return verdict.as_dict() | {
        "level_words": rules.level_words(verdict.level),
        "capabilities": [name for name in CAPABILITIES if name in needed],
    }
