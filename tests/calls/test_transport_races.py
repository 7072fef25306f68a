"""Two who tell of one ride at once."""

from threading import Barrier, Thread
from typing import Any

from django.db import connections

from care_dispatch.refusal import Invalid
from tests.calls.transport_cast import Ride


def test_two_who_write_the_two_ends_of_a_ride_at_once_never_store_one_that_runs_backwards(committed_db: None) -> None:
    """The crew says the end, dispatch the start, each unaware of the other: whoever comes second is refused in words."""
    ride, told, barrier = Ride(), list[Any](), Barrier(2)

    def say(by: Any, said: dict[str, float]) -> None:
        barrier.wait()
        try:
            told.append(ride.say(by=by, **said))
        except Invalid as error:
            told.append(str(error))
        finally:
            connections.close_all()

    ends = ((ride.clinician, {"end_mileage": 100.0}), (ride.dispatcher, {"start_mileage": 120.0}))
    threads = [Thread(target=say, args=end) for end in ends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [words for words in told if isinstance(words, str)]
    assert refused == ["CARE1 started at 120 miles and ends at 100: read the counter again."]
    assert (ride.on.start_mileage is None) != (ride.on.end_mileage is None)
