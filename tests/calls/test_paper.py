"""What is printed and what is written to disk for when nothing runs: complete, of one tier, and never half a file."""

import re
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.cautions.entering import enter_caution, know_caution
from calls.closing import hold_call
from calls.downtime import DOWNTIME, NEWEST, kit_gave_up, run_kit, write_kit
from calls.intake import add_caller
from calls.models import Alert, Call, Caution
from calls.narrative import add_note
from calls.stacking import stack_call
from calls.verdicts import run_triage
from care_dispatch.due.models import Due
from care_dispatch.due.work import keep_standing
from care_dispatch.log.models import Event
from tests.cast import act, make_call, make_center, make_unit, make_user, send, use_default_rules

pytestmark = pytest.mark.django_db


class Evening:
    """One call with a gun that police are on, one held, one that waits for P101."""

    def __init__(self) -> None:
        use_default_rules()
        self.now = timezone.now()
        self.center = make_center()
        self.dispatcher = make_user(self.center, first_name="Dana", last_name="Desk")
        self.police = make_unit(self.center, "P101", "police")
        self.gun, self.held, self.waits = (
            self.call(location=f"{place} BELT LINE RD", facts=facts)
            for place, facts in ((300, {"weapon": "in_hand"}), (400, {}), (500, {}))
        )
        send(self.dispatcher, self.gun, self.police, now=self.now)
        self.act(hold_call, call_id=self.held.pk, minutes=20, reason="mother calls back")
        self.act(stack_call, call_id=self.waits.pk, unit_id=self.police.pk)
        self.act(add_note, call_id=self.gun.pk, text="PAPER-note")
        self.act(add_note, call_id=self.gun.pk, text="PAPER-care", by=make_user(self.center, "clinician"))
        self.act(add_caller, call_id=self.gun.pk, name="PAPER-caller")

    def call(self, **fields: Any) -> Call:
        return make_call(self.dispatcher, now=self.now, **fields)

    def act(self, action: Any, *, by: Any = None, **args: Any) -> None:
        act(action, by=by or self.dispatcher, now=self.now, **args)

    def get(self, path: str) -> str:
        client = Client()
        client.force_login(self.dispatcher, backend="teams.sign_in.Backend")
        answer = client.get(path)
        assert answer.status_code == 200
        return str(answer.content.decode())


@pytest.fixture
def evening(db: None) -> Evening:
    return Evening()


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DOWNTIME_KIT_DIR, settings.DOWNTIME_KIT_KEEP = str(tmp_path), 2
    return tmp_path


# --- sheets ------------------------------------------------------------------------------------------
def test_the_board_sheet_has_every_open_call_its_dangers_and_what_waits_for_whom(evening: Evening) -> None:
    page = evening.get("/paper/board/")
    for words in ("300 BELT LINE RD", "Weapon: in hand", "mother calls back", "Waits for P101", "P101 dispatched"):
        assert words in page
    assert "PAPER" not in page


def test_a_call_sheet_has_what_dispatch_reads_and_nothing_of_care(evening: Evening) -> None:
    page = evening.get(f"/paper/calls/{evening.gun.pk}/")
    assert "PAPER-note" in page and "PAPER-caller" in page and "PAPER-care" not in page


def test_the_handover_lists_what_is_held_stacked_and_open(evening: Evening) -> None:
    text = re.sub(r"<[^>]+>", "", evening.get("/paper/handover/"))
    assert "Held 1" in text and "Stacked 1" in text and "Open calls 3" in text
    assert f"P101: {evening.waits.number}" in text


def test_the_next_shift_reads_each_open_calls_cautions_the_gravest_first_and_which_are_to_be_reviewed(
    evening: Evening,
) -> None:
    for severity, place, days in (("note", 300, 40), ("danger", 400, 40), ("caution", 300, 40), ("danger", 999, 1)):
        evening.act(
            enter_caution, severity=severity, text=f"A dog bit somebody, {severity} {place}", seen_by="officer",
            evidence="P12", location=f"{place} BELT LINE RD", days=days,
        )  # fmt: skip
    for call in (evening.gun, evening.held):
        run_triage(call.pk, 0, evening.now, "worker")
    evening.act(know_caution, call_id=evening.gun.pk, caution=Caution.objects.get(severity="caution").pk)
    text = " ".join(re.sub(r"<[^>]+>", "", evening.get("/paper/handover/")).split())
    on_calls, _, rest = text.partition("Cautions 3")[2].partition("Cautions to review within a day 1")
    places = [on_calls.index(words) for words in ("▲ DANGER: A dog", "△ CAUTION: A dog", "Good to know: A dog")]
    assert places == sorted(places) and f"Call {evening.held.number}, 400 BELT LINE RD: ▲ DANGER" in on_calls
    assert on_calls.count("NOT ACKNOWLEDGED") == 2
    assert "999 BELT LINE RD: ▲ DANGER: A dog bit somebody, danger 999 (Officer" in rest
    sheet = re.sub(r"<[^>]+>", "", evening.get(f"/paper/calls/{evening.gun.pk}/"))
    assert "△ CAUTION: A dog bit somebody, caution 300" in sheet


def test_a_print_says_by_whom_and_when_and_is_in_the_log(evening: Evening) -> None:
    assert "printed by Dana Desk" in evening.get(f"/paper/calls/{evening.gun.pk}/")
    event = Event.objects.filter(kind="paper.printed").latest("seq")
    assert (event.call_id, event.actor_id, event.payload["ref"]) == (
        evening.gun.pk, evening.dispatcher.pk, {"sheet": "call"},
    )  # fmt: skip


# --- the kit -------------------------------------------------------------------------------------------
def test_the_kit_is_one_page_by_itself_with_its_time_the_board_and_blank_forms(evening: Evening, folder: Path) -> None:
    page = write_kit(evening.center, evening.now).read_text()
    local = evening.center.local(evening.now)
    assert f"DATA OF {local:%Y-%m-%d %H:%M:%S}" in page and "300 BELT LINE RD" in page
    assert f"Call card {local:%Y-%m-%d}-0004" in page and f"{local:%Y-%m-%d}-0015" in page
    assert "P101 · police · unit log" in page
    assert not re.search(r"<script|<link|src=|url\(", page)


def test_the_kit_holds_no_narrative_and_no_caller(evening: Evening, folder: Path) -> None:
    assert "PAPER" not in write_kit(evening.center, evening.now).read_text()


def test_only_its_own_account_reads_a_kit_and_the_oldest_go(evening: Evening, folder: Path) -> None:
    for minute in range(4):
        newest = write_kit(evening.center, evening.now + timedelta(minutes=minute))
    kept = sorted(path.name for path in newest.parent.iterdir())
    assert len(kept) == 3 and kept[-1] == NEWEST
    assert {stat.S_IMODE(path.stat().st_mode) for path in newest.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(newest.parent.stat().st_mode) == 0o700


def test_a_kit_that_cannot_be_written_leaves_the_last_one_whole(
    evening: Evening, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = write_kit(evening.center, evening.now)
    before = newest.read_text()
    monkeypatch.setattr("calls.downtime.os.fsync", lambda _: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space left"):
        write_kit(evening.center, evening.now + timedelta(minutes=5))
    assert newest.read_text() == before and not [path for path in newest.parent.iterdir() if path.name.startswith(".")]


def test_each_center_on_the_clock_has_its_kit_due_again_and_a_replay_has_none(evening: Evening, folder: Path) -> None:
    replay = make_center(timers_run=False)
    keep_standing(evening.now)
    due = set(Due.objects.filter(kind=DOWNTIME).values_list("subject_id", flat=True))
    assert evening.center.pk in due and replay.pk not in due
    for _ in range(2):
        run_kit(evening.center.pk, 0, evening.now, "sweep")
    assert Due.objects.get(kind=DOWNTIME, subject_id=evening.center.pk).due_at == evening.now + timedelta(minutes=5)
    run_kit(replay.pk, 0, evening.now, "sweep")
    assert not (folder / replay.code).exists()


def test_a_kit_that_is_not_written_is_an_alert_until_it_is(evening: Evening, folder: Path) -> None:
    kit_gave_up(evening.center.pk, 5, "OSError", evening.now)
    assert Alert.objects.open().filter(kind="work_failed").count() == 1
    run_kit(evening.center.pk, 0, evening.now, "sweep")
    assert not Alert.objects.open().filter(kind="work_failed").exists()
