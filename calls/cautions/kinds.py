"""The kinds of event a caution writes: ids only, never its words."""

from care_dispatch.log import EventKind


def _kind(step: str) -> EventKind:
    return EventKind(f"caution.{step}", refs=frozenset({"caution_id"}))


CAUTION_ENTERED = _kind("entered")
CAUTION_REVIEWED = _kind("reviewed")
CAUTION_ENDED = _kind("ended")
CAUTION_EXPIRED = _kind("expired")
# On a call: it is shown there, shown no more, and dispatch has said that it knows it.
CAUTION_SHOWN = _kind("shown")
CAUTION_GONE = _kind("gone")
CAUTION_KNOWN = _kind("known")
KINDS = [value for value in list(globals().values()) if isinstance(value, EventKind)]
