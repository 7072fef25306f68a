"""Reading what a caller says of where: the same place in other words comes to the same words, and nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.places.address import compact, read, unit_of

CITIES = ["DeSoto", "Cedar Hill"]


@pytest.mark.parametrize(
    ("said", "kind", "words", "unit"),
    [
        ("123 N Main St Apt 4", "house", "123 N MAIN ST", "4"),
        ("123 north main street #4", "house", "123 N MAIN ST", "4"),
        ("1210 N Hampton Rd 204", "house", "1210 N HAMPTON RD", "204"),
        ("204 POLK ST BLDG C APT 3", "house", "204 POLK ST", "C-3"),
        ("123 1/2 N Main St", "house", "123 1/2 N MAIN ST", ""),
        ("2500 FM 1382", "house", "2500 FM 1382", ""),
        ("2500 Farm to Market Rd 1382", "house", "2500 FM 1382", ""),
        ("123 Calle de la Peña", "house", "123 CALLE DE LA PENA", ""),
        ("789 Paseo del Norte", "house", "789 PASEO DEL NORTE", ""),
        ("123 Saint Augustine Drive", "house", "123 ST AUGUSTINE DR", ""),
        ("100 W Belt Line Rd & Polk", "house", "100 W BELT LINE RD", ""),
        ("1200 block of Main", "block", "1200 BLOCK MAIN", ""),
        ("Main & 3rd", "intersection", "3RD & MAIN", ""),
        ("Third @ Main", "intersection", "3RD & MAIN", ""),
        ("N Main St / W 3rd St", "intersection", "N MAIN ST & W 3RD ST", ""),
        ("I-35E NB mm 412.5", "mile", "I 35E MM 412.5", ""),
        ("Interstate 35E mile marker 412", "mile", "I 35E MM 412", ""),
        ("US 67 exit 12a", "exit", "US 67 EXIT 12A", ""),
        ("Walmart on Polk", "landmark", "WALMART", ""),
        ("32.59, -96.85", "point", "32.59000, -96.85000", ""),
        ("(-96.85 32.59)", "point", "32.59000, -96.85000", ""),
        ("", "nothing", "", ""),
        ("\x00 # ,", "nothing", "", ""),
    ],
)
def test_what_is_said_is_read(said: str, kind: str, words: str, unit: str) -> None:
    found = read(said, CITIES)
    assert (found.kind, found.words, found.unit) == (kind, words, unit)


@pytest.mark.parametrize("end", ["DeSoto", ", DeSoto", ", DeSoto, TX 75115", " desoto tx 75115"])
def test_city_state_and_zip_at_the_end_are_no_part_of_the_street(end: str) -> None:
    found = read(f"123 Main St {end}", CITIES)
    assert (found.words, found.city) == ("123 MAIN ST", "DESOTO")


@pytest.mark.parametrize(
    ("detail", "unit"), [("Apt 204", "204"), ("204", "204"), ("#2b", "2B"), ("behind the pool", ""), ("", "")]
)
def test_a_unit_number_beside_the_address_is_told_from_a_landmark(detail: str, unit: str) -> None:
    assert unit_of(detail) == unit


@given(st.text(max_size=400))
def test_whatever_is_typed_reading_it_answers_and_its_words_read_the_same_again(text: str) -> None:
    found = read(text)
    assert "%" not in found.key and "\x00" not in found.words
    if found.kind in ("house", "intersection") and found.street:
        assert compact(read(found.words).words) == compact(found.words)
