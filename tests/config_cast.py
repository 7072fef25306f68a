"""The configuration pages as an admin uses them: open a page, change something on it, press save."""

from typing import Any

from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from teams.models import Center, User
from tests.cast import make_center, make_user


def make_admin(center: Center | None = None) -> User:
    return make_user(center or make_center(), "admin", is_staff=True, is_superuser=True)


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="teams.sign_in.Backend")
    return client


def page_of(row: Model, name: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=[row.pk])


def list_of(table: type[Model], name: str = "changelist") -> str:
    return reverse(f"admin:{table._meta.app_label}_{table._meta.model_name}_{name}")


def typed(form: Any) -> dict[str, Any]:
    """What a browser would post of a form as it is shown."""
    found = {}
    for bound in form:
        value = bound.value()
        if value is True or value not in (None, "", False, []):
            found[bound.html_name] = (
                "on" if value is True else [str(v) for v in value] if isinstance(value, list) else value
            )
    return found


def opened(client: Client, path: str) -> dict[str, Any]:
    """The fields of a page, ready to be changed and posted."""
    answer = client.get(path)
    assert answer.status_code == 200, answer
    form = answer.context["adminform"].form
    with timezone.override(form.editor.center.time_zone if form.editor.center else None):
        return typed(form)


def saved(client: Client, path: str, **changes: Any) -> Any:
    """Open a page, change these fields, save."""
    return client.post(path, opened(client, path) | changes)


def errors(answer: Any) -> list[str]:
    """Every complaint on the page that came back."""
    assert answer.status_code == 200, answer
    return [
        message for found in answer.context["errors"] for message in (found if isinstance(found, list) else [found])
    ]
