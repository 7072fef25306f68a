"""A draft on past calls: which verdict it is compared with, part by part, stopped, and no call changed by it."""

from datetime import timedelta
from typing import Any

import pytest

from calls import backtests
from calls.acted_on import read_part
from calls.backtest_selectors import NotOver, backtest_detail, backtest_export
from calls.backtests import BacktestOver, BacktestRunning, ask_backtest, count_in, run_backtest, stop_backtest
from calls.closing import close_call
from calls.intake import change_call
from calls.models import Backtest, RuleSet, Verdict
from calls.triage.comparing import Tally
from care_dispatch.due.models import Due
from care_dispatch.due.work import ATTEMPTS_BEFORE_ALERT
from care_dispatch.log.models import Event
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from teams.models import User
from tests.calls.draft_cast import (
    ARMED,
    CALM,
    CAREFREE,
    body_with,
    learn,
    lose_the_rules,
    make_draft,
    past_call,
    production,
    sweep,
)
from tests.cast import (
    NOW,
    act,
    last_event,
    later,
    make_agency,
    make_call,
    make_center,
    make_unit,
    make_user,
    send,
    use_default_rules,
)

pytestmark = pytest.mark.django_db


class Scene:
    """A center whose yesterday can be looked at, and a draft."""

    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center()
        self.dispatcher = make_user(self.center)
        self.admin = make_user(self.center, "admin")
        self.draft = make_draft()

    def ask(self, by: User | None = None, **fields: Any) -> Backtest:
        values = {
            "rule_set_id": self.draft.pk, "received_from": NOW - timedelta(days=1), "received_to": later(days=1), **fields
        }  # fmt: skip
        done = act(ask_backtest, by=by or self.admin, now=later(days=2), **values)
        return Backtest.objects.get(pk=done.result["backtest_id"])

    def run(self, **fields: Any) -> dict[str, Any]:
        """Asked for and run to its end; what the admin reads then."""
        row = self.ask(**fields)
        sweep(later(days=2), times=20)
        told = backtest_detail(self.admin, row.pk)
        assert told["status"] == "done", told
        return told

    def result(self, **fields: Any) -> dict[str, Any]:
        return dict(self.run(**fields)["result"])


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtests, "PART", 2)


# --- what it finds ---------------------------------------------------------------------------------
def test_it_says_how_many_calls_change_from_what_to_what_and_which(scene: Scene) -> None:
    armed = past_call(scene.dispatcher, ARMED)
    past_call(scene.dispatcher, CALM)
    told = scene.run()
    found = told["result"]
    assert (told["total"], told["done"], found["compared"], found["changed"], found["care_alone"]) == (2, 2, 2, 1, 1)
    (change,) = found["changes"]
    assert change["from"] == {"level": 3, "response": "care_police", "services": ["police", "care"]}
    assert change["to"] == {"level": 2, "response": "care_only", "services": ["care"]}
    assert change["calls"] == [{"call_id": armed.pk, "number": "2026-03-02-0001", "verdict_id": armed.verdict_id}]
    assert {"from": "care_police", "to": "care_only", "n": 1} in found["responses"]
    assert {"from": 3, "to": 2, "n": 1} in found["levels"] and {"from": 2, "to": 2, "n": 1} in found["levels"]


def test_a_rule_taken_out_names_the_calls_it_is_missed_on(scene: Scene) -> None:
    armed = past_call(scene.dispatcher, ARMED)
    body = {**CAREFREE, "rules": [rule for rule in CAREFREE["rules"] if rule["id"] != "R3b"]}
    (rule,) = [row for row in scene.result(rule_set_id=make_draft(body).pk)["rules"] if row["id"] == "R3b"]
    assert (rule["title"], rule["before"], rule["after"], rule["lost"]) == ("Weapon to be got at", 1, 0, 1)
    assert [call["call_id"] for call in rule["calls_lost"]] == [armed.pk]


