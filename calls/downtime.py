"""The downtime kit: every few minutes the board and blank forms on disk, to go on by paper when nothing runs.

One self-contained page per center, without scripts, for nobody but the account that runs dispatch (mode 600).
"""

import contextlib
import logging
import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from calls import paper
from calls.alerts import end_cause, raise_alert
from calls.models import Alert
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import perform
from teams.models import Center

logger = logging.getLogger(__name__)

DOWNTIME = "downtime"
NEWEST = "latest.html"
_STYLE = settings.BASE_DIR / "static" / "css" / "paper.css"
_CAUSE = "downtime_kit"


def wanted() -> Iterable[int]:
    """The centers that a kit is written for: every one that runs on the clock."""
    if settings.DOWNTIME_KIT_MINUTES <= 0:
        return []
    return list(Center.objects.filter(timers_run=True).values_list("pk", flat=True))


def run_kit(center_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: write the kit and say when the next one is due. Two at once write two files, each whole."""
    center = Center.objects.filter(pk=center_id, timers_run=True).first()
    if center is None or settings.DOWNTIME_KIT_MINUTES <= 0:
        finish(DOWNTIME, center_id)
        return
    write_kit(center, now)
    if Alert.objects.open().filter(center=center, cause=_CAUSE).exists():
        perform(written_again, actor=None, position="", source=source, now=now, center=center)
    schedule(DOWNTIME, center_id, due_at=now + timedelta(minutes=settings.DOWNTIME_KIT_MINUTES), now=now)


def write_kit(center: Center, now: datetime) -> Path:
    """Write one kit under its time and as the newest, and forget the oldest; returns the newest's place."""
    folder = Path(settings.DOWNTIME_KIT_DIR) / center.code
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with timezone.override(ZoneInfo(center.time_zone)):
        page = render_to_string("paper/kit.html", paper.kit(center, now) | {"style": _STYLE.read_text()})
    stamped = folder / f"kit-{now.astimezone(UTC):%Y%m%d-%H%M%S}.html"
    for place in (stamped, folder / NEWEST):
        _write(place, page)
    for old in sorted(folder.glob("kit-*.html"))[: -max(1, settings.DOWNTIME_KIT_KEEP)]:
        old.unlink(missing_ok=True)
    return folder / NEWEST


def _write(place: Path, page: str) -> None:
    """Whole or not at all: whoever opens the file never sees half of it."""
    draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(page)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()


def kit_gave_up(center_id: int, attempts: int, error: str, now: datetime) -> None:
    """No kit is written (a full disk, a folder that may not be written): a supervisor must know before it is needed."""
    logger.error("the downtime kit of center %s is not written after %s attempts: %s", center_id, attempts, error)
    perform(not_written, actor=None, position="", source="sweep", now=now, center_id=center_id)


def not_written(*, actor: None, now: datetime, center_id: int) -> dict[str, Any]:
    center = Center.objects.get(pk=center_id)
    text = "The downtime kit is not written: its folder is full or closed; print the board by hand"
    raise_alert(center=center, kind=Alert.Kind.WORK_FAILED, text=text, now=now, cause=_CAUSE)
    return {"center_id": center_id}


def written_again(*, actor: None, now: datetime, center: Center) -> dict[str, Any]:
    end_cause(center.pk, _CAUSE, now)
    return {"center_id": center.pk}
