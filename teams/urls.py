"""Addresses of who is on duty."""

from django.urls import path

from teams import actions
from teams.crews_api import CrewChange, CrewOff, Longer, Staffing

urlpatterns = [
    path("api/staffing/", Staffing.as_view()),
    path("api/units/<int:unit_id>/sign-on/", CrewChange.as_view(action=actions.sign_on)),
    path("api/units/<int:unit_id>/hand-over/", CrewChange.as_view(action=actions.hand_over_unit)),
    path("api/units/<int:unit_id>/sign-off/", CrewChange.as_view(action=actions.sign_off, serializer=CrewOff)),
    path("api/units/<int:unit_id>/extend/", CrewChange.as_view(action=actions.extend_shifts, serializer=Longer)),
]
