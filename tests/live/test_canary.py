"""Words that must not get out, and everything a role can be shown: each address, socket, poll, log and event."""

import json
import logging
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from calls.consults import answer_consult, end_consult
from calls.exchange import preempt_units
from calls.facts import state_facts
from calls.intake import add_caller, save_draft
from calls.models import Assignment, Call, Consult
from calls.narrative import add_note, seal_note
from calls.stages import free_unit
from calls.verdicts import run_triage
from care_dispatch.access import DISPATCH_ROLES, Role
from care_dispatch.log.models import Event, IdempotencyKey
from referrals.actions import move_referral, refer
from tests.cast import act, make_unit, send, use_default_rules
from tests.live.consoles import Console, Live
from tests.project.whole import Whole, addresses
from tests.referrals.care_cast import make_service

DISPATCH, CARE = set(DISPATCH_ROLES), {Role.CLINICIAN}
# Each word, and the roles that may ever be shown it.
WORDS: dict[str, set[Any]] = {
    "CANARY-care-note": CARE,
    "CANARY-referral-note": CARE,
    "CANARY-confirmed-with": CARE,
    "CANARY-advice": CARE,
    "CANARY-consult-details": DISPATCH | CARE | {Role.OFFICER},  # of whose unit asked
    "CANARY-recommendation": DISPATCH | CARE | {Role.OFFICER},  # of whose unit asked
    "CANARY-care-evidence": CARE,
    "CANARY-dispatch-note": DISPATCH,
    "CANARY-caller-name": DISPATCH,
    "CANARY-caller-phone": DISPATCH,
    "CANARY-caller-relation": DISPATCH,
    "CANARY-shared-note": DISPATCH
    | CARE
    | {Role.OFFICER},  # of whose unit is on the call; no partner it is shared with
    "CANARY-caution-here": DISPATCH | CARE | {Role.OFFICER},  # of whose unit is on the call
    "CANARY-caution-elsewhere": DISPATCH | CARE,
    "CANARY-caution-evidence": DISPATCH,
    "CANARY-destination": DISPATCH | CARE,
    "CANARY-taken": DISPATCH,
    "CANARY-draft": {Role.DISPATCHER},
    "CANARY-other-call": DISPATCH | CARE,
    "CANARY-earlier-call": DISPATCH | CARE,
    "CANARY-before-ordinary": DISPATCH | CARE | {Role.OFFICER},  # of whose unit is on a call there now
    "CANARY-before-mental": DISPATCH | CARE,  # dispatch as its own call, never in the history of a place
    "CANARY-sealed": set(),
    "CANARY-other-center": set(),
}
# What the words above would be if one got out in a code instead: what came of CARE's contact.
OUTCOME = "emergency_detention"


class Place(Whole):
    """A whole center where every word stands somewhere."""

    def write(self) -> None:
        """What is written before anybody looks."""
        self.earlier, self.other = self.take_call("CANARY-earlier-call"), self.take_call("CANARY-other-call")
        unit, yesterday = (
            make_unit(self.center, "P9", "police", agency=self.police.agency),
            self.now - timedelta(days=1),
        )
        send(self.dispatcher, self.earlier, unit, now=yesterday)
        act(free_unit, by=self.dispatcher, now=yesterday, unit_id=unit.pk)
        send(self.dispatcher, self.other, unit, now=self.now)
        self.elsewhere = unit
        # The officer's own unit was sent to the earlier call too, before this shift.
        self._was_on(self.earlier, yesterday)
        Consult.objects.filter(pk=self.ids["consult_id"]).update(details="CANARY-consult-details")
        for nature in ("Noise complaint CANARY-before-ordinary", "Suicidal subject CANARY-before-mental"):
            before = self.take_call("", nature=nature, location=self.call.location)
            Call.objects.filter(pk=before.pk).update(received_at=yesterday)
            run_triage(before.pk, 0, self.now, "worker")
        for call, text in (
            (self.call, "threw a chair CANARY-caution-here"),
            (self.other, "has a dog CANARY-caution-elsewhere"),
        ):
            self.caution(call, text, "CANARY-caution-evidence")
        caller = {"name": "CANARY-caller-name", "phone": "CANARY-caller-phone", "relation": "CANARY-caller-relation"}
        save_draft(
            actor=self.dispatcher, now=self.now, draft_id=self.ids["draft_id"], form="note:1", data={"text": "CANARY-draft"}
        )  # fmt: skip
        self.act(add_caller, Role.DISPATCHER, call_id=self.call.pk, do_not_disclose=True, **caller)

    def _was_on(self, call: Call, at: datetime) -> None:
        Assignment.objects.create(
            call=call, unit=self.police, status="cleared", dispatched_at=at, cleared_at=at, end_reason="cleared"
        )  # fmt: skip

    def write_more(self) -> int:
        """What is written while they look; returns the number of the last event."""
        on: dict[str, Any] = {"call_id": self.call.pk}
        self.act(add_note, Role.DISPATCHER, text="he has a knife CANARY-dispatch-note", audience="dispatch", **on)
        self.act(add_note, Role.DISPATCHER, text="CANARY-shared-note", **on)
        take = {"take_from": [self.other.pk], "take_reason": "CANARY-taken"}
        self.act(preempt_units, Role.DISPATCHER, unit_ids=[self.elsewhere.pk], **take, **on)
        self.act(add_note, Role.CLINICIAN, text="he has a gun CANARY-care-note", **on)
        wrong = self.act(add_note, Role.DISPATCHER, text="she took pills CANARY-sealed", **on)
        self.act(state_facts, Role.CLINICIAN, facts={"suicide": "ideation"}, evidence="CANARY-care-evidence", **on)
        run_triage(self.call.pk, 0, self.now, "worker")
        self.act(seal_note, Role.SUPERVISOR, note_id=wrong["note_id"], reason="wrong person")
        another = make_service(self.center, "Harbor")
        made_id = self.act(refer, Role.CLINICIAN, service_id=another.pk, note="CANARY-referral-note", **on)
        self.act(move_referral, Role.CLINICIAN, to="accepted", **made_id)
        self.act(move_referral, Role.CLINICIAN, to="completed", confirmed_with="CANARY-confirmed-with", **made_id)
        consult = {"consult_id": self.ids["consult_id"]}
        told = {"recommendation": "CANARY-recommendation"}
        self.act(answer_consult, Role.CLINICIAN, **consult)
        self.act(
            end_consult,
            Role.CLINICIAN,
            result="follow_up",
            advice="CANARY-advice",
            advice_type="calming",
            **told,
            **consult,
        )
        return act(
            free_unit,
            by=self.clinician,
            now=self.now,
            unit_id=self.care.pk,
            outcome="engaged",
            disposition=OUTCOME,
            legal_basis="warrant",
            destination="CANARY-destination",
        ).seq


