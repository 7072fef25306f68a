"""Configuration an admin edits: the own center, its agencies, units and their types. People's calls and care are not here."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from teams.areas_admin import AreaAdmin
from teams.configuring import CHANGED_AT, OwnCenter, OwnRows
from teams.configuring_form import ConfigForm
from teams.credentials_admin import CredentialAdmin, CredentialKindAdmin
from teams.models import (
    Agency,
    Area,
    Center,
    Credential,
    CredentialKind,
    PlannedShift,
    ResponsePlan,
    Unit,
    UnitType,
    User,
)
from teams.people_admin import PeopleAdmin
from teams.planned_admin import PlannedAdmin
from teams.plans import is_word
from teams.plans_admin import PlanAdmin
from teams.uploading import Uploads
from teams.uploads import UNITS

admin.site.site_header = admin.site.site_title = "CARE Dispatch: configuration"
admin.site.index_title = "What an admin looks after"
admin.site.unregister(Group)  # a role says what somebody may do
admin.site.register(User, PeopleAdmin)
admin.site.register(Area, AreaAdmin)
admin.site.register(ResponsePlan, PlanAdmin)
admin.site.register(PlannedShift, PlannedAdmin)
admin.site.register(CredentialKind, CredentialKindAdmin)
admin.site.register(Credential, CredentialAdmin)

CAPABILITIES = "What a crew has, with commas: clinician, paramedic, peer, cit, youth, negotiator, k9."


@admin.register(Center)
class CenterAdmin(OwnCenter):
    list_display = ("code", "name", "time_zone")
    center_path = "pk"
    helps = {
        "time_zone": "Such as America/Chicago. Screens and paper show this time.",
        "timers_run": "Off only for a center that replays old calls: no reminder starts there.",
        "synthetic": "Everything in it is invented: the demo log-ins are shown on the sign-in page.",
        "sends_next_of_stack": "A unit that comes free goes to its next waiting call at once.",
        "caution_days": "How long a caution stands when nobody says.",
        "caution_days_at_most": "No caution stands longer.",
        "premise_days": "How many days back the earlier calls of a place are shown; 0 shows none.",
        "crews_sign_on": "Off only where nobody signs on: a CARE unit without a crew on shift can be sent then.",
        "no_show_minutes": "Dispatch is told of who is planned and has not signed on so long after the start.",
        "duplicate_meters": "A second call this near may be the same incident.",
        "duplicate_minutes": "And one this soon after it.",
    }

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new tenant is made by a sign-in above them all."""
        return cast(User, request.user).center_id is None and super().has_add_permission(request)


@admin.register(Agency)
class AgencyAdmin(OwnCenter):
    list_display = ("code", "name", "kind")
    list_filter = ("kind",)
    helps = {"code": "Short, without blanks: desoto-pd. Files and reports name the agency by it."}


class WithCapabilities(ConfigForm):
    def clean_capabilities(self) -> list[str]:
        words = [word.strip().lower() for word in self.cleaned_data["capabilities"] if word.strip()]
        if wrong := [word for word in words if not is_word(word)]:
            raise ValidationError(f"“{wrong[0][:40]}” is not one word such as cit, youth or paramedic.")
        return list(dict.fromkeys(words))


@admin.register(UnitType)
class UnitTypeAdmin(OwnCenter):
    form = WithCapabilities
    list_display = ("code", "name", "discipline", "capabilities", "retired")
    list_filter = ("discipline", "retired")
    helps = {
        "code": "Short, without blanks: care-team.",
        "capabilities": f"{CAPABILITIES} A new unit of this type begins with them; units that are there keep theirs.",
        "retired": "No new unit is of this type; units that are keep it.",
    }


class UnitForm(WithCapabilities):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "discipline" in self.fields:
            self.fields["discipline"].required = False

    def clean(self) -> dict[str, Any]:
        """The type brings its discipline, and to a new unit what such units have."""
        cleaned = super().clean()
        kind, discipline = cleaned.get("type"), cleaned.get("discipline")
        if kind is None and not discipline:
            self.add_error("discipline", "Choose a discipline or a type that has one.")
        elif kind is not None and discipline and discipline != kind.discipline:
            self.add_error("type", f"{kind} is a type of {kind.get_discipline_display()} units.")
        elif kind is not None:
            cleaned["discipline"] = kind.discipline
            if self.instance.pk is None and not cleaned.get("capabilities"):
                cleaned["capabilities"] = list(kind.capabilities)
        return cleaned


@admin.register(Unit)
class UnitAdmin(Uploads):
    upload = UNITS
    form = UnitForm
    list_display = ("callsign", "type", "discipline", "agency", "status", "retired")
    list_filter = ("discipline", ("type", OwnRows), ("agency", OwnRows), "retired")
    list_select_related = ("type", "agency")
    search_fields = ("callsign",)
    # Status moves by dispatch and report, and is logged; it is not edited here.
    readonly_fields = ("status", "status_at", "unavailable_reason", "unavailable_until", "mirrored_at")
    helps = {
        "callsign": "One word in capital letters: CARE2, P102.",
        "type": "Brings the discipline, and to a new unit its capabilities.",
        "capabilities": CAPABILITIES,
        "languages": "Codes with commas: en, es.",
        "home": "Its station or city.",
        "retired": "No console shows it any more. A unit on a call cannot be retired.",
        "mirrored_from": "The feed that tells its status, where it lives in another center's system; else empty.",
    }

    def get_readonly_fields(self, request: HttpRequest, obj: Unit | None = None) -> tuple[str, ...]:
        """A unit at work is not retired: nobody could take it off its call any more."""
        at_work = obj is not None and obj.status not in Unit.OFF_CALL
        return (*self.readonly_fields, "retired") if at_work else self.readonly_fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "type" and "/add/" in request.path:
            field.queryset = field.queryset.filter(retired=False)
        return field

    def save_model(self, request: HttpRequest, obj: Unit, form: Any, change: bool) -> None:
        if not change:
            obj.status_at = request.META[CHANGED_AT]
        super().save_model(request, obj, form, change)
