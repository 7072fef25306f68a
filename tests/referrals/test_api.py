"""The care API: shapes, refusals and who may ask."""

import uuid
from typing import Any

import pytest
from django.test import Client

from calls.models import Call
from referrals.models import FollowUp, Referral
from teams.models import User
from tests.cast import make_call, make_center, make_user
from tests.referrals.care_cast import make_follow_up, make_referral, make_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Any:
    class Scene:
        center = make_center()
        dispatcher = make_user(center)
        clinician = make_user(center, "clinician")
        call: Call = make_call(dispatcher, triaged=False)
        service = make_service(center, needs=["detox"], minimum_age=18, languages=["en", "es"])

    return Scene()


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="teams.sign_in.Backend")
    return client


def post(user: User, path: str, body: dict[str, Any], key: str = "") -> Any:
    return as_user(user).post(
        path, body, content_type="application/json", headers={"Idempotency-Key": key or str(uuid.uuid4())}
    )


def test_the_directory_is_searched_by_need_age_and_language(scene: Any) -> None:
    make_service(scene.center, "Youth counseling", needs=["counseling", "youth"], minimum_age=5, maximum_age=17)
    client = as_user(scene.dispatcher)

    def names(query: str) -> list[str]:
        return [row["name"] for row in client.get(f"/api/resources/?{query}").json()["resources"]]

    assert names("") == ["Walk-in clinic", "Youth counseling"]
    assert names("need=detox") == ["Walk-in clinic"]
    assert names("age=12") == ["Youth counseling"]
    assert names("age=18") == ["Walk-in clinic"]
    assert names("language=es") == ["Walk-in clinic"]


def test_the_closed_lists_come_with_their_labels(scene: Any) -> None:
    lists = as_user(scene.dispatcher).get("/api/care-vocabulary/").json()
    assert {"value": "detox", "label": "Detox or sobering"} in lists["needs"]
    assert len(lists["referral_statuses"]) == 10
    assert all(lists.values())


@pytest.mark.parametrize("query", ["need=everything", "age=-1", "age=x", "want=1"])
def test_a_search_that_makes_no_sense_is_explained(scene: Any, query: str) -> None:
    answer = as_user(scene.clinician).get(f"/api/resources/?{query}")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid")
    assert query.split("=", maxsplit=1)[0] in answer.json()["message"]


def test_a_referral_goes_from_request_to_received_by_the_api(scene: Any) -> None:
    made = post(scene.clinician, f"/api/calls/{scene.call.pk}/referrals/", {"service": scene.service.pk, "note": "x"})
    assert made.status_code == 201
    url = f"/api/referrals/{made.json()['referral_id']}/status/"
    assert post(scene.clinician, url, {"status": "accepted"}).status_code == 200
    refused = post(scene.clinician, url, {"status": "completed"})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid")
    assert post(scene.clinician, url, {"status": "completed", "confirmed_with": "desk"}).status_code == 200
    (row,) = as_user(scene.clinician).get(f"/api/referrals/?call={scene.call.pk}").json()["referrals"]
    assert (row["status"], row["confirmed_with"], len(row["steps"])) == ("completed", "desk", 3)
    assert as_user(scene.clinician).get("/api/referrals/").json() == {"referrals": []}


def test_a_second_tap_with_the_same_key_makes_one_referral(scene: Any) -> None:
    path, body, key = f"/api/calls/{scene.call.pk}/referrals/", {"service": scene.service.pk}, str(uuid.uuid4())
    first, second = (post(scene.clinician, path, body, key).json() for _ in range(2))
    assert (first["repeated"], second["repeated"]) == (False, True)
    assert first["referral_id"] == second["referral_id"]
    assert Referral.objects.count() == 1


def test_conflicts_are_409_with_a_sentence(scene: Any) -> None:
    make_referral(scene.clinician, scene.call, scene.service)
    again = post(scene.clinician, f"/api/calls/{scene.call.pk}/referrals/", {"service": scene.service.pk})
    assert (again.status_code, again.json()["error"]) == (409, "already_referred")
    follow_up = make_follow_up(scene.clinician, scene.call)
    url = f"/api/follow-ups/{follow_up.pk}/close/"
    early = post(scene.clinician, url, {"result": "not_reached_after_3"})
    assert (early.status_code, early.json()["error"]) == (409, "follow_up_not_done")
    assert early.json()["message"] == "Three attempts are needed before giving up; there were 0."


def test_a_follow_up_is_set_tried_and_closed_by_the_api(scene: Any) -> None:
    made = post(scene.clinician, f"/api/calls/{scene.call.pk}/follow-ups/", {"risk": "24h"})
    follow_up_id = made.json()["follow_up_id"]
    path = f"/api/follow-ups/{follow_up_id}/"
    assert post(scene.clinician, f"{path}attempts/", {"mode": "phone", "result": "reached"}).status_code == 201
    (row,) = as_user(scene.clinician).get("/api/follow-ups/").json()["follow_ups"]
    assert [a["result"] for a in row["attempts"]] == ["reached"]
    assert post(scene.clinician, f"{path}close/", {"result": "reached_connected"}).status_code == 200
    assert as_user(scene.clinician).get("/api/follow-ups/").json() == {"follow_ups": []}
    assert FollowUp.objects.get().result == "reached_connected"


@pytest.mark.parametrize("role", ["dispatcher", "supervisor", "officer", "partner", "admin"])
def test_nobody_but_care_reads_or_writes_here(scene: Any, role: str) -> None:
    user = make_user(scene.center, role)
    follow_up, referral = make_follow_up(scene.clinician, scene.call), make_referral(
        scene.clinician, scene.call, scene.service
    )  # fmt: skip
    for path in ("/api/referrals/", "/api/follow-ups/", f"/api/referrals/?call={scene.call.pk}"):
        assert as_user(user).get(path).status_code == 403
    for path, body in (
        (f"/api/calls/{scene.call.pk}/referrals/", {"service": scene.service.pk}),
        (f"/api/referrals/{referral.pk}/status/", {"status": "accepted"}),
        (f"/api/calls/{scene.call.pk}/follow-ups/", {"risk": "24h"}),
        (f"/api/follow-ups/{follow_up.pk}/attempts/", {"mode": "phone", "result": "reached"}),
        (f"/api/follow-ups/{follow_up.pk}/close/", {"result": "moved"}),
    ):
        assert post(user, path, body).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"service": "x"},
        {"service": 0},
        {"service": 2**70},
        {"service": 1, "note": "\x00"},
        {"service": None},
        [],
        7,
    ],
)
def test_bad_bodies_are_400_not_500(scene: Any, body: Any) -> None:
    answer = post(scene.clinician, f"/api/calls/{scene.call.pk}/referrals/", body)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_unknown_ids_are_404(scene: Any) -> None:
    huge = 2**61
    assert post(scene.clinician, f"/api/calls/{huge}/referrals/", {"service": 1}).status_code == 404
    assert post(scene.clinician, f"/api/referrals/{huge}/status/", {"status": "accepted"}).status_code == 404
    assert post(scene.clinician, f"/api/follow-ups/{huge}/close/", {"result": "moved"}).status_code == 404
    assert as_user(scene.clinician).get(f"/api/referrals/?call={huge}").status_code == 404
