"""Facts, conditions and rules as English sentences for people who are no programmers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from calls.triage.facts import FACTS, NEGATIVES
from calls.triage.parsing import CAPABILITIES, Rule, RuleSet, leaf_values, parts_of

SERVICE_WORDS = {"fire": "fire", "police": "police", "ems": "EMS", "care": "CARE"}
ANSWER_WORDS = {
    "phone": "by phone or by a warm transfer to 988",
    "consult": "as a consult",
    "standard": "the call type's own protocol",
}
CAPABILITY_WORDS = {
    **{name: f"a {name}" for name in CAPABILITIES},
    "peer": "a peer specialist",
    "cit": "a CIT officer",
    "youth": "somebody trained for youth",
    "k9": "a dog team",
}
# What a fact is called in a sentence, where its label does not fit.
_SUBJECT = {
    "weapon": "a weapon",
    "suicide": "the suicide risk",
    "threat_to_others": "a threat to others",
    "medical": "the medical sign",
    "weapon_type": "the kind of weapon",
    "mechanism": "the means of the attempt",
    "caller": "the caller",
    "age": "the person",
    "location_type": "the place",
    "line": "the line",
    "channel": "the channel",
    "need": "the need",
    "info_quality": "what is known",
    "responder_on_scene": "on scene already",
    "language": "the language",
    "hazard": "the hazard",
    "situation": "the situation",
}
_VALUE = {
    "none_reported": "not asked about",
    "unknown": "not known",
    "in_reach": "within reach",
    "in_hand": "in hand",
    "access": "where the person can get to it",
    "access_intent": "where the person can get to it, with intent",
    "recent": "just used",
    "secured": "locked away or out of the home",
    "historic": "in the past",
    "retracted": "said and taken back",
    "ended": "over",
    "in_progress": "in progress",
    "property": "against things only",
    "passive": "passive thoughts",
    "ideation": "thoughts",
    "method": "a method",
    "recent_attempt": "an attempt within three months",
    "preparatory": "a step towards it",
    "intent": "an intent",
    "plan_intent": "a plan with intent",
    "attempt": "an attempt now",
    "life_threat": "life-threatening",
    "alert": "present but alert",
    "severe": "severe",
    "minor_unaccompanied": "a minor alone",
    "missing": "a missing person",
    "missing_at_risk": "a missing person at risk",
    "driving": "driving while at risk",
    "forced_entry": "a forced entry",
    "barricade": "a barricade",
    "hostage": "a hostage",
    "child": "a child",
    "adolescent": "an adolescent",
    "adult": "an adult",
    "older": "65 or older",
    "in_person": "somebody in person",
    "talk": "to talk",
    "resource": "a resource",
    "remote_consult": "a consult from afar",
    "follow_up": "a follow-up",
    "988_transfer": "a transfer from 988",
    "first_party": "the person themself",
    "third_party": "a stranger to the person",
    "none": "nobody",
    "new_medicine": "a new or changed medicine",
    "unknown_drug": "an unknown drug",
    "pregnancy": "a pregnancy or a birth within 12 weeks",
    "bh_calls": "earlier behavioral-health calls",
    "care_plan": "a care plan",
    "officer_safety_flag": "an officer-safety flag",
}
_VALUE_OF = {("age", "unknown"): "of unknown age", ("info_quality", "none"): "nothing"}
# Whole clauses for yes and no, which make no sentence by themselves.
_YES = {
    "overdose": "something was taken",
    "new_confusion": "there is new confusion",
    "household_violence": "there was violence in the home today",
    "strangulation": "somebody was strangled",
    "psychosis_or_mania": "there are signs of psychosis or mania",
    "alone_with_dependent": "the person is alone with a child or a frail adult",
    "means_at_hand": "the means are at hand",
    "location_confirmed": "the location is confirmed",
    "minors_present": "minors are present",
    "caller_wants_no_police": "the caller wants no police",
    "repeat_caller": "the caller called before",
    "cooperative": "the person is cooperative",
    "is_behavioral": "the call is behavioral",
}
_NO = {
    "location_confirmed": "the location is not confirmed",
    "minors_present": "no minors are present",
    "caller_wants_no_police": "the caller does not object to police",
    "repeat_caller": "the caller is new",
    "cooperative": "the person is not cooperative",
    "is_behavioral": "the call is not behavioral",
}
_HAS = {"companion": "there is {} with the confusion", "history": "the history shows {}"}


def value_words(name: str, value: str) -> str:
    """A value of a fact as words."""
    return _VALUE_OF.get((name, value)) or _VALUE.get(value, value.replace("_", " "))


def plain(rule: Rule, rules: RuleSet | None = None) -> str:
    """The rule as one sentence: when it speaks, what it asks for, why. ``rules`` adds the framework's word for a level."""
    asks = []
    if rule.level is not None:
        label = rules.level_words(rule.level)["label"] if rules else ""
        asks.append(f"level {rule.level}" + (f" ({label})" if label else ""))
    if rule.services:
        asks.append(listed([SERVICE_WORDS[name] for name in rule.services]))
    if rule.answer:
        asks.append(ANSWER_WORDS[rule.answer])
    if rule.capabilities:
        asks.append(f"with {listed([CAPABILITY_WORDS[name] for name in rule.capabilities])}")
    return f"When {condition_words(rule.when)}: {', '.join(asks) or 'nothing'}, because: {rule.because}"


