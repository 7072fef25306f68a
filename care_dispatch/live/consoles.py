"""Who covers a center: the consoles that have looked at its board within the last seconds, on any web process."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from care_dispatch.access import Tier
from care_dispatch.live.models import Console
from care_dispatch.live.tickets import Identity

# Two beats missed and a little more: a web process that hangs or was killed covers nobody.
GONE_AFTER = timedelta(seconds=15)
KEPT = timedelta(hours=1)


def note_consoles(identities: Iterable[Identity], now: datetime) -> None:
    """Write down who looks now, and forget who has been gone for long; one statement."""
    rows = {who.session: who for who in identities}.values()
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH old AS (DELETE FROM live_console WHERE at < %s)"
            " INSERT INTO live_console (session, center_id, user_id, tier, position, at)"
            " SELECT unnest(%s), unnest(%s), unnest(%s), unnest(%s), unnest(%s), %s"
            " ON CONFLICT (session) DO UPDATE SET at = excluded.at, position = excluded.position, tier = excluded.tier,"
            " center_id = excluded.center_id, user_id = excluded.user_id",
            [
                now - KEPT, [who.session for who in rows], [who.center_id for who in rows],
                [who.user_id for who in rows], [who.tier for who in rows], [who.position for who in rows], now,
            ],
        )  # fmt: skip


def covering(center_id: int, now: datetime) -> list[dict[str, Any]]:
    """``{position, user_id, at}`` of the dispatch consoles that look at the board now."""
    here = Console.objects.filter(center_id=center_id, tier=Tier.DISPATCH, at__gt=now - GONE_AFTER)
    return [dict(row) for row in here.order_by("position", "user_id").values("position", "user_id", "at")]
