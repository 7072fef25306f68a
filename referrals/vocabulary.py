"""The closed lists of what follows a call, as value and label, from the one place each is declared."""

from typing import Any

from referrals.models import FollowUp, FollowUpAttempt, Referral, Service


def everything() -> dict[str, list[dict[str, str]]]:
    return {
        "needs": _pairs(Service.Need),
        "referral_statuses": _pairs(Referral.Status),
        "referral_reasons": _pairs(Referral.Reason),
        "follow_up_risks": _pairs(FollowUp.Risk),
        "follow_up_results": _pairs(FollowUp.Result),
        "attempt_modes": _pairs(FollowUpAttempt.Mode),
        "attempt_results": _pairs(FollowUpAttempt.Result),
    }


def _pairs(choices: Any) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in choices.choices]
