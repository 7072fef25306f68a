"""Every configuration page goes through the one door: an edit is told in the log, and nobody's edit is lost unseen."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test import Client

from calls.limits import seed_limits
from calls.models import Agreement, ClockLimit, Code, ConsultPolicy, Facility, GazetteerEntry
from care_dispatch.log.models import Event
from teams.models import Area, Center, ResponsePlan, Unit, UnitType
from teams.planning import save_plan
from tests.cast import act, last_event, make_agency, make_unit, make_user
from tests.config_cast import as_user, errors, list_of, make_admin, opened, page_of, saved
from tests.crew_cast import hold, make_kind, plan_shift

pytestmark = pytest.mark.django_db


def _limit(center: Center) -> ClockLimit:
    return ClockLimit.objects.create(center=center, clock="pending", of="2", overdue_seconds=120)


def _type(center: Center) -> UnitType:
    return UnitType.objects.create(
        center=center, code="medic", name="Medic", discipline="ems", capabilities=["paramedic"]
    )


def _area(center: Center) -> Area:
    square = {"type": "Polygon", "coordinates": [[[-97, 32], [-96, 32], [-96, 33], [-97, 33], [-97, 32]]]}
    return Area.objects.create(
        center=center, kind="beat", code="b1", name="Beat 1", geometry=square, west=-97, south=32, east=-96, north=33
    )


def _place(center: Center) -> GazetteerEntry:
    return GazetteerEntry.objects.create(center=center, kind="landmark", key="MALL", name="Mall", lat=32.5, lng=-96.8)


def _code(center: Center) -> Code:
    return Code.objects.create(center=center, list="not_sent", code="all_busy", label="All busy")


def _plan(center: Center) -> ResponsePlan:
    plan = act(
        save_plan, by=None, center_id=center.pk, response="police_first", name="One car", body={"positions": POLICE}
    )
    return ResponsePlan.objects.get(pk=plan.result["plan_id"])


POLICE = [{"discipline": "police", "count": 1, "required": [], "preferred": ["cit"]}]


def _facility(center: Center) -> Facility:
    return Facility.objects.create(center=center, code="respite", name="Cedar House", kind="respite")


# One row of each table, the field that is changed, what is typed there, and what is refused there.
EDITS: dict[str, tuple[Callable[[Center], Any], str, Any, Any]] = {
    "teams.Center": (lambda center: center, "name", "Northtown", ""),
    "teams.Agency": (make_agency, "name", "Northtown Police", ""),
    "teams.Unit": (lambda center: make_unit(center, "P901", "police"), "home", "Northtown", None),
    "teams.UnitType": (_type, "name", "Medic car", ""),
    "teams.User": (make_user, "role", "supervisor", "king"),
    "teams.ResponsePlan": (_plan, "name", "Two cars", ""),
    "teams.Area": (_area, "name", "Northtown", ""),
    "calls.GazetteerEntry": (_place, "city", "Northtown", None),
    "calls.Code": (_code, "label", "Everybody is out", ""),
    "teams.CredentialKind": (make_kind, "words", "LPC licence", ""),
    "teams.Credential": (lambda center: hold(make_user(center), make_kind(center)), "issuer", "State board", None),
    "teams.PlannedShift": (plan_shift, "duty", "peer", "king"),
    "calls.ClockLimit": (_limit, "overdue_seconds", 90, 1),
    "calls.Facility": (_facility, "conditions", "Voluntary", None),
    "calls.ConsultPolicy": (lambda center: ConsultPolicy.objects.create(center=center), "confirm_after_hours", 12, 0),
    "calls.Agreement": (
        lambda center: Agreement.objects.create(agency=make_agency(center, "partner")), "from_time", None, "25:00",
    ),
}  # fmt: skip
BROKEN = {
    "calls.GazetteerEntry": ("lat", "123.4"),
    "calls.Facility": ("code", "Two Words"),
    "teams.Credential": ("expires_on", "soon"),
    "teams.Unit": ("callsign", "no callsign"),
    "calls.Agreement": ("from_time", "08:00"),
}
LABELS = sorted(EDITS)


@pytest.fixture
def desk(db: None) -> Any:
    class Desk:
        admin = make_admin()
        center: Any = admin.center
        client = as_user(admin)

    return Desk()


def test_every_table_of_the_configuration_is_tried_here() -> None:
    assert set(EDITS) == {model._meta.label for model in site._registry}


@pytest.mark.parametrize("label", [label for label in LABELS if EDITS[label][2] is not None])
def test_an_edit_is_told_with_who_and_the_values_before_and_after(desk: Any, label: str) -> None:
    make, name, new, _ = EDITS[label]
    row = make(desk.center)
    before = getattr(row, name)
    assert saved(desk.client, page_of(row), **{name: new}).status_code == 302
    newest = type(row).objects.order_by("pk").last()  # of a plan the next version
    event = last_event("config.changed")
    assert (event.actor_id, event.center_id, event.source) == (desk.admin.pk, desk.center.pk, "admin")
    told = event.payload["ref"]
    assert (told["table"], told["row_id"], told["did"]) == (label.lower(), newest.pk, "changed")
    assert told["changes"][name] == [before, new]
    assert getattr(newest, name) == new


@pytest.mark.parametrize("label", LABELS)
def test_a_refused_edit_keeps_what_was_typed_and_says_why(desk: Any, label: str) -> None:
    row = EDITS[label][0](desk.center)
    name, wrong = BROKEN.get(label, (EDITS[label][1], EDITS[label][3]))
    answer = saved(desk.client, page_of(row), **{name: wrong})
    assert errors(answer)
    assert answer.context["adminform"].form[name].value() == str(wrong)
    assert not Event.objects.filter(kind="config.changed").exists()


@pytest.mark.parametrize("label", LABELS)
def test_what_the_database_refuses_is_said_on_the_form(desk: Any, label: str) -> None:
    """The last word is the database's, whatever the form let pass."""
    make, name, new, _ = EDITS[label]
    row, table = (
        make(desk.center),
        EDITS[label][0](desk.center.__class__.objects.create(code="x", name="x"))._meta.db_table,
    )
    fields = opened(desk.client, page_of(row)) | {name: "12:00" if new is None else new}
    fields |= {"to_time": "13:00"} if new is None else {}
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE unique_violation USING MESSAGE = 'no'; END $$;"
            f"CREATE TRIGGER no BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION no()"
        )
    answer = desk.client.post(page_of(row), fields)
    assert "Nothing was saved" in errors(answer)[0]
    assert answer.context["adminform"].form[name].value() == str(fields[name])


