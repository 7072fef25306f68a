"""The crews' phone page: forms that work without JavaScript, and never a word of care for an officer."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.alerts import raise_alert
from calls.consults import ask_consult
from calls.models import Alert, Assignment, Call, Consult, NarrativeEntry
from calls.narrative import add_note
from calls.next_step import next_step, other_steps
from calls.sign_off import nothing_owed
from calls.stages import free_unit, report_stage
from teams import actions as teams_actions
from teams.models import Shift, Unit, User
from tests.cast import (
    act,
    last_event,
    make_call,
    make_center,
    make_unit,
    make_user,
    put_on_shift,
    send,
    use_default_rules,
)
from tests.crew_cast import hold, make_kind

pytestmark = pytest.mark.django_db
CANARY = "canary-hears-voices"


@pytest.fixture
def scene() -> Any:
    """A call with CARE staging and police on the way, and the people aboard."""

    class Scene:
        center = make_center()
        care = make_unit(center, "CARE9")
        police = make_unit(center, "P901", "police")
        dispatcher = make_user(center)
        clinician = make_user(center, "clinician", agency=care.agency)
        officer = make_user(center, "officer", agency=police.agency)
        call = make_call(dispatcher, triaged=False, nature="Suicidal subject", narrative="Mother says he has pills")

    scene = Scene()
    # The page reads the real clock, so the crews are on shift now.
    for user, unit in ((scene.clinician, scene.care), (scene.officer, scene.police)):
        put_on_shift(user, unit, start=timezone.now() - timedelta(hours=1))
    send(scene.dispatcher, scene.call, scene.care, scene.police)
    return scene


def phone(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="teams.sign_in.Backend")
    return client


def page(user: User) -> str:
    return phone(user).get("/unit/").content.decode()


def tap(user: User, form: str, key: str = "", **fields: Any) -> Any:
    return phone(user).post(f"/unit/do/{form}/", {"key": key or str(uuid.uuid4()), **fields}, follow=True)


def assignment(scene: Any, unit: Any) -> Assignment:
    return Assignment.objects.get(call=scene.call, unit=unit)


# --- what it shows -----------------------------------------------------------------------------
def test_the_page_shows_the_call_its_safety_words_and_who_else_is_on_it(scene: Any) -> None:
    shown = page(scene.clinician)
    for words in (
        "CARE9", "Suicidal subject", "300 W BELT LINE RD", "Weapon: not asked", "Mother says he has pills",
        "Stage until police clear you to enter", "<strong>P901</strong> Dispatched",
    ):  # fmt: skip
        assert words in shown


def test_an_officer_is_offered_the_wave_only_on_scene(scene: Any) -> None:
    for stage, offered in (("en_route", False), ("on_scene", True)):
        act(report_stage, by=scene.dispatcher, now=timezone.now(), unit_id=scene.police.pk, stage=stage)
        assert ("CARE9: cleared to enter" in page(scene.officer)) is offered


def test_an_officer_never_reads_what_care_wrote(scene: Any) -> None:
    act(add_note, by=scene.clinician, call_id=scene.call.pk, text=CANARY)
    assert CANARY in page(scene.clinician)
    assert "· CARE only" in page(scene.clinician)
    shown = page(scene.officer)
    assert CANARY not in shown
    assert "· CARE only" not in shown
    assert "referral" not in shown.lower()


def test_a_note_for_dispatch_is_on_no_phone(scene: Any) -> None:
    act(add_note, by=scene.dispatcher, call_id=scene.call.pk, text="caller is drunk", audience="dispatch")
    assert "caller is drunk" not in page(scene.clinician)
    assert "caller is drunk" not in page(scene.officer)


def test_every_form_carries_a_key_of_its_own(scene: Any) -> None:
    keys = re.findall(r'name="key" value="([^"]+)"', page(scene.clinician))
    assert len(keys) == len(set(keys)) > 4
    for key in keys:
        uuid.UUID(key)


def test_the_page_runs_without_inline_script_or_style(scene: Any) -> None:
    shown = page(scene.clinician)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", shown)


def test_a_crew_reads_what_it_can_do_what_it_lacks_and_stays_on_with_one_tap(scene: Any) -> None:
    Unit.objects.filter(pk=scene.care.pk).update(capabilities=["youth"], languages=["en", "es"])
    assert "CARE9 can do: clinician, youth, en, es." in page(scene.clinician)
    hold(scene.clinician, make_kind(scene.center, "clinician", needed_for=["clinician"]), days=-1)
    shown = page(scene.clinician)
    assert "CARE9 can do: youth, en, es." in shown and "counselor licence not in force" in shown
    assert "two hours from now" not in shown
    Shift.objects.filter(user=scene.clinician).update(
        during=(timezone.now() - timedelta(hours=11), timezone.now() + timedelta(hours=1))
    )
    assert "Stay on two hours from now" in page(scene.clinician)
    assert "Your crew stays two hours from now" in tap(scene.clinician, "stay-on").content.decode()
    until = Shift.objects.get(user=scene.clinician).during.upper
    assert until is not None and until > timezone.now() + timedelta(minutes=119)


def test_crews_only(scene: Any) -> None:
    assert phone(scene.dispatcher).get("/unit/").headers["Location"] == "/"
    assert Client().get("/unit/").headers["Location"].startswith("/sign-in/")
    refused = phone(scene.dispatcher).post("/unit/do/status/", {"key": "x", "status": "en_route"})
    assert refused.status_code == 403
    assert phone(scene.officer).post("/unit/do/nothing/", {"key": "x"}).status_code == 404
    assert phone(scene.officer).get("/unit/do/status/").status_code == 405


# --- what it does ------------------------------------------------------------------------------
def test_the_whole_co_response_from_two_phones(scene: Any) -> None:
    tap(scene.clinician, "status", status="en_route")
    tap(scene.officer, "status", status="on_scene")
    tap(scene.clinician, "status", status="staged")
    assert "Wait for “cleared to enter”" in page(scene.clinician)
    mine = assignment(scene, scene.care)
    assert "CARE9: cleared to enter" in page(scene.officer)
    tap(scene.officer, "wave-in", id=mine.pk)
    assert "Cleared to enter" in page(scene.clinician)
    tap(scene.clinician, "status", status="on_scene")
    assert "Available, CARE stays" in page(scene.officer)
    tap(scene.officer, "release", id=assignment(scene, scene.police).pk)
    cleared = tap(scene.clinician, "status", status="available", outcome="engaged")
    assert "Dispositions owed" in cleared.content.decode()
    mine.refresh_from_db()
    stamps = [mine.staged_at, mine.cleared_to_enter_at, mine.on_scene_at, mine.cleared_at]
    assert stamps == sorted(stamp for stamp in stamps if stamp)
    assert (mine.outcome, mine.disposition) == ("engaged", "")
    police = assignment(scene, scene.police)
    assert police.end_reason == "released"
    assert police.police_released_at == police.cleared_at
    tap(scene.clinician, "disposition", id=mine.pk, disposition="left_with_support")
    assert "Dispositions owed" not in page(scene.clinician)
    assert not Alert.objects.filter(kind="not_cleared_to_enter").exists()
    assert last_event("unit.cleared_to_enter").source == "phone"


def test_a_second_tap_of_the_same_form_changes_nothing(scene: Any) -> None:
    key = str(uuid.uuid4())
    for _ in range(2):
        answer = tap(scene.officer, "note", key, call=scene.call.pk, text="front door is open")
        assert answer.status_code == 200
    assert NarrativeEntry.objects.filter(text="front door is open").count() == 1


def shown_form(user: User, name: str, words: str) -> dict[str, str]:
    """The hidden fields of the form on the page whose button says this."""
    for form in re.findall(rf'action="/unit/do/{name}/"[^>]*>(.*?)</form>', page(user), re.DOTALL):
        if words in form:
            return dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', form))
    raise AssertionError(f"no form {name} with {words}")


@pytest.mark.parametrize(
    ("form", "words"), [("status", "En route"), ("status", "Available"), ("release", "Available, CARE stays")]
)
def test_a_page_that_still_shows_the_call_before_moves_nothing_on_this_one(scene: Any, form: str, words: str) -> None:
    if words == "Available":
        act(free_unit, by=scene.dispatcher, unit_id=scene.care.pk)
    old = shown_form(scene.officer, form, words)
    act(free_unit, by=scene.dispatcher, unit_id=scene.police.pk)
    now = make_call(scene.dispatcher, triaged=False)
    send(scene.dispatcher, now, scene.police, make_unit(scene.center, "CARE8"))
    tap(scene.officer, form, **old)
    mine = Assignment.objects.get(call=now, unit=scene.police)
    assert (mine.status, mine.cleared_at) == ("dispatched", None)


def test_a_clinicians_note_stays_with_care_unless_shared(scene: Any) -> None:
    tap(scene.clinician, "note", call=scene.call.pk, text=CANARY)
    tap(scene.clinician, "note", call=scene.call.pk, text="he is calm", audience="shared")
    assert NarrativeEntry.objects.get(text=CANARY).audience == "care"
    shown = page(scene.officer)
    assert "he is calm" in shown
    assert CANARY not in shown


def test_a_refused_note_comes_back_with_its_text(scene: Any) -> None:
    answer = tap(scene.officer, "note", call=scene.call.pk, text="half a thought", audience="care")
    assert answer.status_code == 403
    shown = answer.content.decode()
    assert 'role="alert"' in shown
    assert "half a thought</textarea>" in shown
    assert not NarrativeEntry.objects.filter(text="half a thought").exists()


@pytest.mark.parametrize(
    ("form", "fields", "status"),
    [
        ("status", {"status": "flying"}, 400),
        ("status", {}, 400),
        ("note", {"call": "x", "text": "a"}, 400),
        ("note", {"call": str(2**61), "text": "a"}, 404),
        ("note", {"call": "1", "text": "a\x00b"}, 400),
        ("wave-in", {"id": str(2**70)}, 400),
        ("wave-in", {"id": str(2**61)}, 404),
        ("disposition", {"id": str(2**61), "disposition": "cited"}, 404),
        ("alert", {"id": str(2**61)}, 404),
        ("ask", {"question": "why"}, 400),
        ("answer", {"id": str(2**61)}, 404),
        ("end", {"id": "1"}, 400),
        ("sign-on", {"id": str(2**61)}, 404),
    ],
)
def test_what_cannot_be_used_is_answered_with_a_sentence(
    scene: Any, form: str, fields: dict[str, str], status: int
) -> None:
    answer = tap(scene.officer, form, **fields)
    assert answer.status_code == status
    assert 'role="alert"' in answer.content.decode()


def test_a_form_without_its_key_is_refused(scene: Any) -> None:
    answer = phone(scene.officer).post("/unit/do/status/", {"status": "en_route"})
    assert answer.status_code == 400
    assert "load the page again" in answer.content.decode()


def test_an_officer_cannot_wave_in_on_another_call(scene: Any) -> None:
    other_care = make_unit(scene.center, "CARE8")
    other_call = make_call(scene.dispatcher, triaged=False)
    send(scene.dispatcher, other_call, other_care, override_reason="crew_request")
    answer = tap(scene.officer, "wave-in", id=Assignment.objects.get(call=other_call).pk)
    assert answer.status_code == 404


def test_an_alert_for_the_unit_is_acknowledged_by_its_crew(scene: Any) -> None:
    alert = raise_through(scene)
    assert "KNIFE → GUN" in page(scene.officer)
    tap(scene.officer, "alert", id=alert)
    assert "KNIFE → GUN" not in page(scene.officer)
    told = Alert.objects.get(pk=alert).told.get(unit=scene.police)
    assert (told.told_by, told.by_radio) == (scene.officer, False)


def raise_through(scene: Any) -> int:
    def warn(*, actor: Any, now: Any) -> dict[str, Any]:
        tell = [scene.care, scene.police]
        kind = Alert.Kind.SAFETY_WORSENED
        alert = raise_alert(center=scene.center, kind=kind, text="KNIFE → GUN", now=now, call=scene.call, tell=tell)
        return {"alert_id": alert.pk}

    return int(act(warn, by=None).result["alert_id"])


def test_police_ask_and_a_clinician_answers_and_ends_from_the_phone(scene: Any) -> None:
    use_default_rules()
    tap(scene.officer, "ask", question="capacity", call=scene.call.pk)
    shown = page(scene.clinician)
    assert "<strong>P901</strong> asks by phone: capacity" in shown
    consult_id = re.findall(r'do/answer/.*?name="id" value="(\d+)"', shown, re.DOTALL)[0]
    tap(scene.clinician, "answer", id=consult_id)
    said = {"advice_type": "calming", "recommendation": "One voice, short sentences."}
    tap(scene.clinician, "end", id=consult_id, result="requester_handled", advice=CANARY, **said)
    assert "asks by phone" not in page(scene.clinician)
    shown = page(scene.officer)
    assert "CARE told you: <bdi>One voice, short sentences." in shown
    assert CANARY not in shown


def test_a_consult_is_offered_passed_read_back_and_made_a_call_from_the_phone(scene: Any) -> None:
    use_default_rules()
    other = make_user(scene.center, "clinician", agency=scene.care.agency)
    put_on_shift(other, make_unit(scene.center, "CARE8", agency=scene.care.agency), start=timezone.now())
    tap(
        scene.officer,
        "ask",
        question="capacity",
        details="He holds a knife.",
        location="2 OAK ST",
        fact_weapon="in_hand",
    )
    asked, second = sorted((other, scene.clinician), key=lambda user: "You are asked" not in page(user))
    shown = page(asked)
    assert "Becomes a dispatch? Police with you? Weapon secured?" in shown
    consult = Consult.objects.get()
    assert tap(asked, "pass", id=consult.pk).status_code == 400, "says why"
    tap(asked, "pass", id=consult.pk, reason="driving")
    assert "You are asked" in page(second)
    tap(second, "answer", id=consult.pk)
    tap(second, "read-back", id=consult.pk, with_police="on", fact_medical="denied")
    consult.refresh_from_db()
    assert (consult.with_person, consult.proof["said"]) == (["police"], ["Weapon: in hand", "Medical sign: denied"])
    tap(second, "become-dispatch", id=consult.pk)
    assert "It is call" in page(scene.officer)
    assert Call.objects.latest("pk").location == "2 OAK ST"


def test_the_officer_says_what_came_of_it(scene: Any) -> None:
    use_default_rules()
    tap(scene.officer, "ask", question="capacity")
    consult = Consult.objects.get()
    tap(scene.clinician, "answer", id=consult.pk)
    said = {"advice_type": "calming", "recommendation": "Wait with her.", "result": "requester_handled"}
    tap(scene.clinician, "end", id=consult.pk, **said)
    shown = page(scene.officer)
    assert "CARE told you: <bdi>Wait with her." in shown
    tap(scene.officer, "confirm", id=consult.pk, confirmation="helped")
    assert "Wait with her." not in page(scene.officer)
    assert Consult.objects.get().confirmation == "helped"


def test_a_consult_of_another_unit_is_not_on_an_officers_page(scene: Any) -> None:
    act(ask_consult, by=scene.dispatcher, question="medication", requester_agency=scene.police.agency.code)
    assert "medication" not in page(scene.officer).split("About what?")[0]
    assert "asks by phone: medication" in page(scene.clinician)


def test_a_person_on_no_unit_signs_on_and_off(scene: Any) -> None:
    free = make_unit(scene.center, "CARE7", status="off_duty", agency=scene.care.agency)
    newcomer = make_user(scene.center, "clinician", agency=scene.care.agency)
    assert "Sign on to CARE7" in page(newcomer)
    assert "Sign on to CARE9" not in page(newcomer)  # it has a crew
    tap(newcomer, "sign-on", id=free.pk)
    assert "CARE7 is available" in page(newcomer)
    tap(newcomer, "sign-off")
    assert "You are on no unit" in page(newcomer)


def test_a_crew_that_owes_a_disposition_stays_until_it_is_given(scene: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams_actions, "sign_off_checks", [nothing_owed])
    tap(scene.clinician, "status", status="on_scene")
    assert tap(scene.clinician, "sign-off").status_code == 409
    tap(scene.clinician, "status", status="available", outcome="engaged")
    refused = tap(scene.clinician, "sign-off")
    assert refused.status_code == 409
    assert f"CARE9 owes a disposition for call {scene.call.number}" in refused.content.decode()
    tap(scene.clinician, "disposition", id=assignment(scene, scene.care).pk, disposition="shelter")
    assert "You are on no unit" in tap(scene.clinician, "sign-off").content.decode()


def test_a_ride_is_told_from_the_phone_and_what_was_typed_comes_back_when_it_cannot_be(scene: Any) -> None:
    tap(scene.clinician, "status", status="transporting")
    mine = assignment(scene, scene.care)
    said: Any = {
        "assignment": mine.pk,
        "destination": "Cedar House",
        "start_mileage": "120",
        "legal_basis": "voluntary",
    }
    refused = tap(scene.clinician, "transport", **said, end_mileage="100")
    assert refused.status_code == 400
    for words in ("started at 120 miles and ends at 100", 'value="Cedar House"', 'value="120"', 'value="100"'):
        assert words in refused.content.decode()
    tap(scene.clinician, "transport", **said, end_mileage="128.5", status="at_facility")
    mine.refresh_from_db()
    assert (mine.destination, mine.end_mileage, mine.legal_basis) == ("Cedar House", 128.5, "voluntary")
    assert mine.status == "at_facility"


def test_a_crew_finds_on_its_phone_what_it_owes_of_a_ride_that_is_over(scene: Any) -> None:
    tap(scene.clinician, "status", status="transporting")
    tap(scene.clinician, "status", status="available", outcome="engaged")
    tap(scene.clinician, "disposition", id=assignment(scene, scene.care).pk, disposition="voluntary_transport")
    assert "Transports owed" in page(scene.clinician)
    said = {"destination": "Cedar House", "start_mileage": "120", "end_mileage": "128"}
    tap(scene.clinician, "transport", assignment=assignment(scene, scene.care).pk, **said)
    assert "Transports owed" not in page(scene.clinician)


def test_out_of_service_needs_a_reason_and_a_unit_on_a_call_stays(scene: Any) -> None:
    refused = tap(scene.officer, "status", status="unavailable", reason="fuel")
    assert refused.status_code == 409
    assert "is on call" in refused.content.decode()
    tap(scene.officer, "status", status="available")
    assert tap(scene.officer, "status", status="unavailable").status_code == 400
    assert (
        "P901 is unavailable: Fuel"
        in tap(scene.officer, "status", status="unavailable", reason="fuel").content.decode()
    )


def test_the_phones_queue_is_answered_in_json_and_the_same_key_said_later_with_its_time_is_the_same_change(
    scene: Any,
) -> None:
    def queued(**fields: Any) -> Any:
        return phone(scene.clinician).post("/unit/do/status/", fields, headers={"Accept": "application/json"})

    mine = assignment(scene, scene.care)
    said = {"key": str(uuid.uuid4()), "assignment": mine.pk, "status": "en_route"}
    assert queued(**said).json() == {"said": "Status sent."}
    assert queued(**said, at=timezone.now().isoformat()).json() == {"said": "Status sent."}
    assert mine.stages.filter(stage="en_route").count() == 1
    refused = queued(key=str(uuid.uuid4()), status="unavailable", reason="fuel")
    assert (refused.status_code, refused.json()["error"]) == (409, "still_on_a_call")
    assert queued(key=str(uuid.uuid4()), assignment=mine.pk, status="flying").status_code == 400


def test_the_page_knows_when_it_is_old(scene: Any) -> None:
    def seen(user: User) -> str:
        return str(phone(user).get("/unit/seen/").json()["seen"])

    before = seen(scene.officer)
    assert seen(scene.officer) == before
    act(report_stage, by=scene.dispatcher, unit_id=scene.care.pk, stage="en_route")
    assert seen(scene.officer) != before
    waiting = seen(scene.clinician)
    act(ask_consult, by=scene.dispatcher, question="capacity", requester_agency=scene.police.agency.code)
    assert seen(scene.clinician) != waiting


def test_the_page_costs_a_bounded_number_of_queries(scene: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(10):
        act(add_note, by=scene.clinician, call_id=scene.call.pk, text=f"note {number}")
    client = phone(scene.clinician)
    with django_assert_max_num_queries(31):
        client.get("/unit/")


# --- the next step, pure -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("discipline", "role", "status", "cleared", "wanted"),
    [
        ("care", "primary", "dispatched", False, "en_route"),
        ("care", "primary", "en_route", False, "on_scene"),
        ("care", "stage", "en_route", False, "staged"),
        ("care", "stage", "staged", False, None),
        ("care", "stage", "staged", True, "on_scene"),
        ("care", "stage", "en_route", True, "on_scene"),
        ("care", "primary", "on_scene", False, "contact"),
        ("care", "primary", "contact", False, None),
        ("police", "assist", "on_scene", False, None),
        ("ems", "primary", "transporting", False, "at_facility"),
        ("ems", "primary", "at_facility", False, "clearing"),
    ],
)
def test_the_big_button_is_the_usual_next_step(
    discipline: str, role: str, status: str, cleared: bool, wanted: str | None
) -> None:
    step = next_step(discipline=discipline, role=role, status=status, cleared_to_enter=cleared)
    assert (step.status if step else None) == wanted


def test_the_small_buttons_are_the_later_steps_that_are_not_the_big_one() -> None:
    others = other_steps(discipline="care", status="en_route", next_status="on_scene")
    assert [s.status for s in others] == ["staged", "contact", "transporting", "at_facility", "clearing"]
    assert "contact" not in [s.status for s in other_steps(discipline="police", status="on_scene", next_status="")]


def test_a_stage_pressed_by_mistake_is_taken_back_from_the_phone(scene: Any) -> None:
    police = scene.police
    assert "after all?" not in page(scene.officer), "a unit that was only sent has nothing to take back"
    for stage in ("en_route", "on_scene"):
        tap(scene.officer, "status", status=stage)
    fields = shown_form(scene.officer, "correct", "Pressed by mistake")
    answer = tap(scene.officer, "correct", **(fields | {"reason": "pressed"}))
    assert "Taken back. Dispatch sees it." in answer.content.decode()
    assert assignment(scene, police).status == "en_route"
    tap(scene.officer, "correct", **(fields | {"reason": "pressed"}))
    assert assignment(scene, police).status == "en_route", "a page that is old takes nothing back twice"
