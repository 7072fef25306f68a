"""Units, people, outlines and places from a file: looked at first, then all of it or the good rows, each told in the log."""

import base64
import json
import zlib
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from calls.models import GazetteerEntry
from care_dispatch.log.models import Event
from teams.models import Area, Unit, User
from teams.tables import MOST_ROWS
from teams.uploading import MOST_BYTES, pack, unpack
from tests.cast import last_event, make_agency, make_center, make_unit, make_user
from tests.config_cast import as_user, list_of, make_admin

pytestmark = pytest.mark.django_db
GOOD = "callsign,agency,discipline,capabilities,languages\nP7,pd,police,cit|youth,en es\nP8,pd,police,,en\n"


@pytest.fixture
def desk(db: None) -> Any:
    class Desk:
        admin = make_admin()
        center: Any = admin.center
        agency = make_agency(center, code="pd")
        client = as_user(admin)

        def look(self, file: str | bytes, table: Any = Unit) -> Any:
            raw = file.encode() if isinstance(file, str) else file
            return self.client.post(list_of(table, "upload"), {"file": SimpleUploadedFile("units.csv", raw)})

        def take(self, text: str, table: Any = Unit, what: str = "all") -> Any:
            return self.client.post(list_of(table, "upload"), {"packed": pack(text), "name": "units.csv", "take": what})

    return Desk()


def refused(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.context.get("refused", ""))


def test_a_file_is_looked_at_and_nothing_is_stored(desk: Any) -> None:
    answer = desk.look(GOOD)
    assert answer.context["looked"].says.startswith("2 new, 0 changed")
    assert "P7" in answer.content.decode() and not Unit.objects.exists()


def test_what_was_shown_is_taken_in_and_told_row_by_row(desk: Any) -> None:
    shown = unpack(desk.look(GOOD).context["packed"])
    assert desk.take(shown).status_code == 302
    unit = Unit.objects.get(callsign="P7")
    assert (unit.capabilities, unit.languages, unit.status) == (["cit", "youth"], ["en", "es"], "off_duty")
    told = Event.objects.filter(kind="config.changed")
    assert {event.unit_id for event in told} == set(Unit.objects.values_list("pk", flat=True))


def test_a_second_time_changes_nothing(desk: Any) -> None:
    desk.take(GOOD)
    before = last_event().seq
    assert "0 new, 0 changed, 2 as they are" in desk.look(GOOD).context["looked"].says
    desk.take(GOOD)
    assert last_event().seq == before


def test_a_column_that_is_left_out_changes_nothing(desk: Any) -> None:
    make_unit(desk.center, "P7", "police", agency=desk.agency, capabilities=["cit"], home="North", status="on_scene")
    desk.take("callsign;agency;discipline;home\nP7;pd;police;South\n")
    unit = Unit.objects.get()
    assert (unit.home, unit.capabilities, unit.status) == ("South", ["cit"], "on_scene")
    assert last_event().payload["ref"]["changes"] == {"home": ["North", "South"]}


BAD = "callsign,agency,discipline\nP7,pd,police\nP8,nowhere,police\np 9,pd,police\nP7,pd,police\nM1,pd,boat\n"


def test_each_bad_row_says_its_line_and_why(desk: Any) -> None:
    said = desk.look(BAD).context["looked"].errors
    assert [line.split(":")[0] for line in said] == ["Line 3", "Line 4", "Line 5", "Line 6"]
    for line, why in zip(
        said, ["there is no agency", "one word in capital", "is there again", "one of care"], strict=True
    ):
        assert why in line


