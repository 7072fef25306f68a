"""The life of a rule set: drafted, changed, submitted, approved by a second person, in force, undone."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from calls.closing import close_call
from calls.models import Alert, Call, RuleSet, Verdict
from calls.rule_sets import (
    approve_rules,
    change_draft,
    retire,
    roll_back,
    send_back,
    start_draft,
    store_rules,
    submit_rules,
)
from calls.rule_sets.checking import CasesFail, RulesRefused
from calls.rule_sets.drafting import DraftChanged, NotADraft
from calls.rule_sets.fetch import SecondPerson
from calls.rule_sets.landing import BATCH, landing_gave_up, run_landing
from calls.rule_sets.publishing import NoRulesLeft, NotInForce
from calls.rules_in_force import NoRules, rule_set_for
from care_dispatch.due.models import Due
from care_dispatch.due.work import run_once
from care_dispatch.log.models import Event
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from tests.calls.rules_cast import Desk, approve, body_with, default_body, extra_rule
from tests.cast import NOW, act, last_event, later, make_call, make_center, make_user, use_default_rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db: None) -> Desk:
    use_default_rules()
    return Desk(make_center())


def again(row: RuleSet) -> RuleSet:
    return RuleSet.objects.get(pk=row.pk)


def sweep(now: Any = NOW, looks: int = 6) -> None:
    for _ in range(looks):
        run_once(older_than=NOW - NOW, now=now, source="sweep")


# --- drafts ----------------------------------------------------------------------------------------
def test_a_draft_starts_from_a_template_and_belongs_to_the_center(desk: Desk) -> None:
    made = act(start_draft, by=desk.author, template_code="los_angeles", name="Our matrix").result
    row = RuleSet.objects.get(pk=made["rule_set_id"])
    assert (row.status, row.center, row.author, row.revision) == ("draft", desk.center, desk.author, 1)
    assert (row.name, row.body["name"], row.framework) == (
        "Our matrix", "Our matrix", "Los Angeles County crisis call matrix"
    )  # fmt: skip
    assert last_event().payload["ref"] == {"rule_set_id": row.pk, "based_on_id": None}


def test_a_draft_starts_from_a_version_and_remembers_it(desk: Desk) -> None:
    default = RuleSet.objects.get(center=None)
    made = act(start_draft, by=desk.second, rule_set_id=default.pk).result
    row = RuleSet.objects.get(pk=made["rule_set_id"])
    assert (row.based_on, row.version) == (default, default.version + 1)
    assert row.body["rules"] == default.body["rules"]


@pytest.mark.parametrize("fields", [{}, {"template_code": "default", "rule_set_id": 1}])
def test_a_draft_starts_from_exactly_one_thing(desk: Desk, fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="name one of the two"):
        act(start_draft, by=desk.author, **fields)


def test_a_template_nobody_published_is_missing(desk: Desk) -> None:
    with pytest.raises(NotFound, match="there are default"):
        act(start_draft, by=desk.author, template_code="atlantis")


def test_a_change_is_saved_with_who_and_a_new_revision(desk: Desk) -> None:
    row = desk.draft()
    done = act(change_draft, by=desk.second, rule_set_id=row.pk, base=1, changes={"rules": extra_rule()}).result
    row = again(row)
    assert (done["revision"], row.revision, row.edited_by) == (2, 2, desk.second)
    assert row.editors == sorted([desk.author.pk, desk.second.pk])
    assert last_event().kind == "rules.changed"


def test_saving_what_is_there_changes_nothing(desk: Desk) -> None:
    row, before = desk.draft(), last_event()
    act(change_draft, by=desk.second, rule_set_id=row.pk, base=1, changes={"rules": default_body()["rules"]})
    assert (again(row).revision, last_event()) == (1, before)


def test_a_change_of_what_somebody_changed_meanwhile_names_them(desk: Desk) -> None:
    row = desk.draft()
    act(change_draft, by=desk.second, rule_set_id=row.pk, base=1, changes={"name": "Bo's"}, now=later(minutes=1))
    with pytest.raises(DraftChanged, match="Bo Lind changed this draft") as refused:
        act(change_draft, by=desk.author, rule_set_id=row.pk, base=1, changes={"name": "Ana's"})
    assert refused.value.details == {"by": "Bo Lind", "at": later(minutes=1).isoformat(), "revision": 2, "yours": 1}
    assert again(row).name == "Bo's"


def test_broken_rules_are_refused_at_save_with_every_problem(desk: Desk) -> None:
    row = desk.draft()
    rules = [*body_with("R3", services=["care"]), {"id": "X1"}]
    with pytest.raises(RulesRefused) as refused:
        act(change_draft, by=desk.author, rule_set_id=row.pk, base=1, changes={"rules": rules})
    assert [problem["rule"] for problem in refused.value.details["problems"]] == ["X1"]
    with pytest.raises(RulesRefused, match="EMS might not be sent"):
        act(change_draft, by=desk.author, rule_set_id=row.pk, base=1, changes={"rules": body_with("R1", level=1)})
    assert again(row).revision == 1


# --- submitting ------------------------------------------------------------------------------------
def test_a_draft_that_fails_a_must_pass_case_is_not_submitted(desk: Desk) -> None:
    row = desk.draft(body_with("R7", level=2))
    with pytest.raises(CasesFail, match="must-pass cases fail: C012") as refused:
        act(submit_rules, by=desk.author, rule_set_id=row.pk, base=row.revision)
    assert "C080" in [case["id"] for case in refused.value.details["failing"]]
    assert again(row).status == "draft"


def test_submitting_freezes_the_rules_and_counts_the_cases(desk: Desk) -> None:
    row = desk.submitted(extra_rule())
    assert (row.status, row.submitted_by, row.cases_passed) == ("submitted", desk.author, 99)
    assert row.cases_sha256
    with pytest.raises(NotADraft, match="is submitted; only a rule set that is draft can be changed"):
        act(change_draft, by=desk.author, rule_set_id=row.pk, base=2, changes={"name": "x"})


def test_what_is_submitted_is_what_was_looked_at(desk: Desk) -> None:
    row = desk.draft(extra_rule())
    with pytest.raises(DraftChanged):
        act(submit_rules, by=desk.second, rule_set_id=row.pk, base=1)


def test_rules_are_sent_back_with_a_reason_and_can_be_changed_again(desk: Desk) -> None:
    row = desk.submitted()
    act(send_back, by=desk.second, rule_set_id=row.pk, reason="Name the council's decision")
    row = again(row)
    assert (row.status, row.sent_back_reason, row.cases_passed) == ("draft", "Name the council's decision", None)
    act(change_draft, by=desk.author, rule_set_id=row.pk, base=1, changes={"note": "Council, item 7"})
    act(submit_rules, by=desk.author, rule_set_id=row.pk, base=2)
    assert again(row).sent_back_reason == ""


# --- approving -------------------------------------------------------------------------------------
def test_a_second_person_puts_rules_in_force(desk: Desk) -> None:
    row = desk.approved(extra_rule())
    assert (row.status, row.approved_by, row.approved_at, row.effective_at) == ("approved", desk.second, NOW, NOW)
    assert rule_set_for(desk.center.pk, NOW).pk == row.pk
    assert last_event().kind == "rules.approved"


def test_neither_the_author_nor_anybody_who_changed_it_approves(desk: Desk) -> None:
    row = desk.draft()
    act(change_draft, by=desk.second, rule_set_id=row.pk, base=1, changes={"rules": extra_rule()})
    act(change_draft, by=desk.author, rule_set_id=row.pk, base=2, changes={"name": "Typing error mended"})
    act(submit_rules, by=desk.third, rule_set_id=row.pk, base=3)
    row = again(row)
    for person in (desk.author, desk.second):
        with pytest.raises(SecondPerson, match="somebody else has to approve"):
            approve(person, row)
    approve(desk.third, row)


def test_what_is_approved_is_what_was_read(desk: Desk) -> None:
    row = desk.submitted()
    act(send_back, by=desk.second, rule_set_id=row.pk, reason="x")
    act(change_draft, by=desk.author, rule_set_id=row.pk, base=1, changes={"rules": extra_rule()})
    act(submit_rules, by=desk.author, rule_set_id=row.pk, base=2)
    with pytest.raises(DraftChanged):
        approve(desk.second, row)


def test_rules_take_effect_now_or_later_never_in_the_past(desk: Desk) -> None:
    row = desk.submitted()
    with pytest.raises(Invalid, match="now or later"):
        approve(desk.second, row, effective_at=later(seconds=-1))
    approve(desk.second, row, effective_at=later(days=1))
    before, after = (rule_set_for(desk.center.pk, at) for at in (later(hours=23), later(hours=24)))
    assert (before.center_id, after.pk) == (None, row.pk)


def test_only_those_of_the_center_look_after_its_rules(desk: Desk) -> None:
    row, stranger = desk.submitted(), Desk(make_center()).second
    with pytest.raises(NotFound):
        approve(stranger, row)
    for role in ("dispatcher", "clinician", "officer", "partner"):
        with pytest.raises(Forbidden, match="admin or a supervisor"):
            approve(make_user(desk.center, role), row)


def test_the_rules_of_every_center_are_read_and_not_changed_from_one(desk: Desk) -> None:
    default = RuleSet.objects.get(center=None)
    with pytest.raises(Forbidden, match="start a draft of your own"):
        act(retire, by=desk.author, rule_set_id=default.pk, reason="x")


# --- in force --------------------------------------------------------------------------------------
def test_the_centers_newest_decides_and_other_centers_keep_theirs(desk: Desk) -> None:
    first, second = desk.approved(), desk.approved(extra_rule(), now=later(hours=1))
    assert rule_set_for(desk.center.pk, later(minutes=30)).pk == first.pk
    assert rule_set_for(desk.center.pk, later(hours=2)).pk == second.pk
    assert rule_set_for(make_center().pk, later(hours=2)).center_id is None


def test_a_replayed_center_is_judged_by_the_newest_whatever_its_date(desk: Desk) -> None:
    row = desk.approved(effective_at=later(days=30))
    assert rule_set_for(desk.center.pk, None).pk == row.pk


def test_what_was_in_force_is_known_after_it_was_retired(desk: Desk) -> None:
    row = desk.approved()
    act(retire, by=desk.third, rule_set_id=row.pk, reason="Council withdrew it", now=later(days=2))
    assert rule_set_for(desk.center.pk, later(days=1)).pk == row.pk
    assert rule_set_for(desk.center.pk, later(days=3)).center_id is None


def test_rolling_back_puts_the_version_before_in_force_and_keeps_the_undone_one(desk: Desk) -> None:
    first, second = desk.approved(), desk.approved(extra_rule(), now=later(hours=1))
    done = act(roll_back, by=desk.third, rule_set_id=second.pk, reason="Too many police", now=later(hours=2)).result
    assert done["back_to_id"] == first.pk == rule_set_for(desk.center.pk, later(hours=2)).pk
    undone = again(second)
    assert (undone.status, undone.retired_reason, undone.retired_by) == ("retired", "Too many police", desk.third)
    assert last_event().payload["ref"] == {"rule_set_id": second.pk, "back_to_id": first.pk}
    with pytest.raises(NotInForce, match=f"version {first.version} is"):
        act(roll_back, by=desk.third, rule_set_id=second.pk, reason="again", now=later(hours=3))
    done = act(roll_back, by=desk.third, rule_set_id=first.pk, reason="All of it", now=later(hours=3)).result
    assert rule_set_for(desk.center.pk, later(hours=3)).center_id is None


def test_some_rules_are_always_left_in_force(desk: Desk) -> None:
    above = make_user(desk.center, "admin", is_superuser=True)
    above.center = None
    above.save()
    default = RuleSet.objects.get(center=None)
    for action in (retire, roll_back):
        with pytest.raises(NoRulesLeft, match="the only one in force"):
            act(action, by=above, rule_set_id=default.pk, reason="x")
    assert rule_set_for(desk.center.pk, NOW).pk == default.pk


def test_a_draft_is_given_up_and_a_future_version_taken_back(desk: Desk) -> None:
    draft, future = desk.draft(), desk.approved(effective_at=later(days=1))
    for row in (draft, future):
        act(retire, by=desk.author, rule_set_id=row.pk, reason="not needed")
        assert again(row).status == "retired"
    assert rule_set_for(desk.center.pk, later(days=2)).center_id is None
    assert not Due.objects.filter(kind="rules").exists()


def test_a_database_without_rules_says_so(db: None) -> None:
    with pytest.raises(NoRules):
        rule_set_for(make_center().pk, NOW)


# --- open calls ------------------------------------------------------------------------------------
MINORS = {"is_behavioral": "yes", "weapon": "denied", "minors_present": "yes"}


def test_an_open_call_uses_new_rules_and_goes_back_when_they_are_undone(desk: Desk) -> None:
    call = make_call(make_user(desk.center), facts=MINORS)
    closed_elsewhere = make_call(make_user(make_center()), facts=MINORS)
    assert (call.level, call.response) == (2, "care_only")
    row = desk.approved(extra_rule())
    sweep()
    call.refresh_from_db()
    assert (call.level, call.response) == (3, "care_police") and call.verdict is not None
    assert call.verdict.rule_set == row
    act(roll_back, by=desk.third, rule_set_id=row.pk, reason="x", now=later(minutes=5))
    sweep(later(minutes=5))
    call.refresh_from_db()
    closed_elsewhere.refresh_from_db()
    assert (call.level, call.response) == (2, "care_only")
    assert Verdict.objects.filter(call=call).count() == 3
    assert Verdict.objects.filter(call=closed_elsewhere).count() == 1
    assert Event.objects.filter(kind="rules.landed").count() == 2


def test_rules_of_tomorrow_are_used_tomorrow(desk: Desk) -> None:
    call = make_call(make_user(desk.center), facts=MINORS)
    desk.approved(extra_rule(), effective_at=later(days=1))
    sweep(later(hours=23))
    call.refresh_from_db()
    assert call.level == 2
    sweep(later(hours=24))
    call.refresh_from_db()
    assert call.level == 3


def test_calls_are_judged_again_a_bounded_number_at_a_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calls.rule_sets.landing.BATCH", 2)
    assert BATCH == 200
    dispatcher = make_user(desk.center)
    calls = [make_call(dispatcher, facts=MINORS) for _ in range(5)]
    desk.approved(extra_rule())
    for left in (2, 4, 5):
        run_once(older_than=NOW - NOW, now=NOW, source="sweep")
        waiting = Due.objects.filter(kind="triage").count()
        done = Verdict.objects.filter(call__in=calls, level=3).count()
        assert waiting + done == left
    sweep()
    assert set(Call.objects.filter(center=desk.center).values_list("level", flat=True)) == {3}
    assert not Due.objects.filter(kind__in=["triage", "rules"]).exists()


def waiting() -> set[int]:
    return set(Due.objects.filter(kind="triage").values_list("subject_id", flat=True))


def test_only_open_calls_that_the_rules_decide_on_are_judged_again(desk: Desk) -> None:
    dispatcher = make_user(desk.center)
    here, over = make_call(dispatcher), make_call(dispatcher)
    act(close_call, by=dispatcher, call_id=over.pk, closed_as="cancelled", reason="x")
    elsewhere = make_call(make_user(make_center()))
    replayed = make_call(make_user(make_center(timers_run=False)))
    Due.objects.all().delete()
    row = desk.approved()
    run_landing(row.pk, 0, NOW, "sweep")
    assert waiting() == {here.pk}
    Due.objects.all().delete()
    run_landing(RuleSet.objects.get(center=None).pk, 0, NOW, "sweep")
    assert waiting() == {here.pk, elsewhere.pk} and replayed.pk not in waiting()


def test_supervisors_hear_of_rules_that_do_not_reach_the_open_calls(desk: Desk) -> None:
    row = desk.approved()
    landing_gave_up(row.pk, 5, "OperationalError", NOW)
    (text,) = Alert.objects.filter(center=desk.center, kind="work_failed").values_list("text", flat=True)
    assert text.startswith(f"Rules version {row.version}: open calls are not judged again (OperationalError)")


def test_rules_that_fail_a_case_are_stored_and_not_put_in_force(db: None) -> None:
    body = default_body() | {"rules": body_with("R7", level=2)}
    done = act(store_rules, by=None, body=body, name="Weak").result
    assert RuleSet.objects.get(pk=done["rule_set_id"]).status == "draft"
    with pytest.raises(NoRules):
        rule_set_for(None, NOW)


def test_a_draft_that_was_given_up_was_never_in_force(desk: Desk) -> None:
    draft = desk.draft()
    assert changed(draft, effective_at=NOW)
    act(retire, by=desk.author, rule_set_id=draft.pk, reason="x", now=later(hours=2))
    assert rule_set_for(desk.center.pk, later(hours=1)).center_id is None


# --- the database has the last word ----------------------------------------------------------------
def changed(row: RuleSet, **fields: Any) -> bool:
    try:
        with transaction.atomic():
            return bool(RuleSet.objects.filter(pk=row.pk).update(**fields))
    except IntegrityError:
        return False


FROZEN: list[dict[str, Any]] = [
    {"body": {"rules": []}}, {"sha256": "0"}, {"name": "x"}, {"note": "x"}, {"version": 99}, {"revision": 9},
    {"framework": "x"}, {"editors": []}, {"author": None}, {"center": None},
]  # fmt: skip


@pytest.mark.parametrize("fields", FROZEN, ids=lambda fields: next(iter(fields)))
def test_what_is_submitted_or_published_cannot_be_changed_in_the_database(desk: Desk, fields: dict[str, Any]) -> None:
    for row in (desk.submitted(), desk.approved()):
        assert not changed(row, **fields)


def test_an_approved_set_can_only_be_retired_and_a_retired_one_stays_so(desk: Desk) -> None:
    row = desk.approved()
    for fields in (
        {"effective_at": later(days=-9)},
        {"approved_by": desk.third},
        {"status": "draft"},
        {"cases_passed": 1},
    ):
        assert not changed(row, **fields)
    assert changed(row, status="retired", retired_at=NOW)
    assert not changed(row, status="approved", retired_at=None)
    assert not changed(row, retired_reason="another")


def test_the_database_wants_a_second_person_and_every_step(desk: Desk) -> None:
    draft, row = desk.draft(), desk.submitted()
    yes = {"status": "approved", "approved_at": NOW, "effective_at": NOW}
    assert not changed(draft, **yes, approved_by=desk.second)
    assert not changed(row, **yes)
    assert not changed(row, **yes, approved_by=desk.author)
    assert not changed(row, **yes | {"effective_at": later(days=-1)}, approved_by=desk.second)
    assert changed(row, **yes, approved_by=desk.second)


def test_neither_rules_nor_verdicts_are_deleted_and_a_verdict_never_changes(desk: Desk) -> None:
    call = make_call(make_user(desk.center))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in (
        "DELETE FROM calls_ruleset", "TRUNCATE calls_ruleset CASCADE", "DELETE FROM calls_verdict",
        "UPDATE calls_verdict SET level = 1",
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Verdict.objects.filter(call=call).count() == 1


def test_only_the_named_parts_of_a_rule_set_can_be_changed(desk: Desk) -> None:
    with pytest.raises(Invalid, match="'status' is no part of a rule set"):
        act(change_draft, by=desk.author, rule_set_id=desk.draft().pk, base=1, changes={"status": "approved"})


def test_only_what_was_submitted_is_approved(desk: Desk) -> None:
    row = desk.submitted()
    with pytest.raises(NotADraft, match="only a rule set that is submitted can be approved"):
        act(approve_rules, by=desk.second, rule_set_id=desk.draft().pk, base=1)
    assert again(row).status == "submitted"
