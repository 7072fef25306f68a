"""Crews sign on and off; what is owed keeps them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from care_dispatch.refusal import Conflict, Forbidden, Invalid, NotFound
from teams import actions, whereabouts
from teams.actions import (
    CallsignTaken,
    NobodyOnShift,
    OnAnotherUnit,
    StillAtWork,
    create_unit,
    place_unit,
    sign_off,
    sign_on,
)
from teams.models import Shift, Unit
from tests.cast import NOW, act, last_event, later, make_agency, make_center, make_unit, make_user, put_on_shift

pytestmark = pytest.mark.django_db


def test_a_crew_that_signs_on_makes_an_off_duty_unit_available() -> None:
    center = make_center()
    unit = make_unit(center, "CARE9", status="off_duty")
    clinician = make_user(center, "clinician", agency=unit.agency)
    act(sign_on, by=clinician, unit_id=unit.pk, crew=[(clinician.pk, "clinician")], until=later(hours=12))
    unit.refresh_from_db()
    assert unit.status == "available"
    assert Shift.objects.get().during.upper == later(hours=12)
    assert last_event("crew.signed_on").payload["set"]["unit.status"] == "available"


def test_nobody_is_on_two_units_and_the_answer_names_the_other() -> None:
    center = make_center()
    first, second = make_unit(center, "CARE8"), make_unit(center, "CARE9")
    clinician, dispatcher = make_user(center, "clinician"), make_user(center)
    put_on_shift(clinician, first)
    with pytest.raises(OnAnotherUnit, match=r"is on CARE8 until 00:00; sign off there first\."):
        act(sign_on, by=dispatcher, unit_id=second.pk, crew=[(clinician.pk, "clinician")], until=later(hours=1))


def test_nobody_signs_on_here_to_a_unit_of_another_cad() -> None:
    center = make_center()
    unit = make_unit(center, "CARE9", status="off_duty", mirrored_from="duncanville-cad")
    dispatcher, clinician = make_user(center), make_user(center, "clinician")
    with pytest.raises(Forbidden, match="CARE9 is moved by duncanville-cad"):
        act(sign_on, by=dispatcher, unit_id=unit.pk, crew=[(clinician.pk, "clinician")], until=later(hours=1))


def test_a_crew_signs_off_and_its_unit_goes_off_duty() -> None:
    center = make_center()
    unit = make_unit(center, "CARE9")
    clinician, peer = make_user(center, "clinician"), make_user(center, "clinician")
    put_on_shift(clinician, unit)
    put_on_shift(peer, unit, "peer")
    act(sign_off, by=clinician, unit_id=unit.pk)
    unit.refresh_from_db()
    assert unit.status == "off_duty"
    assert not Shift.objects.filter(during__contains=later(minutes=1)).exists()
    with pytest.raises(NobodyOnShift, match="Nobody is on shift with CARE9"):
        act(sign_off, by=None, now=later(minutes=1), unit_id=unit.pk)


def test_what_the_crew_still_owes_keeps_it_on_shift(monkeypatch: pytest.MonkeyPatch) -> None:
    def owes(unit: Unit) -> None:
        raise Conflict(f"{unit.callsign} owes a disposition.")

    monkeypatch.setattr(actions, "sign_off_checks", [owes])
    center = make_center()
    unit, clinician = make_unit(center, "CARE9"), make_user(center, "clinician")
    put_on_shift(clinician, unit)
    with pytest.raises(Conflict, match="CARE9 owes a disposition"):
        act(sign_off, by=clinician, unit_id=unit.pk)
    unit.refresh_from_db()
    assert unit.status == "available"


def test_a_crew_on_a_call_does_not_sign_off() -> None:
    center = make_center()
    unit, clinician = make_unit(center, "CARE9", status="on_scene"), make_user(center, "clinician")
    put_on_shift(clinician, unit)
    with pytest.raises(StillAtWork, match="CARE9 is on scene; make it available first"):
        act(sign_off, by=clinician, unit_id=unit.pk)


def test_the_live_board_learns_where_units_are_and_whom_a_crew_follows() -> None:
    unit = make_unit(make_center(), "CARE9")
    crew = make_user(unit.center, "officer")
    put_on_shift(crew, unit, start=timezone.now() - timedelta(hours=1))
    assert whereabouts.topics_of(crew.pk) == {f"unit:{unit.pk}"}
    act(place_unit, by=None, unit_id=unit.pk, lat=32.59, lng=-96.85)
    here = {"id": unit.pk, "lat": 32.59, "lng": -96.85, "at": NOW, "shared": False}
    assert whereabouts.positions_since(unit.center_id, None) == [here]
    assert whereabouts.positions_since(unit.center_id, NOW) == []
    act(place_unit, by=None, now=later(minutes=1), unit_id=unit.pk, lat=32.6, lng=-96.85)
    assert [row["lat"] for row in whereabouts.positions_since(unit.center_id, NOW)] == [32.6]


def test_only_the_crew_or_dispatch_signs_a_crew_on_or_off() -> None:
    center = make_center()
    unit = make_unit(center, "CARE9")
    crew, stranger = make_user(center, "clinician"), make_user(center, "officer")
    put_on_shift(crew, unit)
    with pytest.raises(Forbidden):
        act(sign_off, by=stranger, unit_id=unit.pk)
    with pytest.raises(Forbidden):
        act(sign_on, by=stranger, unit_id=unit.pk, crew=[(crew.pk, "clinician")], until=later(hours=1))
    with pytest.raises(Forbidden, match="another agency"):
        act(sign_on, by=stranger, unit_id=unit.pk, crew=[(stranger.pk, "officer")], until=later(hours=1))


def test_another_centers_unit_looks_missing() -> None:
    unit = make_unit(make_center(), "CARE9")
    dispatcher = make_user(make_center())
    with pytest.raises(NotFound, match="no such unit"):
        act(sign_off, by=dispatcher, unit_id=unit.pk)


def test_a_shift_that_ends_before_it_begins_is_refused() -> None:
    unit = make_unit(make_center(), "CARE9")
    with pytest.raises(Invalid, match="a time still to come"):
        act(sign_on, by=None, unit_id=unit.pk, crew=[(1, "clinician")], until=NOW)


def test_a_callsign_is_taken_until_its_unit_is_retired() -> None:
    center = make_center()
    agency = make_agency(center, "care")
    unit: dict[str, Any] = {
        "center_id": center.pk, "agency_id": agency.pk, "callsign": "CARE9", "discipline": "care"
    }  # fmt: skip
    first = act(create_unit, by=None, **unit).result["unit_id"]
    with pytest.raises(CallsignTaken, match="There is a unit CARE9 already"):
        act(create_unit, by=None, **unit)
    act(actions.change_unit, by=None, unit_id=first, changes={"retired": True})
    assert act(create_unit, by=None, **unit).result["unit_id"] != first


def test_only_an_admin_changes_the_configuration() -> None:
    center = make_center()
    agency, dispatcher = make_agency(center, "care"), make_user(center)
    with pytest.raises(Forbidden, match="Only an admin"):
        act(create_unit, by=dispatcher, center_id=center.pk, agency_id=agency.pk, callsign="X1", discipline="care")
