"""Taking in units and people from a CSV file: every row, or the good ones, each told in the log."""

from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db.models import Model

from care_dispatch.access import FIELD_ROLES, Role
from care_dispatch.log.door import write
from teams.actions import require_admin
from teams.config_log import record_row, values_of
from teams.models import Agency, Center, Discipline, Unit, UnitType, User
from teams.plans import is_word
from teams.tables import Unreadable, read_table, words_of
from teams.taking_in import Found, NotImported, check_usable, lock_center

UNIT_COLUMNS = ("callsign", "agency", "discipline", "type", "capabilities", "languages", "home")
PEOPLE_COLUMNS = ("username", "first_name", "last_name", "role", "agency")
UNIT_EXAMPLES = (
    {"callsign": "CARE9", "agency": "care", "discipline": "care", "capabilities": "clinician|youth", "languages": "en|es"},
    {"callsign": "P901", "agency": "city-pd", "discipline": "police", "languages": "en", "home": "North station"},
)  # fmt: skip
PEOPLE_EXAMPLES = (
    {"username": "n.invented", "first_name": "Nora", "last_name": "Invented", "role": "clinician", "agency": "care"},
    {"username": "d9", "first_name": "Dan", "last_name": "Invented", "role": "dispatcher"},
)
_OF_AN_AGENCY = (*FIELD_ROLES, Role.PARTNER)


class BadRow(ValueError):
    """One row cannot be taken; the message says why."""


# --- reading ---------------------------------------------------------------------------------------
def read_units(center: Center, text: str) -> Found:
    """Raises Unreadable when no row can be looked at."""
    agencies = {agency.code: agency for agency in Agency.objects.filter(center=center)}
    types = {kind.code: kind for kind in UnitType.objects.filter(center=center, retired=False)}
    known = {unit.callsign: unit for unit in Unit.objects.filter(center=center, retired=False)}

    def fields_of(row: Mapping[str, str]) -> tuple[Unit | None, dict[str, Any]]:
        kind = one_of(types, "type", row.get("type", ""))
        discipline = row.get("discipline", "").lower() or (kind.discipline if kind else "")
        if discipline not in Discipline.values:
            raise BadRow(f"discipline is one of {', '.join(Discipline.values)}")
        if kind and kind.discipline != discipline:
            raise BadRow(f"{kind} is a type of {kind.discipline} units")
        found = known.get(row["callsign"])
        if found and found.discipline != discipline:
            raise BadRow(f"{found.callsign} is a {found.discipline} unit; retire it and add another")
        capabilities = [word.lower() for word in words_of(row.get("capabilities", ""))]
        if wrong := [word for word in capabilities if not is_word(word)]:
            raise BadRow(f"“{wrong[0]}” is no word such as cit, youth or paramedic")
        given: dict[str, Any] = {
            "callsign": row["callsign"],
            "agency": one_of(agencies, "agency", row["agency"], needed=True),
        }
        given |= {"type": kind} if "type" in row else {}
        given |= {"capabilities": capabilities} if capabilities or found and "capabilities" in row else {}
        given |= {"languages": words_of(row["languages"])} if "languages" in row else {}
        given |= {"home": row["home"]} if "home" in row else {}
        if found is None:
            given = {"capabilities": list(kind.capabilities) if kind else [], **given, "discipline": discipline}
        return found, given

    return read_rows(text, UNIT_COLUMNS, ("callsign", "agency"), ("callsign",), fields_of, lambda: Unit(center=center))


def read_people(center: Center, text: str) -> Found:
    """Raises Unreadable when no row can be looked at."""
    agencies = {agency.code: agency for agency in Agency.objects.filter(center=center)}
    known = {person.username: person for person in User.objects.filter(center=center)}

    def fields_of(row: Mapping[str, str]) -> tuple[User | None, dict[str, Any]]:
        role, agency = row["role"].lower(), one_of(agencies, "agency", row.get("agency", ""))
        if role not in list(Role) or role == Role.ADMIN:
            allowed = [one.value for one in Role if one != Role.ADMIN]
            raise BadRow(f"role is one of {', '.join(allowed)}; an admin is made on the page of people")
        if role in _OF_AN_AGENCY and agency is None:
            raise BadRow(f"a {role} belongs to an agency")
        found = known.get(row["username"])
        if found and found.role == Role.ADMIN:
            raise BadRow(f"{found.username} is an admin and is changed on the page of people")
        given: dict[str, Any] = {"username": row["username"], "role": role, "agency": agency}
        return found, given | {name: row[name] for name in ("first_name", "last_name") if name in row}

    return read_rows(
        text, PEOPLE_COLUMNS, ("username", "role"), ("username",), fields_of,
        lambda: User(center=center, password=make_password(None)),
    )  # fmt: skip


