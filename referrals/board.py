"""The faces of referrals and follow-ups on CARE's board; no other tier has them."""

from collections.abc import Iterable
from typing import Any

from calls.faces import iso
from care_dispatch.access import sees
from care_dispatch.live.cards import Card, LoggedEvent
from referrals import selectors


def referrals_touched(event: LoggedEvent) -> Iterable[int]:
    referral_id = event.payload["ref"].get("referral_id")
    return [referral_id] if referral_id is not None else []


def referral_cards(center_id: int, tier: str, ids: Iterable[int] | None) -> list[Card]:
    """Referrals still open, without their notes."""
    if not sees(tier, "referral"):
        return []
    rows = selectors.referral_cards(center_id)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return [
        _card(
            row.pk,
            call_id=row.call_id,
            service=row.service.name,
            status=row.status,
            requested_at=iso(row.requested_at),
        )
        for row in rows
    ]


def follow_ups_touched(event: LoggedEvent) -> Iterable[int]:
    follow_up_id = event.payload["ref"].get("follow_up_id")
    return [follow_up_id] if follow_up_id is not None else []


def follow_up_cards(center_id: int, tier: str, ids: Iterable[int] | None) -> list[Card]:
    """Follow-ups still owed. Overdue is the server's word, by its own event, so that every board says the same."""
    if not sees(tier, "follow_up"):
        return []
    rows: Any = selectors.follow_up_cards(center_id)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return [
        _card(
            row.pk,
            call_id=row.call_id,
            due_at=iso(row.due_at),
            attempts=row.tried,
            overdue=row.overdue_at is not None,
        )
        for row in rows
    ]


def _card(card_id: int, **data: object) -> Card:
    return Card(card_id, data, frozenset())
