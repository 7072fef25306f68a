"""The lists behind menus: the product's codes, and over them what a center calls each and which it no longer uses."""

from collections.abc import Mapping
from typing import Any

from calls.models import Assignment, Call, Code
from care_dispatch.refusal import Invalid
from teams.models import Center, User

Pairs = list[tuple[str, str]]
_CANCEL: Pairs = [
    ("caller_cancelled", "Caller cancelled"),
    ("false_call", "False call"),
    ("not_our_area", "Not our area"),
    ("entered_in_error", "Entered in error"),
]
_TAKE: Pairs = [
    ("higher_priority", "Higher priority"),
    ("nearer", "Nearer"),
    ("skill_needed", "Its skill is needed there"),
    ("crew_request", "Crew asks for it"),
    ("by_mistake", "Sent by mistake"),
]
_AWAY: Pairs = [
    ("meal", "Meal"),
    ("fuel", "Fuel"),
    ("vehicle", "Vehicle trouble"),
    ("equipment", "Equipment"),
    ("cleaning", "Cleaning the vehicle"),
    ("reports", "Writing reports"),
    ("follow_up_visit", "Follow-up visit"),
    ("debriefing", "Debriefing after a call"),
    ("training", "Training"),
    ("court", "Court"),
    ("crew", "Crew not complete"),
]
CORE: Mapping[str, Pairs] = {
    Code.List.CLOSED_AS: [(one.value, str(one.label)) for one in Call.ClosedAs],
    Code.List.NOT_SENT: [(one.value, str(one.label)) for one in Call.NotSent],
    Code.List.MODE_REASONS: [
        (one.value, str(one.label)) for one in Call.OverrideReason if one != Call.OverrideReason.AS_RECORDED
    ],
    Code.List.OUTCOMES: [(one.value, str(one.label)) for one in Assignment.Outcome],
    Code.List.DISPOSITIONS: [(one.value, str(one.label)) for one in Assignment.Disposition],
    Code.List.CANCEL_REASONS: _CANCEL,
    Code.List.TAKE_REASONS: _TAKE,
    Code.List.AWAY_REASONS: _AWAY,
}
# The way out of a list has to stay: contact was made, and something else than the list has, in words. And so has what
# a key of its own says: a call is closed, or cancelled.
KEPT = {
    (Code.List.OUTCOMES, Assignment.Outcome.ENGAGED), (Code.List.MODE_REASONS, Call.OverrideReason.OTHER),
    (Code.List.CLOSED_AS, Call.ClosedAs.HANDLED), (Code.List.CLOSED_AS, Call.ClosedAs.CANCELLED),
}  # fmt: skip
# The common dispositions of APCO 1.111.2; where none fits, none is said.
_APCO = {
    ("outcomes", "declined"): "42", ("outcomes", "unable_to_locate"): "14", ("outcomes", "cancelled"): "21",
    ("outcomes", "remote_only"): "05", ("dispositions", "resolved_on_scene"): "18",
    ("dispositions", "left_with_support"): "18", ("dispositions", "referral"): "15",
    ("dispositions", "voluntary_transport"): "16", ("dispositions", "ems_transport"): "45",
    ("dispositions", "cited"): "04", ("dispositions", "arrested"): "03", ("dispositions", "shelter"): "16",
    ("dispositions", "detox_sobering"): "16", ("cancel_reasons", "caller_cancelled"): "10",
}  # fmt: skip
# EIDO's incident status.
_EIDO = {"cancel_reasons": "Cancelled", "closed_as": "Closed"}


def lists_of(center_id: int) -> dict[str, list[dict[str, str]]]:
    """Each list as its menu offers it. A center without a row for a code has the product's words for it."""
    own = _own(center_id)
    return {name: _offered(words, own.get(name, {})) for name, words in _words(own).items()}


def words_of(center_id: int) -> dict[str, dict[str, str]]:
    """What each code of each list is called here, those out of use too: what was said keeps its words."""
    return _words(_own(center_id))


def retired_of(center_id: int) -> dict[str, list[dict[str, str]]]:
    """The codes no menu offers any more, for a screen that shows what was said."""
    rows = Code.objects.filter(center_id=center_id, retired=True)
    return {
        name: [{"value": row.code, "label": row.label} for row in rows if row.list == name]
        for name in sorted({row.list for row in rows})
    }


def in_words(words: Mapping[str, str], said: str) -> str:
    """What was said as people here read it: a code, a code and words after a colon, or words alone."""
    code, colon, rest = said.partition(":")
    return f"{words[code]}{colon}{rest}" if code in words else said


def called(center_id: int, name: str, said: str) -> str:
    """One thing that was said, for a sentence; a screen of many asks ``words_of`` once."""
    return in_words(words_of(center_id)[name], said) if said else ""


def _own(center_id: int) -> dict[str, dict[str, Code]]:
    own: dict[str, dict[str, Code]] = {}
    for row in Code.objects.filter(center_id=center_id):
        own.setdefault(row.list, {})[row.code] = row
    return own


def _words(own: Mapping[str, Mapping[str, Code]]) -> dict[str, dict[str, str]]:
    return {
        name: dict(core) | {code: row.label for code, row in own.get(name, {}).items()} for name, core in CORE.items()
    }


def _offered(words: Mapping[str, str], own: Mapping[str, Code]) -> list[dict[str, str]]:
    return [{"value": code, "label": label} for code, label in words.items() if not (code in own and own[code].retired)]


def offered(center_id: int, name: str) -> str:
    """The codes of a list that may be chosen now, for the sentence of a refusal."""
    return ", ".join(one["value"] for one in lists_of(center_id)[name])


def require_in_use(actor: User | None, center_id: int, name: str, said: str) -> None:
    """Refuse a new choice of a code that the center no longer uses. Part of every action that takes one.

    ``said``: a code, or a code and words after a colon, or words alone where the list is only a help. A record of the
    past and the machine (``actor`` None) are taken as they are.
    """
    code = said.partition(":")[0].strip()
    if actor is None or not code:
        return
    row = Code.objects.filter(center_id=center_id, list=name, code=code, retired=True).first()
    if row is not None:
        raise Invalid(f"{row.label} ({code}) is not used any more; give one of {offered(center_id, name)}.")


def seed_codes() -> int:
    """Write the product's codes down as rows where a center has none, so that its admin finds them; returns how many."""
    before = Code.objects.count()
    rows = [
        Code(
            center=center, list=name, code=code, label=label, apco=_APCO.get((str(name), code), ""),
            eido=_EIDO.get(str(name), ""),
        )
        for center in Center.objects.filter(timers_run=True)
        for name, core in CORE.items()
        for code, label in core
    ]  # fmt: skip
    Code.objects.bulk_create(rows, ignore_conflicts=True)
    return Code.objects.count() - before


def is_core(name: str, code: str) -> bool:
    return code in dict(CORE[name])


def complaint(name: str, code: str, *, retired: bool) -> Any:
    """``(field, sentence)`` where a row cannot be so; None where it can."""
    if name not in Code.OPEN and not is_core(name, code):
        return (
            "code",
            f"This list is closed: its codes are {', '.join(dict(CORE[name]))}. Give one of them other words.",
        )
    if retired and (name, code) in KEPT:
        return "retired", "This code stays in use: without it nothing true could be said of some calls."
    return None
