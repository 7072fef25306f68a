"""Addresses of the care API and of CARE's phone pages."""

from django.urls import path

from referrals import api, phone

urlpatterns = [
    path("api/care-vocabulary/", api.CareVocabulary.as_view()),
    path("api/resources/", api.Resources.as_view()),
    path("api/referrals/", api.Referrals.as_view()),
    path("api/calls/<int:call_id>/referrals/", api.CallReferrals.as_view()),
    path("api/referrals/<int:referral_id>/status/", api.MoveReferral.as_view()),
    path("api/follow-ups/", api.FollowUps.as_view()),
    path("api/calls/<int:call_id>/follow-ups/", api.CallFollowUps.as_view()),
    path("api/follow-ups/<int:follow_up_id>/attempts/", api.FollowUpAttempts.as_view()),
    path("api/follow-ups/<int:follow_up_id>/close/", api.CloseFollowUp.as_view()),
    path("unit/calls/<int:call_id>/care/", phone.care_page, name="unit-care"),
    path("unit/follow-ups/", phone.follow_ups_page, name="unit-follow-ups"),
    path("unit/care/<slug:name>/", phone.act, name="unit-care-act"),
]
