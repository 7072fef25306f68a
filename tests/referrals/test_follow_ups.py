"""A contact owed after a call: due by risk, tried, closed with what came of it."""

from typing import Any

import pytest

from care_dispatch.due.models import Due
from care_dispatch.due.work import run_once
from care_dispatch.log.models import Event
from care_dispatch.refusal import Forbidden, NotFound
from referrals.actions import FollowUpClosed, FollowUpNotDone, close_follow_up, try_follow_up
from tests.cast import NOW, act, later, make_call, make_center, make_user
from tests.referrals.care_cast import make_follow_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Any:
    class Scene:
        center = make_center()
        dispatcher = make_user(center)
        clinician = make_user(center, "clinician")
        call = make_call(dispatcher, triaged=False)

    return Scene()


@pytest.mark.parametrize(("risk", "hours"), [("24h", 24), ("48h", 48), ("72h", 72)])
def test_a_follow_up_is_due_by_its_risk(scene: Any, risk: str, hours: int) -> None:
    follow_up = make_follow_up(scene.clinician, scene.call, risk)
    assert follow_up.due_at == later(hours=hours)
    assert Due.objects.get(kind="follow_up").due_at == later(hours=hours)


def test_the_server_marks_a_follow_up_overdue_once(scene: Any) -> None:
    Due.objects.all().delete()  # the call's own triage is not what this is about
    follow_up = make_follow_up(scene.clinician, scene.call)
    for hours in (23, 24, 25):
        run_once(older_than=later() - NOW, now=later(hours=hours), source="sweep")
    follow_up.refresh_from_db()
    assert follow_up.overdue_at == later(hours=24)
    assert Event.objects.filter(kind="follow_up.overdue").count() == 1
    assert not Due.objects.exists()


def test_a_closed_follow_up_never_becomes_overdue(scene: Any) -> None:
    Due.objects.all().delete()
    follow_up = make_follow_up(scene.clinician, scene.call)
    act(close_follow_up, by=scene.clinician, follow_up_id=follow_up.pk, result="moved")
    assert not Due.objects.exists()


def test_a_center_that_keeps_a_past_clock_gets_no_reminder() -> None:
    center = make_center(timers_run=False)
    make_follow_up(make_user(center, "clinician"), make_call(make_user(center), triaged=False))
    assert not Due.objects.filter(kind="follow_up").exists()


def test_three_attempts_come_before_giving_up(scene: Any) -> None:
    follow_up = make_follow_up(scene.clinician, scene.call)
    for _ in range(2):
        act(try_follow_up, by=scene.clinician, follow_up_id=follow_up.pk, mode="phone", result="no_answer")
    with pytest.raises(FollowUpNotDone, match="Three attempts are needed before giving up; there were 2"):
        act(close_follow_up, by=scene.clinician, follow_up_id=follow_up.pk, result="not_reached_after_3")
    act(try_follow_up, by=scene.clinician, follow_up_id=follow_up.pk, mode="visit", result="no_answer")
    act(
        close_follow_up, by=scene.clinician, now=later(hours=3), follow_up_id=follow_up.pk, result="not_reached_after_3"
    )
    follow_up.refresh_from_db()
    assert (follow_up.result, follow_up.closed_at, follow_up.closed_by) == (
        "not_reached_after_3", later(hours=3), scene.clinician
    )  # fmt: skip


def test_a_closed_follow_up_takes_nothing_more_and_says_so(scene: Any) -> None:
    follow_up = make_follow_up(scene.clinician, scene.call)
    act(close_follow_up, by=scene.clinician, follow_up_id=follow_up.pk, result="moved")
    with pytest.raises(FollowUpClosed, match="was closed as moved away at 2026-03-02 14:00"):
        act(try_follow_up, by=scene.clinician, follow_up_id=follow_up.pk, mode="phone", result="reached")


@pytest.mark.parametrize("role", ["dispatcher", "supervisor", "officer", "partner"])
def test_only_care_sets_tries_and_closes_follow_ups(scene: Any, role: str) -> None:
    follow_up, other = make_follow_up(scene.clinician, scene.call), make_user(scene.center, role)
    with pytest.raises(Forbidden, match="Only CARE may set a follow-up"):
        make_follow_up(other, scene.call)
    with pytest.raises(Forbidden, match="Only CARE may record"):
        act(try_follow_up, by=other, follow_up_id=follow_up.pk, mode="phone", result="reached")
    with pytest.raises(Forbidden, match="Only CARE may close"):
        act(close_follow_up, by=other, follow_up_id=follow_up.pk, result="moved")


def test_another_centers_follow_up_looks_missing(scene: Any) -> None:
    follow_up = make_follow_up(scene.clinician, scene.call)
    with pytest.raises(NotFound, match="no such follow-up"):
        act(close_follow_up, by=make_user(make_center(), "clinician"), follow_up_id=follow_up.pk, result="moved")
