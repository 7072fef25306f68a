"""Response plans as a form: whom to send, and the figures they are ranked by. Each save is a new version."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from care_dispatch.refusal import Conflict
from teams.config_log import record_row
from teams.configuring import CHANGED_AT, OwnCenter, OwnRows
from teams.configuring_form import ConfigForm
from teams.models import ResponsePlan
from teams.planning import in_force_at, retire_plan, save_plan
from teams.plans import (
    DEFAULT_PLANS,
    DISCIPLINE_WORDS,
    FIGURES,
    MOST_UNITS,
    RESPONSE_WORDS,
    BrokenPlan,
    Plan,
    body_of,
    parse_plan,
)
from teams.tables import words_of

UNITS = [f"unit_{number}" for number in range(1, MOST_UNITS + 1)]
KEYS = ("discipline", "required", "preferred")
WHERE = ("center", "response", "level", "nature", "area")
_DISCIPLINES = [("", "nobody"), *DISCIPLINE_WORDS.items()]


class PlanForm(ConfigForm):
    """A plan's body in fields: ``unit_1_discipline``, ``unit_1_required``, ..., and one field per figure."""

    level = forms.TypedChoiceField(
        choices=[("", "every level"), *((str(level), str(level)) for level in range(1, 5))],
        coerce=int, empty_value=None, required=False,
    )  # fmt: skip
    retire = forms.BooleanField(
        required=False,
        label="End this plan",
        help_text="What is more general holds for its calls, at last the default.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        body = getattr(kwargs.get("instance"), "body", None) or {}
        kwargs["initial"] = _fields_of(body) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """A plan that cannot be used, or could send CARE past a danger alone, is refused with what to add."""
        cleaned = super().clean()
        cleaned["body"] = _body_of(cleaned)
        stored = self.instance
        given = {key: cleaned.get(key, getattr(stored, key)) for key in ("response", "level", "nature")}
        try:
            parse_plan(cleaned["body"], name=cleaned.get("name", ""), version=1, **given)
        except BrokenPlan as broken:
            self.add_error(None, str(broken))
        if stored.pk is None and cleaned.get("center"):
            area = cleaned.get("area")
            holds = in_force_at(center_id=cleaned["center"].pk, area_id=area.pk if area else None, **given)
            if holds is not None:
                self.add_error(None, f"{holds} holds for these calls already: open it and change that.")
        return cleaned


def _figure(name: str) -> forms.FloatField:
    return forms.FloatField(required=False, min_value=0, max_value=86_400, label=name.replace("_", " ").capitalize(),
                            help_text=f"Empty: {FIGURES[name]:g}.")  # fmt: skip


def _unit_fields(name: str) -> dict[str, forms.Field]:
    number = name.removeprefix("unit_")
    return {
        f"{name}_discipline": forms.ChoiceField(choices=_DISCIPLINES, required=False, label=f"Unit {number}"),
        f"{name}_required": forms.CharField(required=False, label="must have"),
        f"{name}_preferred": forms.CharField(required=False, label="better with"),
    }


PLAN_FIELDS: dict[str, forms.Field] = {
    **{key: field for name in UNITS for key, field in _unit_fields(name).items()},
    **{name: _figure(name) for name in FIGURES},
}
WholePlanForm: type[ConfigForm] = type("WholePlanForm", (PlanForm,), PLAN_FIELDS)


def _fields_of(body: dict[str, Any]) -> dict[str, Any]:
    found = dict(body.get("figures", {}))
    units = [one for one in body.get("positions", []) for _ in range(one.get("count", 1))]
    for name, one in zip(UNITS, units, strict=False):
        found |= {f"{name}_discipline": one["discipline"]}
        found |= {f"{name}_{key}": " ".join(one.get(key, ())) for key in KEYS[1:]}
    return found


def _body_of(cleaned: dict[str, Any]) -> dict[str, Any]:
    positions = [
        {"discipline": cleaned[f"{name}_discipline"], "count": 1}
        | {key: [word.lower() for word in words_of(cleaned.get(f"{name}_{key}", ""))] for key in KEYS[1:]}
        for name in UNITS
        if cleaned.get(f"{name}_discipline")
    ]
    figures = {name: cleaned[name] for name in FIGURES if cleaned.get(name) is not None}
    return {
        "positions": positions,
        "figures": {name: value for name, value in figures.items() if value != FIGURES[name]},
    }


def _sends(plan: Plan) -> str:
    return (
        ", ".join(DISCIPLINE_WORDS[one.discipline] for one in plan.positions) or "nobody, it is left to the dispatcher"
    )


class PlanAdmin(OwnCenter):
    form = WholePlanForm
    choices = {"center": "pk", "area": "center"}
    list_display = ("name", "response", "level", "nature", "area", "version", "in_force", "made_at")
    list_filter = ("response", ("retired_at", admin.EmptyFieldListFilter), ("area", OwnRows))
    list_select_related = ("area",)
    change_list_template = "admin/plans.html"
    ordering = ("response", "level", "nature", "-version")
    helps = {
        "response": "What triage asks for; the plan says who goes then.",
        "nature": "Only for calls of this nature; empty: of any.",
        "area": "Only where this agency answers; empty: everywhere.",
    }

    @admin.display(boolean=True)
    def in_force(self, plan: ResponsePlan) -> bool:
        return plan.retired_at is None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Beside the center's own plans, what goes where it has none."""
        defaults = [
            {"response": response, "words": RESPONSE_WORDS[response], "sends": _sends(plan)}
            for response, plan in DEFAULT_PLANS.items()
        ]
        return super().changelist_view(request, {**(extra_context or {}), "defaults": defaults})

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        """A new plan begins as the product's own for that response."""
        plan = DEFAULT_PLANS.get(request.GET.get("response", ""))
        given = _fields_of(body_of(plan)) | {"name": plan.name.removeprefix("Default: ").capitalize()} if plan else {}
        return given | super().get_changeform_initial_data(request)

    def get_readonly_fields(self, request: HttpRequest, obj: ResponsePlan | None = None) -> tuple[str, ...]:
        return () if obj is None else (*WHERE[1:], "version", "made_at")

    def get_fieldsets(self, request: HttpRequest, obj: ResponsePlan | None = None) -> Any:
        first = ["center", "name", "response", ("level", "nature", "area")]
        first += ["retire", ("version", "made_at")] if obj else []
        units = [tuple(f"{name}_{key}" for key in KEYS) for name in UNITS]
        figures = [tuple(list(FIGURES)[at : at + 3]) for at in range(0, len(FIGURES), 3)]
        say = "One line per unit. Words such as cit, youth, paramedic, with blanks between them."
        return [
            (None, {"fields": first}),
            ("Whom to send", {"fields": units, "description": say}),
            ("Figures", {"fields": figures, "description": "Empty ones are as the product comes."}),
        ]

    def save_model(self, request: HttpRequest, obj: ResponsePlan, form: Any, change: bool) -> None:
        """The next version in place of this one; a version that is not in force is never brought back by an old page."""
        if change and obj.retired_at is not None:
            raise Conflict("This version is not in force any more: open the newest one and change that.")
        actor, now = request.user, request.META[CHANGED_AT]
        if form.cleaned_data.get("retire"):
            retire_plan(actor=actor, now=now, plan_id=obj.pk)  # type: ignore[arg-type]
            record_row(obj, "changed", {"retired_at": [None, now.isoformat()]}, center_id=obj.center_id)
            return
        if not change or set(form.changed_data) - {"retire"}:
            self._next_version(actor, now, obj, form)

    def _next_version(self, actor: Any, now: Any, plan: ResponsePlan, form: Any) -> None:
        before, body = plan.version, form.cleaned_data["body"]
        saved = save_plan(
            actor=actor, now=now, center_id=plan.center_id, name=plan.name, body=body, response=plan.response,
            level=plan.level, nature=plan.nature, area_id=plan.area_id,
        )  # fmt: skip
        plan.pk, plan.version = saved["plan_id"], saved["version"]
        changes: dict[str, Any] = {"version": [before, plan.version]}
        if "name" in form.changed_data:
            changes["name"] = [form.initial.get("name"), plan.name]
        if set(form.changed_data) & set(PLAN_FIELDS):
            changes["body"] = None
        record_row(plan, "changed" if before else "added", changes, center_id=plan.center_id)