def test_it_is_split_by_city_language_and_age(scene: Scene) -> None:
    city = make_agency(scene.center, "partner", code="north")
    said = past_call(scene.dispatcher, ARMED | {"age": "child", "language": "es"})
    act(change_call, by=scene.dispatcher, call_id=said.pk, base=last_event().seq, changes={"jurisdiction": city.code})
    past_call(scene.dispatcher, CALM, caller={"language": "vi"})
    splits = scene.result()["splits"]
    one = {"n": 1, "changed": 1, "care_alone": 1, "lighter": 1, "mixed": 0, "heavier": 0}
    assert {"value": "north", "label": city.name, **one} in splits["city"]
    assert {"value": "es", "label": "es", **one} in splits["language"]
    assert {"value": "child", "label": "child", **one} in splits["age"]
    assert {cell["value"] for cell in splits["language"]} == {"es", "vi"}
    assert {cell["value"] for cell in splits["city"]} == {"north", "unknown"}


def test_only_calls_of_the_period_and_the_center_count(scene: Scene) -> None:
    elsewhere = make_user(make_center())
    past_call(elsewhere)
    first = past_call(scene.dispatcher, ARMED)
    past_call(scene.dispatcher, ARMED, now=later(seconds=-1))
    past_call(scene.dispatcher, ARMED, now=later(hours=1))
    found = scene.result(received_from=NOW, received_to=later(hours=1))
    assert [call["call_id"] for change in found["changes"] for call in change["calls"]] == [first.pk]
    assert found["compared"] == 1


def test_a_period_without_calls_is_done_at_once(scene: Scene) -> None:
    told = scene.run(received_from=NOW - timedelta(days=400), received_to=NOW - timedelta(days=300))
    assert (told["total"], told["result"]["compared"], told["result"]["changes"]) == (0, 0, [])


# --- which verdict of a call -------------------------------------------------------------------------
def compared_with(scene: Scene) -> list[int]:
    """The verdicts a draft without R8 was compared with: it changes every one of these calls."""
    body = body_with("R8", level=3)
    found = scene.result(rule_set_id=make_draft(body).pk)
    rows = [call for change in found["changes"] for call in change["calls"]]
    return [row["verdict_id"] for row in sorted(rows, key=lambda row: row["call_id"])]


def test_the_newest_verdict_before_the_first_unit_was_sent(scene: Scene) -> None:
    call = past_call(scene.dispatcher)
    acted_on = learn(scene.dispatcher, call, {"age": "adult"}, now=later(minutes=1))
    send(scene.dispatcher, acted_on, make_unit(scene.center), now=later(minutes=2))
    learn(scene.dispatcher, call, {"age": "older"}, now=later(minutes=9))
    assert compared_with(scene) == [acted_on.verdict_id]


def test_the_first_verdict_where_units_went_before_any(scene: Scene) -> None:
    call = make_call(scene.dispatcher, triaged=False, facts=CALM, location_confirmed=True)
    send(scene.dispatcher, call, make_unit(scene.center, discipline="police"), now=NOW)
    first = learn(scene.dispatcher, call, {"age": "adult"}, now=later(minutes=1))
    learn(scene.dispatcher, call, {"age": "older"}, now=later(minutes=9))
    assert compared_with(scene) == [first.verdict_id]


def test_the_newest_verdict_before_a_call_nobody_was_sent_to_was_closed(scene: Scene) -> None:
    call = past_call(scene.dispatcher)
    last = learn(scene.dispatcher, call, {"age": "adult"}, now=later(minutes=1))
    act(
        close_call,
        by=scene.dispatcher,
        now=later(minutes=2),
        call_id=call.pk,
        closed_as="advised",
        not_sent_reason="all_busy",
    )
    assert compared_with(scene) == [last.verdict_id]


def test_a_verdict_given_without_the_rules_is_not_compared(scene: Scene) -> None:
    lose_the_rules()
    fallback = past_call(scene.dispatcher)
    assert fallback.verdict is not None and fallback.verdict.rule_set is None
    found = scene.result()
    assert (found["compared"], found["no_verdict"]) == (0, 1)


def test_what_is_judged_after_it_was_asked_for_is_no_part_of_it(scene: Scene) -> None:
    call = past_call(scene.dispatcher)
    before, asked = call.verdict_id, scene.ask(rule_set_id=make_draft(body_with("R8", level=3)).pk)
    learn(scene.dispatcher, call, {"age": "adult"}, now=later(minutes=1))
    sweep(later(days=2), times=3)
    (change,) = backtest_detail(scene.admin, asked.pk)["result"]["changes"]
    assert [one["verdict_id"] for one in change["calls"]] == [before]


