"""Whom a response set by hand asks for: a heavier one adds to triage, and only a lighter one, with its reason, takes away."""

import pytest

from calls.clinician_calls import ask_clinician_call, made_clinician_call
from calls.dispatch import CareNeedsPolice, set_mode
from calls.exchange import exchange_unit
from calls.joint import call_police_up
from calls.legal_basis import police_on
from calls.lifecycle import services_of
from calls.models import Alert, Call, Unmet
from calls.partners import services_asked
from teams.models import Credential, CredentialKind, Unit
from tests.calls.test_clinician_calls import CALM, JOINT, Scene
from tests.cast import act, make_unit, make_user, put_on_shift, send


@pytest.mark.parametrize(
    ("response", "services", "by_hand", "asked"),
    [
        ("care_police", ["care", "police"], "ems_first", {"care", "ems", "police"}),
        ("care_ems", ["care", "ems"], "care_police", {"care", "ems", "police"}),
        ("care_police", ["care", "police", "ems"], "police_first", {"care", "police", "ems"}),
        ("care_police", ["care", "police"], "care_only", {"care"}),
        ("ems_first", ["ems", "police"], "phone", {"care"}),
        ("", [], "care_police", {"care", "police"}),
        ("care_ems", ["care", "ems"], "", {"care", "ems"}),
    ],
)
def test_only_a_lighter_hand_lets_anybody_off(
    response: str, services: list[str], by_hand: str, asked: set[str]
) -> None:
    assert set(services_of(response, services, by_hand)) == asked


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def fresh(call: Call) -> set[str]:
    return set(services_asked(Call.objects.get(pk=call.pk)))


def test_an_ambulance_asked_for_by_hand_does_not_send_care_to_a_gun_alone(scene: Scene) -> None:
    call, care = scene.call(JOINT), make_unit(scene.center)
    act(set_mode, by=scene.dispatcher, call_id=call.pk, response="ems_first")
    with pytest.raises(CareNeedsPolice, match="asks for police"):
        send(scene.dispatcher, call, care)
    send(scene.dispatcher, call, care, scene.police)
    assert care.assignments.get().role == "stage"


def test_a_unit_of_another_cad_is_not_sent_by_a_cry_that_its_crew_never_hears(scene: Scene) -> None:
    make_unit(scene.center, "A1", "police", mirrored_from="Northtown CAD")
    call, care = scene.call(CALM), make_unit(scene.center)
    send(scene.dispatcher, call, care)
    Unit.objects.filter(pk=scene.police.pk).update(status="unavailable")
    cry = act(call_police_up, by=scene.dispatcher, call_id=call.pk).result
    assert cry["unit_id"] is None and "nobody is free" in Alert.objects.get(kind="police_needed").text


def test_police_called_up_or_sent_for_because_it_is_worse_let_no_ambulance_off(scene: Scene) -> None:
    overdose, care = scene.call(CALM | {"overdose": "yes"}), make_unit(scene.center)
    assert "police" not in overdose.services
    send(scene.dispatcher, overdose, care)
    act(call_police_up, by=scene.dispatcher, call_id=overdose.pk)
    assert fresh(overdose) >= {"ems", "police"}
    waits = scene.call(CALM)
    row = act(ask_clinician_call, by=scene.dispatcher, call_id=waits.pk).result["clinician_call_id"]
    act(set_mode, by=scene.dispatcher, call_id=waits.pk, response="care_ems")
    act(made_clinician_call, by=scene.clinician, clinician_call_id=row, result="worse")
    assert fresh(waits) >= {"care", "ems", "police"}


def test_who_was_taken_away_on_the_way_rides_with_nobody_and_who_is_trained_is_told_by_who_is_aboard(
    scene: Scene,
) -> None:
    call, officer = scene.call(JOINT), make_user(scene.center, "officer")
    kind = CredentialKind.objects.create(center=scene.center, code="cit", words="CIT", gives=["cit"])
    Credential.objects.create(user=officer, kind=kind)
    put_on_shift(officer, second := make_unit(scene.center, "P2", "police"), "officer")
    send(scene.dispatcher, call, scene.police)  # its vehicle alone gives no training any more
    assert Unmet.objects.get(call=call).instead == ["sent_without"]
    act(exchange_unit, by=scene.dispatcher, unit_id=scene.police.pk)
    assert not police_on(call)
    send(scene.dispatcher, call, second)
    assert police_on(call) and Unmet.objects.get(call=call).instead == ["sent_without", "cit"]
