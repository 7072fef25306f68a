"""Addresses of the crews' phone page."""

from django.urls import path

from calls import phone

urlpatterns = [
    path("unit/", phone.unit_page, name="unit-page"),
    path("unit/seen/", phone.seen, name="unit-seen"),
    path("unit/do/<slug:name>/", phone.act, name="unit-act"),
]