@pytest.fixture
def place(live: Live) -> Place:
    use_default_rules()
    now = timezone.now()
    Place(now, "CANARY-other-center").write()
    place = Place(now)
    place.write()
    return place


def right(place: Place, route: str) -> dict[str, Any]:
    """A body that an address would take, as far as one fits many."""
    return {
        "nature": "a", "location": "b", "text": "x", "reason": "x", "facts": {"weapon": "denied"}, "minutes": 5,
        "status": "en_route", "units": ["P2"], "unit": place.police.pk, "service": place.service.pk, "call": place.call.pk,
        "risk": "24h", "mode": "phone", "result": "reached", "question": "capacity", "response": "care_police",
        "narrative": "he has a knife", "form": "intake", "data": {}, "disposition": "cited", "priority": "2",
    }  # fmt: skip


def everything_answered(place: Place, role: str) -> Iterator[tuple[str, str]]:
    """Every address asked in every way it takes, about every call, refusals and pages included: (what, answer)."""
    client = place.client(role)
    others = [{}, {"call_id": place.other.pk}, {"call_id": place.earlier.pk}]
    for address in addresses():
        if address.route in {"sign-out/", "sign-in/"}:
            continue
        for ids in others if "call_id" in address.route else others[:1]:
            path = place.path(address.route, **ids)
            headers = {"Idempotency-Key": str(uuid.uuid4()), "If-Match": "1"}
            if address.method == "GET":
                queries = ("", f"?call={place.call.pk}", f"?call={place.other.pk}", "?q=CANARY", "?zz=1")
                for query in queries:
                    yield f"GET {path}{query}", client.get(path + query, follow=True).content.decode()
                continue
            for body in ({}, right(place, address.route)):
                answer = client.generic(address.method, path, json.dumps(body), "application/json", headers=headers)
                yield f"{address.method} {path}", answer.content.decode()
            if address.route.startswith("unit/"):
                for name in (
                    "note",
                    "status",
                    "disposition",
                    "end",
                    "confirm",
                    "read-back",
                    "refer",
                    "move",
                    "attempt",
                ):
                    fields = right(place, address.route) | {"key": str(uuid.uuid4()), "id": place.ids["consult_id"]}
                    fields = {field: value for field, value in fields.items() if not isinstance(value, (dict, list))}
                    form = place.path(address.route, name=name)
                    yield f"POST {form}", client.post(form, fields, follow=True).content.decode()


@pytest.mark.parametrize("role", [*Role, "off duty", "anonymous"])
def test_no_role_is_ever_shown_a_word_it_may_not_read(
    role: str, place: Place, live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[tuple[str, str]] = []
    console: Console | None = None
    if role not in {Role.ADMIN, "anonymous"}:
        ticket = live.ticket(place.users[role])
        console = live.console(place.users[role])
        shown.append(("first poll", json.dumps(live.poll(ticket)[1])))
    seq = place.write_more()
    if console is not None:
        console.reached(seq)
        shown.append(("socket", json.dumps(console.messages)))
        shown.append(("poll", json.dumps(live.poll(ticket, console.of("snapshot")[0]["epoch"], 0)[1])))
    shown += everything_answered(place, role)
    allowed = "off duty" if role == "off duty" else role
    found = [
        f"{word} in {what}"
        for word, roles in WORDS.items()
        if allowed not in roles
        for what, text in shown
        if word in text
    ]
    assert found == []
    seen = {word for word, roles in WORDS.items() if allowed in roles and any(word in text for _, text in shown)}
    assert seen == {word for word, roles in WORDS.items() if allowed in roles}, "a word that nobody sees proves nothing"
    if role in {Role.OFFICER, Role.PARTNER, "off duty"}:
        assert [what for what, text in shown if f'"{OUTCOME}"' in text and "vocabulary" not in what] == []
    assert "CANARY" not in caplog.text


def test_no_word_is_in_an_event_or_in_a_kept_answer(place: Place) -> None:
    place.write_more()
    for role in (Role.DISPATCHER, Role.CLINICIAN, Role.OFFICER):
        list(everything_answered(place, role))
    operational = {word for word in WORDS if word.split("-")[1] in ("other", "earlier", "before")}  # natures and places
    logged = json.dumps([list(Event.objects.values_list("payload", flat=True))])
    kept = json.dumps(list(IdempotencyKey.objects.values_list("result", flat=True)))
    assert [word for word in WORDS if word in logged] == [word for word in WORDS if word in operational]
    assert "CANARY" not in kept
