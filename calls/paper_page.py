"""Printable pages for dispatch. Opening one is the print: it is written into the log with who and when."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from calls import paper
from care_dispatch.log import perform
from teams.selectors import signed_in


def _sheet(request: HttpRequest, sheet: str, shown: dict[str, Any], now: datetime, **of: Any) -> HttpResponse:
    user = signed_in(request)
    center = paper.dispatch_center(user)
    position = request.session.get("position", "")
    perform(paper.record_print, actor=user, position=position, source="paper", now=now, sheet=sheet, **of)
    by = f"{user.get_full_name() or user.username}{f' at {position}' if position else ''}"
    with timezone.override(ZoneInfo(center.time_zone)):
        return render(request, f"paper/{sheet}.html", shown | {"center": center, "at": now, "by": by})


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return _sheet(request, "board", paper.board_sheet(paper.dispatch_center(signed_in(request)), now), now)


@login_required
@require_GET
def units(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    shown = paper.kit(paper.dispatch_center(signed_in(request)), now)
    return _sheet(request, "units", shown, now)


@login_required
@require_GET
def handover(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return _sheet(request, "handover", paper.handover_sheet(paper.dispatch_center(signed_in(request)), now), now)


@login_required
@require_GET
def call(request: HttpRequest, call_id: int) -> HttpResponse:
    now, user = timezone.now(), signed_in(request)
    paper.dispatch_center(user)
    return _sheet(request, "call", paper.call_sheet(user, call_id, now), now, call_id=call_id)
