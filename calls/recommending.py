"""Whom to send to a call, from what is stored: its need, the units as they are now, and the plan that holds for it."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection

from calls.agreements import covers
from calls.codes import in_words, words_of
from calls.fetch import NO_CALL, may_open, require_dispatch
from calls.lifecycle import arrived
from calls.models import Agreement, Call, Code
from calls.partners import services_asked
from calls.waiting import steps_without_care
from care_dispatch.refusal import NotFound
from teams.aboard import CREW, KINDS, able
from teams.models import Area, Unit, User
from teams.planning import plans_in_force
from teams.plans import Plan, plan_for
from teams.recommendation import Candidate, Need, OnCall, Place, Team, better, recommend
from teams.whereabouts import PLACE

USED_WITHIN = timedelta(hours=12)

# Every unit of the center that is not retired, in one statement.
_UNITS = f"""
SELECT json_build_object(
    'id', u.id, 'callsign', u.callsign, 'discipline', u.discipline, 'status', u.status,
    'reason', u.unavailable_reason, 'capabilities', u.capabilities, 'languages', u.languages, 'home', u.home,
    'city', g.code, 'agency', g.id, 'partner', g.kind = 'partner' OR u.mirrored_from <> '',
    'lat', o.lat, 'lng', o.lng, 'at', o.at,
    'on_call', (SELECT json_build_object('id', c.id, 'number', c.number, 'status', a.status)
        FROM calls_assignment a JOIN calls_call c ON c.id = a.call_id WHERE a.unit_id = u.id AND a.cleared_at IS NULL),
    'crew', {CREW.format(now="%(now)s::timestamptz")}, 'kinds', {KINDS},
    'used', (SELECT count(*) FROM calls_assignment a WHERE a.unit_id = u.id AND a.dispatched_at > %(since)s)
)::text
FROM teams_unit u JOIN teams_agency g ON g.id = u.agency_id {PLACE.format(now="%(now)s::timestamptz")}
WHERE u.center_id = %(center)s AND NOT u.retired ORDER BY u.id
"""  # noqa: S608


def recommendation_for(user: User, call_id: int, now: datetime) -> dict[str, Any]:
    """Teams for what the call still asks for, who is excluded and why, what is missing, and who would be sooner.

    ``ladder``: what to do instead while no CARE is free.
    """
    require_dispatch(user, "ask whom to send")
    call = Call.objects.select_related("verdict", "jurisdiction", "center").filter(pk=call_id).first()
    if call is None or not may_open(user, call, now):
        raise NotFound(NO_CALL)
    need, candidates = need_of(call, now)
    plan, warnings = _plan(call)
    found = recommend(need, candidates, plan, now)
    return {
        **asdict(found),
        "call_id": call.pk,
        "warnings": warnings,
        "teams": [asdict(team) | {"alone": _alone(need, team)} for team in found.teams],
        "ladder": steps_without_care(call, need, candidates, found, plan, now),
        "sooner": [asdict(one) for one in better(need, candidates, plan, now)],
    }


def next_instead_of(call: Call, unit_id: int, now: datetime) -> str:
    """Who would be sent in the place of a unit that does not answer: a callsign, or nothing. Nothing is swapped."""
    need, candidates = need_of(call, now)
    silent = next((on.unit for on in need.on_call if on.unit.unit_id == unit_id), None)
    if silent is None:
        return ""
    need = replace(need, on_call=tuple(on for on in need.on_call if on.unit.unit_id != unit_id))
    plan, _ = _plan(call)
    found = recommend(need, [one for one in candidates if one.unit_id != unit_id], plan, now)
    picks = found.teams[0].picks if found.teams else ()
    return next((pick.callsign for pick in picks if pick.discipline == silent.discipline), "")


def need_of(call: Call, now: datetime) -> tuple[Need, list[Candidate]]:
    """What a call asks for, its units among it, and every unit of the center."""
    rows = _rows(call.center_id, now)
    homes = _homes(call.center_id)
    covered = _covered(call, now) if any(row["partner"] for row in rows) else None
    candidates = [_candidate(row, homes, agreement=covered is not None and covered(row)) for row in rows]
    on_call = tuple(
        OnCall(candidate, arrived(row["on_call"]["status"]))
        for row, candidate in zip(rows, candidates, strict=True)
        if row["on_call"] and row["on_call"]["id"] == call.pk
    )
    return _need(call, on_call), candidates


def _rows(center_id: int, now: datetime) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_UNITS, {"center": center_id, "now": now, "since": now - USED_WITHIN})
        rows = [orjson.loads(text) for (text,) in cursor.fetchall()]
    if away := [row for row in rows if row["reason"]]:
        words = words_of(center_id)[Code.List.AWAY_REASONS]
        for row in away:
            row["reason"] = in_words(words, row["reason"])
    return rows


def _homes(center_id: int) -> dict[str, Place]:
    """The middle of each city, for units whose own place is not known."""
    cities = Area.objects.filter(center_id=center_id, kind=Area.Kind.CITY, retired=False)
    sides = cities.values_list("name", "south", "north", "west", "east")
    return {name: Place((south + north) / 2, (west + east) / 2) for name, south, north, west, east in sides}


def _covered(call: Call, now: datetime) -> Callable[[Mapping[str, Any]], bool]:
    """Whether an agreement covers a partner's unit for this call now; without any for its agency it may be asked."""
    agreements = defaultdict(list)
    theirs = Agreement.objects.filter(
        agency__center_id=call.center_id, direction=Agreement.Direction.THEY_COVER_US
    )  # fmt: skip
    for row in theirs:
        agreements[row.agency_id].append(row)
    local = call.center.local(now)
    return lambda unit: (
        unit["partner"] and covers(agreements[unit["agency"]], local, unit["discipline"], call.type_code)
    )


