"""What teams registers with the parts below it: its event kinds."""

from care_dispatch.log import register_kinds
from teams import kinds


def register() -> None:
    register_kinds(kinds.ALL)
