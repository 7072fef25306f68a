"""What may stand in a caution: what somebody did, when and seen by whom. An illness is none. Pure."""

import re

# A diagnosis: crews who read cautions may not read it, whatever stands beside it (domain, field class C2).
_DIAGNOSIS = (
    r"schizo\w*", r"bi-?polar\w*", r"manic[- ]depress\w*", r"borderline", r"psychosis", r"psychotic\w*", r"depressi\w+",
    r"dementia", r"alzheimer\w*", r"autis\w+", r"ptsd", r"adhd", r"ocd", r"bpd", r"asperger\w*", r"personality disorder\w*",
    r"hiv", r"aids",
)  # fmt: skip
# What people call somebody who is ill; it says nothing of what was done.
_LABEL = (
    r"mental(?:ly)?", r"psych(?:o|iatric)?", r"ill(?:ness(?:es)?)?", r"sick", r"patients?", r"health", r"disorder\w*",
    r"diagnos\w+", r"conditions?", r"crazy", r"insane", r"unstable", r"disturbed", r"emotionally", r"edp", r"5150", r"mhmr",
    r"subjects?", r"signal\s*\d+", r"meds?", r"medications?", r"off", r"problems?", r"issues?", r"cases?", r"consumers?",
)  # fmt: skip
# Words that stand round a label and add nothing to it.
_FILLER = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "with",
        "has",
        "have",
        "had",
        "is",
        "are",
        "was",
        "be",
        "being",
        "been",
        "at",
        "in",
        "on",
        "to",
        "from",
        "for",
        "by",
        "and",
        "or",
        "who",
        "here",
        "there",
        "lives",
        "live",
        "living",
        "resides",
        "reside",
        "resident",
        "residents",
        "residing",
        "person",
        "persons",
        "people",
        "man",
        "woman",
        "male",
        "female",
        "boy",
        "girl",
        "adult",
        "juv",
        "juvenile",
        "son",
        "daughter",
        "mother",
        "father",
        "known",
        "history",
        "hx",
        "possible",
        "possibly",
        "suspected",
        "confirmed",
        "chronic",
        "severe",
        "serious",
        "very",
        "suffers",
        "suffering",
        "s",
        "this",
        "that",
        "address",
        "location",
        "residence",
        "home",
        "house",
        "premise",
        "place",
        "apt",
        "unit",
        "he",
        "she",
        "they",
        "it",
        "his",
        "her",
        "their",
        "him",
        "them",
        "some",
        "all",
        "not",
        "no",
        "yes",
        "caution",
        "careful",
        "danger",
        "dangerous",
        "beware",
        "warning",
        "officer",
        "officers",
        "safety",
        "use",
        "approach",
        "hazard",
        "risk",
        "please",
    ]
)
_DIAGNOSED = re.compile(rf"\b(?:{'|'.join(_DIAGNOSIS)})\b", re.IGNORECASE)
_LABELED = re.compile(rf"\b(?:{'|'.join(_LABEL)})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}|\d+", re.UNICODE)
# Fewer words than this beside a label describe nothing that was done.
_LEAST = 2

INSTEAD = 'Write what was done or seen, when, and by whom: "threw a chair at two officers on 3 February, seen by P12".'


def complaint(text: str) -> str:
    """Why these words are no caution, and what to write instead; empty if they may stand."""
    if named := diagnosis(text):
        return named
    words = _WORD.findall(_LABELED.sub(" ", text).lower())
    said = [word for word in words if word not in _FILLER]
    if len(said) < _LEAST and _LABELED.search(text):
        return f"An illness alone is no caution. {INSTEAD}"
    return "" if said else f"This does not say what was done. {INSTEAD}"


def diagnosis(text: str) -> str:
    """Why these words may not be read by crews; empty if they may."""
    if found := _DIAGNOSED.search(text):
        return f"Leave out {found[0]!r}: a diagnosis is no caution, and crews who read this may not read it. {INSTEAD}"
    return ""