def condition_words(when: Mapping[str, Any], *, inside: str = "") -> str:
    """A condition in words; ``inside`` is the word (all, any) that holds it, for the brackets."""
    if "fact" in when:
        return _fact_words(when)
    if "not" in when:
        return _not_words(when["not"])
    word = "any" if "any" in when else "all"
    parts = [condition_words(part, inside=word) for part in parts_of(when)]
    if len(parts) == 1:
        return parts[0]
    if word == "all":
        return " and ".join(parts)
    joined = ", or ".join(parts) if not inside else " or ".join(parts)
    return f"({joined})" if inside == "all" else joined


def _not_words(when: Mapping[str, Any]) -> str:
    if "fact" in when and "stated" not in when and "default" not in when and when["fact"] not in _HAS:
        clauses = _clauses(when["fact"], leaf_values(when), "is not")
        if clauses is not None:
            return clauses
    return f"it is not so that {condition_words(when, inside='all')}"


def _fact_words(when: Mapping[str, Any]) -> str:
    name = when["fact"]
    if "stated" in when:
        return "a bodily sign comes with the confusion" if name == "companion" else f"{_subject(name)} is stated"
    values = leaf_values(when)
    if "at_least" in when and len(values) > 1 and name not in _YES:
        words = f"{_subject(name)} is {value_words(name, values[0])} or worse"
    else:
        words = _clauses(name, values, "is") or ""
    return f"({words}, or nobody has said)" if when.get("default") else words


def _clauses(name: str, values: Sequence[str], verb: str) -> str | None:
    """``weapon is in hand or within reach``; None when there is no short way to deny it."""
    if name in _HAS:
        return _HAS[name].format(listed([value_words(name, value) for value in values], "or"))
    whole = {"yes": _YES.get(name), "no": _NO.get(name)}
    rest = [value_words(name, value) for value in values if not whole.get(value)]
    said = [clause for value in values if (clause := whole.get(value))]
    if said and verb != "is":
        return None
    if rest:
        said.append(f"{_subject(name)} {verb} {listed(rest, 'or')}")
    return " or ".join(said)


def _subject(name: str) -> str:
    return _SUBJECT.get(name, FACTS[name].label.lower())


def facts_words(facts: Mapping[str, Any]) -> str:
    """Facts as a list of clauses: ``weapon is in hand and the place is home``."""
    said = []
    for name, value in facts.items():
        values = value if isinstance(value, list) else [value]
        if FACTS[name].values:
            said.append(_clauses(name, [str(one) for one in values], "is") or "")
        else:
            said.append(f"{_subject(name)} is {value}")
    return " and ".join(said) or "nothing is stated"


def listed(words: Iterable[str], last: str = "and") -> str:
    """``police, EMS and CARE``."""
    found = list(words)
    return " ".join([", ".join(found[:-1]), last, found[-1]]) if len(found) > 1 else "".join(found)


def menu() -> dict[str, Any]:
    """What an editor offers: facts with their values in words, services, answers, capabilities."""
    return {
        "facts": [
            {
                "name": fact.name,
                "label": fact.label,
                "risk": fact.risk,
                "many": fact.many,
                "values": [
                    {"value": value, "words": _clauses(fact.name, [value], "is"), "negative": value in NEGATIVES}
                    for value in fact.values
                ],
            }
            for fact in FACTS.values()
        ],
        "services": [{"value": name, "words": words} for name, words in SERVICE_WORDS.items()],
        "answers": [{"value": name, "words": words} for name, words in ANSWER_WORDS.items()],
        "capabilities": [{"value": name, "words": words} for name, words in CAPABILITY_WORDS.items()],
    }