def _candidate(row: Mapping[str, Any], homes: Mapping[str, Place], *, agreement: bool) -> Candidate:
    now = able(row)
    position = Place(row["lat"], row["lng"]) if row["lat"] is not None else None
    ends = [datetime.fromisoformat(one["until"]) for one in row["crew"] or [] if one["until"]]
    return Candidate(
        unit_id=row["id"],
        callsign=row["callsign"],
        discipline=row["discipline"],
        status=row["status"],
        status_words=_words(row),
        capabilities=now.capabilities,
        languages=now.languages,
        crew=now.crew,
        position=position,
        seen_at=datetime.fromisoformat(row["at"]) if row["at"] else None,
        home=homes.get(row["home"]),
        area=row["home"],
        city=row["city"],
        shift_ends_at=min(ends, default=None),
        used=row["used"],
        partner=row["partner"],
        agreement=agreement,
    )


def _words(row: Mapping[str, Any]) -> str:
    """Why it cannot be sent, as the board says it."""
    label = str(Unit.Status(row["status"]).label).lower()
    if row["on_call"]:
        return f"{label} on call {row['on_call']['number']}"
    return f"{label}: {row['reason']}" if row["reason"] else label


def _need(call: Call, on_call: tuple[OnCall, ...]) -> Need:
    facts = call.verdict.facts if call.verdict else {}
    proof = call.verdict.proof if call.verdict else {}
    response = call.mode_override or call.response
    language = str(facts.get("language", "en"))
    return Need(
        response=response,
        services=tuple(services_asked(call)) if response else ("police", "ems"),
        level=call.level,
        place=Place(call.lat, call.lng) if call.lat is not None and call.lng is not None else None,
        city=call.jurisdiction.code if call.jurisdiction else "",
        language="" if language in ("en", "unknown", "none_reported") else language,
        minors=facts.get("age") in ("child", "adolescent") or facts.get("minors_present") == "yes",
        capabilities=tuple(proof.get("capabilities", ())),
        on_call=on_call,
    )


def plan_of(call: Call) -> Plan:
    """The plan that holds for the call: its figures say how long a call of level 2 may wait."""
    return _plan(call)[0]


def _plan(call: Call) -> tuple[Plan, list[str]]:
    """The plan that holds for the call, and in words which plans could not be looked at."""
    area = call.jurisdiction.code if call.jurisdiction else ""
    plans, broken = plans_in_force(call.center_id)
    plan = plan_for(
        plans, response=call.mode_override or call.response, level=call.level, nature=call.nature, area=area
    )  # fmt: skip
    return plan, [f"Plan {name} cannot be read and is not used: an admin must save it anew." for name in broken]


def _alone(need: Need, team: Team) -> bool:
    """Whether CARE would be there without the police the call asks for."""
    there = {pick.discipline for pick in team.picks} | {on.unit.discipline for on in need.on_call}
    return "care" in there and "police" not in there and "police" in need.services
