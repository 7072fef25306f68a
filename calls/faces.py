"""The faces of calls and units: what the board, a call's page and a list all show of them.

Each kind is read in one statement, however many rows: this is what a change waits for on its way to every console.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from django.db import connection

from calls.co_response import staging_point
from calls.lifecycle import MODES, services_of
from care_dispatch.access import Tier, sees
from teams.aboard import CREW, KINDS, able, lacking
from teams.whereabouts import PLACE

Face = dict[str, Any]

# The part in a call of who is consulted: no assignment; NENA EIDO calls that agency role so.
CONSULTING = {"role": "consulting", "eido_role": "Assisting"}

# Fixed-position letters of the flags column and the fact behind each.
FLAGS = {"W": "weapon", "V": "violence", "M": "medical", "S": "suicide"}
# Where every call of the center is shown.
SHOWS_ALL = (Tier.DISPATCH, Tier.CARE)
_NO_FLAG = {"none_reported": "", "denied": "denied", "unknown": "unknown"}


def iso(moment: datetime | str | None) -> str | None:
    """A moment as it travels; PostgreSQL gives those inside JSON as text already."""
    text = moment.isoformat() if isinstance(moment, datetime) else moment
    return text.replace("+00:00", "Z") if text else None


# A function takes a hundred arguments, and each member is two.
_MOST_MEMBERS = 50


def _object(alias: str, *names: str, **more: str) -> str:
    """SQL for a JSON object of an alias's columns; ``more``: its other members as SQL."""
    members = {name: f"{alias}.{name}" for name in names} | more
    if len(members) <= _MOST_MEMBERS:
        pairs = [f"'{name}', {sql}" for name, sql in members.items()]
        return f"json_build_object({', '.join(pairs)})"
    columns = ", ".join(f'{sql} AS "{name}"' for name, sql in members.items())
    return f"(SELECT row_to_json(face) FROM (SELECT {columns}) face)"


