"""Configuration an admin edits: agencies and units of the own center. People's calls and care are not here."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from teams.models import Agency, Center, Unit, User


class OwnCenter(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Another center's rows look like missing. Only a sign-in that belongs to no center sees them all.

    Nothing is deleted: a unit is retired, and the page that asks before deleting would name its calls.
    """

    center_path = "center"  # from the table to its center
    # Field to the path from what it chooses among to the center.
    choices: ClassVar[dict[str, str]] = {"center": "pk", "agency": "center"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return _of_center(super().get_queryset(request), self.center_path, request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        table: type[Model] = db_field.related_model
        kwargs["queryset"] = _of_center(table._default_manager.all(), self.choices[db_field.name], request)  # noqa: SLF001
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _of_center(rows: QuerySet[Any], path: str, request: HttpRequest) -> QuerySet[Any]:
    center_id = cast(User, request.user).center_id
    return rows.filter(**{path: center_id}) if center_id is not None else rows


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
