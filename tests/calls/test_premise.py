"""Premise history: which earlier calls are those of a place, in which order, and which of them each tier is shown."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from calls.closing import close_call
from calls.consults import ask_consult
from calls.facts import state_facts
from calls.intake import change_call
from calls.merging import merge_calls
from calls.models import Call, CallType
from calls.premise import SHOWN, earlier_calls, premise_history
from calls.scheduled import schedule_call
from calls.stages import free_unit
from calls.verdicts import run_triage
from care_dispatch.access import Role
from care_dispatch.log.models import Head
from care_dispatch.refusal import NotFound
from teams.models import User
from tests.cast import act, make_call, make_center, make_unit, make_user, put_on_shift, send, use_default_rules

pytestmark = pytest.mark.django_db
HERE = "300 W BELT LINE RD"
ORDINARY = "Noise complaint"


class Scene:
    """A call at flat 204 of a building, and whoever may look at what was there before; now is the real now."""

    def __init__(self, **center: Any) -> None:
        use_default_rules()
        self.now = timezone.now()
        self.center = make_center(**center)
        self.dispatcher = make_user(self.center)
        self.care, self.police = make_unit(self.center, "CARE9"), make_unit(self.center, "P901", "police")
        self.clinician = make_user(self.center, "clinician", agency=self.care.agency)
        self.officer = make_user(self.center, "officer", agency=self.police.agency)
        for user, unit in ((self.clinician, self.care), (self.officer, self.police)):
            put_on_shift(user, unit, start=self.now - timedelta(hours=1))

    def call(self, days: float = 0, detail: str = "Apt 204", nature: str = ORDINARY, **fields: Any) -> Call:
        values = {"location": HERE, "location_detail": detail, "nature": nature, **fields}
        return make_call(self.dispatcher, now=self.now - timedelta(days=days), **values)

    def close(self, call: Call, closed_as: str = "handled") -> None:
        act(close_call, by=self.dispatcher, now=call.received_at, call_id=call.pk, closed_as=closed_as, reason="x")

    def today(self) -> Call:
        """The call that is looked at, with both crews on it."""
        call = self.call()
        send(self.dispatcher, call, self.care, self.police, now=self.now)
        return call

    def shown(self, call: Call, user: User | None = None) -> list[int]:
        found = premise_history(user or self.dispatcher, call.pk, self.now)
        return [row["call_id"] for row in found["calls"]]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="teams.sign_in.Backend")
    return client


# --- which calls -----------------------------------------------------------------------------------
def test_the_same_flat_comes_first_then_the_building_the_newest_first_with_ages(scene: Scene) -> None:
    old, new = scene.call(21), scene.call(3)
    unsaid, other = scene.call(1, ""), scene.call(2, "Apt 12")
    found = premise_history(scene.dispatcher, scene.call().pk, scene.now)
    assert [row["call_id"] for row in found["calls"]] == [new.pk, old.pk, unsaid.pk, other.pk]
    assert [row["age"].replace("\xa0", " ") for row in found["calls"]] == [
        "3 days ago", "3 weeks ago", "1 day ago", "2 days ago"
    ]  # fmt: skip
    assert [row["where"] for row in found["calls"]] == ["", "", "unit not said: may be this flat or another", "unit 12"]
    assert found["words"] == "2 of unit 204, 2 more in the building in 365 days"


def test_without_a_unit_number_every_flat_of_the_building_may_be_meant(scene: Scene) -> None:
    house, flat = scene.call(2, ""), scene.call(1, "Apt 12")
    found = premise_history(scene.dispatcher, scene.call(detail="").pk, scene.now)
    assert [(row["call_id"], row["flat"]) for row in found["calls"]] == [(house.pk, "same"), (flat.pk, "unknown")]
    assert found["words"] == "1 of this address, 1 more in the building in 365 days"


def test_a_place_that_nobody_verified_is_the_same_only_in_the_same_words(scene: Scene) -> None:
    same = scene.call(1, location="300 west Belt Line Road")
    scene.call(1, location="300 E BELT LINE RD")
    scene.call(1, location="302 W BELT LINE RD")
    assert scene.shown(scene.call()) == [same.pk]


def test_what_came_later_long_ago_or_to_another_center_is_no_history(scene: Scene) -> None:
    scene.call(367)
    call, oldest = scene.call(1), scene.call(364)
    scene.call(0.5)
    Scene().call(2)
    assert scene.shown(call) == [oldest.pk]
    scene.center.premise_days = 90
    scene.center.save(update_fields=["premise_days"])
    assert scene.shown(call) == []


def test_a_duplicate_counts_as_the_call_it_was_merged_into_and_never_as_its_own_history(scene: Scene) -> None:
    before, call, after = scene.call(0.02), scene.call(0.01), scene.call()
    for twin in (before, after):
        act(merge_calls, by=scene.dispatcher, now=scene.now, call_id=twin.pk, into=call.pk)
    first, duplicate = scene.call(5, location="308 W BELT LINE RD"), scene.call(5)
    act(merge_calls, by=scene.dispatcher, now=scene.now, call_id=duplicate.pk, into=first.pk)
    assert scene.shown(before) == scene.shown(call) == scene.shown(after) == [first.pk]


def test_a_cancelled_call_says_so_and_one_put_off_is_not_there_yet(scene: Scene) -> None:
    cancelled, later = scene.call(2), scene.call(1)
    scene.close(cancelled, "cancelled")
    tomorrow = scene.now + timedelta(days=1)
    act(schedule_call, by=scene.dispatcher, now=scene.now, call_id=later.pk, at=tomorrow, reason="asked for it")
    (row,) = premise_history(scene.dispatcher, scene.call().pk, scene.now)["calls"]
    assert (row["call_id"], row["closed_as"]) == (cancelled.pk, "cancelled")


def test_a_call_that_moved_has_the_history_of_where_it_is_now(scene: Scene) -> None:
    here, there = scene.call(2), scene.call(1, location="1211 E PLEASANT RUN RD")
    call = scene.call()
    assert scene.shown(call) == [here.pk]
    base, changes = Head.objects.values_list("seq", flat=True).get(), {"location": there.location}
    act(change_call, by=scene.dispatcher, now=scene.now, call_id=call.pk, base=base, changes=changes)
    assert scene.shown(call) == [there.pk]


@pytest.mark.parametrize("location", ["???", "'; DROP TABLE calls_call; --", "%s %(unit)s {unit}", "<b>" * 60])
def test_a_place_that_means_nothing_is_answered_and_not_guessed(scene: Scene, location: str) -> None:
    scene.call(1, "")
    answer = client_of(scene.dispatcher).get(f"/api/calls/{scene.call(location=location).pk}/premise/")
    assert (answer.status_code, answer.json()["calls"]) == (200, [])
    assert ("cannot be read" in answer.json()["words"]) is (answer.json()["place"] == "")


# --- who is shown what -----------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["dispatcher", "clinician", "officer"])
def test_earlier_calls_about_mental_health_are_cares_alone_and_are_not_even_counted(scene: Scene, who: str) -> None:
    ordinary, mental = scene.call(2), scene.call(1, nature="Suicidal subject")
    answer = client_of(getattr(scene, who)).get(f"/api/calls/{scene.today().pk}/premise/").json()
    shown = [mental.pk, ordinary.pk] if who == "clinician" else [ordinary.pk]
    assert [row["call_id"] for row in answer["calls"]] == shown
    assert answer["of_flat"] == len(shown)
    assert ("CARE only" in answer["note"]) is (who != "clinician")


def with_care(scene: Scene) -> Call:
    call = scene.call(2)
    send(scene.dispatcher, call, scene.care, scene.police, now=call.received_at)
    for unit in (scene.police, scene.care):
        told: dict[str, Any] = {"outcome": "engaged"} if unit == scene.care else {}
        act(free_unit, by=scene.dispatcher, now=call.received_at, unit_id=unit.pk, **told)
    return call


def with_consult(scene: Scene) -> Call:
    call = scene.call(2)
    act(ask_consult, by=scene.dispatcher, now=scene.now, question="capacity", requester_kind="police", call_id=call.pk)
    return call


def given_to_988(scene: Scene) -> Call:
    call = scene.call(2)
    scene.close(call, "transferred_988")
    return call


def listed_since(scene: Scene) -> Call:
    call = scene.call(2, type_code="q 7")
    CallType.objects.create(
        center=scene.center, code="Q 7", key="Q 7", behavioral="yes", mapped_at=scene.now, retired=True
    )
    return call


def answered_later(scene: Scene) -> Call:
    call = scene.call(2, nature="Assault", narrative="man hit with a bottle")
    act(state_facts, by=scene.dispatcher, now=call.received_at, call_id=call.pk, facts={"suicide": "passive"})
    run_triage(call.pk, 0, call.received_at, "worker")
    return call


def with_a_duplicate_of_care(scene: Scene) -> Call:
    call, duplicate = scene.call(2), with_consult(scene)
    act(merge_calls, by=scene.dispatcher, now=scene.now, call_id=duplicate.pk, into=call.pk)
    return call


@pytest.mark.parametrize(
    "make",
    [
        with_care,
        with_consult,
        given_to_988,
        listed_since,
        answered_later,
        with_a_duplicate_of_care,
        lambda scene: scene.call(2, origin="988"),
        lambda scene: scene.call(2, nature="Welfare check"),
        lambda scene: scene.call(2, triaged=False),
    ],
)
def test_whatever_had_to_do_with_mental_health_is_cares_alone(scene: Scene, make: Any) -> None:
    call = make(scene)
    today = scene.today()
    assert scene.shown(today, scene.officer) == scene.shown(today) == []
    (row,) = premise_history(scene.clinician, today.pk, scene.now)["calls"]
    assert (row["call_id"], row["mental_health"]) == (call.pk, True)


def test_a_weapon_is_told_to_everybody_and_what_came_of_it_to_care(scene: Scene) -> None:
    scene.call(2, nature="Suicidal subject", narrative="He has a gun")
    ordinary = scene.call(1, nature="Fight", narrative="One of them has a knife")
    send(scene.dispatcher, ordinary, scene.police, now=ordinary.received_at)
    told: dict[str, Any] = {"outcome": "engaged", "disposition": "cited"}
    act(free_unit, by=scene.dispatcher, now=ordinary.received_at, unit_id=scene.police.pk, **told)
    today = scene.today()
    for user in (scene.dispatcher, scene.officer):
        (row,) = premise_history(user, today.pk, scene.now)["calls"]
        assert (row["call_id"], row["dangers"], row["came_of"]) == (ordinary.pk, ["Weapon: in hand"], [])
    newest, oldest = premise_history(scene.clinician, today.pk, scene.now)["calls"]
    assert newest["came_of"] == [{"callsign": "P901", "outcome": "engaged", "disposition": "cited"}]
    assert {"Weapon: in hand", "Suicide risk: ideation"} <= set(oldest["dangers"])


def test_whoever_may_not_open_the_call_learns_nothing_of_its_place(scene: Scene) -> None:
    scene.call(1)
    call = scene.call()
    partner = make_user(scene.center, Role.PARTNER)
    for user in (scene.officer, partner, Scene().dispatcher):
        with pytest.raises(NotFound):
            premise_history(user, call.pk, scene.now)


def test_the_phone_shows_care_all_of_it_and_an_officer_the_ordinary(scene: Scene) -> None:
    scene.call(21, nature="Fight <b>loud</b>")
    mental = with_care(scene)
    scene.today()
    care, officer = (client_of(user).get("/unit/").content.decode() for user in (scene.clinician, scene.officer))
    assert "2 of unit 204 in 365 days" in care and "1 of unit 204 in 365 days" in officer
    assert "CARE9, Engaged" in care and f"/unit/calls/{mental.pk}/care/" in care
    assert "3\xa0weeks ago" in officer and "Fight &lt;b&gt;loud" in officer and "shown to CARE only" in officer
    assert "Engaged" not in officer and str(mental) not in officer


@pytest.mark.parametrize("who", ["dispatcher", "clinician"])
def test_that_nothing_is_known_is_said_without_more_than_is_true(scene: Scene, who: str) -> None:
    words = premise_history(getattr(scene, who), scene.call().pk, scene.now)["words"]
    assert words.startswith("no earlier calls in 365 days") and ("CARE's alone" in words) is (who == "dispatcher")


def test_the_phone_says_when_nothing_can_be_known(scene: Scene) -> None:
    send(scene.dispatcher, scene.call(location="???"), scene.care, scene.police, now=scene.now)
    assert "the place cannot be read, so no earlier calls are found by it." in client_of(scene.clinician).get("/unit/").content.decode()  # fmt: skip


# --- how much --------------------------------------------------------------------------------------
def copies(call: Call, number: int, **fields: str) -> None:
    """So many more calls like one, on a day of their own."""
    told = {"number": "n", "urn": "md5(random()::text)", **{name: f"'{value}'" for name, value in fields.items()}}
    names = [str(field.column) for field in Call._meta.concrete_fields if field.column != "id"]
    copied = ", ".join(told.get(name, name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO calls_call ({', '.join(names)}) SELECT {copied} FROM calls_call, generate_series(1, %s) n"
            " WHERE calls_call.id = %s",
            [number, call.pk],
        )


def test_five_hundred_earlier_calls_are_counted_by_the_index_and_twenty_shown(
    scene: Scene, django_assert_num_queries: Any
) -> None:
    old = scene.call(300)
    copies(old, 500, day="2020-01-01", premise_unit="7")
    copies(old, 3000, day="2020-01-02", premise="1 ELSEWHERE ST")
    call = Call.objects.select_related("center").get(pk=scene.call().pk)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE calls_call")
    with django_assert_num_queries(1):
        found = earlier_calls(call, "dispatch", scene.now)
    assert [row["unit"] for row in found["calls"]] == ["204"] + ["7"] * (SHOWN - 1)
    assert found["words"] == "1 of unit 204, 500 more in the building in 365 days; the newest 20 are shown"
    with django_assert_num_queries(2):
        earlier_calls(call, "care", scene.now)
    assert "calls_of_place" in Call.objects.filter(center=scene.center, premise=call.premise).explain()
