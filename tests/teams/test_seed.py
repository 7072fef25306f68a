"""The seed: a synthetic region that fills an empty database, runs twice without harm and keeps crews on shift."""

import hashlib
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.management import call_command

from calls import triage
from calls.models import RuleSet
from calls.rule_sets import seed_default_rules, store_rules
from calls.rules_in_force import rule_set_for
from care_dispatch.log.models import Event, Head
from care_dispatch.refusal import Invalid
from referrals.demo import seed_directory
from referrals.models import Organization, Service
from teams.actions import change_unit
from teams.demo import DEMO_PASSWORD, demo_users, region, seed_region
from teams.models import Agency, Area, Center, Shift, Unit, UnitPosition, User
from tests.cast import NOW, act, later, make_center

pytestmark = pytest.mark.django_db


def head() -> int:
    return Head.objects.values_list("seq", flat=True).get()


def test_the_region_is_one_center_that_dispatches_three_cities() -> None:
    seed_region(now=NOW)
    center = Center.objects.get(code="best-southwest")
    assert center.time_zone == "America/Chicago"
    police = Agency.objects.filter(center=center, kind="police").order_by("code")
    assert [agency.code for agency in police] == ["cedar-hill-pd", "desoto-pd", "duncanville-pd"]
    others = set(Agency.objects.filter(center=center).exclude(kind="police").values_list("kind", flat=True))
    assert others == {"dispatch", "care", "fire_ems", "partner"}


def test_everything_seeded_says_that_it_is_synthetic() -> None:
    seed_region(now=NOW)
    seed_directory(now=NOW)
    assert Center.objects.get().synthetic
    assert all("demo" in name for name in Agency.objects.values_list("name", flat=True))
    assert all(Organization.objects.values_list("synthetic", flat=True))
    assert all(Service.objects.values_list("synthetic", flat=True))
    assert "invented" in region()["note"]


def test_each_city_has_an_outline_of_few_points_near_the_real_place_and_its_police() -> None:
    seed_region(now=NOW)
    cities = Area.objects.filter(kind="city")
    assert {city.agency.kind for city in cities if city.agency} == {"police", "partner"} and cities.count() == 4
    for city in cities:
        (ring,) = city.geometry["coordinates"]
        assert 6 <= len(ring) - 1 <= 12
        assert all(-97.1 < lng < -96.6 and 32.5 < lat < 32.7 for lng, lat in ring)


def test_units_have_crews_on_shift_skills_and_a_place() -> None:
    seed_region(now=NOW)
    units = Unit.objects.all()
    assert units.count() == 14
    assert {unit.status for unit in units} == {"available"}
    assert Unit.objects.get(callsign="CARE2").languages == ["en", "es"]
    assert {skill for unit in units for skill in unit.capabilities} == {"clinician", "cit", "paramedic", "youth"}
    assert UnitPosition.objects.count() == 14
    for unit in units:
        crew = Shift.objects.filter(unit=unit, during__contains=later(hours=11))
        assert crew.count() == (1 if unit.discipline == "police" else 2)
    care = Shift.objects.filter(unit__discipline="care", duty="clinician")
    assert care.count() == 4  # each CARE crew is two, one a clinician


def test_a_second_run_adds_nothing_and_writes_no_event() -> None:
    first = seed_region(now=NOW) | seed_directory(now=NOW)
    before = head()
    again = seed_region(now=later(hours=1)) | seed_directory(now=later(hours=1))
    assert sum(first.values()) > 0
    assert sum(again.values()) == 0
    assert head() == before


def test_a_run_late_in_the_shift_keeps_the_crews_on() -> None:
    seed_region(now=NOW)
    seed_region(now=later(hours=9))
    assert Shift.objects.count() == 21
    assert Shift.objects.filter(during__contains=later(hours=20)).count() == 21
    assert Event.objects.filter(kind="shift.extended").count() == 14


def test_a_run_the_next_day_signs_new_crews_on() -> None:
    seed_region(now=NOW)
    assert seed_region(now=later(hours=30))["crews"] == 14
    assert Shift.objects.filter(during__contains=later(hours=31)).count() == 21