def one_of(rows: Mapping[str, Any], what: str, code: str, *, needed: bool = False) -> Any:
    if not code and not needed:
        return None
    if code not in rows:
        raise BadRow(f"there is no {what} {code!r}; {what} is one of {', '.join(sorted(rows)) or 'none yet'}")
    return rows[code]


def read_rows(
    text: str,
    columns: tuple[str, ...],
    needed: tuple[str, ...],
    names: tuple[str, ...],
    fields_of: Callable[[Mapping[str, str]], tuple[Any, dict[str, Any]]],
    blank: Callable[[], Any],
    later: Callable[[Mapping[str, str]], bool] = lambda _row: False,
) -> Found:
    """``names``: the columns that name a row; ``later``: rows that are looked at once all others have been."""
    table = read_table(text, columns=columns, needed=needed)
    found, wrong = Found(), []
    first: dict[str, int] = {}
    for line, row in sorted(table.rows, key=lambda one: later(one[1])):
        try:
            name = " ".join(row[column] for column in names)
            if (at := first.setdefault(name.casefold(), line)) != line:
                raise BadRow(f"{name} is there again; line {at} has it already")
            stored, given = fields_of(row)
            _sort(found, stored, given, blank)
        except BadRow as bad:
            wrong.append((line, f"Line {line}: {bad}."))
        except ValidationError as bad:
            wrong.append((line, f"Line {line}: {' '.join(bad.messages)}"))
    found.errors = [*table.errors, *(said for _, said in sorted(wrong))]
    return found


def _sort(found: Found, stored: Any, given: dict[str, Any], blank: Callable[[], Any]) -> None:
    """A row looked at as the database will, so that what it would refuse is an error of its line."""
    if stored is None:
        found.new.append(_checked(blank(), given))
        return
    _checked(copy(stored), given)
    different = {key: value for key, value in given.items() if getattr(stored, key) != value}
    if different:
        found.changed.append((stored, different))
    else:
        found.same.append(stored)


def _checked(row: Any, given: dict[str, Any]) -> Any:
    for key, value in given.items():
        setattr(row, key, value)
    row.full_clean(exclude=["center", "agency", "type", "unit", "user"])
    return row


# --- taking in -----------------------------------------------------------------------------------------
def import_units(
    *, actor: User | None, now: datetime, center: Center, text: str, partly: bool = False
) -> dict[str, Any]:
    """``partly``: take the good rows and leave the others; else one bad row leaves everything as it was."""
    require_admin(actor)
    # Lock order: the center orders two files that come at once, then units by id.
    lock_center(center)
    list(Unit.objects.select_for_update().filter(center=center, retired=False).order_by("pk"))
    found = usable(read_units, center, text, partly)
    for unit in found.new:
        unit.status_at = now
    return keep(found, center)


def import_people(
    *, actor: User | None, now: datetime, center: Center, text: str, partly: bool = False
) -> dict[str, Any]:
    """New people cannot sign in until an admin gives them a password; passwords are in no file."""
    require_admin(actor)
    lock_center(center)
    list(User.objects.select_for_update(no_key=True, of=("self",)).filter(center=center).order_by("pk"))
    found = usable(read_people, center, text, partly)
    for person, different in found.changed:
        if {"role", "agency"} & set(different):  # what is open was let in by what they were
            different["access_version"] = person.access_version + 1
    return keep(found, center)


def usable(read: Callable[[Center, str], Found], center: Center, text: str, partly: bool) -> Found:
    try:
        found = read(center, text)
    except Unreadable as error:
        raise NotImported(str(error), errors=[str(error)]) from None
    check_usable(found, partly=partly)
    return found


def keep(found: Found, center: Center) -> dict[str, Any]:
    for row, different in found.changed:
        before = values_of(row)
        write(row, **different)
        changes = {name: [before[name], new] for name, new in values_of(row).items() if before[name] != new}
        _tell(row, "changed", changes, center)
    for row in found.new:
        row.save(force_insert=True)
        _tell(row, "added", {name: [None, value] for name, value in values_of(row).items()}, center)
    return found.counts


# Of people the log says what changed and not how.
_UNTOLD = frozenset({"username", "first_name", "last_name", "email"})


def _tell(row: Model, did: str, changes: dict[str, Any], center: Center) -> None:
    untold = _UNTOLD if isinstance(row, User) else frozenset()
    told = {name: None if name in untold else pair for name, pair in changes.items()}
    record_row(row, did, told, center_id=center.pk)
