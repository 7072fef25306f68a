"""Two consoles at the same instant, over HTTP through the real web process: one wins, the other is told why."""

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from calls.models import Assignment, Call
from care_dispatch.log.models import Event
from teams.models import Agency, Center
from tests.bench.town import LOCATION, sign_in
from tests.cast import make_agency, make_call, make_center, make_unit, make_user, use_default_rules
from tests.faults import truth
from tests.faults.desk import Answer, Desk
from tests.services import RACES, SOAK, Stack

pytestmark = [pytest.mark.faults]
ROUNDS = RACES if SOAK else RACES // 5


@dataclass
class Floor:
    """Two dispatchers at D1 and D2, each with an open call."""

    center: Center
    police: Agency
    desks: list[Desk]
    calls: list[Call]
    names: list[str] = field(default_factory=lambda: ["D1", "D2"])

    def units(self, count: int) -> list[int]:
        return [make_unit(self.center, discipline="police", agency=self.police).pk for _ in range(count)]


@pytest.fixture
def floor(stack_db: Stack) -> Iterator[Floor]:
    use_default_rules()
    center = make_center(timers_run=False)
    users = [make_user(center), make_user(center)]
    desks = [Desk(stack_db.port, person) for person in sign_in(users)]
    yield Floor(center, make_agency(center), desks, [make_call(user, location=LOCATION) for user in users])
    for desk in desks:
        desk.close()
    truth.no_unit_is_on_two_calls()
    truth.the_log_is_whole()
    truth.each_request_was_done_once()


def together(asks: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Everybody asks at the same instant; answers in the order of the asking."""
    barrier, answers = threading.Barrier(len(asks)), dict[int, Answer]()

    def ask(number: int) -> None:
        barrier.wait()
        answers[number] = asks[number]()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(asks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return [answers[number] for number in range(len(asks))]


def post(desk: Desk, path: str, body: dict[str, Any], key: str = "") -> Callable[[], Answer]:
    return lambda: desk.post(path, body, key)


def dispatch(desk: Desk, call: Call, units: Sequence[int], key: str = "") -> Callable[[], Answer]:
    return post(desk, f"/api/calls/{call.pk}/dispatch/", {"units": list(units)}, key)


def test_of_two_who_send_the_same_unit_one_wins_and_the_other_reads_who_where_and_since_when(floor: Floor) -> None:
    wins = [0, 0]
    for unit in floor.units(ROUNDS):
        answers = together([dispatch(desk, call, [unit]) for desk, call in zip(floor.desks, floor.calls, strict=True)])
        assert sorted(answer.status for answer in answers) == [201, 409], answers
        winner = [answer.status for answer in answers].index(201)
        wins[winner] += 1
        held, refusal = floor.calls[winner], answers[1 - winner].body
        open_one = Assignment.objects.open().get(unit_id=unit)
        assert open_one.call_id == held.pk
        told = refusal["held_by"]
        assert (told["call_id"], told["call_number"]) == (held.pk, held.number)
        assert told["by"] == floor.names[winner] and floor.names[winner] in refusal["message"]
        assert datetime.fromisoformat(told["since"]) == open_one.dispatched_at
    print(f"wins {wins}")
    assert min(wins) > 0, "always the same one was first: this was no race"


def test_twins_of_one_request_have_one_effect(floor: Floor) -> None:
    """A second connection of the same console repeats the request while the first is still being answered."""
    desk, twin = floor.desks[0], Desk(floor.desks[0].port, floor.desks[0].person)
    for unit in floor.units(ROUNDS // 2):
        place, keys = f"{uuid.uuid4().hex[:12]} MAIN ST", [str(uuid.uuid4()), str(uuid.uuid4())]
        new = {"nature": "Welfare check", "location": place}
        made = together([post(one, "/api/calls/", new, keys[0]) for one in (desk, twin)])
        assert [answer.status for answer in made] == [201, 201]
        assert len({(answer.body["call_id"], answer.body["seq"]) for answer in made}) == 1
        assert sorted(answer.body["repeated"] for answer in made) == [False, True]
        call = Call.objects.get(location=place)
        sent = together([dispatch(one, call, [unit], keys[1]) for one in (desk, twin)])
        assert sorted((answer.status, answer.body["repeated"]) for answer in sent) == [(201, False), (201, True)]
        assert Assignment.objects.filter(unit_id=unit).count() == 1
        assert Event.objects.filter(unit_id=unit, kind="unit.sent").count() == 1
    twin.close()


def test_a_joint_dispatch_sends_all_or_none(floor: Floor) -> None:
    """Both want a unit of their own and one they share, named in opposite orders."""
    for _ in range(ROUNDS // 2):
        shared, mine, theirs = floor.units(3)
        asked = [[mine, shared], [shared, theirs]]
        answers = together([dispatch(*three) for three in zip(floor.desks, floor.calls, asked, strict=True)])
        assert sorted(answer.status for answer in answers) == [201, 409], answers
        winner = [answer.status for answer in answers].index(201)
        sent = Assignment.objects.open().filter(unit_id__in=[shared, mine, theirs])
        assert set(sent.values_list("unit_id", "call_id")) == {(u, floor.calls[winner].pk) for u in asked[winner]}
        assert answers[1 - winner].body["held_by"]["call_id"] == floor.calls[winner].pk


def test_a_unit_that_is_sent_and_goes_off_duty_at_once_is_one_or_the_other(floor: Floor) -> None:
    for unit in floor.units(ROUNDS // 2):
        off = post(floor.desks[1], f"/api/units/{unit}/status/", {"status": "off_duty"})
        sent, left = together([dispatch(floor.desks[0], floor.calls[0], [unit]), off])
        assert sorted([sent.status // 100, left.status // 100]) == [2, 4], (sent, left)
        assert Assignment.objects.open().filter(unit_id=unit).exists() == (sent.status == 201)
