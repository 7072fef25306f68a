"""Areas: their names and who answers there are edited, their outlines come from a file, and one out of use is retired."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from teams import polygons
from teams.configuring import OwnRows
from teams.looking import outline
from teams.models import Area
from teams.uploading import Uploads
from teams.uploads import AREAS


class AreaAdmin(Uploads):
    upload = AREAS
    list_display = ("name", "kind", "code", "agency", "retired")
    list_filter = ("kind", ("agency", OwnRows), "retired")
    list_select_related = ("agency",)
    search_fields = ("name", "code")
    ordering = ("kind", "name")
    fields = ("center", "kind", "code", "name", "agency", "retired", "shape")
    readonly_fields = ("kind", "code", "shape")
    helps = {
        "agency": "Who answers calls there; empty: nobody says.",
        "retired": "No call is placed in it any more; calls that were keep it.",
    }

    @admin.display(description="Outline, north up")
    def shape(self, area: Area) -> Any:
        points = sum(len(ring) for polygon in polygons.polygons(area.geometry) for ring in polygon)
        return outline(area.geometry) + f" {points} points"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An outline is not typed; it comes from a file."""
        return False
