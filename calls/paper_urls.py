"""Addresses of the printable sheets."""

from django.urls import path

from calls import paper_page

urlpatterns = [
    path("paper/board/", paper_page.board, name="paper-board"),
    path("paper/units/", paper_page.units, name="paper-units"),
    path("paper/handover/", paper_page.handover, name="paper-handover"),
    path("paper/calls/<int:call_id>/", paper_page.call, name="paper-call"),
]
