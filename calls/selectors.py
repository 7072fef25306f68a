"""Reads for screens and the API: one function each, permission at the fetch."""

from collections.abc import Container, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from calls import board, consults, faces, pair, triage
from calls.consults.face import consult_face, with_related
from calls.fetch import NO_CALL, may_open, own_assignments, own_unit_ids
from calls.models import Assignment, Call, CallBack, Caller, Consult, Draft, FactStatement, NarrativeEntry, Verdict
from calls.read_through import call_ids, facts_of, references
from calls.rules_in_force import parsed
from calls.shares import shared_with
from care_dispatch.access import SEES, Role, Tier, sees, tier_of
from care_dispatch.log.models import Head
from care_dispatch.refusal import NotFound
from teams.models import Shift, User
from teams.selectors import center_id_of

LIST_LIMIT = 200


def call_detail(user: User, call_id: int, now: datetime) -> dict[str, Any]:
    """Everything this user's tier is shown of one call, with the version it was read at."""
    tier = tier_of(user.role)
    version = Head.objects.values_list("seq", flat=True).get()
    call = Call.objects.select_related("verdict__rule_set", "merged_into").filter(pk=call_id).first()
    if call is None or not may_open(user, call, now):
        raise NotFound(NO_CALL)
    face = faces.call_face(faces.call_rows([call.pk])[call.pk], tier) | board.extra_fields([call.pk], tier)[call.pk]
    detail = {"id": call.pk, "version": version, **face, **_ending(call, tier)}
    detail["urn"] = call.urn
    entries = list(readable_narrative(call, tier))
    detail["narrative"] = [_entry(entry, call) for entry in entries]
    detail["references"] = references(call) if tier != Tier.FIELD else []
    detail["assignments_all"] = [_assignment(row, tier) for row in faces.assignment_rows(call.pk)]
    detail |= pair.together(call, now) if tier in (Tier.DISPATCH, Tier.CARE) else {}
    detail["shares"] = shared_with(call) if tier == Tier.DISPATCH else []
    together = call_ids(call)
    related = with_related(Consult.objects.filter(consults.readable(user, now), call__in=together))
    detail["consults"] = [consult_face(consult) | {"id": consult.pk} for consult in related]
    detail["callers"] = [] if tier == Tier.PARTNER else _callers(together, named=sees(tier, "caller"))
    detail |= _triage(call, tier, read={entry.informant for entry in entries})
    return detail


def _callers(together: list[int], *, named: bool) -> list[dict[str, Any]]:
    """Who called; whoever asked not to be named is left out unless the center itself asks (``named``)."""
    callers = Caller.objects.filter(call__in=together).order_by("pk")
    callers = callers if named else callers.filter(do_not_disclose=False)
    fields = ("id", "name", "phone", "relation", "language", "line", "safe_to_call", "do_not_disclose")
    open_ones = CallBack.objects.filter(call__in=together if named else [], ended_at__isnull=True)
    waiting = {
        one.caller_id: {
            "id": one.pk, "since": faces.iso(one.tried_at or one.asked_at), "tries": one.tries, "late": one.late
        }
        for one in open_ones
    }  # fmt: skip
    return [dict(row) | {"call_back": waiting.get(row["id"])} for row in callers.values(*fields)]


def _ending(call: Call, tier: str) -> dict[str, Any]:
    return {
        "closed_at": faces.iso(call.closed_at),
        "closed_as": call.closed_as,
        "merged_into": str(call.merged_into.number) if call.merged_into else None,
        "mode_planned": call.mode_planned,
        "mode_actual": call.mode_actual,
        "close_reason": call.close_reason,
        "not_sent_reason": call.not_sent_reason,
        "mode_reason": call.mode_reason,
        "mode_note": call.mode_note if tier == Tier.DISPATCH else "",
        "facts_version": call.facts_version,
    }


def readable_narrative(call: Call, tier: str) -> QuerySet[NarrativeEntry]:
    """The entries of the audiences this tier reads, of the call and the duplicates merged into it."""
    audiences = [name.removeprefix("narrative:") for name in SEES[Tier(tier)] if name.startswith("narrative:")]
    entries = NarrativeEntry.objects.filter(call__in=call_ids(call), audience__in=audiences)
    return entries.select_related("author", "call")


