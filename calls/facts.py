"""Stated facts: who said what, when. The verdict uses what they come to together; the worse one wins."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from calls import kinds, triage
from calls.fetch import open_call, own_assignments
from calls.models import Call, FactStatement
from care_dispatch.access import FIELD_ROLES
from care_dispatch.due.work import schedule
from care_dispatch.log import record, write
from care_dispatch.refusal import Invalid
from teams.models import User

Source = FactStatement.Source


def state_facts(
    *,
    actor: User | None,
    now: datetime,
    call_id: int,
    facts: Mapping[str, Any],
    source: str | None = None,
    informant: str = "caller",
    evidence: str = "",
) -> dict[str, Any]:
    """Add confirmed statements and triage again. What a unit on the call says is a unit report.

    Only that clears what others said: a clinician who hears of it by phone is one informant more.
    """
    call = open_call(actor, call_id, now)
    if actor is not None and actor.role in FIELD_ROLES:
        there = own_assignments(actor, now).filter(call=call).exists()
        source, informant = Source.UNIT_REPORT if there else Source.QUESTION, actor.username
    statements = state(
        call, facts, source=source or Source.QUESTION, informant=informant, evidence=evidence, actor=actor, now=now
    )
    sets = write(call, facts_version=call.facts_version + 1)
    schedule("triage", call.pk, due_at=now, now=now, version=call.facts_version)
    record(
        kinds.FACTS_STATED, center_id=call.center_id, call_id=call.pk, sets=sets,
        refs={"statement_ids": [row.pk for row in statements]},
    )  # fmt: skip
    return {"statement_ids": [row.pk for row in statements], "facts_version": call.facts_version}


def state(
    call: Call,
    facts: Mapping[str, Any],
    *,
    source: str,
    informant: str,
    evidence: str,
    actor: User | None,
    now: datetime,
) -> list[FactStatement]:
    """Check against the vocabulary and store; for actions that state facts on the way."""
    try:
        checked = triage.validate_facts(facts)
    except ValueError as error:
        raise Invalid(str(error)) from None
    return FactStatement.objects.bulk_create(
        FactStatement(
            call=call, fact=fact, value=value, source=source, informant=informant, evidence=evidence, stated_by=actor,
            stated_at=now,
        )
        for fact, value in checked.items()
    )  # fmt: skip


def effective(statements: Iterable[FactStatement]) -> dict[str, Any]:
    """What the statements come to together: latest per informant, then the worse; a unit report clears."""
    return triage.effective(as_stated(row) for row in statements)


def as_stated(row: FactStatement) -> triage.FactStatement:
    return triage.FactStatement(
        fact=row.fact,
        value=row.value,
        source=row.source,
        stated_by=row.informant,
        at=row.stated_at.isoformat(),
        confirmed=row.confirmed,
        evidence=row.evidence,
    )
