"""A whole center with one of everything in it, the people of every role at work, and the addresses they may ask."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from calls.alerts import raise_alert
from calls.backtests import ask_backtest
from calls.cautions.entering import enter_caution
from calls.consults import ask_consult
from calls.intake import add_caller, create_call, save_draft
from calls.models import Alert, Assignment, Call, CallBack, ClinicianCall, LocalWord, RuleSet, Verdict
from calls.narrative import add_note
from calls.rule_sets import start_draft
from calls.shadows import start_shadow
from calls.unit_requests import ask_unit
from calls.verdicts import run_triage
from care_dispatch.access import Role
from referrals.actions import refer, set_follow_up
from teams.models import Agency, User
from tests.cast import act, make_agency, make_center, make_unit, make_user, put_on_shift, send
from tests.referrals.care_cast import make_service

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


@dataclass(frozen=True)
class Address:
    """One line of the URL table and a method it takes."""

    method: str
    route: str

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


def addresses(found: URLResolver | None = None, above: str = "") -> Iterator[Address]:
    """Every address of the project but the configuration pages, which are Django's and have a test of their own."""
    for pattern in (found or get_resolver()).url_patterns:
        route = above + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if route != "admin/":
                yield from addresses(pattern, route)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
            api = isinstance(view, type) and issubclass(view, APIView)
            takes = [method for method in METHODS if hasattr(view, method.lower())] if api else ["GET", "POST"]
            yield from (Address(method, route) for method in takes)