_STAGE_TIMES = (
    "dispatched_at", "acknowledged_at", "en_route_at", "staged_at", "cleared_to_enter_at", "on_scene_at", "contact_at",
    "transporting_at", "at_facility_at", "clearing_at", "cleared_at", "police_released_at",
)  # fmt: skip
_ASSIGNMENT = _object(
    "a", "id", "unit_id", "role", "status", *_STAGE_TIMES, "end_reason", "outcome", "disposition", "disposition_owed_at", "reactive",
    "destination", "start_mileage", "end_mileage", "legal_basis", "rides",
    "late", "checked_at", "called_ahead", "called_ahead_at", "bypass",
    callsign="u.callsign", discipline="u.discipline", taken_reason="a.taken_reason",
    taken_for="(SELECT n.number::text FROM calls_call n WHERE n.id = a.taken_for_id)",
    taken_from="(SELECT n.number::text FROM calls_assignment b JOIN calls_call n ON n.id = b.call_id"
    " WHERE b.unit_id = a.unit_id AND b.taken_for_id = a.call_id AND b.cleared_at = a.dispatched_at)",
)  # fmt: skip
_ASSIGNMENTS = (
    f"SELECT json_agg({_ASSIGNMENT} ORDER BY a.id) FROM calls_assignment a JOIN teams_unit u ON u.id = a.unit_id"
    " WHERE a.call_id = {call} AND {which}"
)
# Units taken from the call for another one, until somebody of their kind is sent anew.
_TAKEN = (
    "(SELECT json_agg(json_build_object('callsign', u.callsign, 'at', a.cleared_at, 'for', n.number::text,"
    " 'reason', a.taken_reason) ORDER BY a.id) FROM calls_assignment a JOIN teams_unit u ON u.id = a.unit_id"
    " JOIN calls_call n ON n.id = a.taken_for_id WHERE a.call_id = c.id AND a.taken_for_id IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM calls_assignment b"
    " JOIN teams_unit v ON v.id = b.unit_id WHERE b.call_id = c.id AND v.discipline = u.discipline"
    " AND b.dispatched_at >= a.cleared_at))"
)
_LINKS = (
    "(SELECT json_agg(json_build_object('call_id', o.id, 'number', o.number::text, 'kind', l.kind) ORDER BY l.id)"
    " FROM calls_calllink l JOIN calls_call o ON o.id = CASE WHEN l.call_id = c.id THEN l.other_id ELSE l.call_id END"
    " WHERE (l.call_id = c.id OR l.other_id = c.id) AND l.unlinked_at IS NULL)"
)
_MERGED = (
    "(SELECT json_agg(json_build_object('call_id', o.id, 'number', o.number::text, 'day', o.day) ORDER BY o.id)"
    " FROM calls_call o WHERE o.merged_into_id = c.id)"
)
# What somebody saw at this place or of this caller, the gravest first.
_CAUTIONS = (
    "(SELECT json_agg(json_build_object('id', k.id, 'severity', k.severity, 'text', k.text, 'source', k.source,"
    " 'about', CASE WHEN k.phone <> '' THEN 'caller' ELSE 'place' END, 'unit', k.premise_unit, 'unit_unknown', q.unit_unknown,"
    " 'entered_at', k.entered_at, 'reviewed_at', k.reviewed_at, 'expires_at', k.expires_at, 'known_at', q.acknowledged_at)"
    " ORDER BY array_position(ARRAY['danger', 'caution', 'note'], k.severity), q.id) FROM calls_cautiononcall q"
    " JOIN calls_caution k ON k.id = q.caution_id WHERE q.call_id = c.id AND q.gone_at IS NULL)"
)
# CARE that advises on the call without being sent.
_CONSULTING = (
    "(SELECT json_agg(json_build_object('consult_id', k.id, 'callsign', u.callsign, 'since', k.answered_at) ORDER BY k.id)"
    " FROM calls_consult k LEFT JOIN teams_unit u ON u.id = k.answering_unit_id WHERE k.call_id = c.id"
    " AND k.answered_at IS NOT NULL AND k.ended_at IS NULL)"
)
_CALL = _object(
    "c", "id", "day", "number", "status", "nature", "type_code", "location", "location_detail", "location_confirmed",
    "location_verified", "initial_location",
    "lat", "lng", "origin", "priority", "level", "response", "mode_override", "services", "lead", "received_at",
    "scene_lead", "scene_secure_at", "staging_point", "staging_lat", "staging_lng", "care_requested_at",
    "first_dispatched_at", "first_on_scene_at", "held_until", "hold_reason", "reopened_at", "late", "question_late", "seen_at", "scheduled_for",
    beat="(SELECT name FROM teams_area WHERE id = c.beat_id)",
    city="(SELECT name FROM teams_area WHERE id = c.city_id)",
    jurisdiction=f"CASE WHEN j.id IS NOT NULL THEN {_object('j', 'code', 'name')} END",
    # What is done instead of CARE, and what a clinician is to do, while the call is open.
    unmet="(SELECT json_build_object('reason', x.reason, 'instead', x.instead) FROM calls_unmet x WHERE x.call_id = c.id AND x.met_at IS NULL)",
    clinician_call="(SELECT json_build_object('id', y.id, 'due_at', y.due_at, 'mode',"
    # Nobody is phoned where a caller has said meanwhile that it is not safe.
    " CASE WHEN EXISTS (SELECT 1 FROM calls_caller p JOIN calls_call m ON m.id = p.call_id WHERE p.safe_to_call = 'no'"
    " AND (m.id = c.id OR m.merged_into_id = c.id)) THEN 'text' ELSE y.mode END) FROM calls_cliniciancall y"
    " WHERE y.call_id = c.id AND y.made_at IS NULL)",
    facts="v.facts", behavioral="coalesce(v.behavioral, 'unknown')", open_questions="v.proof->'open_questions'",
    call_back="(SELECT max(b.late) FROM calls_callback b WHERE b.call_id = c.id AND b.ended_at IS NULL)",
    assignments=f"({_ASSIGNMENTS.format(call='c.id', which='a.cleared_at IS NULL')})", taken=_TAKEN,
    links=_LINKS, merged=_MERGED, consulting=_CONSULTING, cautions=_CAUTIONS,
    stacked="(SELECT json_agg(json_build_object('unit_id', u.id, 'callsign', u.callsign) ORDER BY s.id)"
    " FROM calls_stackedcall s JOIN teams_unit u ON u.id = s.unit_id WHERE s.call_id = c.id)",
)  # fmt: skip
_CALLS = (
    f"SELECT {_CALL}::text FROM calls_call c LEFT JOIN calls_verdict v ON v.id = c.verdict_id"
    " LEFT JOIN teams_agency j ON j.id = c.jurisdiction_id WHERE "
)
_OPEN_OF_CENTER = "c.center_id = %s AND c.status <> 'closed' AND c.surfaces_at IS NULL AND (%s::bigint[] IS NULL OR c.id = ANY(%s::bigint[]))"


