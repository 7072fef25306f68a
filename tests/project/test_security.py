"""What every answer carries, and what the sign-in gives away: nothing."""

import asyncio
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client

from care_dispatch import asgi
from care_dispatch.live import poll
from care_dispatch.security import HEADERS
from teams.models import User
from tests.cast import make_call, make_center, make_user

PASSWORD = "a long pass phrase of somebody"


def as_user(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="teams.sign_in.Backend")
    return client


# --- headers ---------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "status", "extra"),
    [
        ("GET", "/", 200, {}),
        ("GET", "/sign-in/", 302, {}),
        ("GET", "/healthz", 200, {}),
        ("GET", "/nowhere/", 404, {}),
        ("GET", "/sign-out/", 405, {}),
        ("GET", "/unit/", 302, {}),
        ("GET", "/api/calls/", 200, {}),
        ("GET", "/api/calls/1/", 404, {}),
        ("GET", "/api/nowhere/", 404, {}),
        ("DELETE", "/api/calls/", 405, {}),
        ("POST", "/api/calls/", 400, {}),
        ("POST", "/live/ticket", 200, {}),
        ("GET", "/api/board/", 400, {"host": "evil.example"}),
        ("GET", "/", 400, {"host": "evil.example"}),
    ],
)
def test_every_answer_of_django_carries_the_headers(method: str, path: str, status: int, extra: dict[str, str]) -> None:
    answer = as_user(make_user(make_center())).generic(method, path, b"", "application/json", headers=extra)
    assert answer.status_code == status
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, name
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/api/calls/"])
def test_an_answer_that_fell_over_carries_the_headers_and_not_the_error(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_over(*_: Any, **__: Any) -> None:
        raise RuntimeError("canary of an error")

    monkeypatch.setattr("calls.selectors.call_list", fall_over)
    monkeypatch.setattr("care_dispatch.pages.render", fall_over)
    answer = as_user(make_user(make_center())).get(path)
    assert answer.status_code == 500
    assert "canary" not in answer.content.decode()
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def asked(app: Any, path: str, headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers of what an ASGI app answers by itself."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] >= 400
    return {name.decode().title(): value.decode() for name, value in sent[0]["headers"]}


@pytest.mark.parametrize(
    ("app", "path", "headers"),
    [
        (asgi.WholeBody(asgi.application), "/", [(b"content-length", b"9999999")]),
        (poll.poll, "/live/poll", []),
        (poll.poll, "/live/poll", [(b"origin", b"https://evil.example")]),
    ],
)
def test_what_the_web_process_answers_beside_django_carries_them_too(
    app: Any, path: str, headers: list[tuple[bytes, bytes]]
) -> None:
    answer = asked(app, path, headers)
    for name, value in {**HEADERS, "Cache-Control": "no-store"}.items():
        assert answer[name.title()] == value, name


# --- signing in -------------------------------------------------------------------------------------
def sign_in(client: Client, **fields: str) -> Any:
    return client.post("/sign-in/", {"password": PASSWORD, "position": "D1", **fields})


@pytest.fixture
def person(db: None) -> User:
    return with_password(make_user(make_center()))


def with_password(user: User) -> User:
    user.password = make_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def test_signing_in_takes_a_new_session_and_signing_out_ends_it(person: User) -> None:
    client = Client()
    planted = client.session
    planted["position"] = "D9"
    planted.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key or ""
    assert sign_in(client, username=person.username).status_code == 302
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie.value != planted.session_key
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key or ""
    assert thief.get("/api/me/").status_code == 403
    stolen = cookie.value
    client.post("/sign-out/")
    thief.cookies[settings.SESSION_COOKIE_NAME] = stolen
    assert thief.get("/api/me/").status_code == 403


def test_a_wrong_name_a_wrong_password_and_a_disabled_person_are_told_the_same(person: User) -> None:
    gone = with_password(make_user(make_center(), is_active=False))
    tries = [
        {"username": "nobody-here"},
        {"username": person.username, "password": "wrong"},
        {"username": gone.username},
    ]
    said = set()
    for fields in tries:
        answer = sign_in(Client(), **fields)
        assert answer.status_code == 200
        shown = answer.content.decode().replace(fields["username"], "NAME")
        said.add(shown[shown.index("<h1>") : shown.index("</form>")].split('name="next"')[1])
    assert len(said) == 1


def test_a_disabled_person_acts_no_more(person: User) -> None:
    client = as_user(person)
    assert client.get("/api/me/").status_code == 200
    User.objects.filter(pk=person.pk).update(is_active=False)
    body = {"nature": "Welfare check", "location": "1 MAIN ST"}
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    assert client.post("/api/calls/", body, content_type="application/json", headers=headers).status_code == 403
    assert client.post("/live/ticket").status_code == 401
    assert client.get("/").headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_no_form_leads_to_another_site(person: User, target: str) -> None:
    assert sign_in(Client(), username=person.username, next=target).headers["Location"] == "/"
    center = make_center()
    call, crew = make_call(make_user(center), triaged=False), as_user(make_user(center, "clinician"))
    form = {"key": str(uuid.uuid4()), "call": call.pk, "risk": "24h", "back": target}
    assert crew.post("/unit/care/follow-up/", form).headers["Location"] == "/unit/follow-ups/"


@pytest.mark.parametrize(("role", "position"), [("dispatcher", "D7"), ("officer", "FIELD"), ("clinician", "FIELD")])
def test_a_crew_does_not_sit_down_at_a_dispatchers_position(role: str, position: str, db: None) -> None:
    user, client = with_password(make_user(make_center(), role)), Client()
    sign_in(client, username=user.username, position="d7")
    assert client.get("/api/me/").json()["position"] == position
