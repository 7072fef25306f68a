"""Reading a CSV file somebody made in a spreadsheet: rows by column, or a sentence that says what to do about it. Pure."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

MOST_ROWS = 1_000
MOST_CHARACTERS = 500  # in one cell
# A spreadsheet that opens the file later would run what begins like this.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Unreadable(ValueError):
    """Nothing of the file can be used; the message says what to do."""


@dataclass
class Table:
    """``rows``: line number and cells by column name. ``errors``: a sentence for each line that cannot be used."""

    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def text_of(raw: bytes) -> str:
    """The file's text; raises Unreadable for another encoding."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"The file is not UTF-8 (line {line}): save it as UTF-8, in a spreadsheet as “CSV UTF-8”."
        ) from None
    _check_text(text)
    return text


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise Unreadable("The file is no text: it is a spreadsheet or a picture. Save it as “CSV UTF-8”.")


def read_table(
    text: str,
    *,
    columns: Sequence[str],
    needed: Sequence[str],
    most_rows: int = MOST_ROWS,
    signed: Collection[str] = (),
) -> Table:
    """Commas, semicolons or tabs between cells, names in the first line in any order. Raises Unreadable.

    ``signed``: columns of numbers, which may begin with a minus.
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise Unreadable("The file is empty.")
    _check_text(text)
    first = text.splitlines()[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        header = [name.strip().lower() for name in next(lines)]
        _check_header(header, columns, needed)
        table = Table()
        for cells in lines:
            if any(cell.strip() for cell in cells):
                if len(table.rows) + len(table.errors) >= most_rows:
                    raise Unreadable(f"The file has more than {most_rows:,} rows; take it in by parts.")
                _add(table, lines.line_num, header, cells, signed)
    except csv.Error as error:
        raise Unreadable(f"Line {lines.line_num} is no CSV ({error}); look at its quotation marks.") from None
    if not table.rows and not table.errors:
        raise Unreadable("The file has a first line and no rows.")
    return table


def _check_header(header: Sequence[str], columns: Sequence[str], needed: Sequence[str]) -> None:
    if missing := [name for name in needed if name not in header]:
        raise Unreadable(f"The first line names no column {', '.join(missing)}; columns are {', '.join(columns)}.")
    if unknown := [name for name in header if name not in columns]:
        raise Unreadable(f"There is no column {unknown[0][:40]!r}; columns are {', '.join(columns)}.")
    if len(set(header)) < len(header):
        raise Unreadable("The first line names a column twice.")


def _add(table: Table, line: int, header: Sequence[str], cells: Sequence[str], signed: Collection[str]) -> None:
    row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
    if len(cells) > len(header):
        table.errors.append(f"Line {line} has more cells than the first line has names.")
    elif wrong := next((name for name, cell in row.items() if len(cell) > MOST_CHARACTERS), ""):
        table.errors.append(f"Line {line}: {wrong} is longer than {MOST_CHARACTERS} characters.")
    elif wrong := next((name for name, cell in row.items() if cell.startswith(_FORMULA) and name not in signed), ""):
        table.errors.append(f"Line {line}: {wrong} begins with {row[wrong][0]!r} as a formula does; take that out.")
    else:
        table.rows.append((line, {name: row.get(name, "") for name in header}))


def words_of(cell: str) -> list[str]:
    """Several words in one cell, with | or blanks between them."""
    return list(dict.fromkeys(word.strip() for word in cell.replace("|", " ").split()))


def as_csv(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """A template's lines."""
    for cells in (columns, *([row.get(name, "") for name in columns] for row in rows)):
        out = io.StringIO()
        csv.writer(out).writerow(cells)
        yield out.getvalue()
