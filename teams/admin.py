"""Configuration an admin edits: agencies and units. People's calls and care are not here."""

from django.contrib import admin

from teams.models import Agency, Center, Unit


@admin.register(Center)
class CenterAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("code", "name", "time_zone")


@admin.register(Agency)
class AgencyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("code", "name", "kind", "center")


@admin.register(Unit)
class UnitAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("callsign", "discipline", "agency", "status", "retired")
    # Status moves by dispatch and report, and is logged; it is not edited here.
    readonly_fields = ("status", "status_at", "unavailable_reason", "unavailable_until")
