"""What a consult shows: on a board, on its call's page and in a list. The advice is not among it."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from calls.clocks import Late
from calls.faces import CONSULTING, iso
from calls.lifecycle import MODES
from calls.models import Consult, ConsultOffer


def with_related(rows: QuerySet[Consult]) -> QuerySet[Consult]:
    """The rows as ``consult_face`` needs them: two statements, however many."""
    offers = ConsultOffer.objects.filter(ended_at__isnull=True).select_related("unit")
    return rows.select_related(
        "call", "requester_agency", "requester_unit", "answering_unit"
    ).prefetch_related(Prefetch("offers", offers, to_attr="offered"))  # fmt: skip


def consult_face(consult: Consult) -> dict[str, Any]:
    """A consult read by ``with_related``; its words are those between requester, dispatch and CARE."""
    offer: ConsultOffer | None = next(iter(consult.offered), None)  # type: ignore[attr-defined]  # set by the prefetch
    proof = consult.proof
    return {
        "requester_kind": consult.requester_kind,
        "requester_agency": consult.requester_agency.code if consult.requester_agency else None,
        "requester_unit": consult.requester_unit.callsign if consult.requester_unit else None,
        "mode": consult.mode,
        "question": consult.question,
        "details": consult.details,
        "location": consult.location,
        "language": consult.language,
        "with_person": consult.with_person,
        "asked_at": iso(consult.asked_at),
        "late": Late.OVERDUE if consult.overdue_at else Late.WARN if consult.warned_at else Late.NOT,
        "offered_to": offer.unit.callsign if offer else None,
        "offered_user": offer.user_id if offer else None,
        "offered_at": iso(offer.offered_at) if offer else None,
        "answered_at": iso(consult.answered_at),
        "answering_unit": consult.answering_unit.callsign if consult.answering_unit else None,
        **(CONSULTING if consult.answered_at else dict.fromkeys(CONSULTING, "")),
        "read_back_at": iso(consult.read_back_at),
        "level": proof.get("level"),
        "response": MODES[proof["response"]][1] if proof.get("response") else "",
        "becomes_dispatch": bool(proof.get("becomes_dispatch")) and consult.dispatched_at is None,
        "missing": [need["text"] for need in proof.get("missing", [])],
        "said": proof.get("said", []),
        "ask": proof.get("ask", []),
        "dispatched_at": iso(consult.dispatched_at),
        "ended_at": iso(consult.ended_at),
        "result": consult.result,
        "advice_type": consult.advice_type,
        "recommendation": consult.recommendation,
        "uncovered_reason": consult.uncovered_reason,
        "confirmation": consult.confirmation,
        "confirmed_at": iso(consult.confirmed_at),
        "call_id": consult.call_id,
        "call_number": str(consult.call.number) if consult.call else None,
    }
