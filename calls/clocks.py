"""How long each thing may take: the clocks, their default limits and which step a wait has reached. Pure.

Sources: console design 3.6 (NFPA 1225: answer in 10 s and process in 60 s, nine of ten; welfare check of a crew on
scene every 15 minutes).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Clock(StrEnum):
    PENDING = "pending"
    QUESTION = "question"
    ACKNOWLEDGE = "acknowledge"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CONSULT = "consult"
    SEEN = "seen"
    CALL_BACK = "call_back"
    ALERT = "alert"


# As the admin reads them.
CLOCKS = [
    (Clock.PENDING.value, "Call waits for a unit"),
    (Clock.QUESTION.value, "Safety question unanswered"),
    (Clock.ACKNOWLEDGE.value, "Unit has not acknowledged its dispatch"),
    (Clock.EN_ROUTE.value, "Unit dispatched, not en route"),
    (Clock.ON_SCENE.value, "Unit on scene without a safety check"),
    (Clock.CONSULT.value, "Consult unanswered"),
    (Clock.SEEN.value, "New call on no console"),
    (Clock.CALL_BACK.value, "Caller to be called back"),
    (Clock.ALERT.value, "Alert not acknowledged"),
]
ALONE, JOINT, OTHER = "alone", "joint", "other"
OF = [
    ("", "all"),
    ("P", "priority P"),
    ("1", "priority 1"),
    ("2", "priority 2"),
    ("3", "priority 3"),
    ("4", "priority 4"),
    (ALONE, "CARE without police there"),
    (JOINT, "CARE with police there"),
    (OTHER, "units that are not CARE"),
]


class Late(IntEnum):
    """How far a wait has come; each step is told of once."""

    NOT = 0
    WARN = 1
    OVERDUE = 2
    ESCALATED = 3


@dataclass(frozen=True)
class Limit:
    """Seconds from the start of the wait; None leaves the step out."""

    warn: int | None
    overdue: int
    escalate: int | None

    @property
    def steps(self) -> list[tuple[Late, int]]:
        every = ((Late.WARN, self.warn), (Late.OVERDUE, self.overdue), (Late.ESCALATED, self.escalate))
        return [(late, seconds) for late, seconds in every if seconds is not None]

    def late(self, waited: float) -> Late:
        """The step that a wait of so many seconds has reached."""
        return max((late for late, seconds in self.steps if waited >= seconds), default=Late.NOT)

    def next_after(self, late: int) -> int | None:
        """When the step after this one comes, in seconds; None when there is none."""
        return next((seconds for step, seconds in self.steps if step > late), None)


MINUTE = 60
DEFAULTS: Mapping[tuple[str, str], Limit] = {
    (Clock.PENDING, "P"): Limit(40, 60, 90),
    (Clock.PENDING, "1"): Limit(40, 60, 90),
    (Clock.PENDING, "2"): Limit(90, 120, 180),
    (Clock.PENDING, "3"): Limit(3 * MINUTE, 5 * MINUTE, 10 * MINUTE),
    (Clock.PENDING, "4"): Limit(10 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    (Clock.QUESTION, ""): Limit(20, 40, 60),
    (Clock.ACKNOWLEDGE, ""): Limit(None, 60, None),
    (Clock.EN_ROUTE, ""): Limit(60, 120, 180),
    (Clock.ON_SCENE, ALONE): Limit(10 * MINUTE, 15 * MINUTE, 18 * MINUTE),
    (Clock.ON_SCENE, JOINT): Limit(20 * MINUTE, 30 * MINUTE, 33 * MINUTE),
    (Clock.ON_SCENE, OTHER): Limit(20 * MINUTE, 30 * MINUTE, 33 * MINUTE),
    (Clock.CONSULT, ""): Limit(30, 60, 90),
    (Clock.SEEN, ""): Limit(None, 30, None),
    (Clock.CALL_BACK, ""): Limit(60, 120, 300),
    # Overdue: the supervisor hears of it; escalated: every console.
    (Clock.ALERT, ""): Limit(None, 30, 60),
}
