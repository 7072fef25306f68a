"""Addresses of the center's call types."""

from django.urls import path

from calls import call_types_api as api

urlpatterns = [
    path("api/call-types/", api.CallTypes.as_view()),
    path("api/call-types/check/", api.CheckTable.as_view()),
    path("api/call-types/import/", api.ImportTable.as_view()),
    path("api/call-types/export/", api.ExportTable.as_view()),
]
