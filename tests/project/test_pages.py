"""The pages above the apps: where each role lands, who one is, whether it is well, and signing in at a position."""

from typing import Any

import pytest
from django.test import Client

from care_dispatch.log.models import Head
from teams.demo import DEMO_PASSWORD, demo_users, seed_region
from teams.models import Center, User
from tests.cast import NOW, make_agency, make_call, make_center, make_unit, make_user, send, use_default_rules

pytestmark = pytest.mark.django_db

PASSWORD = "an invented pass phrase"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    """A good hash takes a quarter of a second, and here nobody is kept out by it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="teams.sign_in.Backend")
    return client


def person(role: str) -> User:
    user = make_user(make_center(), role)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def sign_in(user: User, position: str = "") -> tuple[Client, Any]:
    client = Client()
    form = {"username": user.username, "password": PASSWORD, "position": position}
    return client, client.post("/sign-in/", form)


# --- where one lands ---------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["dispatcher", "supervisor"])
def test_whoever_reads_the_board_lands_on_the_console(role: str) -> None:
    answer = as_user(make_user(make_center(), role)).get("/")
    assert answer.status_code == 200 and "console.html" in [template.name for template in answer.templates]


@pytest.mark.parametrize(
    ("role", "where"), [("clinician", "/unit/"), ("officer", "/unit/"), ("admin", "/admin/"), ("partner", "/partner/")]
)
def test_crews_land_on_their_phone_and_an_admin_on_the_configuration(role: str, where: str) -> None:
    answer = as_user(make_user(make_center(), role)).get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, where)


def test_a_stranger_is_asked_to_sign_in() -> None:
    assert Client().get("/").headers["Location"] == "/sign-in/?next=/"


def test_the_page_of_the_console_holds_no_inline_script_or_style() -> None:
    page = as_user(make_user(make_center())).get("/").content.decode()
    assert "<script>" not in page and "<style" not in page and " style=" not in page and " onclick" not in page


# --- who one is, and whether it is well ----------------------------------------------------------------
def test_it_says_who_one_is_in_which_center_and_at_which_position() -> None:
    center = make_center(time_zone="America/Chicago")
    user = make_user(center, "supervisor", first_name="Sam", last_name="Lee", agency=make_agency(center, code="ecc"))
    me = as_user(user).get("/api/me/").json()
    assert (me["name"], me["role"], me["tier"], me["position"]) == ("Sam Lee", "supervisor", "dispatch", "")
    assert (me["center"]["code"], me["center"]["time_zone"]) == (center.code, "America/Chicago")
    assert me["agency"]["code"] == "ecc" and "password" not in str(me)


def test_it_is_well_while_the_database_answers() -> None:
    assert Client().get("/healthz").json() == {"ok": True, "head": Head.objects.get().seq}


def test_the_board_is_not_the_fields() -> None:
    use_default_rules()
    center = make_center()
    dispatcher = make_user(center)
    call = make_call(dispatcher)
    send(dispatcher, call, make_unit(center, discipline="police"))
    seen = {role: as_user(make_user(center, role)).get("/api/board/").json() for role in ("dispatcher", "officer")}
    assert [card["id"] for card in seen["dispatcher"]["cards"] if card["type"] == "call"] == [call.pk]
    assert seen["officer"]["cards"] == [] and seen["officer"]["to"] == seen["dispatcher"]["to"]


# --- signing in ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["dispatcher", "supervisor"])
def test_who_dispatches_names_the_position_they_sit_at(role: str) -> None:
    user = person(role)
    _, answer = sign_in(user)
    assert answer.status_code == 200 and "Name the position you sit at" in answer.content.decode()
    client, answer = sign_in(user, "d1")
    assert answer.status_code == 302 and client.get("/api/me/").json()["position"] == "D1"


@pytest.mark.parametrize("position", ["<b>", "x" * 17, "-D1", "D1;DROP"])
def test_a_position_is_a_short_name(position: str) -> None:
    client, answer = sign_in(person("dispatcher"), position)
    assert answer.status_code == 200 and "A position is a short name such as D1." in answer.content.decode()
    assert client.get("/").status_code == 302, "nobody is signed in"


# --- the demo's log-ins -----------------------------------------------------------------------------------
def test_the_demos_log_ins_are_shown_where_everything_is_invented() -> None:
    seed_region(now=NOW)
    page = Client().get("/sign-in/").content.decode()
    assert DEMO_PASSWORD in page and all(username in page for username, *_ in demo_users())


@pytest.mark.parametrize("real", [0, 1])
def test_no_password_is_shown_beside_a_real_center_or_before_the_demo(real: int) -> None:
    if real:
        seed_region(now=NOW)
        Center.objects.create(code="real", name="Real", synthetic=False)
    assert DEMO_PASSWORD not in Client().get("/sign-in/").content.decode()
