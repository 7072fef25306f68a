"""The pair as pure rules, and the sentence for the radio: behavior, never a diagnosis."""

from datetime import timedelta

import pytest
from hypothesis import given

from calls.co_response import Visit, answered, lead, minutes_freed, staging_point
from calls.radio import DIAGNOSES, radio_text
from tests.calls.triage.fact_sets import FACT_SETS
from tests.cast import NOW


@pytest.mark.parametrize(
    ("asked", "there", "secure", "leads"),
    [
        ("police", {"care", "police"}, False, "police"),
        ("police", {"care", "police"}, True, "care"),
        ("fire", {"fire", "police", "care"}, False, "fire"),
        ("fire", {"fire", "police", "care"}, True, "care"),
        ("ems", {"ems", "police", "care"}, True, "ems"),
        ("care", {"care"}, False, "care"),
        ("police", set(), False, ""),
    ],
)
def test_who_leads_follows_from_who_is_there_and_whether_it_is_secure(
    asked: str, there: set[str], secure: bool, leads: str
) -> None:
    assert lead(asked=asked, there=there, secure=secure) == leads


def visit(discipline: str, sent: float, came: float | None, *, remote: bool = False) -> Visit:
    came_at = None if came is None else NOW + timedelta(minutes=came)
    return Visit(discipline, NOW + timedelta(minutes=sent), came_at, remote)


@pytest.mark.parametrize(
    ("visits", "how"),
    [
        ([], "nobody"),
        ([visit("care", 0, None)], "nobody"),
        ([visit("care", 0, None, remote=True)], "phone"),
        ([visit("care", 0, 9)], "care_only"),
        ([visit("police", 0, 5)], "others_only"),
        ([visit("police", 0, 5), visit("care", 0, 9)], "care_joint"),
        ([visit("police", 0, 5), visit("care", 6, 20)], "care_after"),
    ],
)
def test_how_a_call_was_answered(visits: list[Visit], how: str) -> None:
    assert answered(visits) == how


def test_minutes_are_freed_only_where_care_stayed_longer() -> None:
    assert minutes_freed(NOW, NOW + timedelta(minutes=30)) == 30
    assert minutes_freed(NOW, NOW - timedelta(minutes=1)) is None and minutes_freed(None, NOW) is None


def test_care_waits_two_blocks_away_unless_somebody_says_where() -> None:
    assert staging_point(point="", lat=None, lng=None, location="1 MAIN ST") == ("2 blocks from 1 MAIN ST", True)
    assert staging_point(point="the church", lat=1, lng=2, location="x") == ("the church", False)


def test_the_radio_hears_behavior_and_always_of_weapons() -> None:
    said = radio_text(
        {"age": "adult", "weapon": "in_hand", "weapon_type": "knife", "suicide": "intent"}, location="1 MAIN ST"
    )
    assert said == "An adult at 1 MAIN ST: has a knife in hand, says they will end their life."
    assert "weapons not asked" in radio_text({}, location="x")


@given(FACT_SETS)
def test_no_diagnosis_is_ever_said(facts: dict[str, object]) -> None:
    said = radio_text(facts, location="x").lower()
    assert not any(word in said for word in ("psycho", "mania", "schizo", "bipolar", "mental"))
    assert (
        said
        == radio_text({name: value for name, value in facts.items() if name not in DIAGNOSES}, location="x").lower()
    )
