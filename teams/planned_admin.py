"""The roster as an admin plans it: who is on which unit, from when to when. A shift is cancelled, never deleted."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html_join

from care_dispatch.access import FIELD_ROLES
from care_dispatch.log.door import write
from teams.config_log import record_row, who_set
from teams.configuring import CHANGED_AT, OwnRows
from teams.configuring_form import ConfigForm
from teams.models import PlannedShift, Unit, User
from teams.no_shows import watch_start
from teams.planned import CannotBePlanned, check_fits, check_length, in_words, instant
from teams.uploading import Uploads
from teams.uploads import PLANNED

FIELDS = ("unit", "user", "duty", "starts_at", "ends_at")
DAYS_LISTED = 8
CLOCK = "By the clock of the center; of an hour that comes twice when clocks go back"


class ClockField(forms.DateTimeField):
    """A day and a time by the center's clock; of an hour that comes twice the first, or with ``last`` the last."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, *, last: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.last = last

    def to_python(self, value: Any) -> datetime | None:
        try:
            shown = parse_datetime(value.strip()) if isinstance(value, str) else None
            if shown is not None and shown.tzinfo is None:
                return instant(timezone.get_current_timezone(), shown, last=self.last)
        except CannotBePlanned as why:
            raise ValidationError(f"{why}.") from None
        except ValueError:  # a day or an hour that no calendar has
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        return super().to_python(value)


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, person: User) -> str:
        name = person.get_full_name()
        return f"{name} ({person.username})" if name else person.username


