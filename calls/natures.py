"""The natures a call-taker may pick, mapped to APCO common incident types with a starting priority.

Codes: APCO ANS 2.103 common incident types (CC BY 4.0). The list is a starting point that an agency edits;
a nature typed freely is kept as it is and starts at UNKNOWN_PRIORITY.
"""

from dataclasses import dataclass

UNKNOWN_PRIORITY = "2"


@dataclass(frozen=True)
class Nature:
    code: str
    label: str
    priority: str


NATURES = (
    Nature("SUICTHRT", "Suicidal subject", "1"),
    Nature("SUICIDE", "Suicide attempt", "P"),
    Nature("EDP", "Emotionally disturbed person", "1"),
    Nature("MNTL", "Mental health, non-violent", "2"),
    Nature("MTLV", "Mental health, violent", "P"),
    Nature("WELFARE", "Welfare check", "2"),
    Nature("INTOX", "Intoxicated person", "2"),
    Nature("OD", "Overdose", "P"),
    Nature("DVA", "Domestic violence, armed", "P"),
    Nature("DVNA", "Domestic violence, not armed", "1"),
    Nature("TRESPASS", "Trespassing", "3"),
    Nature("TROUBLE", "Trouble, nature unknown", "1"),
    Nature("CITASST", "Citizen assist", "3"),
    Nature("PERMISS", "Missing person", "1"),
    Nature("RUNAWAY", "Runaway", "2"),
    Nature("911H", "911 hang-up", "2"),
    Nature("911OPN", "911 open line", "1"),
    Nature("SICK", "Sick person", "1"),
    Nature("DISTURB", "Disturbance", "2"),
    Nature("ASSISTAG", "Assist another agency", "2"),
)
_BY_WORD = {word.casefold(): nature for nature in NATURES for word in (nature.code, nature.label)}


def find(word: str) -> Nature | None:
    """The nature with this code or label, in any case."""
    return _BY_WORD.get(word.strip().casefold())
