"""The hand of the simulated dispatchers and crews: what it does is done at the position SIM1, in one moment."""

import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from calls.simulation.doing import Doer
from calls.simulation.selectors import DESK, SOURCE
from care_dispatch.refusal import Refused
from teams.models import Center, User

logger = logging.getLogger(__name__)


class Hand:
    """One look at the board. ``now`` is when it happens."""

    def __init__(self, center: Center, now: datetime) -> None:
        self.center, self.now = center, now
        # A name of its own: the keys of its writes meet no earlier ones.
        self._doer = Doer(SOURCE, uuid.uuid4().hex)

    def do(
        self,
        action: Callable[..., Mapping[str, Any]],
        *,
        at: datetime | None = None,
        actor: User | None = None,
        **args: Any,
    ) -> bool:
        """Perform it, now or (for the opening board) a little earlier. False: refused, a person was quicker."""
        try:
            self._doer.do(action, now=at or self.now, position=f"{DESK}1", actor=actor, **args)
        except Refused as refused:
            logger.info("simulation: %s", refused.message)
            return False
        return True
