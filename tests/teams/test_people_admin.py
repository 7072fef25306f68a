"""People and units on the configuration pages: roles, passwords, who is let in, and what a type brings to a unit."""

from typing import Any

import pytest
from django.test import Client

from care_dispatch.log.models import Event
from teams.models import Unit, UnitType, User
from tests.cast import last_event, make_agency, make_center, make_user
from tests.config_cast import as_user, errors, list_of, make_admin, opened, page_of, saved

pytestmark = pytest.mark.django_db
PHRASE = "an invented pass phrase"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def desk(db: None) -> Any:
    class Desk:
        admin = make_admin()
        center: Any = admin.center
        client = as_user(admin)

        def add(self, **fields: Any) -> Any:
            given = {"username": "nora", "role": "dispatcher", "new_password": PHRASE, "is_active": "on"}
            page = list_of(User, "add")
            return self.client.post(page, opened(self.client, page) | given | fields)

    return Desk()


def test_a_new_person_signs_in_to_the_admins_center_with_the_password_that_was_typed(desk: Any) -> None:
    assert desk.add().status_code == 302
    nora = User.objects.get(username="nora")
    assert (nora.center, nora.is_staff, nora.is_superuser) == (desk.center, False, False)
    answer = Client().post("/sign-in/", {"username": "nora", "password": PHRASE, "position": "D1"})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"new_password": ""}, "needs a password"),
        ({"new_password": "short"}, "too short"),
        ({"role": "clinician"}, "belong to an agency"),
    ],
)
def test_a_person_who_could_not_work_is_refused(desk: Any, wrong: dict[str, str], why: str) -> None:
    assert any(why in one for one in errors(desk.add(**wrong)))
    assert not User.objects.filter(username="nora").exists()


def test_neither_a_password_nor_a_name_is_in_the_log(desk: Any) -> None:
    desk.add(first_name="Nora", last_name="Invented")
    told = str(list(Event.objects.values_list("payload", flat=True)))
    assert "Invented" not in told and "md5" not in told and PHRASE not in told
    assert last_event("config.changed").payload["ref"]["changes"]["password"] is None


@pytest.mark.parametrize("change", [{"role": "supervisor"}, {"is_active": ""}, {"new_password": PHRASE}])
def test_what_somebody_may_do_changes_for_what_they_have_open(desk: Any, change: dict[str, str]) -> None:
    person = make_user(desk.center)
    assert saved(desk.client, page_of(person), **change).status_code == 302
    assert User.objects.get(pk=person.pk).access_version == person.access_version + 1


def test_a_name_alone_ends_nobodys_session(desk: Any) -> None:
    person = make_user(desk.center)
    client = as_user(person)
    assert saved(desk.client, page_of(person), last_name="Invented").status_code == 302
    assert User.objects.get(pk=person.pk).access_version == person.access_version
    assert client.get("/api/me/").status_code == 200


@pytest.mark.parametrize("change", [{"is_active": ""}, {"new_password": PHRASE}])
def test_who_is_shut_out_or_given_a_new_password_is_signed_out(desk: Any, change: dict[str, str]) -> None:
    person = make_user(desk.center)
    client = as_user(person)
    assert client.get("/api/me/").status_code == 200
    saved(desk.client, page_of(person), **change)
    assert client.get("/api/me/").status_code in {401, 403}


@pytest.mark.parametrize("change", [{"role": "dispatcher"}, {"is_active": ""}])
def test_an_admin_does_not_lock_themself_out(desk: Any, change: dict[str, str]) -> None:
    assert "another admin" in errors(saved(desk.client, page_of(desk.admin), **change))[0]


def test_an_admin_makes_nobody_of_another_center(desk: Any) -> None:
    elsewhere = make_agency(make_center())
    assert errors(desk.add(center=elsewhere.center_id))
    assert errors(desk.add(role="officer", agency=elsewhere.pk))
    assert errors(desk.add(center=""))


# --- units of a type ---------------------------------------------------------------------------------------
@pytest.fixture
def medic(desk: Any) -> UnitType:
    return UnitType.objects.create(
        center=desk.center, code="medic", name="Medic", discipline="ems", capabilities=["paramedic"]
    )


def add_unit(desk: Any, **fields: Any) -> Any:
    page = list_of(Unit, "add")
    agency = make_agency(desk.center, "fire_ems").pk
    return desk.client.post(page, opened(desk.client, page) | {"callsign": "M7", "agency": agency} | fields)


def test_a_new_unit_begins_with_what_its_type_has(desk: Any, medic: UnitType) -> None:
    assert add_unit(desk, type=medic.pk).status_code == 302
    unit = Unit.objects.get(callsign="M7")
    assert (unit.discipline, unit.capabilities, unit.status) == ("ems", ["paramedic"], "off_duty")
    assert unit.status_at is not None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"discipline": "police"}, "is a type of EMS units"),
        ({"capabilities": "paramedic, two words"}, "is not one word"),
        ({"callsign": "m 7"}, "one word in capital letters"),
    ],
)
def test_a_unit_that_does_not_go_together_is_refused(desk: Any, medic: UnitType, wrong: Any, why: str) -> None:
    assert any(why in one for one in errors(add_unit(desk, type=medic.pk, **wrong)))


def test_a_unit_without_discipline_or_type_is_refused(desk: Any) -> None:
    assert any("Choose a discipline" in one for one in errors(add_unit(desk)))


def test_no_new_unit_is_of_a_retired_type(desk: Any, medic: UnitType) -> None:
    UnitType.objects.update(retired=True)
    assert errors(add_unit(desk, type=medic.pk))


def test_an_admins_own_password_is_changed_on_their_page_where_the_log_sees_it(desk: Any) -> None:
    answer = desk.client.get("/admin/password_change/")
    assert answer.headers["Location"] == page_of(desk.admin)
    assert saved(desk.client, page_of(desk.admin), new_password=PHRASE).status_code == 302
    assert last_event("config.changed").payload["ref"]["changes"]["password"] is None
