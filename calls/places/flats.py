"""Whether two unit numbers of one address are the same flat. Pure."""

from enum import StrEnum


class Flat(StrEnum):
    SAME = "same"
    UNKNOWN = "unknown"  # nobody said which: it may be this one or another
    OTHER = "other"


def flat(one: str, other: str) -> Flat:
    """What two calls, or a call and a caution, of one address have in common; without any number it is the same house."""
    if one == other:
        return Flat.SAME
    return Flat.OTHER if one and other else Flat.UNKNOWN
