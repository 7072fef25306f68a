"""The API of alerts: told, acknowledged, shelved, ended, and their log."""

from datetime import timedelta

from django.utils import timezone
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from calls import alert_log, alerts
from calls.api import query
from calls.models import Alert
from calls.serializers import Nothing, Told, choice, text
from care_dispatch.api import StrictSerializer, View
from teams.selectors import signed_in


class Shelve(StrictSerializer):
    minutes = s.IntegerField(min_value=1, max_value=alerts.SHELVED_MINUTES_MOST)
    reason = text(required=True)


class End(StrictSerializer):
    reason = choice(Alert.EndReason.choices, required=True)


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


class AlertLog(View):
    """The last 24 hours unless asked for others."""

    def get(self, request: Request) -> Response:
        wanted = query(request, LogTime)
        until = wanted.get("until", timezone.now())
        since = wanted.get("since", until - timedelta(days=1))
        return Response(alert_log.alert_log(signed_in(request), since, until))
