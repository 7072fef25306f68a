"""The API of backtests, shadow runs and overrides: strict, repeatable, for admins and supervisors."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.models import Backtest, ShadowRun
from teams.models import User
from tests.calls.draft_cast import ARMED, by_hand, make_draft, past_call, sweep
from tests.cast import make_center, make_user, use_default_rules

pytestmark = pytest.mark.django_db


class Desk:
    """An admin's client, and a draft to try on an armed call of an hour ago."""

    def __init__(self) -> None:
        use_default_rules()
        self.now = timezone.now()
        self.center = make_center()
        self.dispatcher, self.supervisor = make_user(self.center), make_user(self.center, "supervisor")
        self.call = past_call(self.dispatcher, ARMED, now=self.now - timedelta(hours=1))
        self.draft = make_draft()
        self.period = {
            "received_from": (self.now - timedelta(days=1)).isoformat(),
            "received_to": self.now.isoformat(),
        }
        self.client = self.sign_in(make_user(self.center, "admin"))

    def sign_in(self, user: User) -> Client:
        client = Client()
        client.force_login(user, backend="teams.sign_in.Backend")
        return client

    def post(self, path: str, body: Any, key: str = "") -> Any:
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.client.post(path, body, content_type="application/json", headers=headers)

    def get(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def test_a_backtest_is_asked_for_watched_read_and_exported(desk: Desk) -> None:
    asked = desk.post("/api/backtests/", {"rule_set": desk.draft.pk, **desk.period})
    assert asked.status_code == 201 and asked.json()["seq"] > 0
    path = f"/api/backtests/{asked.json()['backtest_id']}/"
    assert desk.client.get(f"{path}export/").status_code == 409
    sweep(timezone.now(), times=3)
    told = desk.get(path)
    assert (told["status"], told["done"], told["total"]) == ("done", 1, 1)
    assert told["rule_set"] == {
        "id": desk.draft.pk, "version": desk.draft.version, "name": desk.draft.name, "changed": False
    }  # fmt: skip
    assert told["result"]["changes"][0]["calls"][0]["call_id"] == desk.call.pk
    assert "calls" not in desk.get(f"{path}export/")["result"]["changes"][0]
    (listed,) = desk.get("/api/backtests/")["backtests"]
    assert listed == {name: value for name, value in told.items() if name != "result"}


def test_a_changed_call_opens_to_facts_and_both_answers_and_to_no_word_of_the_call(desk: Desk) -> None:
    call = desk.call
    assert call.verdict is not None
    told = desk.get(f"/api/rule-sets/{call.verdict.rule_set_id}/verdicts/{call.verdict.pk}/")
    assert {"fact": "weapon", "label": "Weapon", "value": ARMED["weapon"]} in told["facts"]
    assert told["then"]["level"] == told["now"]["level"] == call.level and told["now"]["hits"]
    assert call.location not in str(told)


def test_a_backtest_is_stopped(desk: Desk) -> None:
    asked = desk.post("/api/backtests/", {"rule_set": desk.draft.pk, **desk.period}).json()["backtest_id"]
    second = desk.post("/api/backtests/", {"rule_set": desk.draft.pk, **desk.period})
    assert (second.status_code, second.json()["error"], second.json()["backtest_id"]) == (
        409,
        "backtest_running",
        asked,
    )
    assert desk.post(f"/api/backtests/{asked}/stop/", {}).status_code == 200
    assert desk.get(f"/api/backtests/{asked}/")["status"] == "stopped"
    assert desk.post(f"/api/backtests/{asked}/stop/", {}).status_code == 409


def test_the_same_key_starts_one(desk: Desk) -> None:
    body = {"rule_set": desk.draft.pk, **desk.period}
    first, second = (desk.post("/api/backtests/", body, "again").json() for _ in range(2))
    assert second["repeated"] and second["backtest_id"] == first["backtest_id"] == Backtest.objects.get().pk
    first, second = (desk.post("/api/shadow-runs/", {"rule_set": desk.draft.pk}, "run").json() for _ in range(2))
    assert second["repeated"] and second["shadow_run_id"] == ShadowRun.objects.get().pk


def test_a_shadow_run_is_started_read_and_stopped(desk: Desk) -> None:
    run_id = desk.post("/api/shadow-runs/", {"rule_set": desk.draft.pk}).json()["shadow_run_id"]
    again = desk.post("/api/shadow-runs/", {"rule_set": desk.draft.pk})
    assert (again.status_code, again.json()["shadow_run_id"]) == (409, run_id)
    past_call(desk.dispatcher, ARMED, now=timezone.now())
    sweep(timezone.now() + timedelta(seconds=5))
    path = f"/api/shadow-runs/{run_id}/"
    assert (desk.get(path)["compared"], desk.get(path)["different"]) == (1, 1)
    page = desk.get(f"{path}differences/?care_alone=true")
    assert (len(page["differences"]), page["next"]) == (1, None)
    assert desk.get(f"{path}differences/?before={page['differences'][0]['id']}")["differences"] == []
    assert desk.post(f"{path}stop/", {}).status_code == 200
    assert desk.get("/api/shadow-runs/")["shadow_runs"][0]["stopped_at"] is not None


def test_overrides_are_read_over_a_period(desk: Desk) -> None:
    by_hand(desk.supervisor, desk.call, "care_only", now=desk.now)
    told = desk.get("/api/rules/overrides/")
    assert [(row["rule"], row["n"], row["lighter"]) for row in told["rules"]] == [("R3b", 1, 1), ("R8", 1, 1)]
    earlier = (desk.now - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    later = (desk.now - timedelta(days=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert desk.get(f"/api/rules/overrides/?received_from={earlier}&received_to={later}")["rules"] == []


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("/api/backtests/", {}),
    ("/api/backtests/", {"rule_set": "x"}),
    ("/api/backtests/", {"rule_set": True, "received_from": "x", "received_to": []}),
    ("/api/backtests/", {"rule_set": 1, "received_from": "2026-01-01T00:00:00Z", "received_to": "2026-01-02T00:00:00Z", "center": 1}),
    ("/api/shadow-runs/", {}),
    ("/api/shadow-runs/", {"rule_set": -1}),
    ("/api/shadow-runs/", {"rule_set": 1, "center": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body"), WRONG)
def test_what_cannot_be_used_is_refused_with_a_sentence(desk: Desk, path: str, body: dict[str, Any]) -> None:
    answer = desk.post(path, body)
    assert answer.status_code == 400 and answer.json()["message"]


@pytest.mark.parametrize("query", ["received_from=x", "since=1", "received_to=9999-12-31T23:59:59Z", "received_from=0001-01-01T00:00:00Z"])  # fmt: skip
def test_a_query_that_makes_no_sense_is_refused(desk: Desk, query: str) -> None:
    assert desk.client.get(f"/api/rules/overrides/?{query}").status_code == 400


def test_a_draft_that_is_not_there_is_not_found(desk: Desk) -> None:
    assert desk.post("/api/backtests/", {"rule_set": 2**61, **desk.period}).status_code == 404
    assert desk.post("/api/shadow-runs/", {"rule_set": 2**61}).status_code == 404


def test_a_change_without_a_key_is_refused(desk: Desk) -> None:
    answer = desk.client.post("/api/shadow-runs/", {"rule_set": desk.draft.pk}, content_type="application/json")
    assert answer.status_code == 400 and answer.json()["error"] == "key_missing"


@pytest.mark.parametrize("role", ["dispatcher", "clinician", "officer", "partner"])
def test_everybody_else_is_refused(desk: Desk, role: str) -> None:
    backtest_id = desk.post("/api/backtests/", {"rule_set": desk.draft.pk, **desk.period}).json()["backtest_id"]
    run_id = desk.post("/api/shadow-runs/", {"rule_set": desk.draft.pk}).json()["shadow_run_id"]
    desk.client = desk.sign_in(make_user(desk.center, role))
    for path in (
        "/api/backtests/", f"/api/backtests/{backtest_id}/", f"/api/backtests/{backtest_id}/export/", "/api/shadow-runs/",
        f"/api/shadow-runs/{run_id}/", f"/api/shadow-runs/{run_id}/differences/", "/api/rules/overrides/",
    ):  # fmt: skip
        assert desk.client.get(path).status_code == 403, path
    for path, body in (
        ("/api/backtests/", {"rule_set": desk.draft.pk, **desk.period}),
        (f"/api/backtests/{backtest_id}/stop/", {}),
        ("/api/shadow-runs/", {"rule_set": desk.draft.pk}),
        (f"/api/shadow-runs/{run_id}/stop/", {}),
    ):
        assert desk.post(path, body).status_code == 403, path
