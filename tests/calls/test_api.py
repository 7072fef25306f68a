"""The API: what it takes, what it refuses, and that no body makes it fall over."""

import json
import uuid
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from calls.models import Call
from care_dispatch.log import perform
from tests.cast import make_call, make_center, make_unit, make_user, send, use_default_rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db: None) -> dict[str, Any]:
    use_default_rules()
    center = make_center()
    dispatcher = make_user(center)
    client = Client()
    client.force_login(dispatcher, backend="teams.sign_in.Backend")
    session = client.session
    session["position"] = "D1"
    session.save()
    return {"center": center, "dispatcher": dispatcher, "client": client}


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    raw = body if isinstance(body, (bytes, str)) else json.dumps(body)
    headers = {"Idempotency-Key": str(uuid.uuid4()), **headers}
    return client.post(path, raw, content_type="application/json", headers=headers)


NEW = {"nature": "Welfare check", "location": "1 MAIN ST"}


def test_two_fields_make_a_call(desk: dict[str, Any]) -> None:
    answer = post(desk["client"], "/api/calls/", NEW)
    assert answer.status_code == 201 and answer.json()["number"] == 1 and answer.json()["seq"] > 0


def test_the_same_key_gives_the_same_call(desk: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": "again"}
    first, second = (post(desk["client"], "/api/calls/", NEW, **headers).json() for _ in range(2))
    assert second["call_id"] == first["call_id"] and second["repeated"]


def test_a_key_used_for_another_body_is_refused(desk: dict[str, Any]) -> None:
    post(desk["client"], "/api/calls/", NEW, **{"Idempotency-Key": "k"})
    answer = post(desk["client"], "/api/calls/", NEW | {"location": "2 MAIN ST"}, **{"Idempotency-Key": "k"})
    assert answer.status_code == 422


def test_a_write_without_a_key_says_what_to_send(desk: dict[str, Any]) -> None:
    answer = desk["client"].post("/api/calls/", json.dumps(NEW), content_type="application/json")
    assert answer.status_code == 400 and "Idempotency-Key" in answer.json()["message"]


HOSTILE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"nature": "a\\u0000b", "location": "x"}',
    b'{"nature": "\\ud800", "location": "x"}',
    b'{"nature": "a", "nature": "b", "location": "x"}',
    b'{"nature": "a", "location": "x", "lat": NaN}',
    b'{"nature": "a", "location": "x", "lat": 1e999}',
    b'{"nature": "a", "location": "x", "lat": ' + b"9" * 5000 + b"}",
    b'{"nature": "a", "location": "x", "facts": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"nature": "a", "location": "x", "facts": {"weapon": {"a": 1}}}',
    b'{"nature": "a", "location": "x", "facts": {"gun": "yes"}}',
    b'{"nature": "a", "location": "x", "center": 7}',
    b'{"nature": "", "location": ""}',
    b'{"nature": ["a"], "location": {"b": 1}}',
    b'{"nature": "a", "location": "x", "lat": 91}',
    json.dumps({"nature": "x" * 5000, "location": "y"}).encode(),
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_body_is_refused_with_a_sentence(desk: dict[str, Any], body: bytes) -> None:
    answer = post(desk["client"], "/api/calls/", body)
    assert answer.status_code == 400 and answer.json()["message"]
    assert not Call.objects.exists()


WRITES = [
    "narrative/", "facts/", "callers/", "mode/", "hold/", "unhold/", "close/", "reopen/", "retriage/", "dispatch/", "cancel/",
]  # fmt: skip


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize(
    "body", [b'{"x": 1e999}', b'{"units": [true]}', b'{"facts": {"a": "b"}}', b'{"text": 5, "q": 1}']
)
def test_no_write_falls_over(desk: dict[str, Any], path: str, body: bytes) -> None:
    call = make_call(desk["dispatcher"])
    assert 400 <= post(desk["client"], f"/api/calls/{call.pk}/{path}", body).status_code < 500


@pytest.mark.parametrize("path", WRITES)
def test_a_call_that_does_not_exist_is_not_found(desk: dict[str, Any], path: str) -> None:
    fit = {
        "narrative/": {"text": "x"}, "facts/": {"facts": {"weapon": "denied"}}, "mode/": {"response": "care_only"},
        "hold/": {"minutes": 5, "reason": "x"}, "reopen/": {"reason": "x"}, "cancel/": {"reason": "x"},
        "dispatch/": {"units": [make_unit(desk["center"]).pk]},
    }.get(path, {})  # fmt: skip
    answer = post(desk["client"], f"/api/calls/{2**62}/{path}", fit)
    assert answer.status_code == 404, answer.json()


def test_a_patch_needs_the_version_it_was_based_on(desk: dict[str, Any]) -> None:
    call = make_call(desk["dispatcher"])
    path, body = f"/api/calls/{call.pk}/", json.dumps({"priority": "1"})
    headers = {"Idempotency-Key": "p"}
    assert desk["client"].patch(path, body, content_type="application/json", headers=headers).status_code == 428
    headers["If-Match"] = desk["client"].get(path).headers["ETag"]
    assert desk["client"].patch(path, body, content_type="application/json", headers=headers).status_code == 200


