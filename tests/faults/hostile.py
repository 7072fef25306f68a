"""What a hostile or broken client may send: bodies, values for any field, ids, queries and headers."""

import json
from collections.abc import Iterator
from typing import Any

from tests.services import SOAK

DEEP = 100_000
STEP = 2
# Whole bodies, whatever the address takes.
BODIES: dict[str, bytes] = {
    "empty": b"",
    "not-json": b"{",
    "array": b"[]",
    "array-of-objects": b'[{"nature": "a"}]',
    "null": b"null",
    "number": b"7",
    "string": b'"x"',
    "not-utf8": b'{"nature": "\xff\xfe", "text": "\xc3("}',
    "utf16": '{"text": "x"}'.encode("utf-16"),
    "bom": b'\xef\xbb\xbf{"text": "x"}',
    "nul": b'{"text": "a\\u0000b", "reason": "\\u0000", "nature": "\\u0000", "location": "x"}',
    "raw-nul": b'{"text": "a\x00b"}',
    "nul-key": b'{"a\\u0000": 1, "data": {"\\u0000": 1}}',
    "half-a-pair": b'{"text": "\\ud800", "reason": "\\udfff", "nature": "\\ud800", "location": "x"}',
    "half-a-pair-key": b'{"\\ud800": 1}',
    "deep-array": b'{"data": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep-object": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "unclosed": b"[" * DEEP,
    "infinite": b'{"lat": 1e999, "minutes": -1e999, "nature": "a", "location": "x"}',
    "nan": b'{"lat": NaN, "minutes": Infinity}',
    "many-digits": b'{"unit": ' + b"9" * 5000 + b', "minutes": 1' + b"0" * 30 + b"}",
    "twice": b'{"text": "a", "text": "b", "nature": "a", "nature": "b", "location": "x"}',
    "unknown": b'{"center": 7, "center_id": 7, "actor": 1, "is_staff": true, "version": 0}',
    "prototype": b'{"__class__": "x", "__proto__": {}, "pk": 1, "id": 1}',
    "two-megabytes": json.dumps({"text": "x" * 2_000_000, "nature": "y", "location": "z"}).encode(),
    "many-keys": json.dumps({f"k{n}": n for n in range(3000)}).encode(),
    "many-units": json.dumps({"units": list(range(5000))}).encode(),
    "unknown-units": b'{"units": ["NOBODY", "", "\\u202eP1", 0, -1, 9223372036854775807]}',
}
# What is put in the place of each field in turn, the others being right.
_OF_EVERY_TYPE: list[Any] = [
    None, True, -1, 2**63 - 1, 1e308, "", "9" * 40, "\u202eP1 👩🏽‍⚕️" + "e\u0301" * 40, "x" * 20_001,
    "'; DROP TABLE log_event; --%s\r\nSet-Cookie: a=b", [], [[None]], [True, 2**63 - 1], {}, {"weapon": ["in_hand", {}]},
    {"weapon": None, "": ""},
]  # fmt: skip
_TIMES = [
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00",
    "2026-02-30T00:00:00Z", "2026-03-08T02:30:00", "1969-12-31", "24:00", "1e9",
]  # fmt: skip
_STATES = [
    "available", "unavailable", "off_duty", "dispatched", "acknowledged", "en_route", "staged", "on_scene", "contact",
    "transporting", "at_facility", "clearing", "cleared", "draft", "requested", "active", "completed", "closed",
]  # fmt: skip
_MORE = {"at": _TIMES, "until": _TIMES, "received_from": _TIMES, "received_to": _TIMES, "status": _STATES}
# A right value for a field of this name, so that what is wrong is one thing only.
RIGHT: dict[str, Any] = {
    "nature": "Welfare check", "location": "1 MAIN ST", "reason": "as asked", "text": "said so", "minutes": 5,
    "status": "en_route", "response": "care_police", "facts": {"weapon": "denied"}, "caller": {"name": "A"},
    "closed_as": "advised", "form": "intake", "data": {"a": 1}, "by_radio": True, "question": "safe_to_leave",
    "risk": "24h", "mode": "phone", "priority": "1", "received_from": "2026-03-01T00:00:00Z",
    "received_to": "2026-03-03T00:00:00Z",
}  # fmt: skip
QUERIES = [
    "q=%00", "q=%FF%FE", "q=%ED%A0%80", "q=" + "x" * 5000, "q=%25%5C_", "day=0001-01-01", "day=9999-12-31", "day=x",
    "day=2026-02-30", "status=%00", "status=x", "call=0", "call=-1", "call=" + "9" * 30, "call=1e9", "call=%00", "age=-1",
    "age=" + "9" * 5000, "need=%00", "language=%F0%9F%98%80", "language=%00", "since=%00", "a=1&a=2", "&&&===", "x",
    "received_from=%00", "received_from=0001-01-01T00:00:00%2B14:00", "received_to=9999-12-31T23:59:59-14:00",
    "received_from=2026-02-30", "before=0", "before=" + "9" * 30, "care_alone=%00", "q=1&q=%00", "ordering=password", "format=html", "page=" + "9" * 30,
]  # fmt: skip
KEYS = ["", " ", "x" * 101, "x" * 5000, "é", "\u202e", "a\tb", "null", "'", "0"]
VERSIONS = ["", "0", '"0"', '"1"', "-1", "1.5", "x", 'W/"1"', "*", "9" * 18, "9" * 400, "²", '"' * 50]
IDS = [0, 2**31, 2**63 - 1, 2**63, 10**30]


def wrong(fields: list[str], right: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The right body with one field at a time wrong, or missing; neighbours share the values out among them."""
    base = {name: right[name] for name in fields if name in right}
    yield base
    for number, name in enumerate(fields):
        yield {other: value for other, value in base.items() if other != name}
        for value in [*_OF_EVERY_TYPE[0 if SOAK else number % STEP :: 1 if SOAK else STEP], *_MORE.get(name, [])]:
            yield base | {name: value}
