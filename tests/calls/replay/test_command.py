"""`manage.py replay`: what it prints, what it refuses in one sentence, and who may watch."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from calls.models import Call
from calls.replay.counts import Stored
from calls.replay.player import Player
from calls.replay.progress import bar
from calls.replay.records import Verb
from calls.replay.selectors import stored
from teams.models import Center, User
from tests.calls.replay.written import Line, storm_call, unit, unit_call, write
from tests.cast import make_center, make_unit, use_default_rules

pytestmark = pytest.mark.django_db

RECORD = [
    unit_call("A"),
    unit("dispatched", "M5", "A", 1),
    unit("arrived", "M5", "A", 4),
    unit("cleared", "M5", "A", 9),
]


@pytest.fixture
def path(db: None, tmp_path: Path) -> Path:
    use_default_rules()
    return write(tmp_path, *RECORD)


def said(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("replay", str(path), *options, stdout=out)
    return out.getvalue()


def refused(path: Path, *options: str) -> str:
    """The sentence the command ends with instead of playing anything."""
    before = Call.objects.count()
    with pytest.raises(CommandError) as error:
        said(path, *options)
    assert Call.objects.count() == before
    sentence = str(error.value)
    assert sentence.endswith(".") and "\n" not in sentence and "Traceback" not in sentence
    return sentence


# --- what it prints --------------------------------------------------------------------------------
def test_it_ends_with_counts_that_add_up(path: Path) -> None:
    told = said(path)
    assert "Center replay-lancaster: 4 events" in told and ", 0 errors." in told
    assert "4 read + 0 simulated = 1 calls + 0 details of known calls + 1 dispatches + 1 stages + 1 clears" in told
    assert "1 = 1 by dispatch + 0 opened late by a stage = 1 cleared; open 0" in told
    assert "1 of 1 calls (0 on fallback)" in told
    assert told.endswith("Every count adds up.\n")


def test_a_limit_plays_the_first_events_only(path: Path) -> None:
    assert "2 read" in said(path, "--limit", "2") and "1 implied_end" in said(path, "--limit", "2", "--again")


def test_a_report_lays_database_and_file_side_by_side(path: Path) -> None:
    assert re.search(r"request to dispatch +1 +1\.0 +1\.0 +1 +1\.0 +1\.0", said(path, "--report"))


def test_a_storms_report_stands_beside_the_published_figures(db: None, tmp_path: Path) -> None:
    use_default_rules()
    told = said(write(tmp_path, storm_call("S1")), "--report")
    assert "published n" in told and re.search(r"dispatch to en route +1 .* - +\d", told)


def test_counts_that_do_not_add_up_are_an_error_that_names_them(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A player that forgets what it was given is found out."""
    monkeypatch.setattr(Player, "_verbs", {**Player._verbs, Verb.STAGE: lambda player, event: None})
    with pytest.raises(CommandError, match=r"do not add up: 4 events read or simulated are not 3 events played"):
        said(path)


def test_what_the_database_lost_is_found_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_less(center_id: int) -> Stored:
        Call.objects.filter(center_id=center_id).update(verdict=None)
        return stored(center_id)

    monkeypatch.setattr("calls.replay.run.stored", one_less)
    with pytest.raises(CommandError, match="1 calls without a verdict are not 0 allowed"):
        said(path)


def test_a_speed_of_times_real_time_plays_the_same(path: Path) -> None:
    assert "Every count adds up." in said(path, "--speed", "1000000")


def test_the_bar_shows_how_far_it_is_and_how_long_it_takes() -> None:
    assert bar(0, 10, 0) == "[..............................]   0% 0/10 events  0/s"
    assert bar(2_000, 8_000, 10) == "[#######.......................]  25% 2,000/8,000 events  200/s  30 s left"
    assert bar(10, 10, 2).startswith("[##############################] 100% 10/10")


