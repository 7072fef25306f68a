"""What a unit on a call does next, and what else it may report: pure rules over its own state."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A status to report and the words on its button."""

    status: str
    label: str


_LABELS = {
    "acknowledged": "Acknowledge",
    "en_route": "En route",
    "staged": "Staged",
    "on_scene": "On scene",
    "contact": "With the person",
    "transporting": "Transporting",
    "at_facility": "At facility",
    "clearing": "Clearing",
}
_ORDER = tuple(_LABELS)
# The usual next report; what it skips stays among the others.
_NEXT = {
    "dispatched": "en_route",
    "acknowledged": "en_route",
    "en_route": "on_scene",
    "staged": "on_scene",
    "transporting": "at_facility",
    "at_facility": "clearing",
}
_NEXT_CARE = {**_NEXT, "on_scene": "contact"}


def next_step(*, discipline: str, role: str, status: str, cleared_to_enter: bool) -> Step | None:
    """The one big button; None when all that is left is to clear, or when CARE waits for the police."""
    waits = discipline == "care" and role == "stage" and not cleared_to_enter
    if waits and status == "en_route":
        return Step("staged", _LABELS["staged"])
    if waits and status == "staged":
        return None
    wanted = (_NEXT_CARE if discipline == "care" else _NEXT).get(status)
    return Step(wanted, _LABELS[wanted]) if wanted else None


def other_steps(*, discipline: str, status: str, next_status: str) -> list[Step]:
    """Every later report that is not the big button, in order. Nothing is refused; these are just smaller."""
    later = _ORDER[_ORDER.index(status) + 1 :] if status in _ORDER else _ORDER
    if discipline in ("police", "fire"):
        later = tuple(name for name in later if name != "contact")
    return [Step(name, _LABELS[name]) for name in later if name != next_status]
