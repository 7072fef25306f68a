"""Who and what the tests of referrals need beside the cast."""

from datetime import date
from typing import Any

from calls.models import Call
from referrals.actions import refer, set_follow_up
from referrals.directory import list_service
from referrals.models import FollowUp, Referral, Service
from teams.models import Center, User
from tests.cast import act


def make_service(center: Center, name: str = "Walk-in clinic", **fields: Any) -> Service:
    values = {"organization": {"name": "Cedar Creek"}, "assured_date": date(2026, 1, 15), "languages": ["en"], **fields}
    service_id = act(list_service, by=None, center_id=center.pk, name=name, **values).result["service_id"]
    return Service.objects.get(pk=service_id)


def make_referral(by: User, call: Call, service: Service, **fields: Any) -> Referral:
    done = act(refer, by=by, call_id=call.pk, service_id=service.pk, **fields)
    return Referral.objects.get(pk=done.result["referral_id"])


def make_follow_up(by: User, call: Call, risk: str = "24h") -> FollowUp:
    done = act(set_follow_up, by=by, call_id=call.pk, risk=risk)
    return FollowUp.objects.get(pk=done.result["follow_up_id"])
