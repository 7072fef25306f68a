"""Callsigns as a record has them, and what kind of unit each probably is."""

import re

from teams.models import Discipline

_NOT_A_LETTER_OR_DIGIT = re.compile(r"[^A-Z0-9_-]")
LONGEST = 16
# Medic units and ambulances; helicopters of the region's air ambulances.
_EMS = re.compile(r"^(M|MED|MEDIC|EMS|AMB|A|LIFE|AGAIR|H)\d*$|^(MRED|HEALTH)$")
_POLICE = re.compile(r"^(P|PD|UPDF|SO|LSO|S)\d+$|^\d+$")


def callsign(unit: str) -> str:
    """The record's name as one word this product takes; a bare number gets a U before it."""
    word = _NOT_A_LETTER_OR_DIGIT.sub("", unit.strip().upper())
    if not word or not word[0].isalpha():
        word = f"U{word}"
    return word[:LONGEST]


def discipline(unit: str) -> Discipline:
    """Guessed from the name: M6 and EMS1 are EMS, a bare number an officer, and the rest (SW11, WAVE1, E5) fire."""
    word = unit.strip().upper()
    if _EMS.match(word):
        return Discipline.EMS
    return Discipline.POLICE if _POLICE.match(word) else Discipline.FIRE
