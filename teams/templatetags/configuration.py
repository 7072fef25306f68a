"""What the configuration pages' own templates ask for."""

from typing import Any, cast

from django import template
from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from care_dispatch.access import DISPATCH_ROLES, RULE_ROLES, Role
from teams.config_log import recent
from teams.models import User
from teams.uploading import Uploads

register = template.Library()


@register.simple_tag(takes_context=True)
def recent_changes(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The newest changes with the words of their table and where each row is edited."""
    request = cast(HttpRequest, context["request"])
    return [change | _named(change["table"], change["row_id"]) for change in recent(cast(User, request.user))]


@register.simple_tag(takes_context=True)
def other_pages(context: dict[str, Any]) -> list[dict[str, str]]:
    """What is not a table here: its title, what it is for, and its address where this sign-in may open it."""
    user = cast(User, cast(HttpRequest, context["request"]).user)
    rules = reverse("rules-page") if user.role in RULE_ROLES else ""
    console = reverse("home") if user.role in DISPATCH_ROLES else ""
    ledger = reverse("ledger") if user.role == Role.SUPERVISOR else ""
    uploads = [
        _page(table.upload.title, "From a file; nothing is stored before you have seen it.", _upload_of(table.opts))
        for table in admin.site._registry.values()  # noqa: SLF001
        if isinstance(table, Uploads)
    ]
    return [
        _page("Triage rules", "Draft, try on past calls, and publish with a second person.", rules),
        _page("Call types", "What your own call types mean, taken in as a table.", rules and f"{rules}#/call-types"),
        _page("Local words", "What people here say, for the reader of calls.", rules and f"{rules}#/words"),
        *uploads,
        _page("Unmet demand", "Calls that asked for CARE and got none, with reasons. A supervisor opens it.", ledger),
        _page("Staffing", "Who is on and who is missing: STAFF on a dispatcher's console.", console),
    ]


def _page(title: str, use: str, href: str) -> dict[str, str]:
    return {"title": title, "help": use, "href": href}


def _upload_of(meta: Any) -> str:
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_upload")


def _named(table: str, row_id: int) -> dict[str, str]:
    meta = apps.get_model(table)._meta  # noqa: SLF001
    try:
        href = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row_id])
    except NoReverseMatch:
        href = ""
    return {"words": str(meta.verbose_name), "href": href}
