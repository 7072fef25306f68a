"""The verdict on a call: read what was typed, evaluate the rules, store the proof, tell whoever must know.

Runs as due work: a Celery worker is nudged, the sweep takes over within a second when none answers.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from calls import call_types, hooks, kinds, local_words, timers, triage
from calls.alerts import end_cause, escalate, raise_alert
from calls.cautions.matching import take_in_cautions
from calls.clocks import Clock
from calls.closing import HOLD
from calls.dispatch import stage_care
from calls.facts import effective
from calls.fetch import lock_call
from calls.lifecycle import MODES, call_status, lighter
from calls.limits import limit_of
from calls.models import Alert, Call, CallType, FactStatement, RuleSet, Verdict
from calls.partners import look_for_partner, units_on
from calls.read_through import facts_of, unread_entries
from calls.rules_in_force import parsed, rule_set_for
from calls.scene import hand_over
from calls.timers import QUESTION
from calls.triage.behavior import LISTED
from calls.triage.facts import NOT_ASKED
from calls.triage.lexicon import Lexicon
from care_dispatch.due.work import finish, schedule, schedule_once
from care_dispatch.log import perform, record, write
from teams.models import Unit

logger = logging.getLogger(__name__)

TRIAGE = "triage"
# Rules that could not be loaded or failed are tried again after this long.
RETRY_FALLBACK = timedelta(seconds=60)
# How far the reader has come: no operational field, so the log does not carry it.
READ_SO_FAR = ("narrative_read_id", "nature_read")


def run_triage(call_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: decide on a call."""
    perform(record_verdict, actor=None, position="", source=source, now=now, call_id=call_id, engine=source)


def record_verdict(*, actor: None, now: datetime, call_id: int, engine: str) -> dict[str, Any]:
    """Take in new narrative, evaluate and store. The same facts and rules are never judged twice."""
    call = lock_call(None, call_id, now)
    finish(TRIAGE, call_id)
    if call.status == Call.Status.CLOSED:
        return {"call_id": call_id}
    nothing_said = call.facts_version == 0
    read = [*take_in_narrative(call, now), *take_in_cautions(call, now)]
    facts = (effective(read) if nothing_said else facts_of(call)) | {
        "location_confirmed": "yes" if call.location_confirmed else "no"
    }
    rule_set, judged = _judge(call, facts, now)
    _ask_in_time(call, judged, now)
    if rule_set is None:
        schedule(TRIAGE, call.pk, due_at=now + RETRY_FALLBACK, now=now, version=call.facts_version)
    if _same(call.verdict, rule_set, call.facts_version, facts):
        call.save(update_fields=READ_SO_FAR)
        return {"call_id": call_id}
    verdict = _store(call, rule_set, facts, judged, engine, now)
    priority = call.priority
    before, held, by_hand = call.verdict, call.held_until is not None, call.mode_override
    sets = _apply(call, verdict, judged, now)
    record(
        kinds.VERDICT_RECORDED, center_id=call.center_id, call_id=call.pk, sets=sets,
        refs={"verdict_id": verdict.pk, "statement_ids": [row.pk for row in read]},
    )  # fmt: skip
    if rule_set is None:
        _alert(call, Alert.Kind.TRIAGE_FALLBACK, f"Call {call.number}: the rules did not run; {judged['because']}", now)
    if held and call.held_until is None:
        why = "; ".join(worse_facts(before, verdict)) or MODES[verdict.response][1]
        _alert(call, Alert.Kind.HOLD_OVER, f"Call {call.number}: its hold is over: {why}", now)
    if priority != call.priority or held or judged.get("safety_questions"):
        timers.wind(call.pk, now)
    stage_care(call)
    if call.first_dispatched_at is not None:
        hand_over(call)
        look_for_partner(call, now)
    was = by_hand if by_hand and not call.mode_override else before.response if before else verdict.response
    _tell_of_change(call, before, verdict, was, now)
    hooks.tell(hooks.verdict_recorded, call, verdict, now)
    return {"call_id": call_id, "verdict_id": verdict.pk}


def take_in_narrative(call: Call, now: datetime) -> list[FactStatement]:
    """Store what the reader finds in entries it has not seen, as unconfirmed statements with their quotes.

    CARE's own entries are not read: a quote would carry clinical text to the dispatcher.
    """
    entries = unread_entries(call)
    nature_is_new = call.nature_read != _type_said(call)
    if not entries and not nature_is_new:
        return []
    listed = call_types.of_call(call)
    kind, kind_class = call_types.typed(listed, call.nature), listed.behavioral if listed else ""
    known = local_words.lexicon_of(call.center_id)
    read_with = local_words.version_words(known)
    texts = [(entry.informant, entry.text) for entry in entries] or [("call type", "")]
    found = [
        FactStatement(
            call=call, fact=item.fact, value=item.value, source=FactStatement.Source.NARRATIVE, informant=informant,
            confirmed=False, evidence=_evidence(item, listed), lexicon=read_with, stated_at=now,
        )
        for informant, text in texts
        for item in _read(text, kind, kind_class, known)
    ]  # fmt: skip
    call.narrative_read_id = max([call.narrative_read_id, *(entry.pk for entry in entries)])
    call.nature_read = _type_said(call)
    call.facts_version += bool(found)
    return FactStatement.objects.bulk_create(found)


