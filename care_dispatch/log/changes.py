"""What the log says happened to one thing since a version: the ground for merging two people's edits."""

from collections.abc import Iterable, Mapping
from typing import Any

from care_dispatch.log.models import Event


def changed_since(base: int, model: str, subject_id: int, wanted: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Fields among ``wanted`` that somebody set after event ``base`` and that are another value now: yours, theirs, by, at.

    ``model`` is ``call`` or ``unit``: the event column to look in.
    """
    clashes: dict[str, dict[str, Any]] = {}
    events = Event.objects.filter(seq__gt=base, **{f"{model}_id": subject_id}).order_by("seq")
    for event in events.only("payload", "actor_id", "position", "at"):
        sets = event.payload["set"]
        for name in wanted:
            if f"{model}.{name}" in sets:
                clashes[name] = {
                    "yours": wanted[name],
                    "theirs": sets[f"{model}.{name}"],
                    "by": event.actor_id,
                    "position": event.position,
                    "at": event.at.isoformat(),
                }
    return {name: clash for name, clash in clashes.items() if clash["theirs"] != wanted[name]}


def fold(events: Iterable[Event]) -> dict[tuple[str, int], dict[str, Any]]:
    """The operational fields of every call, unit and assignment, rebuilt from the log alone."""
    state: dict[tuple[str, int], dict[str, Any]] = {}
    for event in events:
        ids = {"call": event.call_id, "unit": event.unit_id, "assignment": event.payload["ref"].get("assignment_id")}
        for name, value in event.payload["set"].items():
            model, field = name.split(".", 1)
            subject = ids[model]
            if subject is not None:
                state.setdefault((model, subject), {})[field] = value
    return state
