"""Shapes of what the care API takes: types, lengths and closed lists; rules live in the actions."""

from rest_framework import serializers as s

from calls.serializers import choice, text
from care_dispatch.api import StrictSerializer
from referrals.models import FollowUp, FollowUpAttempt, Referral, Service

NOTE = 4000
MAX_ID = 2**62


class DirectoryQuery(StrictSerializer):
    need = choice(Service.Need.choices)
    age = s.IntegerField(required=False, min_value=0, max_value=130)
    language = text(limit=20)


class CallQuery(StrictSerializer):
    call = s.IntegerField(required=False, min_value=1, max_value=MAX_ID)


class NewReferral(StrictSerializer):
    service = s.IntegerField(min_value=1, max_value=MAX_ID)
    note = text(limit=NOTE)
    status = choice([("draft", "Draft"), ("requested", "Requested")])


class ReferralMove(StrictSerializer):
    status = choice(Referral.Status.choices, required=True)
    reason = choice(Referral.Reason.choices)
    confirmed_with = text(limit=120)


class NewFollowUp(StrictSerializer):
    risk = choice(FollowUp.Risk.choices, required=True)


class Attempt(StrictSerializer):
    mode = choice(FollowUpAttempt.Mode.choices, required=True)
    result = choice(FollowUpAttempt.Result.choices, required=True)


class FollowUpEnd(StrictSerializer):
    result = choice(FollowUp.Result.choices, required=True)
