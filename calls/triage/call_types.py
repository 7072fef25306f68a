"""An agency's own call types mapped to APCO's common incident types and to behavioral, maybe or not.

What the agency gives counts; what it leaves out is read from the description. A broken row is named and skipped, and
stops nothing else. The common types are APCO ANS 2.103, CC BY 4.0 (see ``apco_types.json``).
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from calls.triage.lexicon import body, lexicon
from calls.triage.patterns import Hit, Index, parse
from calls.triage.reader import MAX_TYPE, read
from calls.triage.words import plain, words

MOST_ROWS, MOST_CHARACTERS, LONGEST_CODE, LONGEST_SOURCE = 20_000, 2_000_000, 40, 300
PRIORITIES = ("P", "1", "2", "3", "4")
YES, MAYBE, NO = "yes", "maybe", "no"
GIVEN, READ = "given", "read"
_COLUMNS = {
    "code": ("code", "call_type", "type", "type_code", "call_type_code", "nature_code", "incident_type", "call_code"),
    "description": ("description", "desc", "definition", "name", "label", "nature", "call_type_description", "meaning"),
    "apco": ("apco", "apco_code", "apco_type", "common_type", "common_incident_type"),
    "behavioral": ("behavioral", "behavioral_class", "bh_class", "bh", "class"),
    "priority": ("priority", "pri", "default_priority"),
    "source": ("source", "evidence", "reason"),
}
# Words agencies and published crosswalks use for the three classes.
_CLASSES = {
    YES: ("yes", "y", "true", "1", "behavioral", "mental_health", "mental health", "suicide", "suicide_selfharm"),
    MAYBE: ("maybe", "possible", "possible_bh", "possibly", "welfare_check", "intoxication", "overdose", "unknown"),
    NO: ("no", "n", "false", "0", "none", "not", "not behavioral", "ordinary"),
}


class BadCrosswalk(ValueError):
    """The table cannot be read at all; the message says why."""


class BadRow(ValueError):
    """One row cannot be used; the message says why."""


@dataclass(frozen=True)
class CommonType:
    """One of APCO's. ``behavioral``: what calls of it usually are."""

    code: str
    label: str
    means: str
    behavioral: str


@dataclass(frozen=True)
class CallType:
    """One of the agency's. ``apco`` is empty when none fits; ``..._from`` says whether it was given or read, and
    ``because`` the words it was read from. ``priority`` is the agency's own, or empty; ``source``: who says so."""

    code: str
    description: str
    apco: str
    behavioral: str
    apco_from: str = ""
    behavioral_from: str = ""
    because: str = ""
    priority: str = ""
    source: str = ""

    @property
    def key(self) -> str:
        return key_of(self.code)


@dataclass(frozen=True)
class RowError:
    line: int
    message: str


@dataclass(frozen=True)
class Crosswalk:
    types: tuple[CallType, ...]
    errors: tuple[RowError, ...]

    @property
    def unmapped(self) -> tuple[CallType, ...]:
        """Those no common type was given or found for: somebody has to say."""
        return tuple(one for one in self.types if not one.apco)

    def find(self, code: str) -> CallType | None:
        """By code, whatever its case and spaces."""
        wanted = key_of(code)
        return next((one for one in self.types if one.key == wanted), None)


def parse_crosswalk(text: str) -> Crosswalk:
    """An agency's table (CSV with a header; comma, semicolon or tab); raises BadCrosswalk."""
    if len(text) > MOST_CHARACTERS:
        raise BadCrosswalk(f"The table has more than {MOST_CHARACTERS:,} characters.")
    rows = _rows(text)
    places = _places(next(rows, (0, [], ""))[1])
    types: dict[str, CallType] = {}
    errors: list[RowError] = []
    for number, (line, cells, broken) in enumerate(rows):
        if number >= MOST_ROWS:
            raise BadCrosswalk(f"The table has more than {MOST_ROWS:,} rows.")
        try:
            mapped = _of_row(cells, places, broken)
            if mapped is None:
                continue
            if mapped.key in types:
                raise BadRow(f"{mapped.code} is there already; the first row counts.")
        except BadRow as error:
            errors.append(RowError(line, str(error)))
        else:
            types[mapped.key] = mapped
    return Crosswalk(tuple(types.values()), tuple(errors))


