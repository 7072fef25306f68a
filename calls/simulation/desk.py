"""The simulated desk: takes calls, sends units after a while, writes what callers add, answers its own alerts."""

from datetime import timedelta
from typing import Any

from calls.alerts import acknowledge_alert, tell_unit
from calls.closing import close_call
from calls.dispatch import send_units
from calls.models import Call
from calls.narrative import add_note
from calls.simulation import selectors
from calls.simulation.choosing import choose
from calls.simulation.hand import Hand
from calls.simulation.opening import KEEP, create
from calls.simulation.script import Scripted, next_slug, script
from calls.simulation.timing import steady

MOST_OPEN = 16  # own calls
BETWEEN_CALLS = (60, 180)  # seconds
# Seconds a pending call waits for a simulated dispatcher: an immediate one, most, and those meant for people.
URGENT, USUAL, LONG = (20, 60), (90, 300), (540, 720)
LONG_SHARE = 0.25
LEFT_PENDING = 2  # the newest calls that are not immediate are left for people, however long that is
GIVE_UP = timedelta(minutes=20)
ALERT_AFTER = timedelta(seconds=75)
DISPATCHER = "d3"  # an alert is answered by somebody


def take(hand: Hand) -> int:
    """The next call when its time has come."""
    last = selectors.newest(hand.center.pk)
    if last is None:
        return 0
    wait = steady("call", last.evening, last.serial).uniform(*BETWEEN_CALLS)
    if hand.now < last.received_at + timedelta(seconds=wait):
        return 0
    if len(selectors.own_calls(hand.center.pk)) >= MOST_OPEN:
        return 0
    slug = next_slug(last.serial + 1, selectors.open_slugs(hand.center.pk))
    return int(bool(slug) and create(hand, last.evening, last.serial + 1, slug, hand.now))


def patience(call: Call) -> timedelta:
    """How long this call waits; the same at every look."""
    luck = steady("patience", call.source_id)
    span = URGENT if call.priority == "P" else LONG if luck.random() < LONG_SHARE else USUAL
    return timedelta(seconds=luck.uniform(*span))


def dispatch(hand: Hand) -> int:
    """Serve the calls that have waited long enough, the most urgent first."""
    pending = [c for c in selectors.own_calls(hand.center.pk) if c.status == Call.Status.PENDING and c.verdict_id]
    calm = [call.pk for call in pending if call.priority != "P"]
    left = set(calm[-LEFT_PENDING:])
    # Immediate comes before 1 to 4, though P follows them in the alphabet.
    pending.sort(key=lambda call: (call.priority != "P", call.priority, call.received_at))
    due = [call for call in pending if call.pk not in left and hand.now >= call.received_at + patience(call)]
    return sum(_serve(hand, call) for call in due)


def _serve(hand: Hand, call: Call) -> bool:
    if call.response in (Call.Response.PHONE, Call.Response.CONSULT):
        return hand.do(close_call, call_id=call.pk, closed_as="advised", reason="clinician spoke with the caller")
    units = _units_for(hand, call, wanted(call, script()[selectors.slug_of(call)]))
    if units:
        return hand.do(send_units, call_id=call.pk, unit_ids=units)
    if hand.now < call.received_at + GIVE_UP:
        return False
    care: dict[str, Any] = {"not_sent_reason": "all_busy"} if "care" in call.services else {}
    return hand.do(
        close_call, call_id=call.pk, closed_as="cancelled", reason="caller called back, no longer needed", **care
    )


def wanted(call: Call, scripted: Scripted) -> list[str]:
    """Who should go, the leading service first: whom triage asks for, and by standard protocol the script's."""
    services = [*scripted.sends, *(name for name in call.services if name not in scripted.sends)]
    return sorted(services, key=lambda name: name != call.lead)


def _units_for(hand: Hand, call: Call, services: list[str]) -> list[int]:
    """One of the leading service, or nobody; of each other service one where one is to be had."""
    free = selectors.free_units(hand.center.pk, hand.now)
    language = selectors.language_of(call)
    units: list[int] = []
    for number, service in enumerate(services):
        rest = [unit for unit in free if unit.unit_id not in units]
        units += choose(rest, [service], keep=KEEP, language=language)
        if number == 0 and not units:
            return []
    return units


def update(hand: Hand) -> int:
    """Write down what callers add while their call is open."""
    done = 0
    for call in selectors.own_calls(hand.center.pk):
        updates = script()[selectors.slug_of(call)].updates
        written = selectors.notes_written(call) - 1 if updates else 0
        if written < len(updates) and hand.now >= call.received_at + updates[written].after:
            done += hand.do(add_note, call_id=call.pk, text=updates[written].text)
    return done


def answer_alerts(hand: Hand) -> int:
    """Simulated calls must not bury the alerts of people's own."""
    desk = selectors.person(DISPATCHER, hand.center.pk)
    if desk is None:
        return 0
    done = 0
    calls = [call.pk for call in selectors.own_calls(hand.center.pk)]
    for alert in selectors.alerts_of(calls, hand.now - ALERT_AFTER):
        left = [told for told in alert.told.all() if told.told_at is None]
        for told in left:
            done += hand.do(tell_unit, actor=desk, alert_id=alert.pk, unit_id=told.unit_id, by_radio=True)
        if not left:
            done += hand.do(acknowledge_alert, actor=desk, alert_id=alert.pk)
    return done
