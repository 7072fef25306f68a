#!/usr/bin/env python
"""Django's command line for CARE Dispatch; any Python will do, the checkout's own is found."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    if find_spec("django") is None:
        own = HERE / ".venv" / "bin" / "python"
        if not own.exists():
            sys.exit(
                "CARE Dispatch is not set up here yet: `make run` sets it up and starts it, `make setup` only sets up."
            )
        os.execv(own, [str(own), *sys.argv])  # noqa: S606 - the same command by the checkout's own Python
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "care_dispatch.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from care_dispatch.up.addresses import adopt

    if sys.argv[1:2] != ["up"]:  # it starts servers of its own
        adopt(HERE / "var", os.environ)
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        told = str(error).strip().splitlines()[0]
        sys.exit(f"The database does not answer ({told}). Start the product with `make run`, or set DATABASE_URL.")


if __name__ == "__main__":
    main()