def open_call_rows(center_id: int, ids: Iterable[int] | None) -> list[Face]:
    """Open calls of the center among ``ids`` (None: all) as rows for ``call_face``."""
    wanted = None if ids is None else list(ids)
    return _rows(_CALLS + _OPEN_OF_CENTER, [center_id, wanted, wanted])


def call_rows(ids: Sequence[int]) -> dict[int, Face]:
    """These calls, open or not."""
    return {row["id"]: row for row in _rows(f"{_CALLS}c.id = ANY(%s)", [list(ids)])}


def assignment_rows(call_id: int) -> list[Face]:
    """Every assignment of a call, in the order they were made."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({_ASSIGNMENTS.format(call='%s', which='true')})::text", [call_id])
        (found,) = cursor.fetchone()
    rows: list[Face] = orjson.loads(found) if found else []
    return rows


def call_face(row: Face, tier: str) -> Face:
    """The operational fields, the verdict in words and the flags; no narrative and no caller."""
    response = row["mode_override"] or row["response"]
    mode, mode_label = MODES[response]
    return {
        "number": str(row["number"]),
        "name": f"{row['day']}-{row['number']:04d}",
        "status": row["status"],
        "nature": row["nature"],
        "type_code": row["type_code"],
        "location": row["location"],
        "location_detail": row["location_detail"],
        "location_confirmed": row["location_confirmed"],
        "location_verified": row["location_verified"],
        "initial_location": row["initial_location"],
        "beat": row["beat"],
        "city": row["city"],
        "lat": row["lat"],
        "lng": row["lng"],
        "jurisdiction": row["jurisdiction"],
        "origin": row["origin"],
        "priority": row["priority"],
        "level": row["level"],
        "response": response,
        "mode": mode,
        "mode_label": mode_label,
        "overridden": bool(row["mode_override"]),
        "services": list(services_of(row["response"], row["services"], row["mode_override"])),
        "lead": row["lead"],
        "behavioral": row["behavioral"] if sees(tier, "verdict") else "unknown",
        "flags": flags(row["facts"] or {}),
        "open_questions": (row["open_questions"] or []) if tier != Tier.FIELD else [],
        "received_at": iso(row["received_at"]),
        "first_dispatched_at": iso(row["first_dispatched_at"]),
        "first_on_scene_at": iso(row["first_on_scene_at"]),
        "scene_lead": row["scene_lead"],
        "scene_secure_at": iso(row["scene_secure_at"]),
        "staging": staging(row),
        "care_requested_at": iso(row["care_requested_at"]),
        "held_until": iso(row["held_until"]),
        "hold_reason": row["hold_reason"],
        "reopened_at": iso(row["reopened_at"]),
        "scheduled_for": iso(row["scheduled_for"]),
        "call_back": row["call_back"] if tier == Tier.DISPATCH else None,
        "unmet": row["unmet"] if tier == Tier.DISPATCH else None,
        "clinician_call": _clinician_call(row) if tier in SHOWS_ALL else None,
        "late": row["late"],
        "question_late": row["question_late"] if tier != Tier.FIELD else 0,
        "seen_at": iso(row["seen_at"]),
        "assignments": [
            assignment_face(one) | ({"bypass": one["bypass"]} if tier == Tier.DISPATCH else {})
            for one in row["assignments"] or []
        ],
        "taken": [one | {"at": iso(one["at"])} for one in row["taken"] or []] if tier == Tier.DISPATCH else [],
        "consulting": [one | {"since": iso(one["since"]), **CONSULTING} for one in row["consulting"] or []],
        "stacked": (row["stacked"] or []) if tier in SHOWS_ALL else [],
        "links": (row["links"] or []) if tier in SHOWS_ALL else [],
        "merged": (row["merged"] or []) if tier in SHOWS_ALL else [],
        "cautions": [_caution(one) for one in row["cautions"] or []] if tier != Tier.PARTNER else [],
        "referral_made": False,
    }


def _caution(one: Face) -> Face:
    return one | {name: iso(one[name]) for name in ("entered_at", "reviewed_at", "expires_at", "known_at")}


def _clinician_call(row: Face) -> Face | None:
    one: Face | None = row["clinician_call"]
    return one | {"due_at": iso(one["due_at"])} if one else None


def staging(row: Face) -> Face:
    """Where CARE waits, as it was set or as it is proposed."""
    lat, lng = row["staging_lat"], row["staging_lng"]
    point, proposed = staging_point(point=row["staging_point"], lat=lat, lng=lng, location=row["location"])
    return {"point": point, "proposed": proposed, "lat": lat, "lng": lng}


def flags(facts: Mapping[str, Any]) -> dict[str, str]:
    """yes, unknown, denied or nothing reported for each letter; J a minor, L a language other than English."""
    found = {letter: _NO_FLAG.get(str(facts.get(fact, "none_reported")), "yes") for letter, fact in FLAGS.items()}
    minor = facts.get("age") in ("child", "adolescent") or facts.get("minors_present") == "yes"
    found["J"] = "yes" if minor else ""
    found["L"] = "yes" if facts.get("language", "en") not in ("en", "unknown", "none_reported") else ""
    return found


def assignment_face(row: Face) -> Face:
    """One open assignment as its call shows it."""
    return {
        "id": row["id"],
        "unit_id": row["unit_id"],
        "callsign": row["callsign"],
        "discipline": row["discipline"],
        "role": row["role"],
        "status": row["status"],
        "status_at": iso(row.get(f"{row['status']}_at")),
        "dispatched_at": iso(row["dispatched_at"]),
        "staged_at": iso(row["staged_at"]),
        "cleared_to_enter_at": iso(row["cleared_to_enter_at"]),
        "on_scene_at": iso(row["on_scene_at"]),
        "taken_from": row["taken_from"],
        "reactive": row["reactive"],
        "late": row["late"],
        "checked_at": iso(row["checked_at"]),
        "called_ahead": row["called_ahead"],
        "called_ahead_at": iso(row["called_ahead_at"]),
    }


def transport_face(row: Mapping[str, Any]) -> Face:
    """Whereto, who rides, on which basis and the counter: for whom the outcome is told, and the crew itself."""
    return {name: row[name] for name in ("destination", "start_mileage", "end_mileage", "legal_basis", "rides")}


# --- units ---------------------------------------------------------------------------------------
_ON = _object("a", "id", "call_id", "role", "cleared_to_enter_at", "checked_at", "late", call_number="c.number::text")
_UNIT = _object(
    "u", "id", "mirrored_from", "mirrored_at", "callsign", "discipline", "status", "status_at", "capabilities", "languages", "home", "unavailable_reason",
    "unavailable_until",
    agency=_object("g", "code", "name"),
    position="CASE WHEN o.unit_id IS NOT NULL"
    f" THEN {_object('o', 'lat', 'lng', 'at', shared='o.shared_by_id IS NOT NULL')} END",
    assignment=f"(SELECT {_ON} FROM calls_assignment a JOIN calls_call c ON c.id = a.call_id"
    " WHERE a.unit_id = u.id AND a.cleared_at IS NULL)",
    request="(SELECT json_build_object('id', q.id, 'status', q.status, 'direction', q.direction, 'call_id', q.call_id,"
    " 'call_number', c.number::text, 'asked_at', q.asked_at, 'alarmed_at', q.alarmed_at)"
    " FROM calls_unitrequest q JOIN calls_call c ON c.id = q.call_id WHERE q.unit_id = u.id"
    " AND q.status IN ('asked', 'accepted', 'committed'))",
    stack="(SELECT json_agg(json_build_object('call_id', c.id, 'number', c.number::text, 'proposed_at', s.proposed_at)"
    " ORDER BY s.turn) FROM calls_stackedcall s JOIN calls_call c ON c.id = s.call_id WHERE s.unit_id = u.id)",
    crew=CREW.format(now="statement_timestamp()"), kinds=KINDS,
    emergency="(SELECT a.id FROM calls_alert a WHERE a.center_id = u.center_id AND a.closed_at IS NULL"
    " AND a.cause = 'duress:' || u.id)",
    dispositions_owed="(SELECT count(*) FROM calls_assignment a WHERE a.unit_id = u.id"
    " AND a.disposition_owed_at IS NOT NULL AND a.disposition = '')",
)  # fmt: skip
_UNITS = (
    f"SELECT {_UNIT}::text FROM teams_unit u JOIN teams_agency g ON g.id = u.agency_id"
    f" {PLACE.format(now='statement_timestamp()')}"
    " WHERE u.center_id = %s AND NOT u.retired AND (%s::bigint[] IS NULL OR u.id = ANY(%s::bigint[])) ORDER BY u.callsign"
)


def unit_rows(center_id: int, ids: Iterable[int] | None) -> list[Face]:
    """Units of the center that are not retired, among ``ids`` (None: all)."""
    wanted = None if ids is None else list(ids)
    return _rows(_UNITS, [center_id, wanted, wanted])


def unit_face(row: Face, tier: str) -> Face:
    """What a unit does and who is aboard; on which call where every call is shown, a partner no names and no place."""
    on = row["assignment"] if tier in SHOWS_ALL else None
    place = row["position"] if tier != Tier.PARTNER else None
    has = able(row)
    return {
        "callsign": row["callsign"],
        "discipline": row["discipline"],
        "agency": row["agency"],
        "status": row["status"],
        "status_at": iso(row["status_at"]),
        "capabilities": sorted(has.capabilities),
        "languages": sorted(has.languages),
        "home": row["home"],
        "unavailable_reason": row["unavailable_reason"],
        "unavailable_until": iso(row["unavailable_until"]),
        "assignment": on and on | {name: iso(on[name]) for name in ("cleared_to_enter_at", "checked_at")},
        "crew": [_member(one, row, tier) for one in row["crew"] or []] if tier != Tier.PARTNER else [],
        "dispositions_owed": row["dispositions_owed"],
        "mirrored_from": row["mirrored_from"],
        "mirrored_at": iso(row["mirrored_at"]),
        "request": row["request"] if tier == Tier.DISPATCH else None,
        "emergency": row["emergency"] is not None and tier != Tier.PARTNER,
        "stack": [one | {"proposed_at": iso(one["proposed_at"])} for one in (row["stack"] or []) if tier in SHOWS_ALL],
        "position": place and place | {"at": iso(place["at"])},
    }


def _member(person: Face, row: Face, tier: str) -> Face:
    """Who is aboard and until when; that somebody was signed on without a credential is dispatch's and CARE's."""
    shown = {"name": person["name"], "duty": person["duty"], "until": iso(person["until"])}
    if tier not in SHOWS_ALL:
        return shown
    needs = lacking(person["duty"], person["holds"], row["kinds"] or ())
    return shown | {"forced": bool(person["forced"]), "lacking": [kind["words"] for kind in needs]}


# Which statements each connection has prepared: to read such a statement takes PostgreSQL longer than to run it.
_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def _rows(statement: str, values: Sequence[Any]) -> list[Face]:
    """The rows of one of the statements above; its parameters are one bigint (the center, where there is one) and id lists."""
    with connection.cursor() as cursor:
        known = _prepared.setdefault(connection.connection, set())
        name = f"face_{zlib.crc32(statement.encode()):08x}"
        if name not in known:
            numbered = statement
            for place in range(1, statement.count("%s") + 1):
                numbered = numbered.replace("%s", f"${place}", 1)
            cursor.execute(f"PREPARE {name} AS {numbered}")
            known.add(name)
        cursor.execute(f"EXECUTE {name} ({', '.join(['%s'] * len(values))})", values)
        return [orjson.loads(text) for (text,) in cursor.fetchall()]
