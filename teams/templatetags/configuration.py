"""What the configuration pages' own templates ask for."""

from typing import Any, cast

from django import template
from django.apps import apps
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from teams.config_log import recent
from teams.models import User

register = template.Library()


@register.simple_tag(takes_context=True)
def recent_changes(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The newest changes with the words of their table and where each row is edited."""
    request = cast(HttpRequest, context["request"])
    return [change | _named(change["table"], change["row_id"]) for change in recent(cast(User, request.user))]


def _named(table: str, row_id: int) -> dict[str, str]:
    meta = apps.get_model(table)._meta  # noqa: SLF001
    try:
        href = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row_id])
    except NoReverseMatch:
        href = ""
    return {"words": str(meta.verbose_name), "href": href}
