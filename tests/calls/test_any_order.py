"""Whatever is done in whatever order: nothing of a call or a unit contradicts the rest, nor the log, nor the boards."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.calls.floor.beside import Beside
from tests.calls.floor.dispatching import Dispatching
from tests.calls.floor.holds import Holds
from tests.calls.floor.waiting import Waiting
from tests.cast import use_default_rules


class Floor(Dispatching, Holds):
    """The plain day, so that its sequences are long."""


class WholeFloor(Beside, Waiting, Dispatching, Holds):
    """Everything anybody can do."""


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("floor", [Floor, WholeFloor])
def test_whatever_is_done_nothing_contradicts_the_rest(db: None, floor: type[Holds]) -> None:
    use_default_rules()
    run_state_machine_as_test(floor)
