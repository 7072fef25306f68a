"""Credentials that run out: supervisors hear of it ahead and once, and a crew that has lost something is shown so at midnight."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from calls.alerts import acknowledge_alert
from calls.models import Alert
from care_dispatch.due.models import Due
from care_dispatch.due.work import keep_standing, run_once
from care_dispatch.log.models import Event
from care_dispatch.refusal import Forbidden
from teams.models import Credential
from tests.cast import NOW, act, last_event, make_center, make_unit, make_user, put_on_shift
from tests.config_cast import as_user, make_admin, page_of, saved
from tests.crew_cast import hold, make_kind

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
MIDNIGHT = datetime(2026, 3, 3, 6, tzinfo=UTC)  # in Texas


class Floor:
    """Dana Oak, a clinician on CARE9 until two in the night, with a licence that is told of thirty days ahead."""

    def __init__(self) -> None:
        self.center = make_center()
        self.unit = make_unit(self.center, "CARE9", languages=["en"])
        self.licence = make_kind(self.center, "clinician", speaks=["es"], needed_for=["clinician"], words="LPC licence")
        self.dana = make_user(self.center, "clinician", first_name="Dana", last_name="Oak")
        put_on_shift(self.dana, self.unit, start=NOW)

    def look(self, now: datetime = NOW) -> None:
        keep_standing(now)
        Due.objects.filter(kind="credentials").update(due_at=now)
        run_once(older_than=timedelta(0), now=now, source="sweep")

    def texts(self, kind: str) -> list[str]:
        return list(Alert.objects.filter(kind=kind).order_by("pk").values_list("text", flat=True))

    def shown_anew(self) -> int:
        return Event.objects.filter(kind="crew.able_changed", unit_id=self.unit.pk).count()


@pytest.fixture
def floor() -> Floor:
    return Floor()


def test_supervisors_are_told_once_for_each_end(floor: Floor) -> None:
    held = hold(floor.dana, floor.licence, days=30)
    floor.look()
    floor.look()
    assert floor.texts("credential_ends") == ["Credentials run out: Dana Oak, LPC licence, on 2026-04-01"]
    alert = Alert.objects.get(kind="credential_ends")
    with pytest.raises(Forbidden, match="a supervisor"):
        act(acknowledge_alert, by=make_user(floor.center), alert_id=alert.pk)
    act(acknowledge_alert, by=make_user(floor.center, "supervisor"), alert_id=alert.pk)
    floor.look(NOW + timedelta(days=1))
    assert len(floor.texts("credential_ends")) == 1
    Credential.objects.filter(pk=held.pk).update(expires_on=TODAY + timedelta(days=20))
    floor.look()
    assert len(floor.texts("credential_ends")) == 2


def test_who_runs_out_at_the_same_time_is_in_one_alert_and_not_too_many_are_named(floor: Floor) -> None:
    for _ in range(12):
        hold(make_user(floor.center, "clinician"), floor.licence, days=5)
    floor.look()
    (text,) = floor.texts("credential_ends")
    assert text.count("LPC licence") == 10 and text.endswith("; and 2 more")


def test_what_is_far_off_renewed_withdrawn_or_of_somebody_who_left_is_not_told(floor: Floor) -> None:
    hold(floor.dana, floor.licence, days=31)
    renewed, withdrawn, gone = (make_user(floor.center, "clinician") for _ in range(3))
    hold(renewed, floor.licence, days=5)
    hold(renewed, floor.licence, days=400)
    hold(withdrawn, floor.licence, days=5, retired=True)
    hold(gone, floor.licence, days=5)
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    floor.look()
    assert floor.texts("credential_ends") == []
    assert not Credential.objects.exclude(warned_of=None).exists()


# --- at its end ---------------------------------------------------------------------------------------
def test_at_midnight_of_the_center_a_crew_has_lost_what_it_needed_and_one_alert_says_so(floor: Floor) -> None:
    hold(floor.dana, floor.licence, days=0)
    floor.look(MIDNIGHT - timedelta(seconds=1))
    assert (floor.shown_anew(), floor.texts("credential_lapsed")) == (0, [])
    run_once(older_than=timedelta(0), now=MIDNIGHT, source="sweep")
    floor.look(MIDNIGHT + timedelta(minutes=5))
    assert floor.texts("credential_lapsed") == ["CARE9 has lost clinician, es: Dana Oak, LPC licence ran out"]
    assert Alert.objects.get(kind="credential_lapsed").unit == floor.unit
    assert floor.shown_anew() == 1
    assert last_event("credentials.lapsed").center_id == floor.center.pk


def test_what_somebody_else_aboard_still_brings_is_not_lost(floor: Floor) -> None:
    hold(floor.dana, floor.licence, days=-1)
    other = make_user(floor.center, "clinician")
    hold(other, floor.licence)
    put_on_shift(other, floor.unit)
    floor.look()
    assert (floor.shown_anew(), floor.texts("credential_lapsed")) == (1, [])


def test_a_renewal_beside_it_loses_nothing(floor: Floor) -> None:
    hold(floor.dana, floor.licence, days=-1)
    hold(floor.dana, floor.licence)
    floor.look()
    assert floor.texts("credential_lapsed") == []


def test_whom_a_supervisor_signed_on_without_it_brought_nothing_to_lose(floor: Floor) -> None:
    hold(floor.dana, floor.licence, days=-1)
    supervisor = make_user(floor.center, "supervisor")
    floor.unit.shifts.update(forced_reason="renewal_seen", forced_by=supervisor)
    floor.look()
    assert floor.texts("credential_lapsed") == []


def test_what_ends_while_nobody_is_on_shift_with_it_is_noted_and_nothing_else(floor: Floor) -> None:
    floor.unit.shifts.all().delete()
    held = hold(floor.dana, floor.licence, days=-1)
    floor.look()
    held.refresh_from_db()
    assert held.lapsed_on == held.expires_on
    assert not Alert.objects.exists()


def test_what_comes_into_force_today_is_shown(floor: Floor) -> None:
    hold(floor.dana, floor.licence, issued_on=TODAY)
    floor.look()
    assert floor.shown_anew() == 1


# --- the pages ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", ["credential", "kind"])
def test_a_change_on_its_page_is_shown_at_once_and_looked_at_again(floor: Floor, what: str) -> None:
    held = hold(floor.dana, floor.licence)
    Credential.objects.update(warned_of=held.expires_on)
    keep_standing(NOW)
    Due.objects.update(due_at=NOW + timedelta(days=9000))
    now = datetime.now(UTC)
    floor.unit.shifts.update(during=(now - timedelta(hours=1), now + timedelta(hours=1)))
    client = as_user(make_admin(floor.center))
    row: Any = held if what == "credential" else floor.licence
    change: Any = {"retired": "on"} if what == "credential" else {"warn_days": 40}
    assert saved(client, page_of(row), **change).status_code == 302
    assert floor.shown_anew() == 1
    assert Due.objects.get(kind="credentials", subject_id=floor.center.pk).due_at >= now


def test_a_center_that_plays_a_past_again_is_not_looked_at(floor: Floor) -> None:
    hold(floor.dana, floor.licence, days=0)
    type(floor.center).objects.update(timers_run=False)
    floor.look(MIDNIGHT)
    assert not Alert.objects.exists() and not Due.objects.filter(kind="credentials").exists()
