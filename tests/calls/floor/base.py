"""A floor on which anything may be done in any order: who and what is there, and how it is reached."""

from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from calls.models import Assignment, Call
from care_dispatch.refusal import Refused
from tests.cast import NOW, act, make_center, make_unit, make_user
from tests.live.in_step import board_in_step

# Which of the few there are: rows have other ids in every example.
A_CALL, A_UNIT, AN_ASSIGNMENT, ONE = st.integers(0, 2), st.integers(0, 3), st.integers(0, 3), st.integers(0, 5)
SOMETIME = st.one_of(st.none(), st.integers(0, 600))  # seconds ago, as a device says; None: it says nothing


class Base(RuleBasedStateMachine):
    """One supervisor, two CARE and two police units, and up to three open calls. A refusal changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = ExitStack()
        example = transaction.atomic()
        example._from_testcase = True  # type: ignore[attr-defined]  # as pytest-django marks its own
        self.ends.enter_context(example)
        self.now = NOW
        self.center = make_center()
        self.by = make_user(self.center, "supervisor")
        self.units = [make_unit(self.center, discipline=kind) for kind in ("care", "care", "police", "police")]
        self.watch()

    def watch(self) -> None:
        """From here on the boards are followed."""
        self.boards = board_in_step(self.center)
        self.boards.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.ends.close()

    def do(self, action: Any, *, by: Any = None, **args: Any) -> bool:
        """Whether it was done; a refusal is an answer like another."""
        with suppress(Refused):
            act(action, by=by or self.by, now=self.now, **args)
            return True
        return False

    def call(self, number: int) -> int:
        calls = list(Call.objects.filter(center=self.center).order_by("-pk").values_list("pk", flat=True)[:3])
        return calls[number % len(calls)] if calls else 0

    def few_calls(self) -> bool:
        return Call.objects.open().filter(center=self.center).count() < 3

    def assignment(self, number: int) -> int:
        newest = Assignment.objects.filter(unit__center=self.center).order_by("-pk").values_list("pk", flat=True)[:4]
        return newest[number % len(newest)] if newest else 0

    def one_of(self, rows: models.QuerySet[Any], number: int) -> Any:
        """One of the newest six rows; None when there is none."""
        newest = list(rows.order_by("-pk")[:6])
        return newest[number % len(newest)] if newest else None

    def ago(self, seconds: int | None) -> datetime | None:
        return None if seconds is None else self.now - timedelta(seconds=seconds)
