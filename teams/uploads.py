"""What the files of units, people, planned shifts and outlines are shown as before they are taken in."""

from teams.areas import areas_of_file, import_areas
from teams.looking import looked
from teams.models import Center
from teams.planned_files import PLANNED_COLUMNS, PLANNED_EXAMPLES, import_planned, read_planned
from teams.roster_files import (
    PEOPLE_COLUMNS,
    PEOPLE_EXAMPLES,
    UNIT_COLUMNS,
    UNIT_EXAMPLES,
    import_people,
    import_units,
    read_people,
    read_units,
)
from teams.uploading import Looked, Upload


def _look_at_units(center: Center, text: str) -> Looked:
    names = ("callsign", "agency", "discipline", "type", "capabilities", "languages", "home")
    return looked(read_units(center, text), names)


def _look_at_people(center: Center, text: str) -> Looked:
    return looked(read_people(center, text), ("username", "first_name", "last_name", "role", "agency"))


def _look_at_planned(center: Center, text: str) -> Looked:
    return looked(read_planned(center, text), ("unit", "user", "duty", "starts_at", "ends_at"))


def _look_at_areas(center: Center, text: str) -> Looked:
    return looked(areas_of_file(center, text), ("kind", "code", "name", "agency", "geometry"))


UNITS = Upload(
    title="Add units from a file",
    help="A CSV file from a spreadsheet, a line per unit. A callsign that is there already is changed where a column says"
    " something else; a column that is left out changes nothing. Capabilities and languages have | between them.",
    accept=".csv,text/csv", look=_look_at_units, take=import_units,
    done="{added} units added, {changed} changed, {same} were so already, {left} lines left out.",
    columns=UNIT_COLUMNS, examples=UNIT_EXAMPLES,
)  # fmt: skip
PEOPLE = Upload(
    title="Add people from a file",
    help="A CSV file from a spreadsheet, a line per person. A username that is there already is changed. No file has"
    " passwords: a new person signs in once an admin has given them one here.",
    accept=".csv,text/csv", look=_look_at_people, take=import_people,
    done="{added} people added, {changed} changed, {same} were so already, {left} lines left out.",
    columns=PEOPLE_COLUMNS, examples=PEOPLE_EXAMPLES,
)  # fmt: skip
PLANNED = Upload(
    title="Add planned shifts from a file",
    help="A CSV file from a spreadsheet, a line per person and shift. Times are the clock of your center; an end that is"
    " not after the start is on the next day. A shift of the same person with the same start is changed where a column says"
    " something else; nothing is cancelled by a file.",
    accept=".csv,text/csv", look=_look_at_planned, take=import_planned,
    done="{added} shifts planned, {changed} changed, {same} were so already, {left} lines left out.",
    columns=PLANNED_COLUMNS, examples=PLANNED_EXAMPLES,
)  # fmt: skip
AREAS = Upload(
    title="Take in outlines (GeoJSON)",
    help="A GeoJSON file with a polygon per city, beat or service area; properties kind (city, beat, service_area), code,"
    " name, and agency (the code of who answers there). An area with the same kind and code is replaced.",
    accept=".geojson,.json", look=_look_at_areas, take=import_areas,
    done="{added} areas added, {changed} changed, {same} were so already, {left} left out.",
)  # fmt: skip
