"""What to do while nobody of CARE is free, in order and with reasons: pure, from values, and never a wait past a danger.

Level 4 never waits. Level 3 sends the CIT officer now, and CARE joins. Only a call of level 2 or 1 may be held while a
clinician calls, and only for the plan's time; then a neighbouring team, mobile crisis, the officer, 988 (domain, 4).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

# From this level on the others that are asked for go first, and nothing is waited for.
GOES_NOW = 3
_NO_GOOD = ("worse", "no_answer")


@dataclass(frozen=True)
class Waiting:
    """A call that asks for CARE and gets none. ``level`` None: set by hand before it was triaged."""

    number: str
    level: int | None
    taken: tuple[str, ...] = ()  # steps noted already
    somebody_on_it: bool = False
    officer_on_it: bool = False
    officer: str = ""  # the free police unit to send, a CIT one before others
    officer_trained: bool = False
    busy_care: str = ""  # the own CARE unit it can wait for
    neighbours: tuple[str, ...] = ()  # partners' CARE units that are free and covered by an agreement
    safe_to_call: str = "unknown"  # yes, no, unknown
    crisis_due: str = ""  # when mobile crisis said it would be there, as the center's clock says
    call_due: str = ""  # when a clinician is to call, as the center's clock says
    heard: str = ""  # the last result of a clinician's call
    waited_minutes: float = 0
    hold_minutes: float = 30
    within_minutes: float = 5


@dataclass(frozen=True)
class Step:
    """One rung. ``command``: the line that does it; ``blocked``: why it cannot be done; ``next``: the one to do now."""

    step: str
    label: str
    command: str
    words: str
    taken: bool = False
    blocked: str = ""
    next: bool = False


def ladder(call: Waiting) -> tuple[Step, ...]:
    """The steps in the order to take them; at most one is next."""
    now = call.level is None or call.level >= GOES_NOW
    order = (
        ("cit", "care_joins", "neighbour", "mobile_crisis", "call_back")
        if now
        else ("call_back", "care_joins", "neighbour", "mobile_crisis", "cit", "line_988")
    )
    steps = [_STEPS[name](call) for name in order]
    following = _next(call, steps, now=now)
    return tuple(Step(**{**one.__dict__, "next": one.step == following}) for one in steps)


def _next(call: Waiting, steps: list[Step], *, now: bool) -> str:
    """The first that is not done and can be done; while a clinician's call holds the wait, only what holds it on."""
    if call.heard in _NO_GOOD and not call.somebody_on_it:
        steps = sorted(steps, key=lambda one: one.step != "cit")
    elif not now and _held(call):
        steps = [one for one in steps if one.step in ("call_back", "care_joins")]
    return next((one.step for one in steps if not one.taken and not one.blocked), "")


def _held(call: Waiting) -> bool:
    return bool(call.call_due) and call.waited_minutes < call.hold_minutes


# --- the rungs -----------------------------------------------------------------------------------------
def _officer(call: Waiting) -> Step:
    kind = "CIT officer" if call.officer_trained else "officer, no CIT one is free"
    words = {
        4: "level 4 never waits for CARE",
        3: "level 3 does not wait for CARE",
        None: "not triaged: nobody waits",
    }.get(call.level, f"after {call.hold_minutes:.0f} min, or when nobody answers")
    blocked = "" if call.officer else "no police are free: free a unit, or ask another agency"
    taken = call.officer_on_it  # EMS alone is no officer, and one who has left is none any more
    command = f"D #{call.number} {call.officer}" if call.officer else ""
    return Step("cit", f"{kind} goes now", command, words, taken, "" if taken else blocked)


def _care_joins(call: Waiting) -> Step:
    if call.busy_care:
        words = f"{call.busy_care} is offered for it as soon as it is free"
        return Step(
            "care_joins", "CARE joins when free", f"STK #{call.number} {call.busy_care}", words, _t(call, "care_joins")
        )
    words = "noted: no CARE unit is on duty to wait for"
    return Step("care_joins", "CARE joins when free", f"INS #{call.number} care_joins", words, _t(call, "care_joins"))


def _call_back(call: Waiting) -> Step:
    line = f"CB #{call.number}"
    said = {
        "yes": (line, "a caller says a call back is safe"),
        "no": (f"{line} text", "NOT SAFE TO CALL BACK: by text only"),
        "unknown": (f"{line} safe", "nobody has said that a call back is safe: safe confirms it, text writes"),
    }
    command, words = said[call.safe_to_call]
    blocked = "send the officer first: it does not wait" if _must_go_first(call) else ""
    if call.call_due:
        words = f"a clinician {'writes' if call.safe_to_call == 'no' else 'calls'} by {call.call_due}"
    elif call.heard in _NO_GOOD:
        blocked = f"the last call: {call.heard.replace('_', ' ')}"
    label = f"Clinician calls back within {call.within_minutes:.0f} min"
    return Step("call_back", label, command, words, bool(call.call_due), blocked)


def _must_go_first(call: Waiting) -> bool:
    return (call.level is None or call.level >= GOES_NOW) and not call.somebody_on_it


def _neighbour(call: Waiting) -> Step:
    first = call.neighbours[0] if call.neighbours else ""
    words = f"free: {', '.join(call.neighbours)}; it has to accept" if first else ""
    blocked = "" if first else "no neighbouring team is free under an agreement"
    command = f"D #{call.number} {first}" if first else ""
    return Step("neighbour", "Neighbouring team asked", command, words, _t(call, "neighbour"), blocked)


def _mobile_crisis(call: Waiting) -> Step:
    said = "ask by phone, and say in how many minutes it can be there"
    if call.crisis_due:
        said = f"there by {call.crisis_due}, it said; MC #{call.number} 0 once it is"
    step = _by_phone(call, "mobile_crisis", "Regional mobile crisis asked", said)
    return replace(step, command=f"MC #{call.number}")


def _line_988(call: Waiting) -> Step:
    return _by_phone(call, "line_988", "Warm transfer to 988", "the call stays open until the counselor accepts it")


def _by_phone(call: Waiting, step: str, label: str, words: str) -> Step:
    blocked = "send the officer first: it does not wait" if _must_go_first(call) else ""
    return Step(step, label, f"INS #{call.number} {step}", words, _t(call, step), blocked)


def _t(call: Waiting, step: str) -> bool:
    return step in call.taken


_STEPS: Mapping[str, Callable[[Waiting], Step]] = {
    "cit": _officer,
    "care_joins": _care_joins,
    "call_back": _call_back,
    "neighbour": _neighbour,
    "mobile_crisis": _mobile_crisis,
    "line_988": _line_988,
}
