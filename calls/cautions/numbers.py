"""Phone numbers as they are compared: however they are written, with the area code or without."""

# Shorter, a number is nobody's own.
FEWEST_DIGITS = 7


def digits_of(phone: str) -> str:
    """What two ways to write one phone number have in common."""
    return "".join(sign for sign in phone if sign in "0123456789")[-10:]


def same_number(one: str, other: str) -> bool:
    """Whether two numbers, as ``digits_of`` gives them, end alike: one may lack the area code."""
    shared = min(len(one), len(other))
    return shared >= FEWEST_DIGITS and one[-shared:] == other[-shared:]
