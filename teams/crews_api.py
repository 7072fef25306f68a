"""The API of crews: signed on, off, handed over and kept on by dispatch or by themselves, and who is on now."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from care_dispatch.api import StrictSerializer, View
from teams import actions
from teams.models import Shift
from teams.selectors import signed_in
from teams.staffing import staffing


class Member(StrictSerializer):
    user = s.IntegerField(min_value=1, max_value=2**62)
    duty = s.ChoiceField(choices=Shift.Duty.choices)


class CrewOn(StrictSerializer):
    crew = s.ListField(child=Member(), allow_empty=False, max_length=12)
    hours = s.FloatField(min_value=0.25, max_value=24)
    reason = s.ChoiceField(choices=list(actions.REASONS), required=False)
    forced_reason = s.ChoiceField(choices=Shift.ForcedReason.choices, required=False)


class CrewOff(StrictSerializer):
    user = s.IntegerField(required=False, min_value=1, max_value=2**62)  # this person alone
    reason = s.ChoiceField(choices=list(actions.REASONS), required=False)


class Longer(StrictSerializer):
    hours = s.FloatField(min_value=0.25, max_value=24)


class CrewChange(View):
    """POST to a unit: who is aboard, and for how many hours from now."""

    action: Any = None
    serializer: Any = CrewOn

    def post(self, request: Request, unit_id: int) -> Response:
        fields = self.parsed(request, self.serializer)
        if "crew" in fields:
            fields["crew"] = [(one["user"], one["duty"]) for one in fields["crew"]]
        if "hours" in fields:
            fields["until"] = timezone.now() + timedelta(hours=fields.pop("hours"))
        if "user" in fields:
            fields["user_id"] = fields.pop("user")
        return self.change(request, self.action, unit_id=unit_id, **fields)


class Staffing(View):
    def get(self, request: Request) -> Response:
        return Response(staffing(signed_in(request), timezone.now()))
