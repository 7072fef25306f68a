"""Who sees what follows a call: CARE all of it, dispatch that a referral was made, everybody else nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from calls import board
from calls.selectors import call_detail
from care_dispatch.access import Tier
from care_dispatch.live.cards import card_types
from care_dispatch.refusal import Forbidden
from referrals import selectors
from referrals.actions import move_referral
from tests.cast import NOW, act, make_call, make_center, make_unit, make_user, put_on_shift, send
from tests.referrals.care_cast import make_follow_up, make_referral, make_service

pytestmark = pytest.mark.django_db
CANARY = "canary-drinks-again"


@pytest.fixture
def scene() -> Any:
    class Scene:
        center = make_center()
        dispatcher = make_user(center)
        clinician = make_user(center, "clinician")
        officer = make_user(center, "officer")
        police = make_unit(center, discipline="police")
        call = make_call(dispatcher, triaged=False)
        service = make_service(center, "Harbor detox canary")

    scene = Scene()
    put_on_shift(scene.officer, scene.police, "officer")
    send(scene.dispatcher, scene.call, scene.police)
    make_referral(scene.clinician, scene.call, scene.service, note=CANARY)
    make_follow_up(scene.clinician, scene.call)
    return scene


def cards(center_id: int, tier: str) -> dict[str, list[dict[str, Any]]]:
    return {kind.name: [card.data for card in kind.build(center_id, tier, None)] for kind in card_types()}


def test_care_sees_the_referral_and_the_follow_up_on_its_board_without_the_note(scene: Any) -> None:
    shown = cards(scene.center.pk, Tier.CARE)
    assert shown["referral"] == [
        {"call_id": scene.call.pk, "service": "Harbor detox canary", "status": "requested",
         "requested_at": "2026-03-02T20:00:00Z"}
    ]  # fmt: skip
    assert shown["follow_up"] == [
        {"call_id": scene.call.pk, "due_at": "2026-03-03T20:00:00Z", "attempts": 0, "overdue": False}
    ]
    assert CANARY not in json.dumps(shown)


@pytest.mark.parametrize("tier", [Tier.DISPATCH, Tier.FIELD, Tier.PARTNER])
def test_no_other_tier_has_a_word_of_them(scene: Any, tier: str) -> None:
    shown = cards(scene.center.pk, tier)
    assert (shown["referral"], shown["follow_up"]) == ([], [])
    assert "canary" not in json.dumps(shown)


def test_dispatch_knows_that_a_referral_was_made_and_only_that(scene: Any) -> None:
    (card,) = board.call_cards(scene.center.pk, Tier.DISPATCH, None)
    assert card.data["referral_made"] is True
    detail = call_detail(scene.dispatcher, scene.call.pk, NOW)
    assert detail["referral_made"] is True
    assert "canary" not in json.dumps(detail, default=str)


def test_an_officer_does_not_even_know_that_one_was_made(scene: Any) -> None:
    (card,) = board.call_cards(scene.center.pk, Tier.FIELD, None)
    assert not card.data.get("referral_made")
    assert not call_detail(scene.officer, scene.call.pk, NOW).get("referral_made")


def test_a_referral_entered_in_error_was_not_made(scene: Any) -> None:
    (referral,) = selectors.referrals_of(scene.clinician, scene.call.pk, NOW)
    act(move_referral, by=scene.clinician, referral_id=referral["id"], to="entered_in_error")
    (card,) = board.call_cards(scene.center.pk, Tier.DISPATCH, None)
    assert card.data["referral_made"] is False


@pytest.mark.parametrize("who", ["dispatcher", "officer"])
def test_the_lists_are_read_by_care_only(scene: Any, who: str) -> None:
    user = getattr(scene, who)
    reads: list[Callable[[], object]] = [
        lambda: selectors.open_referrals(user),
        lambda: selectors.referrals_of(user, scene.call.pk, NOW),
        lambda: selectors.open_follow_ups(user, NOW),
        lambda: selectors.follow_ups_of(user, scene.call.pk, NOW),
    ]
    for read in reads:
        with pytest.raises(Forbidden, match="read by CARE only"):
            read()


def test_a_list_costs_the_same_queries_however_long(scene: Any, django_assert_num_queries: Any) -> None:
    for number in range(5):
        make_referral(scene.clinician, scene.call, make_service(scene.center, f"Service {number}"))
        make_follow_up(scene.clinician, scene.call)
    with django_assert_num_queries(2):
        assert len(selectors.open_referrals(scene.clinician)) == 6
    with django_assert_num_queries(2):
        assert len(selectors.open_follow_ups(scene.clinician, NOW)) == 6
    with django_assert_num_queries(1):
        selectors.referral_made([scene.call.pk])
