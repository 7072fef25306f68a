"""Reads of what follows: the directory, referrals, follow-ups; permission at the fetch."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Prefetch, QuerySet

from calls.faces import iso
from calls.fetch import NO_CALL, may_open
from calls.models import Call
from care_dispatch.access import Tier, sees, tier_of
from care_dispatch.refusal import Forbidden, NotFound
from referrals.lifecycle import MADE, OPEN, moves
from referrals.models import FollowUp, FollowUpAttempt, Referral, ReferralStep, Service
from teams.models import User
from teams.selectors import center_id_of

LIST_LIMIT = 200


def directory(user: User, *, need: str = "", age: int | None = None, language: str = "") -> list[dict[str, Any]]:
    """Services that take people now, of the user's center, that meet a need, an age in years and a language."""
    if tier_of(user.role) == Tier.PARTNER:
        raise Forbidden("The resource directory is the center's own.")
    services = Service.objects.filter(organization__center_id=center_id_of(user)).open().select_related("organization")
    if need:
        services = services.filter(needs__contains=[need])
    if age is not None:
        services = services.for_age(age)
    if language:
        services = services.filter(languages__contains=[language])
    return [service_face(service) for service in services.order_by("organization__name", "name")[:LIST_LIMIT]]


def service_face(service: Service) -> dict[str, Any]:
    return {
        "id": service.pk,
        "name": service.name,
        "organization": service.organization.name,
        "description": service.description,
        "needs": service.needs,
        "eligibility": service.eligibility,
        "application_process": service.application_process,
        "minimum_age": service.minimum_age,
        "maximum_age": service.maximum_age,
        "languages": service.languages,
        "phones": service.phones,
        "schedule": service.schedule,
        "schedule_rrule": service.schedule_rrule,
        "status": service.status,
        "assured_date": service.assured_date.isoformat(),
        "synthetic": service.synthetic,
    }


# --- referrals -------------------------------------------------------------------------------------
def open_referrals(user: User) -> list[dict[str, Any]]:
    """Referrals of the center still somebody's work, oldest first."""
    _require_sees(user, "referral")
    found = _referrals(Referral.objects.filter(call__center_id=center_id_of(user), status__in=OPEN))
    return [referral_face(referral) for referral in found.order_by("made_at", "pk")[:LIST_LIMIT]]


def referrals_of(user: User, call_id: int, now: datetime) -> list[dict[str, Any]]:
    """Every referral of one call, with its history."""
    _require_sees(user, "referral")
    call = _readable_call(user, call_id, now)
    return [referral_face(referral) for referral in _referrals(Referral.objects.filter(call=call)).order_by("pk")]


def _referrals(rows: QuerySet[Referral]) -> QuerySet[Referral]:
    steps = ReferralStep.objects.select_related("by").order_by("pk")
    related = rows.select_related("call", "service__organization", "made_by")
    return related.prefetch_related(Prefetch("steps", queryset=steps))


def referral_face(referral: Referral) -> dict[str, Any]:
    return {
        "id": referral.pk,
        "call_id": referral.call_id,
        "call_number": str(referral.call.number),
        "service_id": referral.service_id,
        "service": referral.service.name,
        "organization": referral.service.organization.name,
        "status": referral.status,
        "reason": referral.reason,
        "note": referral.note,
        "made_by": referral.made_by.get_full_name() or referral.made_by.username,
        "made_at": iso(referral.made_at),
        "requested_at": iso(referral.requested_at),
        "accepted_at": iso(referral.accepted_at),
        "received_at": iso(referral.received_at),
        "confirmed_with": referral.confirmed_with,
        "moves": list(moves(referral.status)),
        "steps": [
            {
                "status": step.status,
                "reason": step.reason,
                "confirmed_with": step.confirmed_with,
                "at": iso(step.at),
                "by": step.by.username if step.by else "system",
            }
            for step in referral.steps.all()
        ],
    }


def referral_made(call_ids: list[int]) -> dict[int, dict[str, object]]:
    """For the call card: whether a referral was made, and nothing of which."""
    with connection.cursor() as cursor:  # a change waits for this on its way to every console
        cursor.execute(
            "SELECT DISTINCT call_id FROM referrals_referral WHERE call_id = ANY(%s) AND status = ANY(%s)",
            [call_ids, list(MADE)],
        )
        return {call_id: {"referral_made": True} for (call_id,) in cursor.fetchall()}


# --- follow-ups ------------------------------------------------------------------------------------
def open_follow_ups(user: User, now: datetime) -> list[dict[str, Any]]:
    """What is owed, soonest first."""
    _require_sees(user, "follow_up")
    rows = _follow_ups(FollowUp.objects.filter(call__center_id=center_id_of(user)).open())
    return [follow_up_face(row, now) for row in rows.order_by("due_at", "pk")[:LIST_LIMIT]]


def follow_ups_of(user: User, call_id: int, now: datetime) -> list[dict[str, Any]]:
    """Every follow-up of one call, open or not."""
    _require_sees(user, "follow_up")
    call = _readable_call(user, call_id, now)
    return [follow_up_face(row, now) for row in _follow_ups(FollowUp.objects.filter(call=call)).order_by("pk")]


def _follow_ups(rows: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
    attempts = FollowUpAttempt.objects.select_related("by").order_by("pk")
    return rows.select_related("call").prefetch_related(Prefetch("attempts", queryset=attempts))


def follow_up_face(row: FollowUp, now: datetime) -> dict[str, Any]:
    return {
        "id": row.pk,
        "call_id": row.call_id,
        "call_number": str(row.call.number),
        "risk": row.risk,
        "set_at": iso(row.set_at),
        "due_at": iso(row.due_at),
        "overdue": row.closed_at is None and row.due_at < now,
        "closed_at": iso(row.closed_at),
        "result": row.result,
        "attempts": [
            {"mode": a.mode, "result": a.result, "at": iso(a.at), "by": a.by.username} for a in row.attempts.all()
        ],
    }


# --- cards of the care tier ------------------------------------------------------------------------
def referral_cards(center_id: int) -> QuerySet[Referral]:
    return Referral.objects.filter(call__center_id=center_id, status__in=OPEN).select_related("service").order_by("pk")


def follow_up_cards(center_id: int) -> QuerySet[FollowUp]:
    rows = FollowUp.objects.filter(call__center_id=center_id).open()
    return rows.annotate(tried=Count("attempts")).order_by("due_at", "pk")


def _require_sees(user: User, what: str) -> None:
    if not sees(tier_of(user.role), what):
        raise Forbidden("Referrals and follow-ups are read by CARE only.")


def _readable_call(user: User, call_id: int, now: datetime) -> Call:
    call = Call.objects.filter(pk=call_id).first()
    if call is None or not may_open(user, call, now):
        raise NotFound(NO_CALL)
    return call
