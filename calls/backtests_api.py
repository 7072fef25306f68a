"""The API of backtests, shadow runs and overrides: each view parses, performs one action or answers one selector."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from calls import backtest_selectors, backtests, shadows
from calls.api import query
from calls.serializers import Nothing
from care_dispatch.api import StrictSerializer, View
from teams.selectors import signed_in

MAX_ID = 2**62


def an_id(*, required: bool = True) -> s.IntegerField:
    return s.IntegerField(required=required, min_value=1, max_value=MAX_ID)


class NewBacktest(StrictSerializer):
    rule_set = an_id()
    received_from = s.DateTimeField()
    received_to = s.DateTimeField()


class NewShadowRun(StrictSerializer):
    rule_set = an_id()


class DifferencesQuery(StrictSerializer):
    before = an_id(required=False)
    care_alone = s.BooleanField(required=False, default=False)


class OverridesQuery(StrictSerializer):
    received_from = s.DateTimeField(required=False)
    received_to = s.DateTimeField(required=False)


class Backtests(View):
    def get(self, request: Request) -> Response:
        return Response({"backtests": backtest_selectors.backtests(signed_in(request))})

    def post(self, request: Request) -> Response:
        fields = self.parsed(request, NewBacktest)
        fields["rule_set_id"] = fields.pop("rule_set")
        return self.change(request, backtests.ask_backtest, http_status=201, **fields)


class OneBacktest(View):
    def get(self, request: Request, backtest_id: int) -> Response:
        return Response(backtest_selectors.backtest_detail(signed_in(request), backtest_id))


class ExportBacktest(View):
    def get(self, request: Request, backtest_id: int) -> Response:
        return Response(backtest_selectors.backtest_export(signed_in(request), backtest_id))


class StopBacktest(View):
    def post(self, request: Request, backtest_id: int) -> Response:
        self.parsed(request, Nothing)
        return self.change(request, backtests.stop_backtest, backtest_id=backtest_id)


class ShadowRuns(View):
    def get(self, request: Request) -> Response:
        return Response({"shadow_runs": backtest_selectors.shadow_runs(signed_in(request))})

    def post(self, request: Request) -> Response:
        rule_set_id = self.parsed(request, NewShadowRun)["rule_set"]
        return self.change(request, shadows.start_shadow, http_status=201, rule_set_id=rule_set_id)


class OneShadowRun(View):
    def get(self, request: Request, shadow_run_id: int) -> Response:
        return Response(backtest_selectors.shadow_detail(signed_in(request), shadow_run_id))


class ShadowDifferences(View):
    def get(self, request: Request, shadow_run_id: int) -> Response:
        wanted = query(request, DifferencesQuery)
        before: int | None = wanted.get("before")
        alone: bool = wanted["care_alone"]
        user = signed_in(request)
        return Response(backtest_selectors.shadow_differences(user, shadow_run_id, before=before, care_alone=alone))


class StopShadowRun(View):
    def post(self, request: Request, shadow_run_id: int) -> Response:
        self.parsed(request, Nothing)
        return self.change(request, shadows.stop_shadow, shadow_run_id=shadow_run_id)


class Overrides(View):
    def get(self, request: Request) -> Response:
        wanted: dict[str, Any] = query(request, OverridesQuery)
        times = {name: wanted.get(name) for name in ("received_from", "received_to")}
        return Response(backtest_selectors.overrides(signed_in(request), timezone.now(), **times))
