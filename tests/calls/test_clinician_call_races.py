"""Two dispatchers who do the same at once while nobody of CARE is free: one clinician calls, one answer counts."""

import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connections

from calls.clinician_calls import ClinicianCallMade, ClinicianCallOpen, ask_clinician_call, made_clinician_call
from calls.dispatch import send_units
from calls.models import Call, ClinicianCall, Unmet
from care_dispatch.refusal import Refused
from teams.models import User
from tests.calls.test_clinician_calls import CALM, JOINT
from tests.cast import NOW, act, make_call, make_center, make_unit, make_user, use_default_rules


def at_once(*acts: Callable[[], object]) -> list[str]:
    """How each ended: done, or the name of the refusal."""
    ends: list[str] = []
    start = threading.Barrier(len(acts))

    def run(what: Callable[[], object]) -> None:
        start.wait()
        try:
            what()
            ends.append("done")
        except Refused as refused:
            ends.append(type(refused).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(what,)) for what in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(ends)


def held_call(by: User) -> Call:
    return make_call(by, facts=CALM, caller={"safe_to_call": "yes"})


def test_two_who_ask_at_once_have_one_clinician_call(committed_db: None) -> None:
    use_default_rules()
    one = make_user(make_center())
    two = make_user(one.center)  # type: ignore[arg-type]
    call = held_call(one)
    asks = [lambda by=by: act(ask_clinician_call, by=by, call_id=call.pk) for by in (one, two)]
    assert at_once(*asks) == [ClinicianCallOpen.__name__, "done"]
    assert ClinicianCall.objects.filter(call=call).count() == 1


def test_the_database_holds_one_open_clinician_call_per_call(db: None) -> None:
    call = make_call(make_user(make_center()), triaged=False)
    ClinicianCall.objects.create(call=call, mode="voice", due_at=NOW)
    with pytest.raises(IntegrityError, match="one_open_clinician_call_per_call"):
        ClinicianCall.objects.create(call=call, mode="text", due_at=NOW)


def test_two_answers_at_once_are_one(committed_db: None) -> None:
    use_default_rules()
    by = make_user(make_center())
    row = act(ask_clinician_call, by=by, call_id=held_call(by).pk).result["clinician_call_id"]
    said = [
        lambda result=result: act(made_clinician_call, by=by, clinician_call_id=row, result=result)
        for result in ("still_safe", "worse")
    ]
    assert at_once(*said) == [ClinicianCallMade.__name__, "done"]
    assert ClinicianCall.objects.filter(made_at__isnull=False).count() == 1


def test_two_who_send_without_care_at_once_leave_one_row(committed_db: None) -> None:
    use_default_rules()
    by = make_user(make_center())
    call = make_call(by, facts=JOINT)
    units = [make_unit(call.center, discipline="police") for _ in range(2)]
    sends = [lambda unit=unit: act(send_units, by=by, call_id=call.pk, unit_ids=[unit.pk]) for unit in units]
    assert at_once(*sends) == ["done", "done"]
    assert Unmet.objects.get(call=call).instead == ["sent_without"]