def map_type(
    code: str, description: str = "", *, apco: str = "", behavioral: str = "", priority: str = "", source: str = ""
) -> CallType:
    """One call type; raises BadRow when what is given is no common type, no class or no priority."""
    code, description = code.strip(), " ".join(description.split())
    if not code:
        raise BadRow("No code.")
    if len(code) > LONGEST_CODE or len(description) > MAX_TYPE:
        raise BadRow(f"A code has at most {LONGEST_CODE} characters, a description at most {MAX_TYPE}.")
    priority = priority.strip().upper().removeprefix("P") or priority.strip().upper()
    if priority and priority not in PRIORITIES:
        raise BadRow(f"{priority[:20]!r} is no priority: {', '.join(PRIORITIES)}.")
    given, given_class = _given_apco(apco), _given_class(behavioral)
    said = description or code
    reading = read("", said)
    common = given or _common(code, said, reading.behavioral)
    usual = common_types()[common].behavioral if common else ""
    return CallType(
        code=code,
        description=description,
        apco=common,
        behavioral=given_class or _class(reading.behavioral, usual),
        apco_from=GIVEN if given else READ if common else "",
        behavioral_from=GIVEN if given_class else READ,
        because=next((item.quote for item in reading.facts if item.fact == "is_behavioral"), ""),
        priority=priority,
        source=" ".join(source.split())[:LONGEST_SOURCE],
    )


@cache
def common_types() -> Mapping[str, CommonType]:
    """APCO's common incident types by code."""
    return {
        one["code"]: CommonType(one["code"], one["label"], one["means"], one["behavioral"])
        for one in _published()["types"]
    }


def _class(read_as: str, usual: str) -> str:
    """Words that are behavioral count; else what calls of the common type usually are; else what was read."""
    return YES if YES in (read_as, usual) else usual or read_as


def _given_apco(apco: str) -> str:
    code = apco.strip().upper()
    if code and code not in common_types():
        raise BadRow(f"APCO has no common type {code[:20]!r}.")
    return code


def _given_class(behavioral: str) -> str:
    word = behavioral.strip().lower()
    if not word:
        return ""
    for name, meant in _CLASSES.items():
        if word in meant:
            return name
    raise BadRow(f"{word[:20]!r} is no behavioral class: yes, maybe or no.")


def _common(code: str, said: str, read_as: str) -> str:
    """The common type whose words fill most of the description; only behavioral words make a behavioral one."""
    types = common_types()
    if said == code and code.upper() in types:
        return code.upper()
    known = lexicon()
    found = words(plain(said[:MAX_TYPE])[0], known.spell, known.shorthand)
    hits = [hit for hit in _index().hits(found) if types[hit.what].behavioral != YES or read_as == YES]
    if read_as == YES and not any(types[hit.what].behavioral == YES for hit in hits):
        return "EDP"
    if read_as == YES:
        hits = [hit for hit in hits if types[hit.what].behavioral == YES]
    return min(hits, key=_fit).what if hits else ""


def _fit(hit: Hit[str]) -> tuple[int, int, int]:
    """The longest first, then the earliest, then the order of the list."""
    return (hit.first - hit.last, hit.first, list(common_types()).index(hit.what))


@cache
def _published() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(Path(__file__).with_name("apco_types.json").read_text())
    return content


@cache
def _index() -> Index[str]:
    content = body()
    shorthand = {raw: long for long, raws in content["shorthand"]["words"].items() for raw in raws}
    return Index(
        (one["code"], parse(pattern, content["macros"], shorthand))
        for one in _published()["types"]
        for pattern in one["words"]
    )


def key_of(code: str) -> str:
    """What two spellings of a code have in common."""
    return " ".join(code.upper().split())


def _rows(text: str) -> Iterator[tuple[int, list[str], str]]:
    """Line, cells and what is wrong with it, of each row that is not blank."""
    lines = text.removeprefix("\ufeff").replace("\0", "").splitlines()
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, [], str(error)
            continue
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells, ""


def _places(header: Sequence[str]) -> dict[str, int]:
    """Which column holds what."""
    names = ["_".join(name.lower().split()) for name in header]
    places = {
        column: next(names.index(name) for name in known if name in names)
        for column, known in _COLUMNS.items()
        if any(name in names for name in known)
    }
    if "code" not in places:
        raise BadCrosswalk(
            "The first line names the columns: code, description and, where you have them, apco and behavioral."
        )
    return places


def _of_row(cells: Sequence[str], places: Mapping[str, int], broken: str) -> CallType | None:
    if broken:
        raise BadRow(f"The row cannot be read: {broken}.")
    values = {column: cells[place] if place < len(cells) else "" for column, place in places.items()}
    return map_type(
        values["code"],
        values.get("description", ""),
        apco=values.get("apco", ""),
        behavioral=values.get("behavioral", ""),
        priority=values.get("priority", ""),
        source=values.get("source", ""),
    )