def _type_said(call: Call) -> str:
    return f"{call.type_code}: {call.nature}" if call.type_code else call.nature


def _evidence(item: triage.SuggestedFact, listed: CallType | None) -> str:
    """The words it rests on, or the line of the center's list that says it."""
    return call_types.named(listed) if listed and item.rule == LISTED else item.quote


def _read(text: str, kind: str, kind_class: str, known: Lexicon) -> Sequence[triage.SuggestedFact]:
    try:
        reading = triage.read(text, kind, type_class=kind_class, words=known)
    except Exception:  # the reader must never stand between a call and its verdict
        logger.exception("the narrative reader failed; the call is judged on its stated facts")
        return []
    return reading.suggestions()


def _judge(call: Call, facts: Mapping[str, Any], now: datetime) -> tuple[RuleSet | None, dict[str, Any]]:
    """The rules' answer, or police/fire/EMS first when they cannot be loaded or fail. Never CARE alone by default."""
    try:
        rule_set = rule_set_for(call.center_id, now if call.center.timers_run else None)
        rules = parsed(rule_set)
        return rule_set, triage.judge(facts, rules)
    except Exception as error:
        logger.exception("triage of call %s fell back", call.pk)
        return None, triage.fallback_verdict(f"{type(error).__name__}: {error}"[:200]).as_dict()


def _same(earlier: Verdict | None, rule_set: RuleSet | None, facts_version: int, facts: Mapping[str, Any]) -> bool:
    if earlier is None or rule_set is None and earlier.rule_set_id is not None:
        return False
    rule_set_id = rule_set.pk if rule_set else None
    return (earlier.rule_set_id, earlier.facts_version, earlier.facts) == (rule_set_id, facts_version, facts)


def _store(
    call: Call, rule_set: RuleSet | None, facts: dict[str, Any], judged: dict[str, Any], engine: str, now: datetime
) -> Verdict:
    same = Verdict.objects.filter(call=call, facts_version=call.facts_version, rule_set=rule_set)
    if call.verdict_id and same.exists():
        call.facts_version += 1  # a fact outside the statements changed (the location was confirmed)
    fallback = rule_set is None
    return Verdict.objects.create(
        call=call,
        facts_version=call.facts_version,
        rule_set=rule_set,
        engine=Verdict.Engine.FALLBACK if fallback else engine if engine in Verdict.Engine else Verdict.Engine.SWEEP,
        engine_version=triage.ENGINE,
        facts=facts,
        level=judged["level"],
        response=judged["response"],
        services=judged["services"],
        lead=judged["lead"],
        behavioral=judged["behavioral"],
        proof=judged,
        decided_at=now,
    )


