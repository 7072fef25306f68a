"""A center's own words: they may raise what is read, never lower it, and are plain words."""

import pytest

from calls.triage import read
from calls.triage.facts import NEGATIVES
from calls.triage.lexicon import additions, lexicon
from calls.triage.lexicon.additions import Addition, BadAddition, checked, extended, hidden, key_of, lowered, offered


def added(words: str, fact: str, value: str) -> Addition:
    return checked(words, fact, value, "night shift")


def test_words_of_ones_own_are_read_like_the_others() -> None:
    words = extended([added("Code Zebra", "is_behavioral", "yes"), added("Lupara", "weapon_type", "firearm")])
    assert read("code zebra at the mall", words=words).behavioral == "yes"
    assert read("code zebra at the mall").behavioral == "maybe"
    found = {item.fact: item.value for item in read("he holds a lupara", words=words).facts}
    assert found["weapon_type"] == "firearm" and found["weapon"] == "in_hand"


def test_a_denial_before_ones_own_words_is_heard() -> None:
    words = extended([added("lupara", "weapon_type", "firearm")])
    found = {item.fact: item.value for item in read("denies lupara", words=words).facts}
    assert found == {"weapon": "denied"}


def test_shorthand_stands_for_its_word() -> None:
    words = extended([added("xgn", "shorthand", "gun")])
    assert any(item.fact == "weapon" for item in read("he has xgn in his hand", words=words).facts)
    assert not any(item.fact == "weapon" for item in read("he has xgn in his hand").facts)


@pytest.mark.parametrize(
    ("words", "fact", "value", "says"),
    [
        ("", "overdose", "yes", "One to 6"),
        ("a b c d e f g", "overdose", "yes", "One to 6"),
        ("7", "overdose", "yes", "One to 6"),
        ("77", "overdose", "yes", "too many other"),
        ("zebra", "overdose", "denied", "for a person to say"),
        ("zebra", "is_behavioral", "no", "for a person to say"),
        ("zebra", "age", "adult", "may mean one of"),
        ("neg", "shorthand", "gun", "already"),
        ("two words", "shorthand", "gun", "one word of letters"),
        ("zbr", "shorthand", "two words", "stands for one word"),
    ],
)
def test_what_could_lower_or_is_no_word_is_refused(words: str, fact: str, value: str, says: str) -> None:
    with pytest.raises(BadAddition, match=says):
        added(words, fact, value)


def test_every_word_names_where_it_comes_from() -> None:
    with pytest.raises(BadAddition, match="come from"):
        checked("zebra", "overdose", "yes", " ")


def test_nothing_that_is_offered_denies() -> None:
    assert not {value for values in offered().values() for value in values} & set(NEGATIVES)
    assert all(offered().values())


@pytest.mark.parametrize("typed", ["(ab+)+$", "a|b", "gun ~ hand", "{self}", "knif*", "x" * 60])
def test_signs_of_a_pattern_are_no_signs_here(typed: str) -> None:
    assert all(part.isalnum() for part in key_of(typed).split())
    extended([added(typed, "overdose", "yes")])


def test_a_word_that_hides_a_danger_of_a_must_pass_case_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lowered(lexicon(), extended([added("zebra", "overdose", "yes")])) == []
    deaf = extended([])
    monkeypatch.setattr(additions, "_facts", lambda narrative, words: {} if words is deaf else {"weapon": "in_hand"})
    assert len(lowered(lexicon(), deaf)) > 90


def test_a_phrase_that_swallows_a_danger_is_found() -> None:
    one = added("says he will kill himself tonight", "suicide", "passive")
    assert hidden(one, lexicon(), extended([one])) == ["suicide"]
    assert hidden(added("zebra", "overdose", "yes"), lexicon(), extended([])) == []


def test_another_set_of_words_is_another_version() -> None:
    one, two = extended([]), extended([added("zebra", "overdose", "yes")])
    assert one.version.sha256 != two.version.sha256 and two.version.version.endswith("+1")