class Whole:
    """``ids``: what an address may name; ``users``: one person of each role, crews on shift around ``now``."""

    def __init__(self, now: datetime, words: str = "") -> None:
        self.now, self.center = now, make_center(name=f"Center {words}")
        center = self.center
        police, care = make_agency(center, "police", code="pd"), make_agency(center, "care")
        city = self.city = make_agency(center, "partner")
        agency_of: dict[str, Agency] = {Role.CLINICIAN: care, Role.OFFICER: police, Role.PARTNER: city}
        self.users: dict[str, User] = {
            role: make_user(center, role, agency=agency_of.get(role)) for role in (*Role, "off duty")
        }
        User.objects.filter(pk=self.users["off duty"].pk).update(role=Role.OFFICER, agency=police)
        self.users["off duty"].refresh_from_db()
        self.dispatcher, self.clinician = self.users[Role.DISPATCHER], self.users[Role.CLINICIAN]
        self.police, self.care = (
            make_unit(center, "P1", "police", agency=police),
            make_unit(center, "CARE1", agency=care),
        )
        self.lent, self.lent_too = (
            make_unit(center, name, "police", agency=self.city, mirrored_from="Northtown CAD") for name in ("L1", "L2")
        )
        self.free = make_unit(center, "P2", "police", agency=police)
        put_on_shift(self.users[Role.OFFICER], self.police, "officer", start=now - timedelta(hours=1))
        put_on_shift(self.clinician, self.care, start=now - timedelta(hours=1))
        self.call = self.take_call(words)
        send(self.dispatcher, self.call, self.police, self.care, now=now)
        self.service = make_service(center, f"Walk-in clinic {words}")
        self.ids = self._one_of_everything()

    def take_call(self, words: str, **fields: Any) -> Call:
        values = {"nature": f"Welfare check {words}", "location": f"1 MAIN ST {words}", **fields}
        done = act(create_call, by=self.dispatcher, now=self.now, center=self.center, **values)
        return Call.objects.get(pk=done.result["call_id"])

    def judged(self) -> Verdict:
        """What the rules said of one more call."""
        call = self.take_call("")
        run_triage(call.pk, 0, self.now, "worker")
        return Verdict.objects.get(call=call)

    def act(self, action: Any, by: str, **args: Any) -> dict[str, Any]:
        return dict(act(action, by=self.users[by], now=self.now, **args).result)

    def caution(self, call: Call, text: str = "threw a chair at two officers", evidence: str = "P9") -> int:
        """A caution about the place of a call, shown there."""
        said = {"severity": "danger", "text": text, "seen_by": "officer", "evidence": evidence}
        made: int = self.act(enter_caution, Role.DISPATCHER, location=call.location, **said)["caution_id"]
        run_triage(call.pk, 0, self.now, "worker")
        return made

    def worry(self, *, actor: Any, now: datetime) -> dict[str, Any]:
        kind, tell = Alert.Kind.SAFETY_WORSENED, [self.police]
        return {"id": raise_alert(center=self.center, kind=kind, text="WEAPON", now=now, call=self.call, tell=tell).pk}

    @property
    def trial(self) -> dict[str, Any]:
        """A rule set and a past time to try it on, as the API takes them."""
        rule_set, since = RuleSet.objects.earliest("version"), self.now - timedelta(days=1)
        return {"rule_set": rule_set.pk, "received_from": since.isoformat(), "received_to": self.now.isoformat()}

    def _one_of_everything(self) -> dict[str, Any]:
        on = {"call_id": self.call.pk}
        rules = {"rule_set_id": self.trial["rule_set"]}
        time = {"received_from": self.now - timedelta(days=1), "received_to": self.now}
        ids: dict[str, Any] = {
            **on,
            "other_call_id": self.take_call("").pk,
            "lent_unit_id": self.lent.pk,
            "request_id": self.act(ask_unit, Role.DISPATCHER, unit_id=self.lent.pk, **on)["request_id"],
            "busy_unit_id": make_unit(self.center, "P3", "police", status="unavailable").pk,
            "unit_id": self.police.pk,
            "assignment_id": Assignment.objects.get(unit=self.care).pk,
            "police_assignment_id": Assignment.objects.get(unit=self.police).pk,
            "note_id": self.act(add_note, Role.DISPATCHER, text="heard shouting", **on)["note_id"],
            "alert_id": self.act(self.worry, Role.DISPATCHER)["id"],
            "caller_id": self.act(add_caller, Role.DISPATCHER, **on)["caller_id"],
            "call_back_id": self.act(add_caller, Role.DISPATCHER, line="dropped", **on)
            and CallBack.objects.latest("pk").pk,
            "clinician_call_id": ClinicianCall.objects.create(call=self.call, mode="text", due_at=self.now).pk,
            "consult_id": self.act(ask_consult, Role.OFFICER, question="capacity", **on)["consult_id"],
            "referral_id": self.act(refer, Role.CLINICIAN, service_id=self.service.pk, **on)["referral_id"],
            "follow_up_id": self.act(set_follow_up, Role.CLINICIAN, risk="24h", **on)["follow_up_id"],
            "rule_set_id": self.act(start_draft, Role.ADMIN, template_code="default")["rule_set_id"],
            "backtest_id": self.act(ask_backtest, Role.ADMIN, **rules, **time)["backtest_id"],
            "shadow_run_id": self.act(start_shadow, Role.SUPERVISOR, **rules)["shadow_run_id"],
            "local_word_id": LocalWord.objects.create(
                center=self.center, words="zebra", fact="overdose", value="yes", source="x", proposed_at=self.now
            ).pk,
            "caution_id": self.caution(self.call),
            "verdict_id": self.judged().pk,
            "draft_id": uuid.uuid4(),
            "name": "note",
        }
        save_draft(actor=self.dispatcher, now=self.now, draft_id=ids["draft_id"], form="intake", data={"a": 1})
        return ids

    def path(self, route: str, **others: Any) -> str:
        """The address with this center's ids, or with others in their place."""
        ids = self.ids | others
        return "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(ids[found[1]]), route)

    def client(self, role: str) -> Client:
        client = Client(raise_request_exception=False)
        if role in self.users:
            client.force_login(self.users[role], backend="teams.sign_in.Backend")
        return client
