"""Strict JSON: what PostgreSQL or a screen cannot hold is refused before anything looks at it."""

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 20
MAX_INTEGER = 2**63 - 1
# Where the raw body is kept for the idempotency hash.
BODY = "care_dispatch.body"


class StrictJSONParser(BaseParser):
    """JSON as RFC 8259 means it: no NaN, no doubled keys, no NUL or lone surrogate, at most 20 levels deep."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        raw = stream.read()
        if parser_context:
            parser_context["request"].META[BODY] = raw
        try:
            return strict_json(raw.decode("utf-8"))
        except ValueError as error:
            raise ParseError(f"The body is not usable JSON: {str(error)[:200]}.") from None


def strict_json(text: str) -> Any:
    """The value of a text that holds nothing but plain JSON; raises ValueError with the reason for any other."""
    try:
        data = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None
    _check(data)
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice in one object")
    return found


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not a JSON number")


def _check(data: Any) -> None:
    """Refuse what PostgreSQL or a screen cannot hold; walks without recursion."""
    waiting = [(data, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, int) and abs(value) > MAX_INTEGER:
            raise ValueError("a whole number is too large")
        elif isinstance(value, float) and value in (float("inf"), float("-inf")):
            raise ValueError("a number is too large")
        elif isinstance(value, dict):
            waiting.extend((part, depth + 1) for pair in value.items() for part in pair)
        elif isinstance(value, list):
            waiting.extend((part, depth + 1) for part in value)


def _check_text(value: str) -> None:
    if "\x00" in value:
        raise ValueError("text holds a NUL character")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("text holds half of a surrogate pair") from None
