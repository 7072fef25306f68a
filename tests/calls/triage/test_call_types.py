"""An agency's call types: mapped by what is given, else by their words; broken rows named, the rest mapped."""

import csv
from pathlib import Path

import pytest

from calls.triage.call_types import BadCrosswalk, BadRow, common_types, map_type, parse_crosswalk

DATA = Path("../shared/data")


def test_what_the_agency_gives_counts_more_than_the_words() -> None:
    given = map_type("46A", "CIT w/Ambulance", apco="edp", behavioral="possible_bh")
    assert (given.apco, given.behavioral) == ("EDP", "maybe")
    assert (given.apco_from, given.behavioral_from) == ("given", "given")


@pytest.mark.parametrize(
    ("description", "apco", "behavioral"),
    [
        ("25-A-1 PSYCH", "EDP", "yes"),
        ("mental - violent armed", "MTLV", "yes"),
        ("mentally impaired - non-violent", "MNTL", "yes"),
        ("SUICIDE THREAT", "SUICTHRT", "yes"),
        ("CIT w/Ambulance", "EDP", "yes"),
        ("WELFARE CHECK", "WELFARE", "maybe"),
        ("DRUNK SUBJECT", "INTOX", "maybe"),
        ("CIT ASSIST", "CITASST", "maybe"),
        ("STRUCTURE FIRE", "FSTRU", "no"),
        ("VEH ACCIDENT W/INJ", "MVAINJY", "no"),
        ("DISTURBANCE-FAMILY", "DVNA", "maybe"),
        ("ALTERED MENTAL STATUS", "", "no"),
        ("ALL UNITS BROADCAST", "", "maybe"),
    ],
)
def test_a_description_is_read(description: str, apco: str, behavioral: str) -> None:
    mapped = map_type("X1", description)
    assert (mapped.apco, mapped.behavioral) == (apco, behavioral)
    assert mapped.behavioral_from == "read"


def test_a_code_that_is_a_common_type_maps_to_itself() -> None:
    assert map_type("welfare").apco == "WELFARE"


TABLE = """Code;Description;APCO code;Class
MH1;MENTAL SUBJECT;;
 ;no code here;;
MH1;the same again;;
Z9;ZONE BROADCAST;;
F1;STRUCTURE FIRE;NOSUCH;
W1;WELFARE CHECK;WELFARE;perhaps
W2;CHECK WELL BEING;;yes
"""


def test_a_broken_row_is_named_and_stops_no_other() -> None:
    read = parse_crosswalk(TABLE)
    assert [one.code for one in read.types] == ["MH1", "Z9", "W2"]
    assert [(error.line, error.message.split(":")[0]) for error in read.errors] == [
        (3, "No code."),
        (4, "MH1 is there already; the first row counts."),
        (6, "APCO has no common type 'NOSUCH'."),
        (7, "'perhaps' is no behavioral class"),
    ]


def test_those_without_a_common_type_are_listed_and_any_is_found_by_its_code() -> None:
    read = parse_crosswalk(TABLE)
    assert [one.code for one in read.unmapped] == ["Z9"]
    found = read.find(" w2 ")
    assert found is not None and found.behavioral == "yes"
    assert read.find("nothing") is None


@pytest.mark.parametrize("text", ["", "\n\n", "name,meaning\nA,b\n", "\x00\x00", "a" * 3_000_000])
def test_a_table_that_cannot_be_read_says_why(text: str) -> None:
    with pytest.raises(BadCrosswalk):
        parse_crosswalk(text)


def test_hostile_rows_are_rows_like_others() -> None:
    text = 'code,description\n=cmd(),"SUICIDE\u202e"\nA,' + "x" * 200_000 + '\nB,"never closed\n'
    read = parse_crosswalk(text)
    assert {one.code for one in read.types} >= {"=cmd()"}
    assert read.errors


def test_what_is_too_long_or_unknown_is_refused_by_name() -> None:
    for wrong in ({"code": ""}, {"code": "x" * 50}, {"code": "A", "description": "y" * 300}):
        with pytest.raises(BadRow):
            map_type(**wrong)


def test_the_common_types_are_apcos() -> None:
    types = common_types()
    assert len(types) > 180
    assert {types[code].behavioral for code in ("EDP", "SUICIDE", "SUICTHRT")} == {"yes"}


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not part of the repository")
def test_published_crosswalks_are_agreed_with() -> None:
    rows = csv.DictReader((DATA / "behavioral_call_type_crosswalk.csv").read_text().splitlines())
    for row in rows:
        mapped = map_type(row["code"], row["description"])
        assert (mapped.behavioral == "yes") == (row["bh_class"] in ("mental_health", "suicide")), row
