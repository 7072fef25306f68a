"""Addresses of units asked for over a border, and of the partner's page."""

from django.urls import path

from calls import partners_api as api
from calls import partners_page, shares

urlpatterns = [
    path("api/unit-requests/", api.UnitRequests.as_view()),
    path("api/calls/<int:call_id>/unit-requests/", api.CallRequests.as_view()),
    path("api/unit-requests/<int:request_id>/ask-next/", api.NextRequest.as_view()),
    *(
        path(f"api/unit-requests/<int:request_id>/{name}/", api.RequestChange.as_view(action=action, serializer=shape))
        for name, (action, shape) in api.VERBS.items()
    ),
    path("api/calls/<int:call_id>/share/", api.ShareChange.as_view(action=shares.share_call)),
    path("api/calls/<int:call_id>/unshare/", api.ShareChange.as_view(action=shares.unshare_call)),
    path("api/shared-calls/", api.SharedCalls.as_view()),
    path("api/units/<int:unit_id>/mirror/", api.MirrorStatus.as_view()),
    path("partner/", partners_page.partner_page, name="partner-page"),
    path("partner/do/<slug:name>/", partners_page.act, name="partner-act"),
]
