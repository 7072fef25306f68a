"""Addresses of the API of backtests, shadow runs and overrides."""

from django.urls import path

from calls import backtests_api as api

urlpatterns = [
    path("api/backtests/", api.Backtests.as_view()),
    path("api/backtests/<int:backtest_id>/", api.OneBacktest.as_view()),
    path("api/backtests/<int:backtest_id>/export/", api.ExportBacktest.as_view()),
    path("api/backtests/<int:backtest_id>/stop/", api.StopBacktest.as_view()),
    path("api/shadow-runs/", api.ShadowRuns.as_view()),
    path("api/shadow-runs/<int:shadow_run_id>/", api.OneShadowRun.as_view()),
    path("api/shadow-runs/<int:shadow_run_id>/differences/", api.ShadowDifferences.as_view()),
    path("api/shadow-runs/<int:shadow_run_id>/stop/", api.StopShadowRun.as_view()),
    path("api/rules/overrides/", api.Overrides.as_view()),
]
