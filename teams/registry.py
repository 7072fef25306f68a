"""What teams registers with the parts below it: event kinds, where units are, and whom a field user follows."""

from care_dispatch.due.work import DueKind, register_due
from care_dispatch.live.hooks import register_access, register_positions, register_topics
from care_dispatch.log import register_kinds
from teams import at_work, expiring, kinds, no_shows, notices, whereabouts


def register() -> None:
    register_kinds(kinds.ALL)
    register_positions(whereabouts.positions_since)
    register_topics(whereabouts.topics_of)
    register_due(DueKind(at_work.SHIFT_END, at_work.run_shift_end, at_work.shift_end_gave_up))
    register_due(DueKind(notices.NO_SHOW, no_shows.run_no_show, no_shows.no_show_gave_up))
    register_due(
        DueKind(expiring.CREDENTIALS, expiring.run_credentials, expiring.credentials_gave_up, standing=expiring.centers)
    )
    # Who is aboard decides what an officer follows: open sockets are looked at anew.
    # So does an admin who changes a role or takes a sign-in away.
    told = (
        kinds.CREW_SIGNED_ON, kinds.CREW_SIGNED_OFF, kinds.CREW_HANDED_OVER,
        kinds.SHIFT_EXTENDED, kinds.SHIFT_ENDED, kinds.CONFIG_CHANGED,
    )  # fmt: skip
    register_access({kind.name for kind in told})
