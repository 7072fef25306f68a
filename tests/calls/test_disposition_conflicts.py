"""Dispositions of two agencies on one call: those that cannot both be are the supervisor's to correct."""

from typing import Any

import pytest

from calls.disposition_conflicts import disposition_conflicts, fit
from calls.models import Assignment
from calls.stages import free_unit, record_disposition
from care_dispatch.refusal import Forbidden
from tests.calls.consult_cast import Floor
from tests.cast import NOW, act, later, make_call, send

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        ("resolved_on_scene", "arrested", False),
        ("emergency_detention", "left_with_support", False),
        ("arrest_diverted", "arrested", False),
        ("deceased", "ems_transport", False),
        ("arrest_diverted", "shelter", True),
        ("emergency_detention", "ems_transport", True),
        ("referral", "arrested", True),
        ("cited", "resolved_on_scene", True),
        ("shelter", "shelter", True),
    ],
)
def test_what_can_both_be_true(one: str, other: str, fits: bool) -> None:
    assert fit(one, other) is fit(other, one) is fits


def worked(floor: Floor, care: str, police: str) -> Any:
    call = make_call(floor.dispatcher)
    send(floor.dispatcher, call, floor.care["CARE1"], floor.police, status="on_scene")
    for unit, disposition in ((floor.care["CARE1"], care), (floor.police, police)):
        act(free_unit, by=floor.dispatcher, now=later(minutes=5), unit_id=unit.pk, disposition=disposition)
    return call


def test_the_supervisor_reads_what_does_not_fit_and_corrects_it() -> None:
    floor = Floor(clinicians=1)
    worked(floor, "referral", "cited")
    call = worked(floor, "resolved_on_scene", "arrested")
    (row,) = disposition_conflicts(floor.supervisor, later(minutes=9))
    assert row["call_id"] == call.pk
    said = {one["callsign"]: one["disposition"] for one in row["dispositions"]}
    assert said == {"CARE1": "resolved_on_scene", "P901": "arrested"}
    wrong = Assignment.objects.get(call=call, unit=floor.care["CARE1"])
    act(record_disposition, by=floor.supervisor, assignment_id=wrong.pk, disposition="arrested")
    assert disposition_conflicts(floor.supervisor, NOW) == []


def test_it_is_the_supervisors_list_of_the_own_center() -> None:
    floor, there = Floor(clinicians=1), Floor(clinicians=0)
    worked(floor, "resolved_on_scene", "arrested")
    assert disposition_conflicts(there.supervisor, NOW) == []
    for user in (floor.dispatcher, floor.officer, floor.clinicians["CARE1"]):
        with pytest.raises(Forbidden):
            disposition_conflicts(user, NOW)