def test_a_save_that_changes_nothing_is_no_line_in_the_log(desk: Any) -> None:
    assert saved(desk.client, page_of(make_agency(desk.center))).status_code == 302
    assert not Event.objects.filter(kind="config.changed").exists()


def test_a_new_row_is_told(desk: Any) -> None:
    fields = opened(desk.client, list_of(Unit, "add")) | {
        "callsign": "P7", "discipline": "police", "agency": make_agency(desk.center).pk,
    }  # fmt: skip
    assert desk.client.post(list_of(Unit, "add"), fields).status_code == 302
    told, unit = last_event("config.changed"), Unit.objects.get(callsign="P7")
    assert (told.unit_id, told.payload["ref"]["did"]) == (unit.pk, "added")
    assert told.payload["set"]["unit.callsign"] == "P7"


# --- two at once ---------------------------------------------------------------------------------------
def test_what_two_people_changed_in_different_fields_is_both_kept(desk: Any) -> None:
    unit = make_unit(desk.center, "P901", "police")
    mine = opened(desk.client, page_of(unit)) | {"home": "Northtown"}
    other = make_admin(desk.center)
    saved(as_user(other), page_of(unit), languages="en,es")
    assert desk.client.post(page_of(unit), mine).status_code == 302
    unit.refresh_from_db()
    assert (unit.home, unit.languages) == ("Northtown", ["en", "es"])


