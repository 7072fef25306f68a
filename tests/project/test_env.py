"""Readers of the environment: each takes what it says, and a bad value is named with what it takes."""

import pytest

from care_dispatch import env


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("A_SETTING", raising=False)


@pytest.mark.parametrize(
    ("value", "meant"), [("true", True), ("YES", True), ("on", True), ("1", True), ("off", False), ("0", False)]
)
def test_a_flag_is_a_word_for_yes_or_no(monkeypatch: pytest.MonkeyPatch, value: str, meant: bool) -> None:
    monkeypatch.setenv("A_SETTING", value)
    assert env.flag("A_SETTING", default=not meant) is meant


def test_what_is_not_set_or_empty_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (env.flag("A_SETTING", True), env.number("A_SETTING", 7), env.text("A_SETTING", "x")) == (True, 7, "x")
    monkeypatch.setenv("A_SETTING", " ")
    assert (env.flag("A_SETTING", True), env.number("A_SETTING", 7), env.words("A_SETTING")) == (True, 7, [])


def test_a_list_is_parted_by_commas_and_empty_parts_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SETTING", " a.example , ,b.example,")
    assert env.words("A_SETTING") == ["a.example", "b.example"]


@pytest.mark.parametrize("value", ["maybe", "2", "truee"])
def test_a_flag_that_is_neither_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("A_SETTING", value)
    with pytest.raises(env.BadSetting, match=f"A_SETTING must be true or false, not '{value}'"):
        env.flag("A_SETTING", default=False)


@pytest.mark.parametrize("value", ["many", "1.5", "0x10"])
def test_a_number_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("A_SETTING", value)
    with pytest.raises(env.BadSetting, match=f"A_SETTING must be a whole number, not '{value}'"):
        env.number("A_SETTING", 1)


def test_an_address_of_a_database_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SETTING", "postgres://care:p%40ss%2Fword@db.example:6432/dispatch?sslmode=require")
    found = env.database("A_SETTING")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == (
        "care",
        "p@ss/word",
        "db.example",
        "6432",
    )
    assert (found["NAME"], found["OPTIONS"]) == ("dispatch", {"sslmode": "require"})


def test_a_socket_directory_is_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SETTING", "postgres:///dispatch?host=/run/postgres&port=5433")
    found = env.database("A_SETTING")
    assert (found["HOST"], found["PORT"], found["NAME"], found["OPTIONS"]) == ("/run/postgres", "5433", "dispatch", {})


def test_several_hosts_go_to_libpq_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SETTING", "postgres://care@/dispatch?host=a,b&port=5432,5433&target_session_attrs=read-write")
    found = env.database("A_SETTING")
    assert (found["HOST"], found["PORT"]) == ("a,b", "5432,5433")
    assert found["OPTIONS"] == {"target_session_attrs": "read-write"}


@pytest.mark.parametrize("value", ["postgres://db:many/care", "postgres://db:70000/care", "postgres://[db/care"])
def test_an_address_that_cannot_be_one_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("A_SETTING", value)
    with pytest.raises(env.BadSetting, match="A_SETTING is no address of a database"):
        env.database("A_SETTING")


@pytest.mark.parametrize("value", ["mysql://x/y", "db.example/care"])
def test_an_address_of_something_else_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("A_SETTING", value)
    with pytest.raises(env.BadSetting, match="A_SETTING must start with postgres://"):
        env.database("A_SETTING")
