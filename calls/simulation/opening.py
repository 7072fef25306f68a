"""The board as a visitor finds it: calls of the last quarter of an hour, some waiting, some with crews at work."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from calls.closing import close_call
from calls.dispatch import send_units
from calls.intake import create_call
from calls.models import Call
from calls.simulation import selectors
from calls.simulation.choosing import choose
from calls.simulation.hand import Hand
from calls.simulation.script import OPENING, Opened, script, source_id
from calls.simulation.selectors import SOURCE
from calls.stages import free_unit, report_stage
from calls.verdicts import record_verdict

# So many are always left for the people who try the product.
KEEP: Mapping[str, int] = {"care": 2, "police": 2}
TRIAGED_AFTER = timedelta(seconds=4)
SENT_AFTER = timedelta(seconds=70)


def create(hand: Hand, evening: int, serial: int, slug: str, at: datetime) -> bool:
    """Take this scripted call. Asked for a second time it is the same call."""
    return hand.do(
        create_call, at=at, center=hand.center, source_system=SOURCE, source_id=source_id(evening, serial, slug),
        location_confirmed=True, **script()[slug].fields,
    )  # fmt: skip


def open_board(hand: Hand, evening: int, first: int) -> int:
    """Bring in the opening calls from number ``first`` on: a start that was cut off is finished, not repeated."""
    there = selectors.open_slugs(hand.center.pk)
    opened = [(number, part) for number, part in enumerate(OPENING) if number >= first and part.slug not in there]
    for number, part in opened:
        _open(hand, evening, number, part)
    return len(opened)


def _open(hand: Hand, evening: int, serial: int, part: Opened) -> None:
    received = hand.now - timedelta(minutes=part.minutes)
    create(hand, evening, serial, part.slug, received)
    call = Call.objects.get(center=hand.center, source_system=SOURCE, source_id=source_id(evening, serial, part.slug))
    hand.do(record_verdict, at=received + TRIAGED_AFTER, call_id=call.pk, engine="sweep")
    free = selectors.free_units(hand.center.pk, hand.now)
    if not part.crews or not (units := choose(free, list(part.crews), keep=KEEP)):
        return
    sent = received + SENT_AFTER
    if not hand.do(send_units, at=sent, call_id=call.pk, unit_ids=units):
        return
    for unit_id, stages in zip(units, part.crews.values(), strict=True):
        apart = (hand.now - sent) / (len(stages) + 1)
        for number, stage in enumerate(stages, 1):
            hand.do(report_stage, at=sent + apart * number, unit_id=unit_id, stage=stage)


def clear_board(hand: Hand) -> None:
    """After a long interruption: what the simulation left behind is ended; what people work stays as it is."""
    for working in selectors.own_units(hand.center.pk, hand.now):
        hand.do(free_unit, unit_id=working.unit.pk, outcome="none" if working.unit.discipline == "care" else "")
    for call in selectors.own_calls(hand.center.pk):
        hand.do(close_call, call_id=call.pk, closed_as="cancelled", reason="the simulated evening was interrupted")
