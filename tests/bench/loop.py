"""Runs a part's coroutine on uvloop, without the collector's pauses in the middle of a sample."""

import gc
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    gc.collect()
    gc.disable()
    try:
        result: T = uvloop.run(work)
    finally:
        gc.enable()
    return result