def test_what_somebody_changed_survives_a_second_run() -> None:
    seed_region(now=NOW)
    Agency.objects.filter(code="care").update(name="CARE North")
    User.objects.filter(username="d1").update(password="changed")
    act(change_unit, by=None, unit_id=Unit.objects.get(callsign="P103").pk, changes={"retired": True})
    seed_region(now=later(days=1))
    assert Agency.objects.get(code="care").name == "CARE North"
    assert User.objects.get(username="d1").password == "changed"
    assert list(Unit.objects.filter(callsign="P103").values_list("retired", flat=True)) == [True]


def test_every_demo_log_in_exists_with_its_role_and_a_password_that_the_rules_take() -> None:
    seed_region(now=NOW)
    for username, password, role, what_for in demo_users():
        user = User.objects.get(username=username)
        assert user.role == role
        assert what_for
        validate_password(password, user)
    (shared_hash,) = set(User.objects.values_list("password", flat=True))
    assert check_password(DEMO_PASSWORD, shared_hash)
    assert {role for _, _, role, _ in demo_users()} == {
        "dispatcher", "supervisor", "admin", "clinician", "officer", "partner"
    }  # fmt: skip
    admin = User.objects.get(username="admin")
    assert (admin.is_staff, admin.is_superuser) == (True, True)
    assert not User.objects.exclude(role="admin").filter(is_staff=True).exists()


def test_a_center_made_real_gets_no_log_in_with_a_known_password() -> None:
    Center.objects.create(code="best-southwest", name="Southwest Regional", synthetic=False)
    seed_region(now=NOW)
    assert not User.objects.exists()
    assert seed_region(now=NOW, demo=True)["people"] == 27


def test_production_gets_rules_but_no_demo_unless_asked(settings: Any, default_rules: dict[str, Any]) -> None:
    settings.PRODUCTION = True
    said = StringIO()
    call_command("seed", stdout=said)
    assert RuleSet.objects.count() == 1
    assert not Center.objects.exists()
    assert "no demo region" in said.getvalue()
    call_command("seed", "--demo", stdout=said)
    assert Center.objects.get().code == "best-southwest"
    assert DEMO_PASSWORD in said.getvalue()


@pytest.fixture
def default_rules() -> dict[str, Any]:
    """The rules as the repository's JSON file has them."""
    path = Path(triage.__file__).with_name("default_rules.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_the_stored_default_rules_are_those_of_the_repository(default_rules: dict[str, Any]) -> None:
    assert seed_default_rules(now=NOW)["version"] == 1
    row = RuleSet.objects.get()
    assert (row.status, row.center) == ("approved", None)
    canonical = json.dumps(default_rules, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert row.sha256 == hashlib.sha256(canonical.encode()).hexdigest()
    assert triage.parse_rules(row.body).sha256 == row.sha256


def test_a_call_older_than_the_first_rules_is_judged_by_them(default_rules: dict[str, Any]) -> None:
    seed_default_rules(now=NOW)
    center = make_center()
    assert rule_set_for(center.pk, later(minutes=-20)).version == 1


def test_seeding_the_rules_again_stores_nothing(default_rules: dict[str, Any]) -> None:
    seed_default_rules(now=NOW)
    assert seed_default_rules(now=later(days=1)) == {
        "rule_set_id": RuleSet.objects.get().pk,
        "version": 1,
        "added": False,
    }


def test_changed_default_rules_become_a_draft_and_leave_the_old_version_alone(default_rules: dict[str, Any]) -> None:
    seed_default_rules(now=NOW)
    changed = default_rules | {"name": "Next"}
    done = act(store_rules, by=None, now=later(days=1), body=changed, name="Default").result
    assert (done["version"], done["added"]) == (2, True)
    assert list(RuleSet.objects.order_by("version").values_list("status", flat=True)) == ["approved", "draft"]
    assert RuleSet.objects.get(version=1).body == default_rules


def test_rules_that_cannot_be_parsed_are_not_stored() -> None:
    with pytest.raises(Invalid, match="These rules cannot be used"):
        act(store_rules, by=None, body={"rules": [1]}, name="Broken")
