"""Response plans as a form: each save is a version, and none that sends CARE past a danger alone."""

from typing import Any

import pytest

from teams.models import ResponsePlan
from teams.planning import plans_in_force
from teams.plans import DEFAULT_PLANS, RESPONSES, Plan
from tests.config_cast import as_user, errors, list_of, make_admin, opened, page_of, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db: None) -> Any:
    class Desk:
        admin = make_admin()
        center: Any = admin.center
        client = as_user(admin)
        add = list_of(ResponsePlan, "add")

        def plans(self) -> list[Plan]:
            return plans_in_force(self.center.pk)[0]

        def make(self, response: str = "care_police", **fields: Any) -> Any:
            return self.client.post(self.add, opened(self.client, f"{self.add}?response={response}") | fields)

    return Desk()


@pytest.mark.parametrize("response", RESPONSES)
def test_a_plan_begins_as_the_products_own_and_sends_the_same(desk: Any, response: str) -> None:
    answer = desk.make(response, name="Ours")
    assert answer.status_code == 302, errors(answer)
    (plan,) = desk.plans()
    assert (plan.response, plan.positions, plan.version) == (response, DEFAULT_PLANS[response].positions, 1)


def test_a_figure_that_is_changed_makes_the_next_version(desk: Any) -> None:
    desk.make()
    first = ResponsePlan.objects.get()
    assert saved(desk.client, page_of(first), care_mph="25", unit_3_discipline="ems").status_code == 302
    (plan,) = desk.plans()
    assert (plan.version, plan.figures.care_mph) == (2, 25)
    assert [one.discipline for one in plan.positions] == ["care", "police", "ems"]
    assert opened(desk.client, page_of(ResponsePlan.objects.get(version=2)))["care_mph"] == 25


def test_a_plan_that_could_send_care_past_a_danger_alone_is_refused_with_what_to_add(desk: Any) -> None:
    answer = desk.make(unit_2_discipline="")
    assert "add police" in errors(answer)[0]
    assert not ResponsePlan.objects.exists()


@pytest.mark.parametrize(
    ("field", "wrong"), [("road_factor", "0.5"), ("unit_1_required", "two-words!"), ("care_mph", "fast")]
)
def test_a_plan_that_cannot_be_read_is_refused(desk: Any, field: str, wrong: str) -> None:
    answer = desk.make(**{field: wrong})
    assert errors(answer) and answer.context["adminform"].form[field].value() == wrong


def test_an_old_version_that_is_still_open_somewhere_replaces_nothing(desk: Any) -> None:
    desk.make()
    first = ResponsePlan.objects.get()
    stale = opened(desk.client, page_of(first)) | {"care_mph": "20"}
    saved(desk.client, page_of(first), care_mph="25")
    assert "open the newest one" in errors(desk.client.post(page_of(first), stale))[0]
    assert desk.plans()[0].figures.care_mph == 25


def test_a_second_plan_for_the_same_calls_is_refused(desk: Any) -> None:
    desk.make()
    assert "holds for these calls already" in errors(desk.make())[0]
    assert desk.make(level="2").status_code == 302


def test_a_plan_is_ended_and_the_default_holds(desk: Any) -> None:
    desk.make()
    assert saved(desk.client, page_of(ResponsePlan.objects.get()), retire="on").status_code == 302
    assert desk.plans() == []
