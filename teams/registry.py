"""What teams registers with the parts below it: event kinds, where units are, and whom a field user follows."""

from care_dispatch.live.hooks import register_access, register_positions, register_topics
from care_dispatch.log import register_kinds
from teams import kinds, whereabouts


def register() -> None:
    register_kinds(kinds.ALL)
    register_positions(whereabouts.positions_since)
    register_topics(whereabouts.topics_of)
    # Who is aboard decides what an officer follows: open sockets are looked at anew.
    # So does an admin who changes a role or takes a sign-in away.
    register_access(
        {kinds.CREW_SIGNED_ON.name, kinds.CREW_SIGNED_OFF.name, kinds.CREW_HANDED_OVER.name, kinds.CONFIG_CHANGED.name}
    )
