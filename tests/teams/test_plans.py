"""Response plans as data: what can be used, what is refused because of CARE, and which one holds for a call."""

from typing import Any

import pytest

from teams.plans import DEFAULT_PLANS, RESPONSES, BrokenPlan, Plan, body_of, parse_plan, plan_for


def plan(response: str, *disciplines: str, figures: dict[str, Any] | None = None, **where: Any) -> Plan:
    body = {"positions": [{"discipline": name} for name in disciplines], "figures": figures or {}}
    return parse_plan(body, name="ours", version=3, response=response, **where)


def test_a_plan_says_how_many_of_whom_and_what_they_should_have() -> None:
    body = {"positions": [{"discipline": "police", "count": 2, "required": ["k9"], "preferred": ["cit"]}]}
    found = parse_plan(body, name="two cars", version=1, response="police_first")
    assert len(found.positions) == 2
    assert (found.positions[0].required, found.positions[0].preferred) == (("k9",), ("cit",))


@pytest.mark.parametrize("response", ["care_police", "police_first"])
def test_a_plan_that_could_send_care_past_a_weapon_alone_is_refused(response: str) -> None:
    with pytest.raises(BrokenPlan, match="without police could send CARE past a danger alone: add police"):
        plan(response, "care")


def test_before_triage_a_plan_sends_police_and_ems() -> None:
    with pytest.raises(BrokenPlan, match="without police and EMS"):
        plan("", "care")


@pytest.mark.parametrize("level", [3, 4])
def test_at_the_high_levels_care_never_goes_alone(level: int) -> None:
    with pytest.raises(BrokenPlan, match="CARE does not go alone"):
        plan("care_only", "care", level=level)
    assert plan("care_only", "care", level=2).level == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([], "positions and figures"),
        ({"positions": [{"discipline": "navy"}]}, "one of care, police, ems, fire"),
        ({"positions": [{"discipline": "care", "count": 10}]}, "0 to 9 units of CARE"),
        ({"positions": [{"discipline": "care", "required": "cit"}]}, "list of words"),
        ({"positions": [{"discipline": "care"}], "figures": {"speed": 3}}, "no figure speed"),
        ({"positions": [{"discipline": "care"}], "figures": {"care_mph": 0}}, "care_mph is at least 1"),
        ({"positions": [{"discipline": "care"}], "figures": {"hold_minutes": True}}, "number from 0"),
        ({"positions": [{"discipline": "care", "count": 5}, {"discipline": "ems", "count": 5}]}, "at most 9 units"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(body: Any, said: str) -> None:
    with pytest.raises(BrokenPlan, match=said):
        parse_plan(body, name="x", version=1, response="care_only")


def test_the_defaults_are_sound_and_there_is_one_for_every_response() -> None:
    assert set(DEFAULT_PLANS) == set(RESPONSES)
    for response, default in DEFAULT_PLANS.items():
        again = parse_plan(body_of(default), name=default.name, version=0, response=response)
        assert again.positions == default.positions


def test_the_plan_that_says_most_about_a_call_holds() -> None:
    broad, level = plan("care_police", "police"), plan("care_police", "police", level=3)
    area, nature = plan("care_police", "police", area="north-pd"), plan("care_police", "police", nature="Welfare check")
    plans = [broad, level, area, nature]
    chosen = [
        plan_for(plans, response="care_police", level=2),
        plan_for(plans, response="care_police", level=3),
        plan_for(plans, response="care_police", level=3, area="north-pd"),
        plan_for(plans, response="care_police", level=3, area="north-pd", nature="WELFARE CHECK"),
    ]
    assert chosen == [broad, level, area, nature]
    assert plan_for(plans, response="ems_first", level=4) is DEFAULT_PLANS["ems_first"]