class PlannedForm(ConfigForm):
    starts_at = ClockField(help_text=f"{CLOCK}, the first.")
    ends_at = ClockField(last=True, help_text=f"{CLOCK}, the second. At most 24 hours after the start.")
    cancel = forms.BooleanField(
        required=False, label="Cancel this shift", help_text="It stays here as cancelled, and nobody is waited for."
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.instance.cancelled_at is not None:
            by, at = who_set(self.instance, "cancelled_at")
            when = f" at {at:%H:%M}" if at else ""
            raise ValidationError(f"{by} cancelled this shift{when}. If it holds after all, add it anew.")
        if not self.errors and not cleaned.get("cancel"):
            self._check(**{name: cleaned[name] for name in FIELDS})
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """Whether the person is planned twice is asked by ``_check``, which names the other shift."""
        return {*super()._get_validation_exclusions(), "user"}  # type: ignore[misc]  # a ModelForm's own

    def _check(self, unit: Unit, user: User, duty: str, starts_at: datetime, ends_at: datetime) -> None:
        field = "duty"
        try:
            check_fits(unit, user, duty)
            field = "ends_at"
            check_length(unit.center, starts_at, ends_at)
        except CannotBePlanned as why:
            self.add_error(field, f"{why}.")
            return
        own = PlannedShift.objects.filter(user=user, cancelled_at=None, starts_at__lt=ends_at, ends_at__gt=starts_at)
        if (other := own.exclude(pk=self.instance.pk).select_related("unit").order_by("starts_at").first()) is not None:
            name = user.get_full_name() or user.username
            self.add_error("user", f"{name} is planned on {in_words(other, unit.center)} already; change that first.")


class FromDefault(admin.SimpleListFilter):
    """A filter that is on before anybody chooses: its first option."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for value, words in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {
                "selected": (self.value() or self.lookup_choices[0][0]) == value,
                "query_string": query,
                "display": words,
            }


class OnDay(FromDefault):
    """Shifts that touch a day of the center."""

    title = "day"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        days = [timezone.localdate() + timedelta(days=ahead) for ahead in range(DAYS_LISTED)]
        named = [(f"{day}", f"{day:%a %Y-%m-%d}") for day in days]
        return [("ahead", "From now on"), *named, ("all", "All, also past ones")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or "ahead"
        if chosen == "all":
            return queryset
        if chosen == "ahead" or chosen not in dict(self.lookup_choices):
            return queryset.filter(ends_at__gt=timezone.now())
        day = date.fromisoformat(chosen)
        start, end = (timezone.make_aware(datetime.combine(one, time())) for one in (day, day + timedelta(days=1)))
        return queryset.filter(starts_at__lt=end, ends_at__gt=start)


class IsCancelled(FromDefault):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("planned", "Planned"), ("cancelled", "Cancelled"), ("both", "Both")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "both":
            return queryset
        return queryset.filter(cancelled_at__isnull=self.value() != "cancelled")


class PlannedAdmin(Uploads):
    upload = PLANNED
    form = PlannedForm
    list_display = ("when", "unit", "who", "duty", "cancelled")
    list_filter = (OnDay, IsCancelled, ("unit", OwnRows))
    list_select_related = ("unit", "user")
    search_fields = ("user__username", "user__first_name", "user__last_name", "unit__callsign")
    ordering = ("starts_at", "unit__callsign", "pk")
    actions = ("cancel_shifts",)
    center_path = "unit__center"
    choices: ClassVar[dict[str, str]] = {"unit": "center", "user": "center"}
    helps = {"user": "Whoever is to sign on."}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs |= {"form_class": PersonField, "label": "Person"}
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        rows, is_new = field.queryset, "/add/" in request.path
        if db_field.name == "user":
            rows = rows.filter(role__in=FIELD_ROLES).order_by("last_name", "first_name", "username")
            field.queryset = rows.filter(is_active=True) if is_new else rows
        else:
            rows = rows.filter(mirrored_from="").order_by("callsign")
            field.queryset = rows.filter(retired=False) if is_new else rows
        return field

    def get_fields(self, request: HttpRequest, obj: PlannedShift | None = None) -> Any:
        if obj is None:
            return FIELDS
        return (*FIELDS, "cancelled_at" if _to_be_read(request, obj) else "cancel")

    def has_change_permission(self, request: HttpRequest, obj: PlannedShift | None = None) -> bool:
        return super().has_change_permission(request, obj) and not _to_be_read(request, obj)

    def save_model(self, request: HttpRequest, obj: PlannedShift, form: Any, change: bool) -> None:
        if form.cleaned_data.get("cancel"):
            obj.cancelled_at = request.META[CHANGED_AT]
        super().save_model(request, obj, form, change)
        if form.changed_data:
            watch_start(obj, request.META[CHANGED_AT])

    @admin.action(description="Cancel the chosen shifts")
    def cancel_shifts(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        planned = self._locked().filter(pk__in=queryset.values("pk"), cancelled_at=None).select_related("unit")
        now = request.META[CHANGED_AT]
        rows = list(planned.order_by("pk"))
        for plan in rows:
            write(plan, cancelled_at=now)
            watch_start(plan, now)
            record_row(plan, "changed", {"cancelled_at": [None, now.isoformat()]}, center_id=plan.unit.center_id)
        self.message_user(request, f"{len(rows)} cancelled.", messages.SUCCESS)

    @admin.display(ordering="starts_at")
    def when(self, plan: PlannedShift) -> str:
        start, end = timezone.localtime(plan.starts_at), timezone.localtime(plan.ends_at)
        hours = (plan.ends_at - plan.starts_at) / timedelta(hours=1)
        parts = f"{start:%a %Y-%m-%d}", f"{start:%H:%M} to {end:%H:%M}", f"{hours:g} h"
        return format_html_join(" ", '<span class="whole">{}</span>', ((part,) for part in parts))

    @admin.display(ordering="user__last_name")
    def who(self, plan: PlannedShift) -> str:
        return plan.user.get_full_name() or plan.user.username

    @admin.display(ordering="cancelled_at", empty_value="")
    def cancelled(self, plan: PlannedShift) -> str:
        return f"{timezone.localtime(plan.cancelled_at):%Y-%m-%d %H:%M}" if plan.cancelled_at else ""


def _to_be_read(request: HttpRequest, plan: PlannedShift | None) -> bool:
    """A cancelled shift is only looked at; an old page that is posted is told so by the form."""
    return plan is not None and plan.cancelled_at is not None and request.method == "GET"