# --- part by part ----------------------------------------------------------------------------------
@pytest.mark.usefixtures("small_parts")
def test_progress_can_be_read_while_it_runs(scene: Scene) -> None:
    for _ in range(5):
        past_call(scene.dispatcher, ARMED)
    row, seen = scene.ask(), []
    for _ in range(4):
        told = backtest_detail(scene.admin, row.pk)
        seen.append((told["status"], told["done"], told["total"]))
        sweep(later(days=2))
    assert seen == [("waiting", 0, 0), ("running", 2, 5), ("running", 4, 5), ("done", 5, 5)]
    assert not Due.objects.filter(kind="backtest").exists()


@pytest.mark.usefixtures("small_parts")
def test_parts_come_to_the_same_as_the_whole(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        past_call(scene.dispatcher, ARMED if number % 3 else CALM, now=later(hours=3 * number))
    in_parts = scene.result()
    monkeypatch.setattr(backtests, "PART", 1000)
    assert scene.result() == in_parts


@pytest.mark.usefixtures("small_parts")
def test_a_part_that_two_workers_judge_is_counted_once(scene: Scene) -> None:
    for _ in range(3):
        past_call(scene.dispatcher, ARMED)
    row = scene.ask()
    whole = backtests._period(row)
    part = read_part(whole, whole.start, 2)
    sweep(later(days=2))
    act(count_in, by=None, backtest_id=row.pk, after=whole.start, part=part, tally=Tally(compared=2))
    row.refresh_from_db()
    assert (row.done, row.result["compared"]) == (2, 2)


@pytest.mark.usefixtures("small_parts")
def test_calls_and_log_are_the_same_before_and_after(scene: Scene) -> None:
    for facts in (ARMED, CALM, ARMED):
        past_call(scene.dispatcher, facts)
    row = scene.ask()
    before = production()
    sweep(later(days=2), times=10)
    row.refresh_from_db()
    assert (row.status, row.result["changed"]) == ("done", 2)
    assert production() == before
    assert all(rows for name, (rows, _) in before.items() if name not in {"calls_assignment", "calls_alert"})


# --- stopped, failed, refused ----------------------------------------------------------------------
@pytest.mark.usefixtures("small_parts")
def test_one_that_is_stopped_keeps_what_it_has_and_goes_no_further(scene: Scene) -> None:
    for _ in range(5):
        past_call(scene.dispatcher, ARMED)
    row = scene.ask()
    sweep(later(days=2))
    act(stop_backtest, by=make_user(scene.center, "supervisor"), now=later(days=2), backtest_id=row.pk)
    run_backtest(row.pk, 0, later(days=2), "worker")
    sweep(later(days=3), times=5)
    told = backtest_detail(scene.admin, row.pk)
    assert (told["status"], told["done"], told["result"]["compared"]) == ("stopped", 2, 2)
    assert not Due.objects.filter(kind="backtest").exists()
    with pytest.raises(BacktestOver, match="stopped already"):
        act(stop_backtest, by=scene.admin, now=later(days=3), backtest_id=row.pk)


def test_a_part_judged_while_it_was_stopped_is_dropped(scene: Scene) -> None:
    past_call(scene.dispatcher, ARMED)
    row = scene.ask()
    whole = backtests._period(row)
    part = read_part(whole, whole.start, 2)
    act(stop_backtest, by=scene.admin, now=later(days=2), backtest_id=row.pk)
    act(count_in, by=None, backtest_id=row.pk, after=whole.start, part=part, tally=Tally(compared=1))
    row.refresh_from_db()
    assert (row.status, row.done, row.result) == ("stopped", 0, {})


def test_one_at_a_time_runs_in_a_center(scene: Scene) -> None:
    row = scene.ask()
    with pytest.raises(BacktestRunning) as refused:
        scene.ask(by=make_user(scene.center, "supervisor"))
    assert refused.value.details == {"backtest_id": row.pk} and scene.admin.username in refused.value.message
    act(stop_backtest, by=scene.admin, now=later(days=2), backtest_id=row.pk)
    scene.ask()


def test_a_draft_that_is_changed_meanwhile_ends_it_instead_of_being_mixed(scene: Scene) -> None:
    past_call(scene.dispatcher)
    row = scene.ask()
    RuleSet.objects.filter(pk=scene.draft.pk).update(body=body_with("R8", level=3), sha256="another")
    sweep(later(days=2), times=2)
    told = backtest_detail(scene.admin, row.pk)
    assert told["status"] == "failed" and "was changed meanwhile" in told["error"] and told["rule_set"]["changed"]
    assert not Due.objects.filter(kind="backtest").exists()


def test_what_fails_five_times_is_over_and_says_why(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    past_call(scene.dispatcher)
    row = scene.ask()
    monkeypatch.setattr(backtests, "read_part", lambda *args: 1 / 0)
    for minutes in range(ATTEMPTS_BEFORE_ALERT):
        sweep(later(days=2, minutes=minutes))
    told = backtest_detail(scene.admin, row.pk)
    assert (told["status"], told["error"]) == ("failed", "given up after 5 attempts: ZeroDivisionError")


def test_rules_that_cannot_be_run_are_refused_with_the_reason(scene: Scene) -> None:
    broken = make_draft(body_with("R8", because=""))
    with pytest.raises(Invalid, match="R8: say why"):
        scene.ask(rule_set_id=broken.pk)


@pytest.mark.parametrize(
    ("received_from", "received_to", "why"),
    [
        (NOW, NOW, "after its beginning"),
        (NOW, later(days=3), "not over yet"),
        (NOW.replace(year=1), NOW, "2000 or later"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(scene: Scene, received_from: Any, received_to: Any, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        scene.ask(received_from=received_from, received_to=received_to)


def test_another_centers_draft_and_backtest_look_like_missing(scene: Scene) -> None:
    theirs = make_draft(center=make_center())
    with pytest.raises(NotFound):
        scene.ask(rule_set_id=theirs.pk)
    row, stranger = scene.ask(), make_user(make_center(), "admin")
    with pytest.raises(NotFound):
        backtest_detail(stranger, row.pk)
    with pytest.raises(NotFound):
        act(stop_backtest, by=stranger, backtest_id=row.pk)


@pytest.mark.parametrize("role", ["dispatcher", "clinician", "officer", "partner"])
def test_others_have_no_part_in_it(scene: Scene, role: str) -> None:
    row, user = scene.ask(), make_user(scene.center, role)
    for refused in (
        lambda: scene.ask(by=user),
        lambda: act(stop_backtest, by=user, backtest_id=row.pk),
        lambda: backtest_detail(user, row.pk),
        lambda: backtest_export(user, row.pk),
    ):
        with pytest.raises(Forbidden):
            refused()


def test_who_asked_and_who_stopped_is_in_the_log(scene: Scene) -> None:
    row = scene.ask()
    act(stop_backtest, by=scene.admin, now=later(days=2), backtest_id=row.pk)
    told = Event.objects.filter(kind__startswith="backtest.").order_by("seq").values_list("kind", "actor_id", "payload")
    refs = {"backtest_id": row.pk, "rule_set_id": scene.draft.pk}
    assert [(kind, actor, payload["ref"]) for kind, actor, payload in told] == [
        ("backtest.asked", scene.admin.pk, refs),
        ("backtest.stopped", scene.admin.pk, refs),
    ]


# --- reading -----------------------------------------------------------------------------------------
def test_reading_a_result_takes_as_many_statements_however_many_calls_changed(
    scene: Scene, django_assert_num_queries: Any
) -> None:
    for number in range(6):
        past_call(scene.dispatcher, ARMED if number else CALM)
    row_id = scene.run()["id"]
    with django_assert_num_queries(5):
        backtest_detail(scene.admin, row_id)


def test_an_export_holds_no_call_and_waits_for_the_end(scene: Scene) -> None:
    call = past_call(scene.dispatcher, ARMED | {"language": "asl"})
    row = scene.ask()
    with pytest.raises(NotOver, match="not over"):
        backtest_export(scene.admin, row.pk)
    sweep(later(days=2), times=2)
    text = str(backtest_export(scene.admin, row.pk))
    assert "2026-03-02-0001" not in text and "asl" not in text and "fewer than 11" in text
    assert Verdict.objects.filter(call=call).exists()
