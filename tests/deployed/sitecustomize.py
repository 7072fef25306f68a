"""Read by Python itself at the start of every process of a test's stack: hides what a deployment does not install."""

import os
import sys
from importlib.abc import MetaPathFinder

HIDDEN = frozenset(os.environ.get("HIDDEN_PACKAGES", "").split())


class Hides(MetaPathFinder):
    """A package that only the tests and tools bring looks missing."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"{name} is not in requirements.lock: a deployment does not have it", name=name)


sys.meta_path.insert(0, Hides())
