"""The log of configuration: each row that was added or changed, with who, when, and the values before and after."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import DateTimeField, Model
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from care_dispatch.log import record
from care_dispatch.log.door import sets_of
from care_dispatch.log.models import Event
from teams import kinds
from teams.models import Center, Unit, User

LISTED = 200
NEVER_TOLD = {"password"}


def values_of(row: Model) -> dict[str, Any]:
    """Every stored field of a row but its id, JSON-able."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]  # noqa: SLF001
    values = {field.attname: getattr(row, field.attname) for field in fields}
    plain: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return plain


def record_row(row: Model, did: str, changes: Mapping[str, Any], *, center_id: int | None) -> None:
    """``changes``: field to ``[old, new]``, or None where the values stay out of the log. ``did``: added, changed."""
    told = {name: None if name in NEVER_TOLD else pair for name, pair in changes.items()}
    refs = {"table": row._meta.label_lower, "row_id": row.pk, "did": did, "changes": told}  # noqa: SLF001
    if isinstance(row, Unit):
        moved = [name for name in kinds.UNIT_FIELDS if name in changes]
        sets = sets_of(row, *moved)
        record(kinds.CONFIG_CHANGED, center_id=center_id, unit_id=row.pk, agency_id=row.agency_id, sets=sets, refs=refs)
    else:
        record(kinds.CONFIG_CHANGED, center_id=center_id, refs=refs)


def _events_of(row: Model) -> Any:
    ref = {"table": row._meta.label_lower, "row_id": row.pk}  # noqa: SLF001
    return Event.objects.filter(kind=kinds.CONFIG_CHANGED.name, payload__ref__contains=ref).order_by("-seq")


def who_set(row: Model, name: str) -> tuple[str, datetime | None]:
    """Who set a field of the row last and when, by the center's clock."""
    attname = row._meta.get_field(name).attname  # type: ignore[union-attr]  # noqa: SLF001
    event = _events_of(row).filter(payload__ref__changes__has_key=attname).first()
    if event is None:
        return "Somebody", None
    center = Center.objects.filter(pk=event.center_id).first()
    return _names([event]).get(event.actor_id, "Somebody"), center.local(event.at) if center else event.at


def history(row: Model, reader: User) -> list[dict[str, Any]]:
    """What the log tells of a row, newest first, in the words of its form."""
    events = list(_events_of(row)[:LISTED])
    names = _names(events)
    return [
        {
            "at": reader.center.local(event.at) if reader.center else event.at,
            "who": names.get(event.actor_id, "the system"),
            "did": event.payload["ref"]["did"],
            "changes": [_change(type(row), *pair) for pair in event.payload["ref"]["changes"].items()],
        }
        for event in events
    ]


def recent(reader: User, limit: int = 12) -> list[dict[str, Any]]:
    """The newest changes of the configuration of the reader's center, for the page they begin at."""
    events = Event.objects.filter(kind=kinds.CONFIG_CHANGED.name).order_by("-seq")
    if reader.center_id is not None:
        events = events.filter(center_id=reader.center_id)
    found = list(events[:limit])
    names = _names(found)
    return [
        {
            "at": reader.center.local(event.at) if reader.center else event.at,
            "who": names.get(event.actor_id, "the system"),
            "did": event.payload["ref"]["did"],
            "table": event.payload["ref"]["table"],
            "row_id": event.payload["ref"]["row_id"],
        }
        for event in found
    ]


def _names(events: Iterable[Event]) -> dict[int | None, str]:
    people = User.objects.filter(pk__in={event.actor_id for event in events if event.actor_id})
    return {person.pk: person.get_full_name() or person.username for person in people}


def _change(table: type[Model], attname: str, pair: list[Any] | None) -> dict[str, Any]:
    field = next((one for one in table._meta.concrete_fields if one.attname == attname), None)  # noqa: SLF001
    label = str(field.verbose_name) if field else attname
    if pair is None:
        return {"field": label, "told": False}
    return {"field": label, "told": True, "old": _said(field, pair[0]), "new": _said(field, pair[1])}


def said(row: Model, name: str, value: Any) -> str:
    """A value of a row's field in words."""
    return _said(row._meta.get_field(name), value)  # noqa: SLF001


def _said(field: Any, value: Any) -> str:
    """A value as the form's menu has it."""
    if value in (None, "", []):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field is not None and field.is_relation:
        return str(field.related_model._default_manager.filter(pk=value).first() or value)  # noqa: SLF001
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(field, DateTimeField):
        moment = parse_datetime(value) if isinstance(value, str) else value
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
    return str(dict(getattr(field, "flatchoices", None) or []).get(value, value))
