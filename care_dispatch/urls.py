"""Every address of the project; each app names its own below."""

from importlib import import_module
from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from care_dispatch import pages
from teams import people_admin, sign_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("healthz", pages.health, name="health"),
    path("sign-in/", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("admin/password_change/", people_admin.own_page),
    path("admin/", admin.site.urls),
    path("live/", include("care_dispatch.live.urls")),
    path("api/me/", pages.Me.as_view()),
    path("api/board/", pages.Board.as_view()),
    path("api/", include("calls.urls")),
]
for module in (
    "teams.urls",
    "referrals.urls",
    "calls.consults_urls",
    "calls.backtests_urls",
    "calls.ledger_urls",
    "calls.partners_urls",
    "calls.paper_urls",
    "calls.phone_urls",
    "calls.rule_sets_urls",
    "calls.own_language_urls",
):
    if find_spec(module):
        urlpatterns += import_module(module).urlpatterns
