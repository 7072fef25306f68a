"""Plans in the database: each save is the next version, what was is kept, and what is not sound is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from care_dispatch.refusal import Forbidden, Invalid, NotFound
from teams.models import ResponsePlan
from teams.planning import plans_in_force, retire_plan, save_plan
from tests.cast import NOW, act, last_event, make_agency, make_center, make_user

pytestmark = pytest.mark.django_db
BODY: dict[str, Any] = {"positions": [{"discipline": "care"}, {"discipline": "police", "count": 2}]}
PLAN: dict[str, Any] = {"response": "care_police", "name": "Two cars", "body": BODY}


def test_a_saved_plan_is_the_next_version_and_the_one_before_is_kept() -> None:
    center = make_center()
    admin = make_user(center, "admin")
    act(save_plan, by=admin, center_id=center.pk, **PLAN)
    act(save_plan, by=admin, center_id=center.pk, **PLAN | {"name": "Three cars"})
    assert [(plan.name, plan.version) for plan in plans_in_force(center.pk)[0]] == [("Three cars", 2)]
    assert ResponsePlan.objects.filter(center=center).count() == 2
    assert last_event().kind == "plan.saved"


def test_plans_for_other_levels_and_areas_stand_beside_each_other() -> None:
    center = make_center()
    area = make_agency(center, code="north-pd")
    elsewhere: list[dict[str, Any]] = [{}, {"level": 4}, {"area_id": area.pk}]
    for more in elsewhere:
        act(save_plan, by=None, center_id=center.pk, **PLAN, **more)
    assert [(plan.level, plan.area) for plan in plans_in_force(center.pk)[0]] == [
        (None, ""),
        (4, ""),
        (None, "north-pd"),
    ]


def test_a_plan_that_could_send_care_past_a_danger_alone_is_refused_when_it_is_saved() -> None:
    center = make_center()
    with pytest.raises(Invalid, match="add police"):
        act(save_plan, by=None, center_id=center.pk, **PLAN | {"body": {"positions": [{"discipline": "care"}]}})
    assert not ResponsePlan.objects.exists()


def test_only_an_admin_of_the_center_saves_and_retires_plans() -> None:
    center = make_center()
    with pytest.raises(Forbidden):
        act(save_plan, by=make_user(center, "supervisor"), center_id=center.pk, **PLAN)
    stranger = make_user(make_center(), "admin")
    with pytest.raises(NotFound):
        act(save_plan, by=stranger, center_id=center.pk, **PLAN)
    made = act(save_plan, by=None, center_id=center.pk, **PLAN).result["plan_id"]
    with pytest.raises(NotFound):
        act(retire_plan, by=stranger, plan_id=made)


def test_without_a_plan_in_force_the_default_holds() -> None:
    center = make_center()
    made = act(save_plan, by=None, center_id=center.pk, **PLAN).result["plan_id"]
    act(retire_plan, by=None, plan_id=made)
    assert plans_in_force(center.pk) == ([], [])


def test_the_database_keeps_every_version_as_it_was() -> None:
    center = make_center()
    made = act(save_plan, by=None, center_id=center.pk, **PLAN).result["plan_id"]
    changes: list[Callable[[Any], Any]] = [lambda plan: plan.update(body={}), lambda plan: plan.delete()]
    for change in changes:
        with pytest.raises(DatabaseError, match="plan"), transaction.atomic():
            change(ResponsePlan.objects.filter(pk=made))


def test_the_database_holds_one_plan_in_force_for_the_same_calls() -> None:
    center = make_center()
    fields: dict[str, Any] = {"center": center, "response": "care_only", "name": "x", "body": BODY, "made_at": NOW}
    ResponsePlan.objects.create(version=1, **fields)
    with pytest.raises(IntegrityError, match="one_plan_in_force"), transaction.atomic():
        ResponsePlan.objects.create(version=2, **fields)
