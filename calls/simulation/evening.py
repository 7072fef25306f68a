"""The busy evening of the demo region: invented calls come in, simulated dispatchers and crews work them.

Everything it does next follows from what is stored, so it goes on after a restart and doubles nothing. It works only
its own calls and units: a call a person has touched is that person's, and some units always stay free for people.
"""

from datetime import datetime, timedelta

from calls.simulation import selectors
from calls.simulation.consulting import consult
from calls.simulation.crews import keep_on, work
from calls.simulation.desk import answer_alerts, dispatch, take, update
from calls.simulation.hand import Hand
from calls.simulation.opening import clear_board, open_board
from teams.models import Center

# After a longer silence the old board is cleared and the evening begins anew.
INTERRUPTED = timedelta(minutes=45)
_PARTS = (take, work, update, dispatch, answer_alerts, consult, keep_on)


class Evening:
    """``tick`` does everything that has come due; call it about once a second."""

    def __init__(self, center: Center) -> None:
        self.center = center
        self._begun = False

    def tick(self, now: datetime) -> int:
        """Returns how many things were done."""
        hand = Hand(self.center, now)
        if not self._begun:
            done = self._begin(hand)
            self._begun = True
            return done
        return sum(part(hand) for part in _PARTS)

    def _begin(self, hand: Hand) -> int:
        """Fill the board, or go on where the last process stopped."""
        last = selectors.newest(self.center.pk)
        if last is not None and hand.now < last.received_at + INTERRUPTED:
            return open_board(hand, last.evening, last.serial + 1)
        clear_board(hand)
        return open_board(hand, last.evening + 1 if last else 1, 0)