def test_the_bar_is_drawn_where_it_is_asked_for(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(path)
    assert "events" not in capsys.readouterr().err
    said(path, "--again", "--progress")
    assert "100% 4/4 events" in capsys.readouterr().err


# --- twice ---------------------------------------------------------------------------------------------
def test_playing_twice_is_refused_with_both_ways_out(path: Path) -> None:
    said(path)
    sentence = refused(path)
    assert "played before" in sentence and "--again" in sentence and "--center" in sentence


def test_again_makes_a_fresh_center_each_time(path: Path) -> None:
    for options in ([], ["--again"], ["--again"]):
        said(path, *options)
    codes = ["replay-lancaster", "replay-lancaster-2", "replay-lancaster-3"]
    assert list(Center.objects.order_by("pk").values_list("code", flat=True)) == codes
    assert [Call.objects.filter(center__code=code).count() for code in codes] == [1, 1, 1]


def test_a_center_can_be_named(path: Path) -> None:
    said(path, "--center", "august")
    assert Center.objects.get().code == "august"


@pytest.mark.parametrize("code", ["Not a code!", "x" * 41])
def test_a_name_that_cannot_be_a_centers_code_is_refused(path: Path, code: str) -> None:
    assert refused(path, "--center", code).startswith("--center takes up to 40 letters, digits and hyphens")


def test_a_center_that_is_somebodys_is_never_played_into(path: Path) -> None:
    make_center(code="north")
    assert "There is a center north already" in refused(path, "--center", "north")


# --- what it refuses ----------------------------------------------------------------------------------
def test_a_file_that_is_not_there_is_named(path: Path) -> None:
    assert "nowhere.jsonl cannot be read" in refused(path.parent / "nowhere.jsonl")


def test_a_line_that_cannot_be_used_is_named(db: None, tmp_path: Path) -> None:
    use_default_rules()
    assert refused(write(tmp_path, *RECORD, "{")).startswith("line 5 is not usable JSON")


@pytest.mark.parametrize("speed", ["0", "-5", "fast", "nan", ""])
def test_a_speed_that_is_none_is_refused(path: Path, speed: str) -> None:
    assert refused(path, f"--speed={speed}") == f"--speed takes max or a positive number, not {speed!r}."


@pytest.mark.parametrize("limit", ["0", "-1"])
def test_a_limit_below_one_is_refused(path: Path, limit: str) -> None:
    assert refused(path, f"--limit={limit}") == "--limit takes a number of events, at least 1."


def test_without_rules_it_says_how_to_store_them(db: None, tmp_path: Path) -> None:
    assert "seed --rules-only" in refused(write(tmp_path, *RECORD))


def test_stopped_by_hand_it_says_how_far_it_came(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(player: Player, event: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Player, "_verbs", {**Player._verbs, Verb.STAGE: pressed})
    with pytest.raises(CommandError, match=r"Stopped by hand after 2 events; what was played stays\."):
        said(path)


# --- watching -------------------------------------------------------------------------------------------
def watch(path: Path, *options: str) -> tuple[str, str]:
    found = re.search(r"sign in as (\S+) with password (\S+)", said(path, "--watch", *options))
    assert found is not None
    return found[1], found[2]


def board(client: Client) -> list[Line]:
    cards: list[Line] = json.loads(client.get("/api/board/").content)["cards"]
    return cards


def test_the_log_in_to_watch_opens_the_board_of_that_center_alone(path: Path) -> None:
    make_unit(make_center(), "P777", "police")
    username, password = watch(path)
    user = User.objects.get(username=username)
    assert user.center is not None and (user.center.code, user.role) == ("replay-lancaster", "dispatcher")
    client = Client()
    answer = client.post("/sign-in/", {"username": username, "password": password, "position": "D1"})
    assert answer.status_code == 302
    assert {card["callsign"] for card in board(client) if card["type"] == "unit"} == {"M5"}


def test_each_center_has_a_log_in_of_its_own(path: Path) -> None:
    first, second = watch(path), watch(path, "--again")
    assert first[0] != second[0] and first[1] != second[1]


def test_without_being_asked_it_makes_no_log_in(path: Path) -> None:
    assert "sign in" not in said(path) and not User.objects.exists()
