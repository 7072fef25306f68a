"""The invented lines the reader is held to, one per line in the files beside this one."""

from pathlib import Path


def rows(name: str) -> list[list[str]]:
    """The cells of each line that is no comment."""
    lines = Path(__file__).with_name(name).read_text().splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
