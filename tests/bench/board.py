"""GET /api/board/ with 50, 500 and 5,000 open calls: time of the whole view without the network, bytes, statements."""

import io
import time
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from care_dispatch.live import snapshots
from tests.bench.ground import Ground
from tests.bench.town import LOCATION, Town
from tests.cast import make_call, send

SIZES = {50: 40, 500: 20, 5000: 5}  # open calls: how often it is asked for
UNITS = 30


def measure(ground: Ground) -> dict[str, float]:
    figures: dict[str, float] = {}
    for size, times in SIZES.items():
        town, now = Town(people=1), timezone.now()
        for _ in range(UNITS):
            send(town.dispatcher, make_call(town.dispatcher, location=LOCATION, now=now), town.unit(), now=now)
        load_calls(town, size - UNITS)
        ground.wait_until_quiet()
        figures |= _ask(town, size, times)
    counts = [figures[f"board_{size}.sql"] for size in SIZES]
    return figures | {"board.sql_spread": max(counts) - min(counts)}


def _ask(town: Town, size: int, times: int) -> dict[str, float]:
    """The first is not counted; before each other one what was made for this head is forgotten."""
    client = Client(headers={"host": "127.0.0.1"})
    client.cookies["sessionid"] = town.people[0].session
    client.get("/api/board/")
    with CaptureQueriesContext(connection) as asked:
        snapshots.forget()
        answer = client.get("/api/board/")
    statements = len(asked)
    assert answer.status_code == 200 and answer.content.count(b'"type":"call"') == size, answer.content[:200]
    took = []
    for _ in range(times):
        snapshots.forget()
        start = time.perf_counter()
        client.get("/api/board/")
        took.append((time.perf_counter() - start) * 1000)
    return {
        f"board_{size}.sql": statements,
        f"board_{size}.ms": median(took),
        f"board_{size}.bytes": len(answer.content),
    }


def load_calls(town: Town, count: int) -> None:
    """That many open calls: one taken and judged in the ordinary way, and copies of it and its verdict by COPY."""
    pattern = make_call(town.dispatcher, location=LOCATION, narrative="OFF HIS MEDS, NO WEAPON", now=timezone.now())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('calls_call', 'id'))")
        first = cursor.fetchone()[0] + 1_000_000
        copy_rows(
            cursor, "calls_verdict", pattern.verdict_id, range(first, first + count - 1), lambda pk: {"call_id": pk}
        )
        copy_rows(
            cursor, "calls_call", pattern.pk, range(first, first + count - 1),
            lambda pk: {"number": pk, "urn": f"urn:bench:{pk}", "verdict_id": pk},
        )  # fmt: skip
        for table in ("calls_call", "calls_verdict"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), %s)", [first + count])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE calls_call, calls_verdict")


def copy_rows(cursor: Any, table: str, pattern: Any, ids: range, changed: Any) -> None:
    """Copies of one row under other ids, with some columns changed; Django's foreign keys are checked at commit."""
    cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
    columns = [name for (name,) in cursor.fetchall()]
    cursor.execute(f"SELECT {', '.join(f'{name}::text' for name in columns)} FROM {table} WHERE id = %s", [pattern])
    row = dict(zip(columns, cursor.fetchone(), strict=True))
    rows = (row | {"id": pk} | changed(pk) for pk in ids)
    lines = ("\t".join(_plain(one[name]) for name in columns) for one in rows)
    text = io.StringIO("".join(f"{line}\n" for line in lines))
    cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", text)


def _plain(value: Any) -> str:
    """As COPY reads it."""
    if value is None:
        return "\\N"
    return str(value).replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
