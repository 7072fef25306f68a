"""Races around rules, with real commits: each fails when the lock it leans on is taken away."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import IntegrityError, connections

from calls.models import RuleSet
from calls.rule_sets import approve_rules, change_draft, retire, send_back, start_draft, submit_rules
from calls.rules_in_force import rule_set_for
from care_dispatch.access import Role
from care_dispatch.log import perform
from care_dispatch.log.models import Event
from care_dispatch.refusal import Refused
from teams.models import User
from tests.calls.rules_cast import Desk, extra_rule
from tests.cast import NOW, later, make_center, make_user, use_default_rules

Move = tuple[Callable[..., Any], User, dict[str, Any]]


def race(moves: Sequence[Move], *, now: Any = NOW) -> list[str]:
    """Everybody at the same instant; what came of each, in the order of the moves."""
    barrier, outcomes = threading.Barrier(len(moves)), [""] * len(moves)

    def make(number: int, action: Callable[..., Any], person: User, args: dict[str, Any]) -> None:
        barrier.wait()
        try:
            perform(action, actor=person, position="", source="test", now=now, **args)
            outcomes[number] = "done"
        except (Refused, IntegrityError) as refused:
            outcomes[number] = getattr(refused, "code", type(refused).__name__)
        connections.close_all()

    threads = [threading.Thread(target=make, args=(number, *move)) for number, move in enumerate(moves)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


def test_two_people_approve_at_once_and_one_does(committed_db: None) -> None:
    """Two locks stand in the way here, the set's own and the one of publishing; the trigger is the last word."""
    use_default_rules()
    desk = Desk(make_center())
    for _ in range(10):
        row = desk.submitted()
        args = {"rule_set_id": row.pk, "base": row.revision}
        outcomes = race([(approve_rules, desk.second, args), (approve_rules, desk.third, args)])
        assert sorted(outcomes) == ["done", "not_a_draft"]
    assert Event.objects.filter(kind="rules.approved").count() == 10


def test_an_approval_and_a_change_never_both_happen_to_one_text(committed_db: None) -> None:
    """Sent back and changed, or approved as it was read; never approved with another text than the one read."""
    use_default_rules()
    desk = Desk(make_center())
    for _ in range(10):
        row = desk.submitted()
        read = row.sha256
        outcomes = race(
            [
                (approve_rules, desk.second, {"rule_set_id": row.pk, "base": row.revision}),
                (send_back, desk.third, {"rule_set_id": row.pk, "reason": "x"}),
            ]
        )
        assert sorted(outcomes) == ["done", "not_a_draft"]
        row.refresh_from_db()
        assert (row.status, row.sha256) == ("approved" if outcomes[0] == "done" else "draft", read)


def test_what_is_submitted_is_what_its_cases_were_run_on(committed_db: None) -> None:
    use_default_rules()
    desk = Desk(make_center())
    for number in range(10):
        row = desk.draft()
        change = {"rule_set_id": row.pk, "base": 1, "changes": {"rules": extra_rule(f"X{number}")}}
        outcomes = race(
            [(submit_rules, desk.author, {"rule_set_id": row.pk, "base": 1}), (change_draft, desk.second, change)]
        )
        row.refresh_from_db()
        assert outcomes in (["done", "not_a_draft"], ["draft_changed", "done"])
        assert (row.status, row.revision) == (("submitted", 1) if outcomes[0] == "done" else ("draft", 2))


def test_two_who_save_one_draft_do_not_overwrite_each_other(committed_db: None) -> None:
    use_default_rules()
    desk = Desk(make_center())
    for _ in range(10):
        row = desk.draft()
        args = [{"rule_set_id": row.pk, "base": 1, "changes": {"name": name}} for name in ("One", "Other")]
        outcomes = race([(change_draft, desk.author, args[0]), (change_draft, desk.second, args[1])])
        assert sorted(outcomes) == ["done", "draft_changed"]
        row.refresh_from_db()
        assert row.name == ("One" if outcomes[0] == "done" else "Other")


def test_drafts_started_at_once_get_numbers_of_their_own(committed_db: None) -> None:
    use_default_rules()
    desk = Desk(make_center())
    moves: list[Move] = [(start_draft, desk.author, {"template_code": "default"}) for _ in range(8)]
    assert race(moves) == ["done"] * 8
    assert sorted(RuleSet.objects.values_list("version", flat=True)) == list(range(1, 10))


def test_two_who_retire_the_last_two_versions_leave_one(committed_db: None) -> None:
    """Each alone would leave the other's; together they would leave nothing."""
    default = use_default_rules()
    center = make_center()
    above = [make_user(center, Role.ADMIN, is_superuser=True) for _ in range(4)]
    for person in above:
        person.center = None
        person.save()
    for number in range(5):
        desk = Desk.__new__(Desk)
        desk.author, desk.second = above[0], above[1]
        newer = desk.approved(extra_rule(f"X{number}"), now=later(minutes=number))
        args = [{"rule_set_id": row.pk, "reason": "x"} for row in (default, newer)]
        outcomes = race([(retire, above[2], args[0]), (retire, above[3], args[1])], now=later(hours=1))
        assert sorted(outcomes) == ["done", "no_rules_left"]
        default = rule_set_for(None, later(hours=1))
