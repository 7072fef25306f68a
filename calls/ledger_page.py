"""The supervisor's page of unmet demand: numbers that add up, the calls behind them, and the same as a table to take away."""

import csv
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from rest_framework import serializers as s

from calls import ledger
from calls.codes import words_of
from calls.models import Call, Code, Unmet
from care_dispatch.access import Role
from care_dispatch.api import StrictSerializer
from care_dispatch.refusal import Refused
from teams.models import Center, User
from teams.selectors import signed_in

# A download is no board: it may be as long as a year is.
DOWNLOADED = 20_000
COLUMNS = ("call", "noted", "level", "area", "hour", "reason code", "reason", "done instead", "waited minutes", "met")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Filters(StrictSerializer):
    """What the form sends: days of the center, and which rows."""

    first = s.DateField(required=False)
    last = s.DateField(required=False)
    reason = s.ChoiceField(choices=[(ledger.OWED, ""), *Call.NotSent.choices], required=False)
    level = s.IntegerField(min_value=1, max_value=4, required=False)
    area = s.CharField(max_length=60, required=False)
    hour = s.IntegerField(min_value=0, max_value=23, required=False)


def _user(request: HttpRequest) -> User:
    user = signed_in(request)
    if user.role != Role.SUPERVISOR or user.center is None:
        raise PermissionDenied
    return user


def _asked(request: HttpRequest) -> dict[str, Any]:
    """The filters that were filled in; raises what is wrong with them in words."""
    filled = Filters(data={name: value for name, value in request.GET.dict().items() if str(value).strip()})
    filled.is_valid(raise_exception=True)
    found: dict[str, Any] = filled.validated_data
    return found


def _read(user: User, asked: dict[str, Any], now: datetime, listed: int = ledger.LISTED) -> dict[str, Any]:
    wanted = dict(asked)
    center: Center = user.center  # type: ignore[assignment]  # checked where the page begins
    first, last = wanted.pop("first", None), wanted.pop("last", None)
    zone = ZoneInfo(center.time_zone)
    since = datetime.combine(first, time.min, zone) if first else None
    until = ledger.ahead(datetime.combine(last, time.min, zone), 1) if last else None
    return ledger.ledger(user, now, since=since, until=until, listed=listed, **wanted)


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    user, now = _user(request), timezone.now()
    problem, found = "", None
    try:
        found = _read(user, _asked(request), now)
    except Refused as refused:
        problem = refused.message
    except s.ValidationError as error:
        names = ", ".join(str(name) for name in error.detail)
        problem = f"Look at {names} again: a day is year-month-day, a level 1 to 4, an hour 0 to 23."
    center: Center = user.center  # type: ignore[assignment]
    reasons = _reasons(center)
    shown = {
        "found": found,
        "rows": [_words(row, center, reasons) for row in found["rows"]] if found else [],
        "problem": problem,
        "asked": request.GET,
        "query": request.GET.urlencode(),
        "reasons": [(code or ledger.OWED, label) for code, label in reasons.items()],
        "hours": range(24),
        "levels": (4, 3, 2, 1),
    }
    return render(request, "ledger.html", shown, status=400 if problem else 200)


@require_safe
@login_required
def table(request: HttpRequest) -> HttpResponse:
    """The rows as they are filtered, for a spreadsheet; no cell of it is a formula."""
    user, now = _user(request), timezone.now()
    try:
        found = _read(user, _asked(request), now, DOWNLOADED)
    except (Refused, s.ValidationError):
        return HttpResponse(
            "These filters cannot be read; choose them on the page.", status=400, content_type="text/plain"
        )
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="unmet-{now:%Y-%m-%d}.csv"'
    answer["Cache-Control"] = "no-store"
    writer = csv.writer(answer)
    writer.writerow(COLUMNS)
    center: Center = user.center  # type: ignore[assignment]
    reasons = _reasons(center)
    for row in found["rows"]:
        words = _words(row, center, reasons)
        cells = (row["number"], words["noted"], row["level"], row["area"], row["hour"], row["reason"],
                 words["reason"], words["instead"], words["waited"], words["met"])  # fmt: skip
        writer.writerow([plain(cell) for cell in cells])
    return answer


def plain(cell: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def _reasons(center: Center) -> dict[str, str]:
    """What each reason is called here, and none; those out of use too, for the calls that have them."""
    return {"": "Not said yet"} | words_of(center.pk)[Code.List.NOT_SENT]


def _words(row: dict[str, Any], center: Center, reasons: Mapping[str, str]) -> dict[str, Any]:
    """A row as people read it, in the center's time."""
    local = {
        name: center.local(datetime.fromisoformat(row[name])) if row[name] else None for name in ("noted_at", "met_at")
    }
    return row | {
        "said": bool(row["reason"] or row["met_at"]),
        "noted": f"{local['noted_at']:%Y-%m-%d %H:%M}",
        "met": f"{local['met_at']:%Y-%m-%d %H:%M}" if local["met_at"] else "",
        "reason": "" if row["met_at"] and not row["reason"] else reasons[row["reason"]],
        "instead": ", ".join(Unmet.Instead(step).label for step in row["instead"]),
        "waited": "" if row["waited_seconds"] is None else round(row["waited_seconds"] / 60),
    }
