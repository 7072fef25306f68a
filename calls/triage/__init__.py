"""Triage, pure: facts, the narrative reader and the rules. No Django, no clock, no settings, no database."""

from calls.triage.engine import ENGINE, judge
from calls.triage.explaining import explain
from calls.triage.facts import (
    FACTS,
    FactStatement,
    UnknownFact,
    UnknownValue,
    effective,
    is_worse,
    normalise,
)
from calls.triage.facts import validate as validate_facts
from calls.triage.lexicon import BrokenLexicon, LexiconVersion, lexicon_version
from calls.triage.parsing import BrokenRules, RuleSet, default_rules, parse_rules
from calls.triage.reader import Reading, SuggestedFact, read
from calls.triage.rules import Verdict, evaluate, fallback_verdict, label, vocabulary

__all__ = [
    "ENGINE",
    "FACTS",
    "BrokenLexicon",
    "BrokenRules",
    "FactStatement",
    "LexiconVersion",
    "Reading",
    "RuleSet",
    "SuggestedFact",
    "UnknownFact",
    "UnknownValue",
    "Verdict",
    "default_rules",
    "effective",
    "evaluate",
    "explain",
    "fallback_verdict",
    "is_worse",
    "judge",
    "label",
    "lexicon_version",
    "normalise",
    "parse_rules",
    "read",
    "validate_facts",
    "vocabulary",
]
