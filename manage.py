#!/usr/bin/env python
"""Django's command line for CARE Dispatch."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "care_dispatch.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from care_dispatch.up.addresses import adopt
    from care_dispatch.up.processes import ROOT

    if sys.argv[1:2] != ["up"]:  # it starts servers of its own
        adopt(ROOT / "var", os.environ)
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        told = str(error).strip().splitlines()[0]
        sys.exit(f"The database does not answer ({told}). Start the product with `make run`, or set DATABASE_URL.")


if __name__ == "__main__":
    main()
