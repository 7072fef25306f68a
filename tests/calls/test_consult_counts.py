"""What ten consults come to, by hand and by the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.consult_counts import Row, counts
from calls.models import Consult, ConsultPolicy
from teams.models import User
from tests.calls.consult_cast import Floor

# Requester, seconds to the answer, result, confirmation, became a call.
TEN = [
    ("police", 20, "requester_handled", "helped", False),
    ("police", 40, "requester_handled", "unit_not_needed", False),
    ("police", 60, "requester_handled", "", False),
    ("police", 80, "care_en_route", "dispatched", True),
    ("police", 100, "detention_by_officer", "helped", False),
    ("hospital", 120, "follow_up", "not_reached", False),
    ("hospital", 140, "requester_handled", "helped", True),
    ("fire_ems", 160, "requester_handled", "other", False),
    ("fire_ems", None, "requester_handled", "", False),
    ("partner", None, "", "", False),
]


def row(kind: str, seconds: int | None, result: str, confirmation: str, sent: bool) -> Row:
    now = timezone.now()
    return Row(
        requester=kind, agency="", question="capacity", asked_at=now, result=result, confirmation=confirmation,
        answered_at=None if seconds is None else now + timedelta(seconds=seconds), ended_at=now if result else None,
        unit_sent=sent,
    )  # fmt: skip


def test_ten_consults_by_hand() -> None:
    found = counts([row(*one) for one in TEN], unit_minutes=46)
    assert (found["asked"], found["open"]) == (10, 1)
    assert found["by_requester"] == {"fire_ems": 2, "hospital": 2, "partner": 1, "police": 5}
    assert found["by_result"] == {
        "care_en_route": 1, "detention_by_officer": 1, "follow_up": 1, "requester_handled": 6,
    }  # fmt: skip
    assert found["answer"] == {"n": 8, "missing": 2, "median_seconds": 90, "p90_seconds": 160}
    assert found["without_unit"] == {"count": 7, "of": 9, "share": 0.778}
    spared = found["spared"]
    assert (spared["counted"], spared["unit_hours"]) == (3, 2.3)
    assert "46 minutes of one CARE unit" in spared["assumption"]


def test_nothing_asked_divides_by_nothing() -> None:
    found = counts([], unit_minutes=46)
    assert (found["answer"]["median_seconds"], found["without_unit"]["share"]) == (None, None)


@pytest.mark.django_db
def test_the_supervisor_reads_the_same_of_what_is_stored() -> None:
    floor, now = Floor(clinicians=1), timezone.now()
    ConsultPolicy.objects.create(center=floor.center, spared_unit_minutes=60)
    for kind, seconds, result, confirmation, _ in TEN:
        answered = None if seconds is None else now + timedelta(seconds=seconds)
        Consult.objects.create(
            center=floor.center, requester_kind=kind, question="capacity", asked_at=now - timedelta(minutes=5),
            answered_at=answered, answered_by=floor.clinicians["CARE1"] if answered else None,
            ended_at=now if result else None, result=result, advice_type="other", recommendation="x",
            confirmation=confirmation, confirmed_at=now if confirmation else None,
        )  # fmt: skip
    found = get(floor.supervisor).json()
    assert (found["asked"], found["without_unit"]["count"], found["spared"]["unit_hours"]) == (10, 8, 4.0)
    assert get(floor.supervisor, since=(now + timedelta(days=1)).isoformat()).json()["asked"] == 0
    assert get(floor.dispatcher).status_code == 403
    assert get(floor.supervisor, since="yesterday").status_code == 400


def get(user: User, **wanted: Any) -> Any:
    client = Client()
    client.force_login(user, backend="teams.sign_in.Backend")
    return client.get("/api/consults/counts/", wanted)
