"""The cards of calls, units, alerts and consults on a board: built once per (center, tier), never per person."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Prefetch

from calls.consults.face import consult_face, with_related
from calls.consults.selectors import OPEN
from calls.faces import call_face, iso, open_call_rows, unit_face, unit_rows
from calls.hooks import call_card_extras
from calls.models import Alert, AlertTold, Consult
from care_dispatch.access import Tier
from care_dispatch.live.cards import Card, LoggedEvent


# --- calls ---------------------------------------------------------------------------------------
def calls_touched(event: LoggedEvent) -> Iterable[int]:
    return [event.call_id] if event.call_id is not None else []


def call_cards(center_id: int, tier: str, ids: Iterable[int] | None) -> list[Card]:
    """Open calls of the center; one statement and one per registered extra, however many calls.

    The field is shown calls that units are on: a call nobody was sent to is nobody's to see there.
    """
    if tier == Tier.PARTNER:
        return []
    rows = [row for row in open_call_rows(center_id, ids) if tier != Tier.FIELD or row["assignments"]]
    extras = extra_fields([row["id"] for row in rows], tier)
    return [
        Card(row["id"], call_face(row, tier) | extras[row["id"]], _topics(row["assignments"] or [])) for row in rows
    ]


def extra_fields(call_ids: list[int], tier: str) -> dict[int, dict[str, object]]:
    """What other apps add to a call's face; nothing of it is the field's to know."""
    extras: dict[int, dict[str, object]] = defaultdict(dict)
    for extra in call_card_extras if tier != Tier.FIELD and call_ids else ():
        for call_id, fields in extra(call_ids).items():
            extras[call_id] |= fields
    return extras


def _topics(of_units: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(f"unit:{one['unit_id']}" for one in of_units)


# --- units ---------------------------------------------------------------------------------------
def units_touched(event: LoggedEvent) -> Iterable[int]:
    return [event.unit_id] if event.unit_id is not None else []


def unit_cards(center_id: int, tier: str, ids: Iterable[int] | None) -> list[Card]:
    """Units of the center that are not retired, with what each is on and who is aboard; one statement."""
    return [Card(row["id"], unit_face(row, tier), frozenset()) for row in unit_rows(center_id, ids)]


# --- alerts and consults -----------------------------------------------------------------------
def alerts_touched(event: LoggedEvent) -> Iterable[int]:
    alert_id = event.payload["ref"].get("alert_id")
    return [alert_id] if alert_id is not None else []


def alert_cards(center_id: int, tier: str, ids: Iterable[int] | None) -> list[Card]:
    if tier == Tier.PARTNER:
        return []
    told = AlertTold.objects.select_related("unit").order_by("unit__callsign")
    alerts = Alert.objects.open().filter(center_id=center_id).select_related("call", "unit")
    alerts = alerts.prefetch_related(Prefetch("told", queryset=told)).order_by("pk")
    if tier != Tier.DISPATCH:
        alerts = alerts.filter(call__isnull=False)  # one of no call is the floor's alone
    if ids is not None:
        alerts = alerts.filter(pk__in=list(ids))
    cards = [Card(alert.pk, _alert_face(alert, tier), _still_to_tell(alert)) for alert in alerts]
    # A card without topics goes to everybody: what no unit must hear of is not for the field at all.
    return [card for card in cards if card.topics] if tier == Tier.FIELD else cards


def _still_to_tell(alert: Alert) -> frozenset[str]:
    return frozenset(f"unit:{told.unit_id}" for told in alert.told.all() if told.told_at is None)


def _alert_face(alert: Alert, tier: str) -> dict[str, Any]:
    return {
        "kind": alert.kind,
        "state": alert.state,
        "urgency": alert.urgency,
        "text": alert.text,
        "call_id": alert.call_id,
        "call_number": str(alert.call.number) if alert.call else None,
        "unit_id": alert.unit_id,
        "callsign": alert.unit.callsign if alert.unit else None,
        "raised_at": iso(alert.raised_at),
        "asked_at": iso(alert.asked_at),
        "seen_at": iso(alert.seen_at),
        "acknowledged_at": iso(alert.acknowledged_at),
        "acknowledged_by": alert.acknowledged_position,
        "shelved_until": iso(alert.shelved_until),
        "shelve_reason": alert.shelve_reason if tier == Tier.DISPATCH else "",
        "escalated_at": iso(alert.escalated_at),
        "escalated_to": alert.escalated_to,
        "tell": [
            {"unit_id": told.unit_id, "callsign": told.unit.callsign, "told_at": iso(told.told_at)}
            for told in alert.told.all()
        ],
    }


def consults_touched(event: LoggedEvent) -> Iterable[int]:
    consult_id = event.payload["ref"].get("consult_id")
    return [consult_id] if consult_id is not None else []


def consult_cards(center_id: int, tier: str, ids: Iterable[int] | None) -> list[Card]:
    """Consults not over yet; the advice is never on a card."""
    if tier not in (Tier.DISPATCH, Tier.CARE):
        return []
    consults = Consult.objects.filter(OPEN, center_id=center_id).order_by("pk")
    if ids is not None:
        consults = consults.filter(pk__in=list(ids))
    return [Card(consult.pk, consult_face(consult), frozenset()) for consult in with_related(consults)]