def _entry(entry: NarrativeEntry, call: Call) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "text": entry.text,
        "audience": entry.audience,
        "author": entry.author.get_full_name() or entry.author.username if entry.author else "system",
        "position": entry.position,
        "written_at": faces.iso(entry.written_at),
        "sealed_at": faces.iso(entry.sealed_at),
        "merged_from": str(entry.call.number) if entry.call_id != call.pk else None,
    }


def _assignment(row: faces.Face, tier: str) -> dict[str, Any]:
    """Every stage; what came of the contact is CARE's work, told to dispatch as a code and to no unit."""
    told = sees(tier, "outcome")
    return faces.assignment_face(row) | {
        "en_route_at": faces.iso(row["en_route_at"]),
        "contact_at": faces.iso(row["contact_at"]),
        "cleared_at": faces.iso(row["cleared_at"]),
        "police_released_at": faces.iso(row["police_released_at"]),
        "end_reason": row["end_reason"],
        "taken_for": row["taken_for"],
        "taken_reason": row["taken_reason"] if tier == Tier.DISPATCH else "",
        "outcome": row["outcome"] if told else "",
        "disposition": row["disposition"] if told else "",
        "transport": faces.transport_face(row) if told else None,
        "disposition_owed": told and row["disposition_owed_at"] is not None and not row["disposition"],
    }


def _triage(call: Call, tier: str, *, read: Container[str]) -> dict[str, Any]:
    """Facts and verdict, or words of safety; ``read``: the entries this tier reads, as informants."""
    if not sees(tier, "facts"):
        return {"statements": [], "facts": {}, "verdict": None, "safety": safety_words(call)}
    statements = list(FactStatement.objects.filter(call__in=call_ids(call)).select_related("stated_by", "call"))
    verdict = call.verdict
    return {
        "statements": [_statement(row, call) | {"evidence": _quote(row, tier, read)} for row in statements],
        "facts": facts_of(call, [row for row in statements if row.call_id == call.pk]),
        "verdict": {
            **verdict.proof,
            **explained(verdict),
            "id": verdict.pk,
            "level": verdict.level,
            "response": verdict.response,
            "engine": verdict.engine,
            "rule_set": verdict.rule_set.version if verdict.rule_set else None,
            "decided_at": faces.iso(verdict.decided_at),
            "facts_version": verdict.facts_version,
        }
        if verdict
        else None,
    }


def explained(verdict: Verdict) -> dict[str, Any]:
    """What is not known, what blocks less and what would change it, from the frozen rules the verdict was made with."""
    try:
        rules = parsed(verdict.rule_set) if verdict.rule_set else None
    except triage.BrokenRules:  # stored by an older version: the verdict and its reasons are shown all the same
        rules = None
    nothing: dict[str, Any] = {"blocked": [], "would_change": [], "questions": []}
    return triage.explain(verdict.facts, rules) if rules else nothing


def _statement(row: FactStatement, call: Call) -> dict[str, Any]:
    return {
        "id": row.pk,
        "fact": row.fact,
        "value": row.value,
        "source": row.source,
        "informant": row.informant if row.call_id == call.pk else f"{row.informant} (call {row.call.number})",
        "confirmed": row.confirmed,
        "stated_at": faces.iso(row.stated_at),
        "stated_by": row.stated_by.username if row.stated_by else "system",
    }


def _quote(row: FactStatement, tier: str, read: Container[str]) -> str:
    """The words a fact rests on, for whoever may read where they stand: the fact is for all, the entry need not be."""
    if row.source == FactStatement.Source.NARRATIVE and row.informant.startswith("note "):
        return row.evidence if row.informant in read else ""
    if row.stated_by and row.stated_by.role == Role.CLINICIAN and not sees(tier, "narrative:care"):
        return ""
    return row.evidence


_SAFETY_WORDS = {
    "W": ("Weapon", "weapon"),
    "V": ("Violence", "violence"),
    "M": ("Medical sign", "medical"),
    "S": ("Suicide risk", "suicide"),
}