def test_the_loser_of_a_unit_reads_who_holds_it(desk: dict[str, Any]) -> None:
    make_unit(desk["center"], "P101", "police")
    first, second = make_call(desk["dispatcher"]), make_call(desk["dispatcher"])
    post(desk["client"], f"/api/calls/{first.pk}/dispatch/", {"units": ["p101"]})
    answer = post(desk["client"], f"/api/calls/{second.pk}/dispatch/", {"units": ["P101"]})
    assert answer.status_code == 409 and answer.json()["held_by"]["call_number"] == first.number


def test_a_call_cannot_be_deleted(desk: dict[str, Any]) -> None:
    call = make_call(desk["dispatcher"])
    assert desk["client"].delete(f"/api/calls/{call.pk}/").status_code == 405


@pytest.mark.parametrize("role", ["admin", "partner", "officer"])
def test_roles_that_take_no_calls_cannot_make_one(desk: dict[str, Any], role: str) -> None:
    client = Client()
    client.force_login(make_user(desk["center"], role), backend="teams.sign_in.Backend")
    assert post(client, "/api/calls/", NEW).status_code == 403


def test_a_preview_stores_nothing(desk: dict[str, Any]) -> None:
    body = {"nature": "Welfare check", "narrative": "he has a knife in his hand"}
    answer = desk["client"].post("/api/triage/preview/", json.dumps(body), content_type="application/json")
    assert answer.json()["verdict"]["level"] == 4 and not Call.objects.exists()


def test_a_draft_is_kept_for_its_author_only(desk: dict[str, Any]) -> None:
    path = f"/api/drafts/{uuid.uuid4()}/"
    body = json.dumps({"form": "new", "data": {"nature": "half typ"}})
    desk["client"].put(path, body, content_type="application/json")
    assert desk["client"].get(path).json()["data"] == {"nature": "half typ"}
    other = Client()
    other.force_login(make_user(desk["center"]), backend="teams.sign_in.Backend")
    assert other.get(path).status_code == 404


@pytest.mark.parametrize("query", ["day=abc", "status=x", "q=%00", "page=1", "day=0001-01-01"])
def test_a_strange_query_is_answered(desk: dict[str, Any], query: str) -> None:
    assert desk["client"].get(f"/api/calls/?{query}").status_code in (200, 400)


def test_an_officer_sees_the_own_call_and_no_other(desk: dict[str, Any]) -> None:
    from tests.cast import put_on_shift

    officer, police = make_user(desk["center"], "officer"), make_unit(desk["center"], discipline="police")
    from django.utils import timezone

    put_on_shift(officer, police, "officer", start=timezone.now())
    mine, other = make_call(desk["dispatcher"]), make_call(desk["dispatcher"])
    send(desk["dispatcher"], mine, police)
    client = Client()
    client.force_login(officer, backend="teams.sign_in.Backend")
    assert client.get(f"/api/calls/{mine.pk}/").status_code == 200
    assert client.get(f"/api/calls/{other.pk}/").status_code == 404


def test_units_are_sent_as_en_route_already(desk: dict[str, Any]) -> None:
    unit = make_unit(desk["center"], "P101", "police")
    call = make_call(desk["dispatcher"])
    answer = post(desk["client"], f"/api/calls/{call.pk}/dispatch/", {"units": ["P101"], "status": "en_route"})
    assert answer.status_code == 201, answer.content
    unit.refresh_from_db()
    assert unit.status == "en_route"


def test_a_unit_goes_out_of_service_and_comes_back(desk: dict[str, Any]) -> None:
    unit = make_unit(desk["center"], "P101", "police")
    path = f"/api/units/{unit.pk}/status/"
    answer = post(desk["client"], path, {"status": "unavailable", "reason": "meal"})
    unit.refresh_from_db()
    assert (answer.status_code, unit.status, unit.unavailable_reason) == (200, "unavailable", "meal")
    answer = post(desk["client"], path, {"status": "available"})
    unit.refresh_from_db()
    assert (answer.status_code, unit.status) == (200, "available")


def test_a_unit_goes_from_one_call_to_another_in_one_request(desk: dict[str, Any]) -> None:
    unit = make_unit(desk["center"], "P101", "police")
    first, second = make_call(desk["dispatcher"]), make_call(desk["dispatcher"])
    send(desk["dispatcher"], first, unit)
    answer = post(desk["client"], f"/api/units/{unit.pk}/exchange/", {"call": second.pk})
    assert (answer.status_code, answer.json()["left_call_id"]) == (200, first.pk)
    assert unit.assignments.open().get().call_id == second.pk
    assert post(desk["client"], f"/api/units/{unit.pk}/exchange/", {}).json()["left_call_id"] == second.pk
    assert post(desk["client"], f"/api/units/{unit.pk}/exchange/", {"call": 2**61}).status_code == 409


def test_a_commit_whose_answer_is_lost_is_not_called_unsaved(
    desk: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection may break after the commit: who reads that nothing was saved sends a second unit."""

    def lost(*args: Any, **fields: Any) -> Any:
        perform(*args, **fields)
        raise OperationalError("server closed the connection unexpectedly")

    headers = {"Idempotency-Key": "lost"}
    with monkeypatch.context() as patch:
        patch.setattr("care_dispatch.api.perform", lost)
        answer = post(desk["client"], "/api/calls/", NEW, **headers)
    assert answer.status_code == 503 and Call.objects.count() == 1
    assert "nothing was saved" not in answer.json()["message"] and "the same again" in answer.json()["message"]
    assert post(desk["client"], "/api/calls/", NEW, **headers).json()["repeated"] and Call.objects.count() == 1
