"""What the requester says of the person: facts in the words of triage, judged by the rules in force and read back."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from calls import triage
from calls.consults import kinds
from calls.consults.dispatching import give_facts
from calls.consults.fetch import ended, lock_consult, who_asks
from calls.fetch import own_assignments
from calls.models import Consult, ConsultStatement, FactStatement
from calls.rules_in_force import parsed, rule_set_for
from calls.triage import read_back as reading_back
from care_dispatch.access import DISPATCH_ROLES, Role
from care_dispatch.log import write
from care_dispatch.refusal import Forbidden, Invalid
from teams.models import User

logger = logging.getLogger(__name__)

_CHANNEL = {"police": "officer_request", "fire_ems": "fire_request", "hospital": "hospital_request"}
# From the least to the most able to make it safe: the one that triage hears of.
_ON_SCENE = ("hospital", "ems", "fire", "police")


def context(consult: Consult) -> dict[str, str]:
    """What is known of any consult: a professional asks, over this channel, with these beside the person."""
    facts = {"channel": _CHANNEL.get(consult.requester_kind, "agency_request"), "caller": "professional"}
    there = [name for name in _ON_SCENE if name in consult.with_person]
    return facts | ({"responder_on_scene": there[-1]} if there else {})


def state(consult: Consult, facts: Mapping[str, Any], actor: User, now: datetime) -> list[ConsultStatement]:
    """Store statements as the requester's. Of a unit on the call it is a unit report, as on the call itself."""
    try:
        checked = triage.validate_facts(facts)
    except ValueError as error:
        raise Invalid(str(error)) from None
    there = actor.role == Role.OFFICER and own_assignments(actor, now).filter(call=consult.call_id).exists()
    source = FactStatement.Source.UNIT_REPORT if there else FactStatement.Source.QUESTION
    return ConsultStatement.objects.bulk_create(
        ConsultStatement(
            consult=consult, fact=fact, value=value, source=source, informant=who_asks(consult), stated_by=actor,
            stated_at=now,
        )
        for fact, value in checked.items()
    )  # fmt: skip


def effective(statements: Sequence[ConsultStatement]) -> dict[str, Any]:
    """What the statements come to together, by the rules for any call."""
    return triage.effective(
        triage.FactStatement(row.fact, row.value, row.source, row.informant, row.stated_at.isoformat(), True)
        for row in statements
    )


def judge(consult: Consult, now: datetime) -> None:
    """Keep on the consult what the rules in force say of its facts; without rules nobody there is enough."""
    facts = effective(list(consult.facts.all()))
    try:
        rule_set = rule_set_for(consult.center_id, now if consult.center.timers_run else None)
        proof = reading_back.read_back(facts, parsed(rule_set), with_person=consult.with_person)
    except Exception:
        logger.exception("the rules did not run for consult %s", consult.pk)
        rule_set, proof = None, reading_back.read_back(facts, None, with_person=consult.with_person)
    write(consult, proof=proof, rule_set=rule_set)


def read_back(
    *,
    actor: User,
    now: datetime,
    consult_id: int,
    facts: Mapping[str, Any] | None = None,
    with_person: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The dangers were said back to the requester: take down what they answered, and judge again."""
    consult = lock_consult(actor, consult_id, now)
    if actor.role not in DISPATCH_ROLES | {Role.CLINICIAN}:
        raise Forbidden("CARE or dispatch reads the facts back.")
    if consult.ended_at is not None:
        raise ended(consult)
    fields: dict[str, Any] = {"read_back_at": now, "read_back_by": actor}
    stated = dict(facts or {})
    if with_person is not None:
        fields["with_person"] = sorted(set(with_person))
    write(consult, **fields)
    if with_person is not None:
        stated = {"responder_on_scene": context(consult).get("responder_on_scene", "none")} | stated
    state(consult, stated, actor, now)
    judge(consult, now)
    give_facts(consult, now)
    kinds.record_consult(kinds.CONSULT_READ_BACK, consult)
    return {"consult_id": consult.pk}
