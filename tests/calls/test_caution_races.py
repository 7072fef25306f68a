"""Two people at the same caution at once: it ends once, and nobody renews what is over."""

from functools import partial

import pytest

from calls.cautions.entering import CautionOver, end_caution, enter_caution, review_caution
from calls.models import Caution
from care_dispatch.log.models import Event
from teams.models import User
from tests.calls.test_clinician_call_races import at_once
from tests.cast import act, later, make_center, make_user

ROUNDS = 8


@pytest.fixture
def people(committed_db: None) -> list[User]:
    center = make_center(caution_days=30, caution_days_at_most=60)
    return [make_user(center), make_user(center)]


def enter(by: User) -> Caution:
    done = act(
        enter_caution, by=by, location="300 W BELT LINE RD", severity="danger", text="Threw a chair at two officers",
        seen_by="officer", evidence="P12",
    )  # fmt: skip
    return Caution.objects.get(pk=done.result["caution_id"])


def test_two_who_end_it_at_once_end_it_once(people: list[User]) -> None:
    for _ in range(ROUNDS):
        caution = enter(people[0])
        ends = [
            partial(act, end_caution, by=by, caution_id=caution.pk, reason=f"reason {n}") for n, by in enumerate(people)
        ]
        assert at_once(*ends) == [CautionOver.__name__, "done"]
        assert Event.objects.filter(kind="caution.ended", payload__ref__caution_id=caution.pk).count() == 1


def test_whoever_renews_it_while_another_ends_it_comes_before_the_end_or_not_at_all(people: list[User]) -> None:
    one, other = people
    for _ in range(ROUNDS):
        caution = enter(one)
        ends = at_once(
            partial(act, end_caution, by=one, caution_id=caution.pk, reason="moved away"),
            partial(act, review_caution, by=other, now=later(minutes=1), caution_id=caution.pk),
        )
        assert ends in (["done", "done"], [CautionOver.__name__, "done"])
        said = Event.objects.filter(payload__ref__caution_id=caution.pk).order_by("seq").values_list("kind", flat=True)
        expected = ["caution.entered", *["caution.reviewed"] * (ends == ["done", "done"]), "caution.ended"]
        assert list(said) == expected
        caution.refresh_from_db()
        assert caution.ended_at is not None and (caution.reviewed_at is not None) is (ends == ["done", "done"])
