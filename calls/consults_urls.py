"""Addresses of the consults API."""

from django.urls import path

from calls import consults_api

urlpatterns = [
    path("api/consults/", consults_api.Consults.as_view()),
    path("api/consults/<int:consult_id>/answer/", consults_api.AnswerConsult.as_view()),
    path("api/consults/<int:consult_id>/end/", consults_api.EndConsult.as_view()),
]
