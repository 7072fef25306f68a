"""Every address of the API, asked by every role with everything hostile: never a 500, always JSON with a sentence."""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from calls.backtests import stop_backtest
from calls.shadows import stop_shadow
from care_dispatch.access import Role
from tests.cast import NOW, act, last_event, use_default_rules
from tests.faults import hostile
from tests.project.whole import Whole

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
CARE = re.compile("referral|follow|care|resources")
RULES = re.compile("rule|backtests|shadow-runs")


@dataclass(frozen=True)
class Address:
    """One line of the URL table, and the methods it takes."""

    route: str
    methods: tuple[str, ...]

    @property
    def role(self) -> str:
        """Who gets furthest with it."""
        if RULES.search(self.route):
            return Role.SUPERVISOR
        return Role.CLINICIAN if CARE.search(self.route) else Role.DISPATCHER


def addresses(found: URLResolver | None = None, above: str = "") -> Iterator[Address]:
    """Every address below /api/ and /live/ of the URL table."""
    for pattern in (found or get_resolver()).url_patterns:
        route = above + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        elif isinstance(pattern, URLPattern) and route.startswith(("api/", "live/")):
            view = getattr(pattern.callback, "view_class", None)
            yield Address(route, tuple(m for m in METHODS if view is None or hasattr(view, m.lower())))


class Scene:
    """One of everything, and a signed-in client of each role."""

    def __init__(self) -> None:
        use_default_rules()
        whole = Whole(NOW)
        self.ids = whole.ids
        act(stop_backtest, by=whole.users[Role.ADMIN], backtest_id=self.ids["backtest_id"])
        act(stop_shadow, by=whole.users[Role.ADMIN], shadow_run_id=self.ids["shadow_run_id"])
        self.right = hostile.RIGHT | {
            "units": [whole.free.callsign],
            "unit": whole.police.pk,
            "service": whole.service.pk,
            "rule_set": whole.trial["rule_set"],
        }
        self.version = last_event().seq
        self.wrong: list[str] = []
        self.clients = {role: whole.client(role) for role in (*Role, "anonymous")}

    def path(self, route: str, wanted: Any = None) -> str:
        """The address with the ids of this scene, or with one hostile id everywhere."""
        return "/" + re.sub(r"<\w+:(\w+)>", lambda m: str(self.ids[m[1]] if wanted is None else wanted), route)

    def ask(self, role: str, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
        """One request whose effect is undone; what it answers is checked."""
        headers = {"Idempotency-Key": str(uuid.uuid4()), "If-Match": str(self.version), **headers}
        before = transaction.savepoint()
        answer = self.clients[role].generic(method, path, body, "application/json", headers=headers)
        transaction.savepoint_rollback(before)
        if wrong := complaint(answer):
            said = f"{role} {method} {path[:200]} {body[:200]!r} {headers}"
            self.wrong.append(f"{said}: {wrong} {answer.status_code} {answer.content[:300]!r}")
        return answer


def complaint(answer: Any) -> str:
    """What an answer should not have been; empty when all is well."""
    if answer.status_code >= 500:
        return f"fell over: {getattr(answer, 'exc_info', '')}"
    if answer.status_code == 204:
        return ""
    if answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/csv"):
        return ""
    if not answer.headers.get("Content-Type", "").startswith("application/json"):
        return "no JSON"
    body = json.loads(answer.content)
    if answer.status_code >= 400 and (not isinstance(body, dict) or len(body.get("message", "")) < 4):
        return "no sentence"
    return ""


@pytest.fixture
def scene(db: None) -> Iterator[Scene]:
    scene = Scene()
    yield scene
    assert scene.wrong == [], "\n".join(scene.wrong[:20])


def known_fields(scene: Scene, address: Address, method: str) -> list[str]:
    """What the address takes, as its own refusal of an unknown field says."""
    answer = scene.ask(address.role, method, scene.path(address.route), b'{"zz": 1}')
    message = answer.json()["message"] if answer.status_code == 400 else ""
    told = re.search(r"this takes (.+)\.$", message)
    return told[1].split(", ") if told and told[1] != "nothing" else []


def test_no_body_and_no_field_makes_an_address_fall_over(scene: Scene) -> None:
    fields = 0
    for address in addresses():
        path = scene.path(address.route)
        for method in address.methods:
            if method == "GET":
                continue
            for body in hostile.BODIES.values():
                scene.ask(address.role, method, path, body)
            known = known_fields(scene, address, method)
            fields += len(known)
            for value in hostile.wrong(known, scene.right):
                scene.ask(address.role, method, path, json.dumps(value).encode())
    assert fields > 50, "the addresses do not say what they take any more"


def test_no_id_query_or_header_makes_an_address_fall_over(scene: Scene) -> None:
    for address in addresses():
        path, role, last = scene.path(address.route), address.role, address.methods[-1]
        for query in hostile.QUERIES if "GET" in address.methods else ():
            scene.ask(role, "GET", f"{path}?{query}")
        fields = [] if last == "GET" else known_fields(scene, address, last)
        right = json.dumps({name: scene.right[name] for name in fields if name in scene.right}).encode()
        for number in hostile.IDS if "<int:" in address.route else ():
            for method in address.methods:
                code = scene.ask(role, method, scene.path(address.route, number), right).status_code
                assert 400 <= code < 500, (method, address.route, number, code)
        for key in hostile.KEYS:
            scene.ask(role, last, path, right, **{"Idempotency-Key": key})
        for version in hostile.VERSIONS if "PATCH" in address.methods else ():
            code = scene.ask(role, "PATCH", path, right, **{"If-Match": version}).status_code
            assert code != 200 or version.strip('"').isdecimal(), version


@pytest.mark.parametrize("role", [*Role, "anonymous"])
def test_no_role_makes_any_address_fall_over(role: str, scene: Scene) -> None:
    bodies = [json.dumps(scene.right).encode(), hostile.BODIES["nul"], hostile.BODIES["deep-array"]]
    for address in addresses():
        for method in METHODS:
            for body in bodies if method in address.methods and method != "GET" else bodies[:1]:
                code = scene.ask(role, method, scene.path(address.route), body).status_code
                assert role != "anonymous" or code in {401, 403, 405}, (method, address.route)


@pytest.mark.parametrize("path", ["api/", "api/none/", "api/calls/-1/", "api/calls/x/", "api/calls/1.5/", "live/x"])
def test_an_address_that_is_not_there_says_so_in_json(path: str, scene: Scene) -> None:
    assert scene.ask(Role.DISPATCHER, "GET", f"/{path}").status_code == 404


@pytest.mark.parametrize("path", ["live/ticket", "api/calls/"])
def test_a_change_another_site_sends_is_refused_in_json(path: str, scene: Scene) -> None:
    """No CSRF token: what a form on a foreign page could send with the victim's cookie."""
    scene.clients["victim"] = Client(enforce_csrf_checks=True, raise_request_exception=False)
    scene.clients["victim"].cookies = scene.clients[Role.DISPATCHER].cookies
    assert scene.ask("victim", "POST", f"/{path}", b"{}").status_code == 403