def test_what_two_people_changed_in_one_field_is_shown_before_it_is_overwritten(desk: Any) -> None:
    agency = make_agency(desk.center)
    mine = opened(desk.client, page_of(agency)) | {"name": "Mine"}
    other = make_admin(desk.center)
    saved(as_user(other), page_of(agency), name="Theirs")
    answer = desk.client.post(page_of(agency), mine)
    (complaint,) = errors(answer)
    assert complaint.startswith(f"{other.username} saved “Theirs” here at ")
    agency.refresh_from_db()
    assert agency.name == "Theirs"
    again = mine | {"seen": answer.context["adminform"].form["seen"].value()}
    assert desk.client.post(page_of(agency), again).status_code == 302
    agency.refresh_from_db()
    assert agency.name == "Mine"


def test_a_page_that_does_not_say_what_it_showed_changes_nothing(desk: Any) -> None:
    agency = make_agency(desk.center)
    fields = opened(desk.client, page_of(agency)) | {"name": "Blind"}
    for seen in ("", "{}", "[]", "{"):
        assert "Open it again" in errors(desk.client.post(page_of(agency), fields | {"seen": seen}))[0]


def test_the_days_of_an_agreement_are_ticked_and_two_people_may_tick_them(desk: Any) -> None:
    row = Agreement.objects.create(agency=make_agency(desk.center, "partner"), weekdays=[1, 2])
    mine = opened(desk.client, page_of(row)) | {"disciplines": ["care"]}
    assert saved(desk.client, page_of(row), weekdays=["6", "7"]).status_code == 302
    assert desk.client.post(page_of(row), mine).status_code == 302
    row.refresh_from_db()
    assert (row.weekdays, row.disciplines) == ([6, 7], ["care"])


def list_form(client: Client) -> dict[str, Any]:
    formset = client.get(list_of(ClockLimit)).context["cl"].formset
    found = {
        f"form-{name}": value
        for name, value in {"TOTAL_FORMS": len(formset.forms), "INITIAL_FORMS": len(formset.forms)}.items()
    }
    for form in formset.forms:
        found |= {bound.html_name: "" if bound.value() is None else bound.value() for bound in form}
    return found | {"_save": "Save"}


def test_a_list_saves_its_rows_as_one_change_and_shows_what_somebody_else_saved(desk: Any) -> None:
    seed_limits()
    mine = list_form(desk.client)
    first, second = ClockLimit.objects.filter(center=desk.center)[:2]
    saved(as_user(make_admin(desk.center)), page_of(first), overdue_seconds=77)
    mine |= {"form-0-overdue_seconds": 88, "form-1-overdue_seconds": 45}
    answer = desk.client.post(list_of(ClockLimit), mine)
    assert answer.status_code == 200 and "saved “77” here" in answer.content.decode()
    second.refresh_from_db()
    assert second.overdue_seconds != 45, "all of the list or nothing"
    mine["form-0-seen"] = answer.context["cl"].formset.forms[0]["seen"].value()
    assert desk.client.post(list_of(ClockLimit), mine).status_code == 302
    told = Event.objects.filter(kind="config.changed").order_by("-seq")[:2]
    assert {event.payload["ref"]["row_id"] for event in told} == {first.pk, second.pk}


# --- reading it ----------------------------------------------------------------------------------------
def test_the_history_of_a_row_shows_who_changed_what(desk: Any) -> None:
    agency = make_agency(desk.center)
    old = agency.name
    saved(desk.client, page_of(agency), name="Northtown Police", kind="fire_ems")
    page = desk.client.get(page_of(agency, "history")).content.decode()
    assert f"name: {old} → Northtown Police" in page and "kind: Police → Fire/EMS" in page
    assert desk.admin.username in page
    assert page_of(agency) in desk.client.get("/admin/").content.decode()


def test_another_centers_changes_are_not_told(desk: Any) -> None:
    saved(desk.client, page_of(make_agency(desk.center)), name="Northtown Police")
    assert "Agency changed" not in as_user(make_admin()).get("/admin/").content.decode()


def test_an_edit_outside_the_door_is_an_error_and_not_a_silent_save(desk: Any) -> None:
    row = make_agency(desk.center)
    row.name = "Silent"
    with pytest.raises(RuntimeError, match="inside perform"):
        site._registry[type(row)].save_model(None, row, None, True)  # type: ignore[arg-type]
