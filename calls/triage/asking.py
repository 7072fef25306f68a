"""How a question is put: to whom it is put decides the words. The project's own wording."""

from collections.abc import Mapping
from typing import Any

from calls.triage.facts import FACTS

# Who is on the line, by the first that fits; a question without words for them is put as to anybody.
_SITUATIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("silent", "channel", ("silent",)),
    ("text", "channel", ("text", "tty")),
    ("officer", "responder_on_scene", ("police",)),
    ("professional", "caller", ("professional",)),
    ("child", "caller", ("child",)),
    ("self", "caller", ("first_party",)),
)

_WORDS: dict[str, dict[str, str]] = {
    "weapon": {
        "silent": "Weapon there? One tap yes, two taps no.",
        "text": "Is there a gun, knife or other weapon? Reply Y or N.",
        "officer": "Is every weapon secured?",
        "professional": "Is any weapon there, and who has it?",
        "child": "Is there a gun or a knife somebody could take?",
        "self": "Is there a weapon near you?",
    },
    "violence": {
        "silent": "Anybody being hurt? One tap yes, two taps no.",
        "text": "Is anyone being hurt now? Reply Y or N.",
        "child": "Is anybody hitting or hurting somebody?",
        "self": "Is anyone hurting you, or have you hurt anyone?",
    },
    "threat_to_others": {
        "officer": "Any threat to you or others?",
        "child": "Did anybody say they would hurt somebody?",
        "self": "Do you feel you might hurt somebody?",
    },
    "suicide": {
        "text": "Are you or they thinking of ending life? Reply Y or N.",
        "child": "Did they say they want to die or not wake up?",
        "self": "Are you thinking of ending your life?",
    },
    "medical": {
        "silent": "Hurt or ill? One tap yes, two taps no.",
        "professional": "Vital signs, and is EMS with you?",
        "child": "Are they awake, and can they talk to you?",
        "self": "Are you hurt, or do you feel ill?",
    },
    "overdose": {
        "child": "Did they swallow pills or anything from a bottle?",
        "self": "Have you taken anything: pills, alcohol, something else?",
    },
    "intoxication": {"self": "Have you been drinking or using anything?", "child": "Do they smell of alcohol or act drunk?"},
    "hazard": {
        "self": "Where are you exactly: high up, near water or a road?",
        "child": "Are they on a roof, near water or on a road?",
    },
}  # fmt: skip


def question(fact: str, facts: Mapping[str, Any]) -> str:
    """The question for this fact in the words for whoever is on the line."""
    words = _WORDS.get(fact, {})
    for situation, name, values in _SITUATIONS:
        if facts.get(name) in values and situation in words:
            return words[situation]
    return FACTS[fact].question