def test_one_bad_row_leaves_everything_unless_the_good_ones_are_asked_for(desk: Any) -> None:
    assert "Nothing was taken" in refused(desk.take(BAD))
    assert not Unit.objects.exists()
    assert desk.take(BAD, what="good").status_code == 302
    assert [unit.callsign for unit in Unit.objects.all()] == ["P7"]


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (b"", "something in it"),
        (b"callsign,agency\nP7,pd\xe9\n", "not UTF-8 (line 2)"),
        (GOOD.encode("utf-16"), "CSV UTF-8"),
        (b"PK\x03\x04\x00\x00", "CSV UTF-8"),
        (b"callsign,agency\n", "no rows"),
        (b"name,agency\nP7,pd\n", "names no column callsign"),
        (b"callsign,agency,colour\nP7,pd,red\n", "no column 'colour'"),
        (b"callsign,agency,agency\nP7,pd,pd\n", "twice"),
        (b'callsign,agency\n"P7,pd\n', "quotation marks"),
        (b"callsign,agency\n" + b"P7,pd\n" * 100_000, f"more than {MOST_ROWS:,} rows"),
        (b"x" * (MOST_BYTES + 1), "larger than 4 MB"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_what_to_do(desk: Any, file: bytes, why: str) -> None:
    assert why in refused(desk.look(file))


@pytest.mark.parametrize("packed", ["", "é", "QUJD", pack("x")[:-8], pack("x" * (MOST_BYTES + 1)), base64.b64encode(zlib.compress(b"\xff")).decode()])  # fmt: skip
def test_what_a_page_sends_back_broken_is_refused_with_what_to_do(desk: Any, packed: str) -> None:
    answer = desk.client.post(list_of(Unit, "upload"), {"packed": packed, "take": "all"})
    assert "choose it again" in refused(answer)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@A1", "x" * 501])
def test_a_cell_that_a_spreadsheet_would_run_is_an_error_of_its_line(desk: Any, cell: str) -> None:
    (error,) = desk.look(f"callsign,agency,discipline,home\nP7,pd,police,{cell}\n").context["looked"].errors
    assert error.startswith("Line 2")


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_spreadsheets_save_is_read(desk: Any, mark: str, between: str, end: str) -> None:
    file = mark + GOOD.replace(",", between).replace("\n", end)
    assert desk.look(file).context["looked"].usable == 2


def test_the_template_can_be_taken_in(desk: Any) -> None:
    for table in (Unit, User):
        text = desk.client.get(list_of(table, "template")).content.decode()
        said = " ".join(desk.look(text, table).context["looked"].errors)
        assert "there is no agency" in said and "column" not in said


# --- people --------------------------------------------------------------------------------------------
PEOPLE = "username,first_name,last_name,role,agency\nnora,Nora,Invented,officer,pd\n"


def test_people_of_a_file_cannot_sign_in_before_an_admin_gives_them_a_password(desk: Any) -> None:
    assert desk.take(PEOPLE, User).status_code == 302
    nora = User.objects.get(username="nora")
    assert (nora.role, nora.agency, nora.center, nora.is_staff) == ("officer", desk.agency, desk.center, False)
    assert not nora.has_usable_password()
    assert "Invented" not in str(last_event("config.changed").payload)


def test_a_file_makes_no_admin_and_takes_no_other_centers_people(desk: Any) -> None:
    make_user(make_center(), username="elsewhere")
    file = f"username,role\nroot,admin\n{desk.admin.username},dispatcher\nelsewhere,dispatcher\nx,officer\n"
    assert len(desk.look(file, User).context["looked"].errors) == 4


def test_a_new_role_from_a_file_ends_what_the_person_has_open(desk: Any) -> None:
    person = make_user(desk.center, username="nora")
    desk.take("username,role\nnora,supervisor\n", User)
    assert User.objects.get(pk=person.pk).access_version == person.access_version + 1


# --- outlines and places ---------------------------------------------------------------------------------
OUTLINE = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"kind": "city", "code": "n", "name":'
    ' "Northtown", "agency": "pd"}, "geometry": {"type": "Polygon", "coordinates":'
    " [[[-97, 32], [-96, 32], [-96, 33], [-97, 33], [-97, 32]]]}}]}"
)


def test_an_outline_is_shown_before_it_is_taken_in(desk: Any) -> None:
    page = desk.look(OUTLINE, Area).content.decode()
    assert "Northtown" in page and "<svg" in page and not Area.objects.exists()
    assert desk.take(OUTLINE, Area).status_code == 302
    assert Area.objects.get().agency == desk.agency


def test_the_good_outlines_are_taken_when_somebody_asks_for_those(desk: Any) -> None:
    broken = OUTLINE.replace('"code": "n"', '"code": "s"').replace("[-96, 33], [-97, 33]", "[-97, 33], [-96, 33]")
    both = json.dumps(json.loads(OUTLINE) | {"features": [json.loads(one)["features"][0] for one in (OUTLINE, broken)]})
    (error,) = desk.look(both, Area).context["looked"].errors
    assert error.startswith("Feature 2 (Northtown) crosses itself near -96.5")
    assert "Nothing was taken" in refused(desk.take(both, Area))
    assert desk.take(both, Area, what="good").status_code == 302
    assert [area.code for area in Area.objects.all()] == ["n"]


def test_the_same_outlines_again_change_nothing_and_others_say_what(desk: Any) -> None:
    desk.take(OUTLINE, Area)
    before = last_event().seq
    assert desk.look(OUTLINE, Area).context["looked"].says.startswith("0 new, 0 changed, 1 as they are")
    desk.take(OUTLINE, Area)
    assert last_event().seq == before
    page = desk.look(OUTLINE.replace("Northtown", "Overtown"), Area).content.decode()
    assert "Northtown → Overtown" in page


def test_a_gazetteer_is_shown_before_it_is_taken_in(desk: Any) -> None:
    text = desk.client.get(list_of(GazetteerEntry, "template")).content.decode()
    assert desk.look(text, GazetteerEntry).context["looked"].says.startswith("4 new")
    assert not GazetteerEntry.objects.exists()
    assert desk.take(text, GazetteerEntry).status_code == 302
    assert GazetteerEntry.objects.filter(center=desk.center, source="units.csv").count() == 4


def test_a_county_of_places_is_a_file_that_fits(desk: Any) -> None:
    """Larger than anything else the product takes: looked at, sent back by the page, taken in."""
    words = "Northtown of the Invented County " * 6
    rows = "".join(f"landmark,{n} {words[:180]},{words},,,,{words},,32.5,-96.8\n" for n in range(4_400))
    text = f"kind,name,city,from,to,parity,address,aliases,lat,lng\n{rows}"
    assert len(text) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    shown = desk.look(text, GazetteerEntry)
    assert shown.context["looked"].says.startswith("4,400 new")
    assert desk.take(text, GazetteerEntry).status_code == 302
    assert GazetteerEntry.objects.count() == 4_400


def test_nobody_else_uploads(desk: Any) -> None:
    for role in ("dispatcher", "supervisor", "officer"):
        client = as_user(make_user(desk.center, role))
        assert client.post(list_of(Unit, "upload"), {"packed": pack(GOOD), "take": "all"}).status_code == 302
    assert not Unit.objects.exists()
