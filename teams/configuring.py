"""What every configuration page shares: the own center, one change through the door, a line in the log, no lost edit."""

from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import DataError, IntegrityError
from django.db.models import Model, QuerySet, TextField
from django.forms import HiddenInput, Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse
from django.utils import timezone

from care_dispatch.log import perform
from care_dispatch.refusal import Refused
from teams.config_log import history, record_row, values_of
from teams.configuring_form import ConfigForm, EditedList
from teams.models import User

# Django's own scripts write HTML, which the content policy refuses; every page works without them.
NO_SCRIPTS = {"media": Media()}
# Where a request keeps when its change was made, and why that change was refused.
CHANGED_AT, REFUSAL = "care_dispatch.changed_at", "care_dispatch.refusal"


def by_the_centers_clock(page: Callable[..., Any]) -> Callable[..., Any]:
    """A page of the configuration whose times are read and shown in the center's own zone."""

    @wraps(page)
    def shown(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        center = cast(User, request.user).center
        with timezone.override(ZoneInfo(center.time_zone) if center else None):
            answer = page(self, request, *args, **kwargs)
            return answer.render() if isinstance(answer, SimpleTemplateResponse) else answer

    return shown


class OwnCenter(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Another center's rows look like missing. Only a sign-in that belongs to no center sees them all.

    Whatever is saved here is one change, made by ``perform`` and told in the log with old and new values. Nothing is
    deleted: a row is retired, and the page that asks before deleting would name its calls.
    """

    form = ConfigForm
    actions: Any = None
    object_history_template = "admin/row_history.html"
    center_path = "center"  # from the table to its center
    # Field to the path from what it chooses among to the center.
    choices: ClassVar[dict[str, str]] = {"center": "pk", "agency": "center", "type": "center"}
    # Field to what a form says below it, in plain words.
    helps: ClassVar[dict[str, str]] = {}
    # Fields the log only says that they changed: of people, or too long.
    untold: ClassVar[frozenset[str]] = frozenset()

    # --- whose rows --------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return _of_center(super().get_queryset(request), self.center_path, request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        table: type[Model] = db_field.related_model
        rows = _of_center(table._default_manager.all(), self.choices[db_field.name], request)  # noqa: SLF001
        kwargs["queryset"] = rows
        if db_field.name == "center" and (own := cast(User, request.user).center_id) is not None:
            kwargs |= {"initial": own, "empty_label": None, "widget": HiddenInput}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A text without a menu is one line; a menu has no button that adds a row of another table."""
        if isinstance(db_field, TextField) and not db_field.choices:
            kwargs.setdefault("widget", AdminTextInputWidget)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is None:
            return None
        field.help_text = self.helps.get(db_field.name, field.help_text)
        for button in ("can_add_related", "can_change_related", "can_view_related"):
            if hasattr(field.widget, button):
                setattr(field.widget, button, False)
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # --- one change --------------------------------------------------------------------------------
    @by_the_centers_clock
    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        extra = {**NO_SCRIPTS, **(extra_context or {})}
        show = partial(super().changeform_view, request, object_id, form_url, extra)
        return show() if request.method != "POST" else self._through_the_door(request, show) or show()

    @by_the_centers_clock
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        show = partial(super().changelist_view, request, {**NO_SCRIPTS, **(extra_context or {})})
        if request.method != "POST":
            return show()
        done = self._through_the_door(request, show)
        if done is None and "_save" not in request.POST:  # an action keeps nothing that was typed
            self.message_user(request, request.META[REFUSAL], messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return done or show()

    def _through_the_door(self, request: HttpRequest, show: Callable[[], HttpResponse]) -> HttpResponse | None:
        """Django's own handling of a form, as one change. None: it was refused, and the form says why."""
        shown: list[HttpResponse] = []

        def change(*, actor: User, now: datetime) -> dict[str, Any]:
            request.META[CHANGED_AT] = now
            shown[:] = [show()]
            return {}

        position = request.session.get("position", "")
        try:
            perform(change, actor=request.user, position=position, source="admin", now=timezone.now())
        except Refused as refused:
            request.META[REFUSAL] = refused.message
        except DataError:
            request.META[REFUSAL] = "Nothing was saved: a value is too large or does not fit where it belongs."
        except IntegrityError:
            request.META[REFUSAL] = (
                "Nothing was saved: it does not go with what somebody else saved just now, or with rows that are there"
                " already. Look again and change what is the same."
            )
        del request.META[CHANGED_AT]
        return shown[0] if REFUSAL not in request.META else None

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """A row that is about to be changed stays locked until it is; no_key, or every row that names it would wait."""
        found = super().get_object(request, object_id, from_field)
        return found if found is None or CHANGED_AT not in request.META else self._locked().get(pk=found.pk)

    def _get_list_editable_queryset(self, request: HttpRequest, prefix: str) -> QuerySet[Any]:
        named = super()._get_list_editable_queryset(request, prefix)
        return self._locked().filter(pk__in=named.values("pk")).order_by("pk") if CHANGED_AT in request.META else named

    def _locked(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.select_for_update(no_key=True, of=("self",))  # noqa: SLF001
        return rows

    # --- what is told --------------------------------------------------------------------------------
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save what differs from the stored row, and tell it."""
        stored = self.model._default_manager.get(pk=obj.pk) if change else None  # noqa: SLF001
        before, after = values_of(stored) if stored else {}, values_of(obj)
        changes = {name: [before.get(name), new] for name, new in after.items() if before.get(name) != new}
        if not change:
            obj.save(force_insert=True)
        elif changes:
            obj.save(update_fields=list(changes))
        if changes:
            told = {name: None if name in self.untold else pair for name, pair in changes.items()}
            record_row(obj, "changed" if change else "added", told, center_id=self.center_id_of(obj))

    def center_id_of(self, obj: Any) -> int | None:
        if self.center_path == "pk":
            return cast(int, obj.pk)
        for step in self.center_path.split("__")[:-1]:
            obj = getattr(obj, step)
        return cast(int, obj.center_id)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The log has it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The log has it."""

    @by_the_centers_clock
    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        row = self.get_object(request, object_id)
        told = history(row, cast(User, request.user)) if row is not None else []
        return super().history_view(request, object_id, {**(extra_context or {}), "told": told})

    # --- forms ---------------------------------------------------------------------------------------
    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.refusal, form.editor = request.META.get(REFUSAL, ""), request.user
        return form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in super().get_fields(request, obj) if name != "seen"]

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": ConfigForm, **kwargs})

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        found: Any = super().get_changelist_formset(request, **{"formset": EditedList, **kwargs})
        found.refusal = request.META.get(REFUSAL, "")
        return found


class OwnRows(admin.RelatedFieldListFilter):
    """Beside a list: only what is the own center's to choose among."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        center_id = cast(User, request.user).center_id
        only = {model_admin.choices[field.name]: center_id} if center_id is not None else {}
        return field.get_choices(include_blank=False, limit_choices_to=only)


def _of_center(rows: QuerySet[Any], path: str, request: HttpRequest) -> QuerySet[Any]:
    center_id = cast(User, request.user).center_id
    return rows.filter(**{path: center_id}) if center_id is not None else rows
