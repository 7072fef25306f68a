"""Whether a call that is being typed may be one that is open already: listed with reasons, never decided here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from calls import faces
from calls.cautions.numbers import FEWEST_DIGITS, digits_of, same_number
from calls.fetch import require_dispatch
from calls.models import Call, Caller
from calls.places.flats import Flat, flat
from calls.places.gazetteer import ground_of, meters
from calls.places.matching import Resolved, resolve
from care_dispatch.access import tier_of
from teams.models import Center, User
from teams.selectors import center_id_of

SHOWN = 5


@dataclass(frozen=True)
class Likeness:
    """How much one open call is like what is typed, and why; ``place``: by place or phone, without which it is not listed."""

    score: int
    reasons: list[str]
    place: bool


def suspects(
    user: User, now: datetime, *, location: str = "", location_detail: str = "", phone: str = "", nature: str = "",
    type_code: str = "",
) -> list[dict[str, Any]]:  # fmt: skip
    """Open calls that may be the same incident, the likeliest first."""
    require_dispatch(user, "take a call")
    center = Center.objects.get(pk=center_id_of(user))
    place = resolve(ground_of(center.pk), location, location_detail)
    digits = digits_of(phone) if len(digits_of(phone)) >= FEWEST_DIGITS else ""
    if not place.premise and not digits:
        return []
    calls = list(Call.objects.open().filter(center=center, surfaces_at__isnull=True).order_by("-received_at", "-pk"))
    named = _callers(calls) if digits else {}
    found = []
    for call in calls:
        kind = bool(nature) and (
            call.nature.lower() == nature.lower() or bool(type_code) and call.type_code == type_code
        )
        like = likeness(
            call,
            place,
            center,
            now,
            same_phone=any(same_number(digits, one) for one in named.get(call.pk, ())),
            same_type=kind,
        )
        if like.place:
            found.append((like, call))
    found.sort(key=lambda pair: (-pair[0].score, -pair[1].pk))
    rows = faces.call_rows([call.pk for _, call in found[:SHOWN]])
    tier = tier_of(user.role)
    return [
        {"id": call.pk, "score": like.score, "reasons": like.reasons, **faces.call_face(rows[call.pk], tier)}
        for like, call in found[:SHOWN]
    ]


def _callers(calls: list[Call]) -> dict[int, set[str]]:
    """The numbers that called about each, or about a duplicate merged into it."""
    named: dict[int, set[str]] = {}
    ids = [call.pk for call in calls]
    rows = Caller.objects.filter(Q(call__in=ids) | Q(call__merged_into__in=ids)).exclude(phone="")
    for call_id, merged, phone in rows.values_list("call", "call__merged_into", "phone"):
        named.setdefault(merged or call_id, set()).add(digits_of(phone))
    return named


def likeness(
    call: Call, place: Resolved, center: Center, now: datetime, *, same_phone: bool, same_type: bool
) -> Likeness:
    """At the same place an open call of any age; nearby, or by phone, one of the last minutes."""
    score, reasons = 0, []
    age = now - call.received_at
    lately = age <= timedelta(minutes=center.duplicate_minutes)
    here, words = _where(call, place, center.duplicate_meters)
    near = here >= _SAME or lately and here > 0
    if near:
        score, reasons = here, [words]
    if same_phone and lately:
        score, reasons = score + 45, [*reasons, "same phone"]
    listed = bool(reasons)
    if same_type:
        score, reasons = score + 15, [*reasons, "same type"]
    if lately:
        score += round(10 * (1 - age / timedelta(minutes=center.duplicate_minutes)))
    return Likeness(score, [*reasons, f"{max(0, int(age.total_seconds() // 60))} min ago"], listed)


# What the same place is worth; a place nearby is worth less with every meter.
_SAME = 40


def _where(call: Call, place: Resolved, most: int) -> tuple[int, str]:
    if place.premise and call.premise == place.premise:
        which = flat(call.premise_unit, place.premise_unit)
        if which == Flat.OTHER:
            return _SAME, f"same building, there unit {call.premise_unit}"
        if which == Flat.SAME and call.premise_unit:
            return 60, f"same place, unit {call.premise_unit}"
        return 50, "same place"
    if None in (call.lat, call.lng, place.lat, place.lng):
        return 0, ""
    away = meters(place.lat or 0.0, place.lng or 0.0, call.lat or 0.0, call.lng or 0.0)
    if away > most:
        return 0, ""
    return 10 + round((_SAME - 11) * (1 - away / max(most, 1))), f"{round(away)} m away"
