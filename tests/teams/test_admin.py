"""The configuration pages: an admin's own center, and neither people's calls nor a way to delete."""

from typing import Any

import pytest
from django.test import Client

from calls.models import Call
from teams.models import Unit, User
from tests.cast import make_agency, make_call, make_center, make_unit, make_user, send

pytestmark = pytest.mark.django_db
TABLES = ("center", "agency", "unit", "user")


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="teams.sign_in.Backend")
    return client


@pytest.fixture
def scene(db: None) -> Any:
    class Scene:
        here, there = make_center(), make_center()
        admin = make_user(here, "admin", is_staff=True, is_superuser=True)
        mine, theirs = make_unit(here, "P901", "police"), make_unit(there, "P777", "police")
        client = as_user(admin)

    return Scene()


def test_another_centers_configuration_looks_like_missing(scene: Any) -> None:
    ids = {"center": (scene.here.pk, scene.there.pk), "agency": (scene.mine.agency_id, scene.theirs.agency_id)}
    ids["unit"] = (scene.mine.pk, scene.theirs.pk)
    ids["user"] = (scene.admin.pk, make_user(scene.there, username="P777").pk)
    for table in TABLES:
        mine, theirs = (f"/admin/teams/{table}/{row_id}/change/" for row_id in ids[table])
        assert scene.client.get(mine).status_code == 200
        missing = scene.client.get(f"/admin/teams/{table}/{2**31 - 1}/change/")
        refused = scene.client.get(theirs)
        assert (refused.status_code, refused.headers["Location"]) == (302, missing.headers["Location"])
        shown = scene.client.get(f"/admin/teams/{table}/").content.decode()
        assert "P777" not in shown and scene.there.code not in shown


def test_a_unit_is_not_moved_to_another_center(scene: Any) -> None:
    path = f"/admin/teams/unit/{scene.mine.pk}/change/"
    fields = {"callsign": "P901", "discipline": "police", "center": scene.there.pk, "agency": scene.theirs.agency_id}
    answer = scene.client.post(path, fields)
    assert answer.status_code == 200, "shown again, not saved"
    unit = Unit.objects.get(pk=scene.mine.pk)
    assert (unit.center, unit.agency) == (scene.here, scene.mine.agency)


def test_nothing_is_deleted_and_no_call_is_named(scene: Any) -> None:
    dispatcher = make_user(scene.here)
    call: Call = make_call(dispatcher, triaged=False)
    send(dispatcher, call, scene.mine)
    answer = scene.client.get(f"/admin/teams/unit/{scene.mine.pk}/delete/")
    assert answer.status_code == 403
    assert str(call) not in answer.content.decode()


def test_a_new_center_is_made_from_above_all_centers(scene: Any) -> None:
    assert scene.client.get("/admin/teams/center/add/").status_code == 403
    above = User.objects.create(username="root", password="!", role="admin", is_staff=True, is_superuser=True)
    client = as_user(above)
    assert client.get("/admin/teams/center/add/").status_code == 200
    for unit in (scene.mine, scene.theirs):
        assert client.get(f"/admin/teams/unit/{unit.pk}/change/").status_code == 200


@pytest.mark.parametrize("role", ["dispatcher", "supervisor", "clinician", "officer", "partner"])
def test_nobody_else_comes_in(scene: Any, role: str) -> None:
    make_agency(scene.here, code="seen")
    for path in ("/admin/", "/admin/teams/unit/", f"/admin/teams/unit/{scene.mine.pk}/change/"):
        assert as_user(make_user(scene.here, role)).get(path).status_code == 302


def test_the_front_page_leads_to_what_is_on_pages_of_its_own(scene: Any) -> None:
    page = scene.client.get("/admin/").content.decode()
    for title, href in (
        ("Triage rules", "/rules/"), ("Call types", "/rules/#/call-types"), ("Local words", "/rules/#/words"),
        ("Take in a gazetteer (CSV or GeoJSON)", "/admin/calls/gazetteerentry/upload/"),
    ):  # fmt: skip
        assert f'<a href="{href}">{title}</a>' in page
        assert scene.client.get(href).status_code == 200
    for title in ("Unmet demand", "Staffing"):  # of other roles: named, and no link into a refusal
        assert title in page and f">{title}</a>" not in page
    assert 'rel="icon"' in page


def test_a_supervisor_who_configures_opens_them_all(scene: Any) -> None:
    client = as_user(make_user(scene.here, "supervisor", is_staff=True, is_superuser=True))
    page = client.get("/admin/").content.decode()
    assert '<a href="/ledger/">Unmet demand</a>' in page and '<a href="/">Staffing</a>' in page
    assert client.get("/ledger/").status_code == 200