def _apply(call: Call, verdict: Verdict, judged: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What the board shows of the verdict; a priority set by hand stays."""
    fields: dict[str, Any] = {
        "facts_version": call.facts_version,
        "verdict": verdict,
        "level": verdict.level,
        "response": verdict.response,
        "services": verdict.services,
        "lead": verdict.lead,
    }
    if judged.get("priority") and not call.priority_set_by_hand:
        fields |= {"priority": judged["priority"], "late": timers.still_late(call, judged["priority"])}
    if call.question_late and not judged.get("safety_questions"):
        fields["question_late"] = 0
    if _outgrown(call, verdict):
        fields |= {"mode_override": "", "mode_reason": ""}
        call.mode_note = ""
    heavier = bool(call.response) and lighter(call.response, verdict.response)
    if call.held_until is not None and (heavier or worse_facts(call.verdict, verdict)):
        fields |= {"held_until": None, "hold_reason": "", "waits_since": now}
        finish(HOLD, call.pk)
    if call.status == Call.Status.IN_TRIAGE:
        fields["status"] = call_status([], triaged=True)
    sets = write(call, also=[*READ_SO_FAR, "mode_note"], **fields)
    sets["call.verdict_id"] = sets.pop("call.verdict")
    return sets


def _outgrown(call: Call, verdict: Verdict) -> bool:
    """A lighter response set by hand ends when the rules come to ask for more, or a danger grows, since it was set."""
    if not call.mode_override or not lighter(call.mode_override, verdict.response):
        return False
    return lighter(call.response or "standard", verdict.response) or bool(worse_facts(call.verdict, verdict))


def _ask_in_time(call: Call, judged: Mapping[str, Any], now: datetime) -> None:
    """While a lighter answer waits for a safety question, its clock runs; it stops when nothing is open."""
    if judged.get("safety_questions") and call.center.timers_run and call.surfaces_at is None:
        schedule_once(QUESTION, call.pk, due_at=now + answer_within(call.center_id), version=call.facts_version)
    elif finish(QUESTION, call.pk):
        end_cause(call.center_id, f"{Clock.QUESTION}:{call.pk}", now)


def answer_within(center_id: int) -> timedelta:
    """A safety question nobody answered becomes "unknown" after this long (domain, "Unknown is not no")."""
    limit = limit_of(center_id, Clock.QUESTION)
    return timedelta(seconds=limit.escalate or limit.overdue)


def run_question(call_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: nobody answered the safety question in time."""
    perform(question_unanswered, actor=None, position="", source=source, now=now, call_id=call_id)


def question_unanswered(*, actor: None, now: datetime, call_id: int) -> dict[str, Any]:
    """What was not asked becomes unknown, which is never safe; the rules decide again."""
    call = Call.objects.select_for_update(of=("self",)).select_related("verdict", "center").get(pk=call_id)
    finish(QUESTION, call_id)
    known = facts_of(call)  # an answer may be waiting for its verdict
    asked = call.verdict.proof.get("safety_questions", []) if call.verdict else []
    questions = [fact for fact in asked if known.get(fact, NOT_ASKED) == NOT_ASKED]
    if call.status == Call.Status.CLOSED or not questions:
        return {"call_id": call_id}
    # In the caller's place, so that what the caller says later takes it back.
    FactStatement.objects.bulk_create(
        FactStatement(
            call=call, fact=fact, value="unknown", source=FactStatement.Source.QUESTION, informant="caller",
            evidence=f"not answered within {answer_within(call.center_id).seconds} seconds", stated_at=now,
        )
        for fact in questions
    )  # fmt: skip
    sets = write(call, facts_version=call.facts_version + 1, question_late=0)
    schedule(TRIAGE, call.pk, due_at=now, now=now, version=call.facts_version)
    record(kinds.FACTS_STATED, center_id=call.center_id, call_id=call.pk, sets=sets)
    end_cause(call.center_id, f"{Clock.QUESTION}:{call.pk}", now)
    text = f"Call {call.number}: not answered: {', '.join(questions)}"
    alert = raise_alert(
        center=call.center, kind=Alert.Kind.QUESTION_UNANSWERED, text=text, now=now, call=call,
        cause=f"not_answered:{call.pk}",
    )  # fmt: skip
    if call.priority in timers.ASKED_IN_TIME:
        escalate(alert, Alert.EscalatedTo.SUPERVISOR, now)
    return {"call_id": call_id}


def _tell_of_change(call: Call, before: Verdict | None, after: Verdict, was: str, now: datetime) -> None:
    """One alert when the response changes, or when a safety fact worsens while units are on the call.

    ``was``: the response until now, whether the rules asked for it or it was set by hand and has ended with this.
    Units sent before the first verdict knew nothing: all it finds is news to them.
    """
    worse = worse_facts(before, after)
    if worse and call.first_dispatched_at and (units := units_on(call)):
        names = ", ".join(unit.callsign for unit in units)
        text = f"Call {call.number}: {'; '.join(worse)}: tell {names}"
        _alert(call, Alert.Kind.SAFETY_WORSENED, text, now, units)
    elif was != after.response:
        why = f" ({'; '.join(worse)})" if worse else ""
        text = f"Call {call.number}: {MODES[was][1]} → {MODES[after.response][1]}{why}"
        _alert(call, Alert.Kind.VERDICT_CHANGED, text, now)


def worse_facts(before: Verdict | None, after: Verdict) -> list[str]:
    """The safety facts that got worse, in words for the radio."""
    known = before.facts if before else {}
    return [
        f"{triage.label(fact)}: {known.get(fact, 'not asked')} → {value}".upper()
        for fact, value in after.facts.items()
        if triage.is_worse(fact, known.get(fact), value)
    ]


def _alert(call: Call, kind: str, text: str, now: datetime, tell: Sequence[Unit] = ()) -> None:
    """Raise it unless the very same alert is still open."""
    if not Alert.objects.filter(call=call, kind=kind, text=text, closed_at__isnull=True).exists():
        raise_alert(center=call.center, kind=kind, text=text, now=now, call=call, tell=tell)


def triage_gave_up(call_id: int, attempts: int, error: str, now: datetime) -> None:
    """Due work failed five times: the supervisor hears of it, and it is tried on."""
    perform(work_failed, actor=None, position="", source="sweep", now=now, call_id=call_id, what=error)


def work_failed(*, actor: None, now: datetime, call_id: int, what: str) -> dict[str, Any]:
    call = Call.objects.select_for_update(of=("self",)).select_related("center").get(pk=call_id)
    text = f"Call {call.number}: triage fails ({what}); police/fire/EMS first until it runs"
    raise_alert(center=call.center, kind=Alert.Kind.WORK_FAILED, text=text, now=now, call=call)
    return {"call_id": call_id}
