"""What referrals registers with the parts below it: event kinds, cards, due work, and its word on the call card."""

from calls.hooks import call_card_extras
from care_dispatch.due.work import DueKind, register_due
from care_dispatch.live.cards import CardType, register_card
from care_dispatch.log import register_kinds
from referrals import actions, board, kinds, selectors


def register() -> None:
    register_kinds(kinds.ALL)
    register_card(CardType("referral", board.referrals_touched, board.referral_cards))
    register_card(CardType("follow_up", board.follow_ups_touched, board.follow_up_cards))
    register_due(DueKind(actions.FOLLOW_UP, actions.run_follow_up, actions.follow_up_gave_up))
    call_card_extras.append(selectors.referral_made)
