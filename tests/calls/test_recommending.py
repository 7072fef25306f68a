"""Whom to send, read from what is stored: few questions, who is aboard, and why somebody is not offered."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.models import Agreement, Call
from calls.recommending import recommendation_for
from care_dispatch.refusal import Forbidden, NotFound
from teams.models import Agency, Area, ResponsePlan, Unit, UnitPosition, User
from tests.cast import NOW, later, make_agency, make_call, make_center, make_unit, make_user, put_on_shift, send
from tests.cast import use_default_rules as rules

pytestmark = pytest.mark.django_db
HERE: dict[str, Any] = {"lat": 32.59, "lng": -96.86}
ARMED = {"weapon": "historic", "violence": "denied", "is_behavioral": "yes"}


class Scene:
    def __init__(self) -> None:
        rules()
        self.center = make_center()
        self.dispatcher = make_user(self.center)
        self.police = make_agency(self.center, "police", code="desoto-pd")

    def call(self, **fields: Any) -> Call:
        return make_call(self.dispatcher, facts=ARMED, **{**HERE, **fields})

    def unit(self, callsign: str, discipline: str, miles: float, *, crew: str = "", **fields: Any) -> Unit:
        agency: Agency | None = self.police if discipline == "police" else None
        unit = make_unit(self.center, callsign, discipline, agency=agency, **fields)
        UnitPosition.objects.create(unit=unit, lat=HERE["lat"] + miles / 69, lng=HERE["lng"], at=NOW)
        for duty in crew.split():
            put_on_shift(make_user(self.center, "clinician"), unit, duty)
        return unit

    def asked(self, call: Call, by: User | None = None) -> dict[str, Any]:
        return recommendation_for(by or self.dispatcher, call.pk, later(seconds=5))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def callsigns(team: dict[str, Any]) -> list[str]:
    return [pick["callsign"] for pick in team["picks"]]


def test_the_pair_is_planned_together_the_nearest_first_with_who_waits_for_whom(scene: Scene) -> None:
    scene.unit("CARE1", "care", 2, crew="clinician peer")
    scene.unit("CARE2", "care", 9, crew="clinician peer")
    scene.unit("P101", "police", 1, crew="officer", capabilities=["cit"])
    found = scene.asked(scene.call())
    assert callsigns(found["teams"][0]) == ["CARE1", "P101"] and "P101 is there first" in found["teams"][0]["words"]
    assert callsigns(found["teams"][1]) == ["CARE2", "P101"]
    assert not any(team["alone"] for team in found["teams"])


def test_a_clinician_who_has_signed_off_is_no_clinician_aboard(scene: Scene) -> None:
    scene.unit("CARE1", "care", 1, capabilities=["clinician"], crew="care_paramedic peer")
    calm = make_call(scene.dispatcher, facts={"weapon": "denied", "violence": "denied", "is_behavioral": "yes",
                                              "need": "in_person", "suicide": "denied", "medical": "denied"}, **HERE)  # fmt: skip
    found = scene.asked(calm)
    assert found["teams"] == []
    assert {out["callsign"]: out["reason"] for out in found["excluded"]}["CARE1"].startswith("no clinician aboard")


def test_a_busy_unit_says_where_it_is_and_a_unit_on_the_call_is_not_sent_again(scene: Scene) -> None:
    care, police = (
        scene.unit("CARE1", "care", 1, crew="clinician peer"),
        scene.unit("P101", "police", 1, crew="officer"),
    )
    first, second = scene.call(), scene.call()
    send(scene.dispatcher, first, care, police)
    reasons = {out["callsign"]: out["reason"] for out in scene.asked(second)["excluded"]}
    assert reasons["CARE1"] == f"dispatched on call {first.number}"
    assert scene.asked(first)["teams"] == [] and "police" in scene.asked(second)["unfilled"]


def test_a_unit_whose_place_is_not_known_is_taken_to_be_in_its_city(scene: Scene) -> None:
    Area.objects.create(
        center=scene.center,
        kind="city",
        code="d",
        name="DeSoto",
        geometry={
            "type": "Polygon",
            "coordinates": [[[-96.9, 32.5], [-96.8, 32.5], [-96.8, 32.7], [-96.9, 32.7], [-96.9, 32.5]]],
        },
        south=32.5,
        north=32.7,
        west=-96.9,
        east=-96.8,
    )
    make_unit(scene.center, "P7", "police", agency=scene.police, home="DeSoto")
    put_on_shift(make_user(scene.center, "officer"), Unit.objects.get(callsign="P7"), "officer")
    (pick,) = scene.asked(scene.call())["teams"][0]["picks"]
    assert pick["eta_seconds"] and any(term["words"] == "estimate, no position" for term in pick["terms"])


def test_it_takes_few_questions_however_many_units_there_are(scene: Scene) -> None:
    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            scene.asked(call)
        return len(asked)

    call = scene.call()
    scene.unit("P1", "police", 1)
    before = questions()
    for number in range(2, 30):
        scene.unit(f"P{number}", "police", number / 10, crew="officer")
    assert questions() == before <= 6


def test_a_partners_unit_is_offered_last_and_only_under_an_agreement_in_force(scene: Scene) -> None:
    city = make_agency(scene.center, "partner")
    make_unit(scene.center, "L1", "police", agency=city, mirrored_from="Northtown CAD")
    call = scene.call()
    assert callsigns(scene.asked(call)["teams"][0]) == ["L1"]
    scene.unit("P101", "police", 9)
    assert [callsigns(team) for team in scene.asked(call)["teams"]] == [["P101"], ["L1"]]
    Agreement.objects.create(agency=city, disciplines=["fire"])
    found = scene.asked(call)
    assert [callsigns(team) for team in found["teams"]] == [["P101"]]
    assert {out["callsign"]: out["reason"] for out in found["excluded"]}["L1"].endswith("no agreement in force")


def test_a_plan_that_cannot_be_read_is_said_and_the_next_best_holds(scene: Scene) -> None:
    scene.unit("P101", "police", 1)
    ResponsePlan.objects.create(
        center=scene.center, response="care_police", name="Three cars", version=2, body={"cars": 3}, made_at=NOW
    )  # fmt: skip
    found = scene.asked(scene.call())
    assert callsigns(found["teams"][0]) == ["P101"] and found["plan"].startswith("Default")
    (warning,) = found["warnings"]
    assert warning.startswith("Plan Three cars v2 cannot be read")


def test_it_is_dispatchs_to_ask_and_the_centers_own(scene: Scene) -> None:
    call = scene.call()
    with pytest.raises(Forbidden):
        scene.asked(call, make_user(scene.center, "clinician"))
    with pytest.raises(NotFound):
        scene.asked(call, make_user(make_center()))
