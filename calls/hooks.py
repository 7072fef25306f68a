"""Where other parts add to what calls shows and does, without calls knowing them."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from calls.models import Call, Verdict

logger = logging.getLogger(__name__)

# Each takes call ids and gives extra card fields per call id; every tier gets them, so operational words only.
call_card_extras: list[Callable[[list[int]], dict[int, dict[str, object]]]] = []
# Each is told of a verdict just stored, or a response just set by hand, inside that change: it only schedules due work.
verdict_recorded: list[Callable[[Call, Verdict, datetime], None]] = []
mode_set: list[Callable[[Call, datetime], None]] = []


def tell(hooks: Sequence[Callable[..., None]], *what: Any) -> None:
    """Tell each; one that fails is undone alone (a savepoint) and neither stops nor changes what it was told of."""
    for hook in hooks:
        try:
            with transaction.atomic():
                hook(*what)
        except Exception:
            logger.exception("%s failed; what it was told of goes on", getattr(hook, "__name__", hook))
