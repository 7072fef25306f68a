"""Typed readers of environment variables, so that a bad setting says its name at start."""

import os
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


class BadSetting(Exception):
    """An environment variable that cannot be used; the message says which and what it takes."""


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(f"{name} must be true or false, not {value!r}.")


def number(name: str, default: int) -> int:
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError:
        raise BadSetting(f"{name} must be a whole number, not {value!r}.") from None


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, empty parts dropped."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def database(name: str) -> dict[str, Any]:
    """Django's connection dictionary for ``postgres://user:password@host:port/name``.

    A socket directory is given as ``postgres:///name?host=/path``; other query parameters
    (``sslmode``, ``target_session_attrs``, ...) go to libpq unchanged.
    """
    url = text(name)
    try:
        parts = urlsplit(url)
        port = parts.port or ""
    except ValueError as error:
        raise BadSetting(f"{name} is no address of a database: {error}.") from None
    if url and parts.scheme not in {"postgres", "postgresql"}:
        raise BadSetting(f"{name} must start with postgres://, not {parts.scheme or url[:12]!r}.")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "care_dispatch",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(query.pop("port", port)),
        "OPTIONS": query,
    }
