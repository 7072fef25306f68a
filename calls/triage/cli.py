"""`manage.py triage` without Django: read inputs, decide, print one JSON object each."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from calls.triage.facts import FACTS, FactStatement, effective, makes_lighter, normalise
from calls.triage.parsing import RuleSet
from calls.triage.reader import SuggestedFact, read
from calls.triage.rules import evaluate


class BadInput(ValueError):
    """An input that cannot be read; the message says which line and why."""


def decide(source: Mapping[str, Any], rules: RuleSet) -> dict[str, Any]:
    """The verdict on one input: ``narrative``, optional ``type``, ``facts`` (given ones beat read ones) and ``id``."""
    narrative, call_type = source.get("narrative", ""), source.get("type") or ""
    if not isinstance(narrative, str) or not isinstance(call_type, str):
        raise BadInput("narrative and type are texts")
    given = source.get("facts") or {}
    if not isinstance(given, Mapping):
        raise BadInput("facts are an object of names and values")
    stated = normalise(given)
    suggestions = read(narrative, call_type).suggestions()
    facts = {**_lighter(suggestions), **_read_facts(suggestions), **stated}
    verdict = evaluate(facts, rules)
    return {
        "id": source.get("id"),
        "level": verdict.level,
        "response": verdict.response,
        "services": list(verdict.services),
        "lead": verdict.lead,
        "behavioral": verdict.behavioral,
        "rules": [hit["id"] for hit in verdict.hits],
        "facts": _shown(facts, stated, suggestions),
    }


def _lighter(suggestions: Iterable[SuggestedFact]) -> dict[str, Any]:
    """Nobody is there to confirm what makes a lighter answer, so the text's word is taken."""
    return {item.fact: item.value for item in suggestions if makes_lighter(item.fact, item.value)}


def _read_facts(suggestions: Iterable[SuggestedFact]) -> dict[str, Any]:
    return effective(
        FactStatement(item.fact, item.value, "narrative", "narrative", "", False, item.quote) for item in suggestions
    )


def _shown(
    facts: Mapping[str, Any], stated: Mapping[str, Any], suggestions: Iterable[SuggestedFact]
) -> dict[str, dict[str, Any]]:
    quotes = {item.fact: item.quote for item in suggestions}
    return {
        name: {"value": value, "source": "given" if name in stated else "narrative", "evidence": quotes.get(name, "")}
        for name, value in sorted(facts.items(), key=lambda pair: list(FACTS).index(pair[0]))
    }


def inputs(text: str) -> Iterator[tuple[str, Any]]:
    """``(where, input)`` of JSON lines or of one JSON list; a broken line comes as a BadInput in its place."""
    if text.lstrip().startswith("["):
        try:
            yield from ((f"entry {number}", part) for number, part in enumerate(json.loads(text), 1))
        except (json.JSONDecodeError, RecursionError) as error:
            yield "the list", BadInput(str(error))
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield f"line {number}", json.loads(line)
            except (json.JSONDecodeError, RecursionError) as error:
                yield f"line {number}", BadInput(str(error))