def dangers(facts: Mapping[str, Any], letters: str = "WVMS") -> list[str]:
    """The dangers that were reported, in words; ``letters``: those of the flags column that are asked for."""
    shown = faces.flags(facts)
    return [
        f"{title}: {str(facts[fact]).replace('_', ' ')}"
        for letter, (title, fact) in _SAFETY_WORDS.items()
        if letter in letters and shown[letter] == "yes"
    ]


def safety_words(call: Call) -> list[str]:
    """What a field unit must know of danger, in words without diagnosis or quotes."""
    facts = call.verdict.facts if call.verdict else {}
    shown, words = faces.flags(facts), dangers(facts)
    words += [f"{title}: not known" for letter, (title, fact) in _SAFETY_WORDS.items() if shown[letter] == "unknown"]
    if "weapon" not in facts or facts.get("weapon") == "none_reported":
        words.append("Weapon: not asked")
    return words


def call_list(user: User, now: datetime, *, day: date | None, status: str, query: str) -> list[dict[str, Any]]:
    """Up to LIST_LIMIT calls of the user's center, newest first, open or not; in the field those ``may_open`` opens."""
    tier = tier_of(user.role)
    calls = Call.objects.filter(center_id=center_id_of(user))
    if tier == Tier.PARTNER:
        return []
    if tier == Tier.FIELD:
        calls = calls.filter(pk__in=own_assignments(user, now).values("call_id"))
    if day:
        calls = calls.filter(day=day)
    if status:
        calls = calls.filter(status=status)
    if query.isdecimal() and len(query) < 6:
        calls = calls.filter(number=int(query))
    elif query:
        calls = calls.filter(location__icontains=query)
    found = list(calls.select_related("merged_into").order_by("-received_at", "-pk")[:LIST_LIMIT])
    rows = faces.call_rows([call.pk for call in found])
    return [{"id": call.pk, **faces.call_face(rows[call.pk], tier), **_ending(call, tier)} for call in found]


def transports_owed(user: User, now: datetime) -> list[dict[str, Any]]:
    """Of whom was taken along and not all is said, oldest first: of the center for dispatch, of the own units for a crew."""
    owed = Assignment.objects.transport_owed().filter(unit__center_id=center_id_of(user), cleared_at__isnull=False)
    if tier_of(user.role) != Tier.DISPATCH:
        owed = owed.filter(unit__in=Shift.objects.filter(user=user, during__contains=now).values("unit"))
    return [
        {
            "assignment_id": row.pk,
            "callsign": row.unit.callsign,
            "unit_id": row.unit_id,
            "call_id": row.call_id,
            "call_number": str(row.call.number),
            "owed_since": faces.iso(row.cleared_at),
            **faces.transport_face(vars(row)),
        }
        for row in owed.select_related("unit", "call").order_by("cleared_at")[:LIST_LIMIT]
    ]


def dispositions_owed(user: User, now: datetime) -> list[dict[str, Any]]:
    """What crews still owe, oldest first: of the center for dispatch, of the own units for a crew."""
    owed = Assignment.objects.filter(
        unit__center_id=center_id_of(user), disposition_owed_at__isnull=False, disposition=""
    ).select_related("unit", "call")
    if tier_of(user.role) != Tier.DISPATCH:
        owed = owed.filter(unit__in=own_unit_ids(user, now))
    return [
        {
            "assignment_id": row.pk,
            "callsign": row.unit.callsign,
            "unit_id": row.unit_id,
            "call_id": row.call_id,
            "call_number": str(row.call.number),
            "outcome": row.outcome,
            "owed_since": faces.iso(row.disposition_owed_at),
        }
        for row in owed.order_by("disposition_owed_at")[:LIST_LIMIT]
    ]


def drafts(user: User, draft_id: Any = None) -> list[dict[str, Any]]:
    rows = Draft.objects.filter(user=user, **({"pk": draft_id} if draft_id else {})).order_by("-updated_at")[:50]
    return [
        {"id": str(row.pk), "form": row.form, "data": row.data, "updated_at": faces.iso(row.updated_at)} for row in rows
    ]
