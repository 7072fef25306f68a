"""The API of alerts: told, acknowledged, shelved, ended, and their log; and what crews and consoles say beside them."""

from datetime import timedelta

from django.utils import timezone
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from calls import alert_log, alerts, call_backs, duress, receipts, safety_checks
from calls.api import query
from calls.models import Alert, CallBack
from calls.serializers import Nothing, Told, choice, text
from care_dispatch.access import DISPATCH_ROLES
from care_dispatch.api import StrictSerializer, View
from care_dispatch.live.consoles import covering
from care_dispatch.refusal import Forbidden
from teams.selectors import center_id_of, signed_in


class Shelve(StrictSerializer):
    minutes = s.IntegerField(min_value=1, max_value=alerts.SHELVED_MINUTES_MOST)
    reason = text(required=True)


class End(StrictSerializer):
    reason = choice(Alert.EndReason.choices, required=True)


class Shown(StrictSerializer):
    calls = s.ListField(child=s.IntegerField(min_value=1, max_value=2**62), required=False, max_length=receipts.MOST)
    alerts = s.ListField(child=s.IntegerField(min_value=1, max_value=2**62), required=False, max_length=receipts.MOST)


class Checked(StrictSerializer):
    units = s.ListField(child=s.IntegerField(min_value=1, max_value=2**62), required=False, max_length=100)
    call = s.IntegerField(required=False, min_value=1, max_value=2**62)


class Tried(StrictSerializer):
    result = choice([(call_backs.NO_ANSWER, "No answer"), *CallBack.Result.choices], required=True)


class LogTime(StrictSerializer):
    since = s.DateTimeField(required=False)
    until = s.DateTimeField(required=False)


class TellUnit(View):
    def post(self, request: Request, alert_id: int) -> Response:
        told = self.parsed(request, Told)
        return self.change(
            request, alerts.tell_unit, alert_id=alert_id, unit_id=told["unit"], by_radio=told["by_radio"]
        )


class Acknowledge(View):
    def post(self, request: Request, alert_id: int) -> Response:
        self.parsed(request, Nothing)
        return self.change(request, alerts.acknowledge_alert, alert_id=alert_id)


class ShelveAlert(View):
    def post(self, request: Request, alert_id: int) -> Response:
        return self.change(request, alerts.shelve_alert, alert_id=alert_id, **self.parsed(request, Shelve))


class EndEmergency(View):
    def post(self, request: Request, alert_id: int) -> Response:
        return self.change(request, alerts.end_emergency, alert_id=alert_id, **self.parsed(request, End))


class Seen(View):
    """What a console has shown, in one message now and then: the delivery receipt of calls and alerts."""

    def post(self, request: Request) -> Response:
        return self.change(request, receipts.report_seen, **self.parsed(request, Shown))


class Consoles(View):
    """Which positions cover the center now."""

    def get(self, request: Request) -> Response:
        user = signed_in(request)
        if user.role not in DISPATCH_ROLES:
            raise Forbidden("Who covers the center is for dispatchers and supervisors.")
        return Response({"consoles": covering(center_id_of(user), timezone.now())})


class SafetyChecks(View):
    """These units, all of one call, or every crew on scene: it says that it is safe."""

    def post(self, request: Request) -> Response:
        fields = self.parsed(request, Checked)
        return self.change(
            request, safety_checks.check_safety, unit_ids=fields.get("units", ()), call_id=fields.get("call")
        )


class LineDropped(View):
    def post(self, request: Request, caller_id: int) -> Response:
        self.parsed(request, Nothing)
        return self.change(request, call_backs.line_dropped, caller_id=caller_id)


class TriedCallBack(View):
    def post(self, request: Request, call_back_id: int) -> Response:
        fields = self.parsed(request, Tried)
        return self.change(request, call_backs.tried_call_back, call_back_id=call_back_id, **fields)


class Emergency(View):
    def post(self, request: Request, unit_id: int) -> Response:
        self.parsed(request, Nothing)
        return self.change(request, duress.call_for_help, http_status=201, unit_id=unit_id)


class AlertLog(View):
    """The last 24 hours unless asked for others."""

    def get(self, request: Request) -> Response:
        wanted = query(request, LogTime)
        until = wanted.get("until", timezone.now())
        since = wanted.get("since", until - timedelta(days=1))
        return Response(alert_log.alert_log(signed_in(request), since, until))
