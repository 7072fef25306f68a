"""A CARE unit that nobody is on shift with goes nowhere, and what its crew brings is what the board shows."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from calls.dispatch import NobodyAboard, UnitNotAvailable, send_units
from calls.faces import unit_face, unit_rows
from calls.models import Call
from teams.actions import StillAtWork, sign_off
from teams.models import Shift, Unit, User
from tests.cast import NOW, make_call, make_center, make_unit, make_user, put_on_shift, send
from tests.crew_cast import hold, make_kind
from tests.referrals.test_races import race

ROUNDS = 8


@pytest.mark.django_db
def test_care_without_a_crew_is_not_sent() -> None:
    center = make_center(crews_sign_on=True)
    care, police, dispatcher = make_unit(center, "CARE9"), make_unit(center, "P9", "police"), make_user(center)
    call = make_call(dispatcher, triaged=False)
    with pytest.raises(NobodyAboard, match="Nobody is on shift with CARE9: sign its crew on first"):
        send(dispatcher, call, care, police)
    put_on_shift(make_user(center, "clinician"), care)
    send(dispatcher, call, care, police)


@pytest.mark.django_db
def test_the_card_shows_what_the_crew_has_now_until_when_and_who_was_forced_on() -> None:
    center = make_center()
    unit = make_unit(center, "CARE9", capabilities=["clinician", "k9"])
    person, start = make_user(center, "clinician", first_name="Dana", last_name="Oak"), timezone.now()
    supervisor = make_user(center, "supervisor")
    shift = put_on_shift(person, unit, start=start - timedelta(hours=1))
    hold(person, make_kind(center, "clinician", needed_for=["clinician"]), days=-1)
    Shift.objects.filter(pk=shift.pk).update(forced_reason="nobody_else", forced_by=supervisor)
    row = unit_rows(center.pk, [unit.pk])[0]
    shown = unit_face(row, "dispatch")
    assert shown["capabilities"] == ["k9"]
    (member,) = shown["crew"]
    assert (member["name"], member["forced"], member["lacking"]) == ("Dana Oak", True, ["counselor licence"])
    assert member["until"].startswith(f"{start + timedelta(hours=11):%Y-%m-%dT%H}")
    assert set(unit_face(row, "field")["crew"][0]) == {"name", "duty", "until"}
    assert unit_face(row, "partner")["crew"] == []


def test_a_crew_that_signs_off_while_it_is_sent_is_either_sent_or_gone(committed_db: None) -> None:
    center = make_center(crews_sign_on=True)
    dispatcher = make_user(center)
    outcomes = set()
    for _ in range(ROUNDS):
        unit, clinician = make_unit(center), make_user(center, "clinician")
        put_on_shift(clinician, unit)
        call = make_call(dispatcher, triaged=False)

        def either(*, actor: User, now: datetime, off: bool, unit: Unit = unit, call: Call = call) -> Mapping[str, Any]:
            if off:
                return sign_off(actor=actor, now=now, unit_id=unit.pk)
            return send_units(actor=actor, now=now, call_id=call.pk, unit_ids=[unit.pk], override_reason="crew_request")

        outcomes.add(tuple(race(either, [(clinician, {"off": True}), (dispatcher, {"off": False})])))
        unit.refresh_from_db()
        aboard = Shift.objects.filter(unit=unit, during__contains=NOW).exists()
        assert (unit.status == "dispatched") == aboard
    assert outcomes <= {(True, StillAtWork), (True, UnitNotAvailable)}
