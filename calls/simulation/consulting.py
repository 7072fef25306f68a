"""Now and then an officer asks CARE: asked, answered and ended by the simulation, unless a person answers first."""

from datetime import datetime, timedelta
from typing import Any

from calls.consults import answer_consult, ask_consult, end_consult
from calls.simulation import selectors
from calls.simulation.hand import Hand
from teams.models import User

BETWEEN_CONSULTS = timedelta(minutes=11)
ANSWERED_AFTER = timedelta(seconds=100)
CONSULT_LASTS = timedelta(minutes=4)
OFFICER, CLINICIAN = "p301", "care4"


def consult(hand: Hand) -> int:
    center_id = hand.center.pk
    officer = selectors.person_on_shift(OFFICER, center_id, hand.now)
    clinician = selectors.person_on_shift(CLINICIAN, center_id, hand.now)
    if officer is None or clinician is None:
        return 0
    asked = selectors.open_consult(center_id)
    if asked is None:
        last = selectors.newest_consult(center_id)
        due = last is None or hand.now >= last + BETWEEN_CONSULTS
        return int(due and hand.do(_ask, actor=officer))
    if asked.answered_at is None:
        late = hand.now >= asked.asked_at + ANSWERED_AFTER
        return int(late and hand.do(answer_consult, actor=clinician, consult_id=asked.pk))
    over = hand.now >= asked.answered_at + CONSULT_LASTS
    return int(over and hand.do(_end, actor=clinician, consult_id=asked.pk))


def _ask(*, actor: User, now: datetime) -> dict[str, Any]:
    return ask_consult(
        actor=actor, now=now, question="de_escalation", details="Shouts at passers-by, calms down when left alone.",
        facts={"weapon": "denied", "violence": "denied"}, with_person=["police"],
    )  # fmt: skip


def _end(*, actor: User, now: datetime, consult_id: int) -> dict[str, Any]:
    return end_consult(
        actor=actor, now=now, consult_id=consult_id, result="requester_handled", advice_type="calming",
        recommendation="One voice, short sentences, and give space; call back in ten minutes.",
    )  # fmt: skip
