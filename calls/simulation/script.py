"""The script: invented calls that come round and round, and how the board stands when the evening is first seen."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

_ABOUT_THE_PLAY = ("slug", "sends", "updates")


@dataclass(frozen=True)
class Update:
    """A note that comes in later."""

    after: timedelta
    text: str


@dataclass(frozen=True)
class Scripted:
    """One invented call. ``sends``: who goes by standard protocol, beside whom triage asks for."""

    slug: str
    fields: Mapping[str, Any]  # of create_call
    sends: tuple[str, ...] = ()
    updates: tuple[Update, ...] = ()


@dataclass(frozen=True)
class Opened:
    """A call the board begins with: received so many minutes ago, each discipline through these stages."""

    slug: str
    minutes: float
    crews: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


OPENING = (
    Opened("group-home", 16, {"care": ("en_route", "on_scene", "contact")}),
    Opened("diabetic", 14, {"ems": ("en_route", "on_scene", "transporting")}),
    Opened("goodbye-texts", 11, {"police": ("en_route", "on_scene"), "care": ("en_route", "staged")}),
    Opened("parking-space", 8, {"police": ("en_route", "on_scene")}),
    Opened("no-answer", 5.5),
    Opened("next-door", 4.5, {"police": ("en_route",)}),
    Opened("ice-machine", 4),
    Opened("doorway", 2.5),
    Opened("open-line", 2, {"police": ()}),
    Opened("since-the-divorce", 1.5),
    Opened("hands-empty", 0.5),
)


@cache
def script() -> dict[str, Scripted]:
    """Every scripted call by its slug, in the order they come."""
    found = json.loads(Path(__file__).with_name("calls.json").read_text(encoding="utf-8"))["calls"]
    return {
        line["slug"]: Scripted(
            line["slug"],
            {name: value for name, value in line.items() if name not in _ABOUT_THE_PLAY},
            tuple(line.get("sends", ())),
            tuple(Update(timedelta(seconds=note["after"]), note["text"]) for note in line.get("updates", ())),
        )
        for line in found
    }


def next_slug(serial: int, open_slugs: Collection[str]) -> str:
    """Whose turn it is as the evening's call number ``serial``; never one that is open. Empty when all are."""
    slugs = list(script())
    turn = serial % len(slugs)
    return next((slug for slug in slugs[turn:] + slugs[:turn] if slug not in open_slugs), "")


def source_id(evening: int, serial: int, slug: str) -> str:
    """What makes a simulated call the same call when it is asked for again."""
    return f"{evening}-{serial}-{slug}"


def parts_of(source: str) -> tuple[int, int, str]:
    """Evening, serial and slug of a simulated call."""
    evening, serial, slug = source.split("-", 2)
    return int(evening), int(serial), slug
