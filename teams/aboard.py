"""What a unit can do now: the vehicle's own, and what the people aboard bring while their credentials are in force.

``able`` is the one answer, for cards, the phone, the recommendation and sending; ``CREW`` and ``KINDS`` are the SQL
of what it needs, for a statement in which ``u`` is the unit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

# What a person brings aboard, by the duty of the shift. What only a person can have leaves with the person.
_OF_DUTY = {"clinician": "clinician", "peer": "peer", "care_paramedic": "paramedic"}
_PERSONAL = frozenset({"clinician", "peer"})

_TODAY = "({now} AT TIME ZONE (SELECT z.time_zone FROM teams_center z WHERE z.id = u.center_id))::date"
# The ids of the kinds a person holds, in force today.
_HOLDS = (
    "(SELECT json_agg(d.kind_id) FROM teams_credential d WHERE d.user_id = s.user_id AND NOT d.retired"  # noqa: S608
    f" AND (d.expires_on IS NULL OR d.expires_on >= {_TODAY}) AND (d.issued_on IS NULL OR d.issued_on <= {_TODAY}))"
)
CREW = (
    "(SELECT json_agg(json_build_object('user_id', p.id,"  # noqa: S608
    " 'name', coalesce(nullif(btrim(p.first_name || ' ' || p.last_name), ''), p.username), 'duty', s.duty,"
    f" 'until', upper(s.during), 'forced', s.forced_reason, 'holds', {_HOLDS}) ORDER BY s.id)"
    " FROM teams_shift s JOIN teams_user p ON p.id = s.user_id"
    " WHERE s.unit_id = u.id AND s.during @> {now})"
)
KINDS = (
    "(SELECT json_agg(json_build_object('id', k.id, 'words', k.words, 'gives', k.gives, 'speaks', k.speaks,"
    " 'needed_for', k.needed_for) ORDER BY k.code) FROM teams_credentialkind k"
    " WHERE k.center_id = u.center_id AND NOT k.retired)"
)
_UNITS = (
    "SELECT json_build_object('id', u.id, 'capabilities', u.capabilities, 'languages', u.languages,"  # noqa: S608
    f" 'crew', {CREW.format(now='%(now)s::timestamptz')}, 'kinds', {KINDS})::text FROM teams_unit u"
    " WHERE u.id = ANY(%(ids)s)"
)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Aboard:
    """What the unit has now; ``crew`` is how many are on shift."""

    crew: int
    capabilities: frozenset[str]
    languages: frozenset[str]


def able(row: Row) -> Aboard:
    """Of a row with ``capabilities`` and ``languages`` (the vehicle's own), ``crew`` and ``kinds`` (or None each)."""
    kinds: Sequence[Row] = row["kinds"] or ()
    crew: Sequence[Row] = row["crew"] or ()
    capabilities = set(row["capabilities"]) - _PERSONAL - _named(kinds, "gives")
    languages = set(row["languages"]) - _named(kinds, "speaks")
    for person in crew:
        held = [kind for kind in kinds if kind["id"] in (person["holds"] or ())]
        needed = lacking(person["duty"], person["holds"], kinds)
        brings = {_OF_DUTY[person["duty"]]} if person["duty"] in _OF_DUTY else set()
        capabilities |= (brings - _named(needed, "gives")) | _named(held, "gives")
        languages |= _named(held, "speaks")
    return Aboard(len(crew), frozenset(capabilities), frozenset(languages))


def lacking(duty: str, holds: Iterable[int] | None, kinds: Iterable[Row]) -> list[Row]:
    """The kinds this duty needs that a person does not hold in force."""
    held = set(holds or ())
    return [kind for kind in kinds if duty in kind["needed_for"] and kind["id"] not in held]


def _named(kinds: Iterable[Row], field: str) -> set[str]:
    return {word for kind in kinds for word in kind[field]}


def rows_of(unit_ids: Iterable[int], now: datetime) -> dict[int, dict[str, Any]]:
    """These units with their crews and the center's kinds of credential, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_UNITS, {"now": now, "ids": list(unit_ids)})
        return {row["id"]: row for row in (orjson.loads(text) for (text,) in cursor.fetchall())}


def aboard(unit_ids: Iterable[int], now: datetime) -> dict[int, Aboard]:
    """What each of these units can do now."""
    return {unit_id: able(row) for unit_id, row in rows_of(unit_ids, now).items()}


def clinicians(unit_ids: Iterable[int], now: datetime) -> set[int]:
    """Whoever is on shift with these units as a clinician and holds what that needs: user ids."""
    return {
        person["user_id"]
        for row in rows_of(unit_ids, now).values()
        for person in row["crew"] or ()
        if person["duty"] == "clinician"
        and not any("clinician" in kind["gives"] for kind in lacking("clinician", person["holds"], row["kinds"] or ()))
    }
