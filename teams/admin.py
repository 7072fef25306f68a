"""Configuration an admin edits: agencies and units of the own center. People's calls and care are not here."""

from typing import cast

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from teams.configuring import OwnCenter
from teams.models import Agency, Center, Unit, User

admin.site.unregister(Group)  # a role says what somebody may do


@admin.register(Center)
class CenterAdmin(OwnCenter):
    list_display = ("code", "name", "time_zone")
    center_path = "pk"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new tenant is made by a sign-in above them all."""
        return cast(User, request.user).center_id is None and super().has_add_permission(request)


@admin.register(Agency)
class AgencyAdmin(OwnCenter):
    list_display = ("code", "name", "kind", "center")


@admin.register(Unit)
class UnitAdmin(OwnCenter):
    list_display = ("callsign", "discipline", "agency", "status", "retired")
    # Status moves by dispatch and report, and is logged; it is not edited here.
    readonly_fields = ("status", "status_at", "unavailable_reason", "unavailable_until", "mirrored_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Unit | None = None) -> tuple[str, ...]:
        """A unit at work is not retired: nobody could take it off its call any more."""
        at_work = obj is not None and obj.status not in Unit.OFF_CALL
        return (*self.readonly_fields, "retired") if at_work else self.readonly_fields
