"""The words of US street addresses and how each is shortened (USPS Publication 28), and the names of numbered roads."""

DIRECTIONS = {
    "NORTH": "N", "SOUTH": "S", "EAST": "E", "WEST": "W", "NORTHEAST": "NE", "NORTHWEST": "NW", "SOUTHEAST": "SE",
    "SOUTHWEST": "SW", "N": "N", "S": "S", "E": "E", "W": "W", "NE": "NE", "NW": "NW", "SE": "SE", "SW": "SW",
}  # fmt: skip

_TYPES = {
    "ALY": "ALLEY", "AVE": "AVENUE AV", "BLVD": "BOULEVARD BL", "BND": "BEND", "CIR": "CIRCLE CR", "CT": "COURT",
    "CV": "COVE", "DR": "DRIVE", "EXPY": "EXPRESSWAY", "FWY": "FREEWAY", "HWY": "HIGHWAY", "LN": "LANE", "LOOP": "",
    "PASS": "", "PATH": "", "PKWY": "PARKWAY PKY", "PL": "PLACE", "PLZ": "PLAZA", "PT": "POINT", "RD": "ROAD", "ROW": "",
    "RUN": "", "SQ": "SQUARE", "ST": "STREET STR", "TER": "TERRACE", "TRL": "TRAIL TR", "WALK": "", "WAY": "WY",
    "XING": "CROSSING",
}  # fmt: skip
TYPES = {word: short for short, words in _TYPES.items() for word in (short, *words.split())}

ORDINALS = dict(
    zip(
        [
            "FIRST",
            "SECOND",
            "THIRD",
            "FOURTH",
            "FIFTH",
            "SIXTH",
            "SEVENTH",
            "EIGHTH",
            "NINTH",
            "TENTH",
            "ELEVENTH",
            "TWELFTH",
        ],
        ["1ST", "2ND", "3RD", "4TH", "5TH", "6TH", "7TH", "8TH", "9TH", "10TH", "11TH", "12TH"],
        strict=True,
    )
)
# Within a name the long word and the short one are the same name.
SAME = {"SAINT": "ST", "MOUNT": "MT", "FORT": "FT", **ORDINALS}

# How the signs of numbered roads are said; the longest first.
ROADS = {
    "FARM TO MARKET ROAD": "FM", "FARM TO MARKET RD": "FM", "FARM TO MARKET": "FM", "FARM ROAD": "FM", "F M": "FM",
    "RANCH TO MARKET": "RM", "RANCH ROAD": "RR", "INTERSTATE HIGHWAY": "I", "INTERSTATE": "I", "IH": "I", "I": "I",
    "US HIGHWAY": "US", "US HWY": "US", "US": "US", "U S": "US", "STATE HIGHWAY": "SH", "STATE HWY": "SH", "TX": "SH",
    "SH": "SH", "HIGHWAY": "HWY", "HWY": "HWY", "COUNTY ROAD": "CR", "CO RD": "CR", "CR": "CR", "FM": "FM", "RM": "RM",
    "RR": "RR", "LOOP": "LOOP", "SPUR": "SPUR", "BELTWAY": "BELTWAY", "PR": "PR",
}  # fmt: skip

UNITS = "APARTMENT|APT|UNIT|SUITE|STE|ROOM|LOT|TRAILER|TRLR|SPACE|SPC"
BUILDINGS = "BUILDING|BLDG|FLOOR|FL|TOWER"
