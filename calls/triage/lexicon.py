"""The words the reader knows, as patterns compiled once from lexicon.json."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Entry:
    """``pattern`` found in a clause says ``fact`` is ``value``, unless its surroundings change that."""

    group: str
    fact: str
    value: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Lexicon:
    entries: tuple[Entry, ...]
    cues: Mapping[str, re.Pattern[str]]
    types: Mapping[str, re.Pattern[str]]

    def value(self, entry: Entry, clause: str, match: re.Match[str]) -> str | None:
        """The value in its surroundings: denied, not known, of the past, taken back, or somebody else's (None)."""
        before, after = clause[max(0, match.start() - 45) : match.start()], clause[match.end() : match.end() + 30]
        if self.cues["not_this"].search(clause):
            return None
        if self.cues["unsure"].search(before[-25:]) or self.cues["unsure_after"].search(after):
            return "unknown"
        if self.cues["negated"].search(before) or self.cues["negated_after"].search(after):
            return "denied"
        if entry.fact in ("weapon", "violence") and self.cues["past"].search(clause):
            return "historic"
        if entry.fact == "weapon":
            return self._weapon(entry, clause)
        if entry.fact == "suicide" and entry.value == "attempt" and self.cues["past"].search(clause):
            return "recent_attempt" if self.cues["recent"].search(clause) else None
        return entry.value

    def _weapon(self, entry: Entry, clause: str) -> str:
        for state in ("retracted", "secured", "in_hand", "recent", "in_reach", "access_intent"):
            if self.cues[f"weapon_{state}"].search(clause):
                return state
        return entry.value

    def behavioral(self, call_type: str, text: str, found: bool) -> tuple[str, str, str]:
        """``(yes, maybe or no, the words, the group)`` from the call type and the narrative together."""
        for place in (call_type, text):
            trimmed = self.types["trap"].sub(" ", place)
            if hit := self.types["behavioral"].search(trimmed):
                return "yes", hit.group(0), "behavioral"
        if (hit := self.types["ordinary"].search(call_type)) and not self.types["maybe"].search(text):
            return "no", hit.group(0), "ordinary"
        return "maybe", "", "not clear"


def load() -> Lexicon:
    body: dict[str, Any] = json.loads(Path(__file__).with_name("lexicon.json").read_text())
    entries = tuple(
        Entry(group["group"], group["fact"], value, _words(words))
        for group in body["groups"]
        for value, words in group["values"].items()
    )
    cues = {name: _words(words) for name, words in body["cues"].items()}
    types = {name: _words(words) for name, words in body["types"].items()}
    return Lexicon(entries, cues, types)


def _words(words: list[str]) -> re.Pattern[str]:
    """Whole words in any case; ``*`` ends a stem, a space matches any run of blanks up to three."""
    parts = [re.escape(word).replace(r"\*", r"\w{0,14}").replace(r"\ ", r"\W{1,3}") for word in words]
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(parts, key=len, reverse=True))})(?!\w)", re.IGNORECASE)
