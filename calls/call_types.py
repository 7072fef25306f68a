"""The center's crosswalk of call types: taken in from its own table, mended by hand, and looked up for each call."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from calls.models import Call, CallType
from calls.natures import NATURES
from calls.rule_sets.fetch import require_rules
from calls.triage import call_types as crosswalk
from care_dispatch.log import EventKind, record, register_kinds
from care_dispatch.refusal import Invalid
from teams.models import User
from teams.selectors import center_id_of

CALL_TYPES_MAPPED = EventKind("call_types.mapped", refs=frozenset({"count"}))
register_kinds([CALL_TYPES_MAPPED])

MOST_ROWS = 5_000
# How far back a code that nobody has mapped is looked for, and how many are listed, the most frequent first.
LOOKED_BACK = timedelta(days=400)
LISTED = 200
# A nature typed in words is no code unless it comes again and again: what was said of one call is nobody's to read here.
OFTEN = 5
_COLUMNS = ("code", "description", "apco", "behavioral", "priority", "source")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


# --- changing --------------------------------------------------------------------------------------
def read_table(text: str) -> crosswalk.Crosswalk:
    """An agency's CSV as rows with what is wrong with others; raises Invalid when it cannot be read at all."""
    try:
        found = crosswalk.parse_crosswalk(text)
    except crosswalk.BadCrosswalk as error:
        raise Invalid(str(error)) from None
    if len(found.types) > MOST_ROWS:
        raise Invalid(f"The table has {len(found.types):,} call types; take it in by parts of at most {MOST_ROWS:,}.")
    return found


def import_types(*, actor: User, now: datetime, found: crosswalk.Crosswalk) -> dict[str, Any]:
    """Take in every row that can be used; one that is there already is replaced, none is taken away."""
    require_rules(actor)
    kept = _keep(actor, now, found.types)
    return {"taken": len(kept), "errors": [error.__dict__ for error in found.errors]}


def map_type(
    *, actor: User, now: datetime, code: str, given: Mapping[str, str], retired: bool = False
) -> dict[str, Any]:
    """One call type by hand; ``given``: description, apco, behavioral, priority, source, as in a table's row."""
    require_rules(actor)
    try:
        mapped = crosswalk.map_type(code, **given)
    except crosswalk.BadRow as error:
        raise Invalid(str(error)) from None
    (row,) = _keep(actor, now, [mapped], retired=retired)
    return {"call_type_id": row.pk}


def _keep(actor: User, now: datetime, types: Iterable[crosswalk.CallType], *, retired: bool = False) -> list[CallType]:
    center_id = center_id_of(actor)
    rows = [
        CallType(
            center_id=center_id, code=one.code, key=one.key, description=one.description, apco=one.apco,
            behavioral=one.behavioral, priority=one.priority, source=one.source, mapped_by=actor, mapped_at=now,
            retired=retired,
        )
        for one in types
    ]  # fmt: skip
    fields = [*_COLUMNS, "mapped_by", "mapped_at", "retired"]
    kept = CallType.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=["center", "key"], update_fields=fields
    )
    if kept:
        record(CALL_TYPES_MAPPED, center_id=center_id, refs={"count": len(kept)})
    return kept


# --- reading -----------------------------------------------------------------------------------------
def of_call(call: Call) -> CallType | None:
    """What the center says of the call's type: by its code, else by its nature as it was typed."""
    keys = [crosswalk.key_of(word) for word in (call.type_code, call.nature) if word.strip()]
    return _first(call.center_id, keys)


def of_words(center_id: int, *said: str) -> CallType | None:
    """The same of a code and a nature that no call has yet."""
    return _first(center_id, [crosswalk.key_of(word) for word in said if word.strip()])


def _first(center_id: int, keys: list[str]) -> CallType | None:
    found = {row.key: row for row in CallType.objects.filter(center_id=center_id, key__in=keys, retired=False)}
    return next((found[key] for key in keys if key in found), None)


def typed(call_type: CallType | None, nature: str) -> str:
    """The words of a call's type to read dangers from: its nature, or what the code stands for where that is all it is."""
    if call_type is None or crosswalk.key_of(nature) != call_type.key:
        return nature
    return call_type.description or nature


def named(call_type: CallType) -> str:
    """How an explanation names the line of the list."""
    words = call_type.description or call_type.get_behavioral_display().lower()
    return f"{call_type.code} ({words}) in the list of call types"


def listed(user: User, now: datetime) -> dict[str, Any]:
    """The center's call types, and the codes on its calls that nobody has mapped, each with a proposal."""
    require_rules(user)
    center_id = center_id_of(user)
    rows = CallType.objects.filter(center_id=center_id).select_related("mapped_by").order_by("retired", "key")
    return {
        "call_types": [_row(row) for row in rows],
        "unmapped": [_proposed(*seen) for seen in _unmapped(center_id, now)],
        "apco": [
            {"code": one.code, "label": one.label, "behavioral": one.behavioral}
            for one in crosswalk.common_types().values()
        ],
    }


def _row(row: CallType) -> dict[str, Any]:
    by = row.mapped_by
    return {name: getattr(row, name) for name in ("id", *_COLUMNS, "retired")} | {
        "mapped_by": (by.get_full_name() or by.username) if by else "",
        "mapped_at": row.mapped_at.isoformat(),
    }


_UNMAPPED = """
SELECT max(said), count(*), min(received_at), max(received_at) FROM (
    SELECT coalesce(nullif(btrim(type_code), ''), nature) AS said, btrim(type_code) <> '' AS coded, received_at
    FROM calls_call
    WHERE center_id = %(center)s AND received_at > %(since)s
) seen
WHERE NOT EXISTS (
    SELECT 1 FROM calls_calltype t
    WHERE t.center_id = %(center)s AND t.key = upper(regexp_replace(btrim(said), '\\s+', ' ', 'g'))
) AND upper(btrim(said)) <> ALL(%(known)s)
GROUP BY upper(regexp_replace(btrim(said), '\\s+', ' ', 'g'))
HAVING bool_or(coded) OR count(*) >= %(often)s ORDER BY 2 DESC, 1 LIMIT %(most)s
"""


def _unmapped(center_id: int, now: datetime) -> list[tuple[str, int, datetime, datetime]]:
    """APCO's own codes and those of the natures offered need no mapping: they are known everywhere."""
    names: dict[str, Any] = {
        "center": center_id, "since": now - LOOKED_BACK, "known": [*crosswalk.common_types(), *(one.code for one in NATURES)], "most": LISTED, "often": OFTEN
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_UNMAPPED, names)
        found: list[tuple[str, int, datetime, datetime]] = cursor.fetchall()
    return found


def _proposed(said: str, calls: int, first: datetime, last: datetime) -> dict[str, Any]:
    code = said.strip()[: crosswalk.LONGEST_CODE]
    return as_row(crosswalk.map_type(code)) | {
        "calls": calls,
        "first": first.isoformat(),
        "last": last.isoformat(),
    }


def as_row(one: crosswalk.CallType) -> dict[str, Any]:
    """A call type of a table or a proposal, with what it was read from."""
    return {name: getattr(one, name) for name in (*_COLUMNS, "apco_from", "behavioral_from", "because")}


def as_table(user: User) -> Iterable[tuple[str, ...]]:
    """The center's call types in use, as a table that can be taken in again; no cell is a formula to a spreadsheet."""
    require_rules(user)
    yield _COLUMNS
    for row in CallType.objects.filter(center_id=center_id_of(user), retired=False).order_by("key"):
        yield tuple(_plain(getattr(row, name)) for name in _COLUMNS)


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell
