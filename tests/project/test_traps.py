"""What other dispatch systems were caught at, each held here: the trap in the test's name, the proof below it."""

import json
import re
import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DataError, connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from calls import kinds
from calls.dispatch import UnitHeld
from calls.models import Assignment, Call, StageReport
from calls.replay.readers import read
from calls.stages import free_unit, report_stage
from calls.triage.cli import BadInput, inputs
from care_dispatch.log import nudge, perform, record, write
from care_dispatch.log.models import Event
from care_dispatch.refusal import NotFound
from teams.models import Unit, User
from tests.cast import NOW, act, later, make_call, make_center, make_unit, make_user, put_on_shift, send

ROOT = Path(__file__).resolve().parents[2]
OURS = [
    path
    for folder in ("static", "templates")
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and "vendor" not in path.parts
]


# --- units and calls ------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_busy_unit_asked_for_elsewhere_leaves_its_call_as_it_is() -> None:
    center = make_center()
    dispatcher, police = make_user(center), make_unit(center, "P101", "police")
    first = make_call(dispatcher, triaged=False)
    send(dispatcher, first, police)
    act(report_stage, by=dispatcher, now=later(minutes=3), unit_id=police.pk, stage="on_scene")
    before = [Call.objects.filter(pk=first.pk).values().get(), Assignment.objects.values().get()]
    with pytest.raises(UnitHeld):
        send(dispatcher, make_call(dispatcher, triaged=False), police)
    assert [Call.objects.filter(pk=first.pk).values().get(), Assignment.objects.values().get()] == before
    assert Unit.objects.get(pk=police.pk).status == "on_scene" and StageReport.objects.count() == 1


@pytest.mark.django_db
def test_every_change_of_an_assignment_is_in_its_calls_own_log() -> None:
    center = make_center()
    dispatcher, police = make_user(center), make_unit(center, "P101", "police")
    call = make_call(dispatcher, triaged=False)
    assignment = send(dispatcher, call, police).result["assignments"][0]["assignment_id"]
    for stage in ("en_route", "on_scene"):
        act(report_stage, by=dispatcher, unit_id=police.pk, stage=stage)
    act(free_unit, by=dispatcher, unit_id=police.pk)
    told = Event.objects.filter(payload__ref__assignment_id=assignment).order_by("seq")
    assert [event.kind for event in told] == ["unit.sent", "unit.stage_reported", "unit.stage_reported", "unit.cleared"]
    assert {(event.call_id, event.unit_id) for event in told} == {(call.pk, police.pk)}


@pytest.mark.django_db
def test_whoever_is_off_duty_or_switched_off_does_nothing_any_more() -> None:
    center = make_center()
    dispatcher, officer, police = make_user(center), make_user(center, "officer"), make_unit(center, "P101", "police")
    put_on_shift(officer, police, "officer", start=NOW - timedelta(hours=13))
    send(dispatcher, make_call(dispatcher, triaged=False), police)
    with pytest.raises(NotFound):
        act(report_stage, by=officer, unit_id=police.pk, stage="on_scene")
    client = Client()
    client.force_login(dispatcher, backend="teams.sign_in.Backend")
    User.objects.filter(pk=dispatcher.pk).update(is_active=False)
    answer = client.post(
        "/api/calls/",
        {"nature": "x", "location": "y"},
        content_type="application/json",
        headers={"Idempotency-Key": "k"},
    )
    assert answer.status_code == 403 and Call.objects.count() == 1


# --- the log and the wire -------------------------------------------------------------------------
def test_nothing_is_announced_before_it_is_committed_and_nothing_of_what_is_refused(committed_db: None) -> None:
    dispatcher = make_user(make_center())
    seen = list[bool]()

    def visible(seq: int) -> None:
        def look() -> None:
            seen.append(Event.objects.filter(seq=seq).exists())
            connections.close_all()

        other = threading.Thread(target=look)  # a connection of its own sees only what is committed
        other.start()
        other.join(20)

    def refused(*, actor: Any, now: Any) -> dict[str, Any]:
        record(kinds.CALL_CHANGED, center_id=1)
        raise NotFound("no")

    nudge.listen(visible)
    try:
        make_call(dispatcher, triaged=False)
        with pytest.raises(NotFound):
            perform(refused, actor=None, position="", source="test", now=NOW)
    finally:
        nudge.forget(visible)
    assert seen == [True]


def test_a_change_whose_line_cannot_be_written_does_not_happen(committed_db: None) -> None:
    call = make_call(make_user(make_center()), triaged=False)
    events = Event.objects.count()

    def unlogged(*, actor: Any, now: Any) -> dict[str, Any]:
        sets = write(Call.objects.get(pk=call.pk), location="elsewhere")
        record(kinds.CALL_CHANGED, center_id=2**70, call_id=call.pk, sets=sets)
        return {}

    with pytest.raises(DataError):
        perform(unlogged, actor=None, position="", source="test", now=NOW)
    assert Call.objects.get(pk=call.pk).location == call.location and Event.objects.count() == events


# --- what is served -------------------------------------------------------------------------------
def test_nothing_we_serve_names_another_host() -> None:
    """No telemetry, no foreign script or font, no tile that tells where a call is."""
    names = re.compile(r"""(?:https?:)?//(?!www\.w3\.org)[a-z0-9-]+\.[a-z]{2,}""", re.IGNORECASE)
    found = {str(path): names.findall(path.read_text()) for path in OURS if path.suffix in {".js", ".html", ".css"}}
    assert {path: hosts for path, hosts in found.items() if hosts} == {}


def test_every_page_is_linked_from_another_or_is_where_a_role_lands() -> None:
    pages = {
        pattern.name
        for pattern in patterns(get_resolver().url_patterns)
        if pattern.name and "admin" not in str(pattern)
    }
    words = "\n".join(
        path.read_text() for path in (*OURS, *ROOT.glob("*/*.py")) if path.suffix in {".html", ".js", ".py"}
    )
    linked = set(re.findall(r"""(?:\{% url |redirect\()["']([a-z:-]+)["']""", words))
    by_machine = {"health", "live-ticket", "unit-seen", "home"}  # asked for by proxy and script; home is "/"
    by_machine |= {"paper-call"} if "`/paper/calls/${" in words else set()  # the open call's own link
    assert pages - linked - by_machine == set()


def patterns(found: list[URLPattern | URLResolver]) -> list[URLPattern]:
    flat = list[URLPattern]()
    for one in found:
        if isinstance(one, URLResolver):
            flat += [] if one.app_name == "admin" else patterns(one.url_patterns)
        else:
            flat.append(one)
    return flat


@pytest.mark.django_db
def test_the_first_visitor_does_not_come_to_own_the_system() -> None:
    assert not User.objects.exists()
    wanted = {"username": "me", "password": "x" * 20, "password1": "x" * 20, "password2": "x" * 20, "position": "D1"}
    for path in ("/", "/sign-in/", "/admin/", "/admin/login/", "/register/", "/setup/", "/api/users/"):
        Client().get(path)
        Client().post(path, wanted)
    assert not User.objects.exists()


def test_nobodys_race_is_asked_or_kept() -> None:
    names = {field.name for model in apps.get_models() for field in model._meta.get_fields()}
    assert not {name for name in names if re.search(r"race|ethnic|skin", name)}
    assert "race" not in (ROOT / "calls/triage/default_rules.json").read_text().lower()


# --- files ----------------------------------------------------------------------------------------
def test_a_bad_row_does_not_stop_the_file(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"id": 1, "narrative": "welfare check"}\n{broken\n[]\n{"id": 4, "narrative": "he has a gun"}\n')
    out, told = StringIO(), StringIO()
    with pytest.raises(CommandError, match="2 of the inputs"):
        call_command("triage", jsonl=file, stdout=out, stderr=told)
    assert [line.split(",")[0] for line in out.getvalue().splitlines()] == ['{"id": 1', '{"id": 4']
    assert "line 2" in told.getvalue() and "line 3" in told.getvalue()


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085"])
def test_a_row_ends_at_its_line_feed_whatever_else_breaks_a_line_in_its_text(mark: str, tmp_path: Path) -> None:
    rows = f'{{"narrative": "he is{mark}calm"}}\r\n{{"narrative": "b"}}\n'
    assert not [where for where, value in inputs(rows) if isinstance(value, BadInput)]
    file = tmp_path / "record.jsonl"
    call = {"t": "2018-11-15T08:00:00", "type": "call.created", "incident": "1", "service": "EMS", "nature": "FALL"}
    row = json.dumps(call | {"address": f"1{mark}MAIN", "lat": 40, "lng": -75}, ensure_ascii=False)
    file.write_text(f"{row}\n{row}\n", encoding="utf-8")
    assert len(read(file).events) == 2
