"""CARE at the scene with somebody to take along."""

from typing import Any

from calls.models import Assignment, Facility
from calls.stages import report_stage
from calls.transports import transport_person
from tests.cast import act, later, make_call, make_center, make_unit, make_user, put_on_shift, send

WHOLE: dict[str, Any] = {
    "facility": "county-ed",
    "start_mileage": 41230.0,
    "end_mileage": 41238.5,
    "legal_basis": "voluntary",
}


class Ride:
    """CARE at the scene with somebody to take along; police come where a test sends them."""

    def __init__(self) -> None:
        self.center = make_center()
        self.dispatcher, self.clinician = make_user(self.center), make_user(self.center, "clinician")
        self.care, self.police = make_unit(self.center, "CARE1"), make_unit(self.center, "P101", "police")
        put_on_shift(self.clinician, self.care)
        Facility.objects.create(
            center=self.center, code="county-ed", name="County General", kind="emergency_department"
        )
        self.call = make_call(self.dispatcher, triaged=False)
        send(self.dispatcher, self.call, self.care, override_reason="crew_request")
        act(report_stage, by=self.clinician, unit_id=self.care.pk, stage="on_scene")

    @property
    def on(self) -> Assignment:
        return Assignment.objects.get(call=self.call, unit=self.care)

    def say(self, **said: Any) -> dict[str, Any]:
        who = said.pop("by", self.clinician)
        return dict(act(transport_person, by=who, now=later(minutes=5), unit_id=self.care.pk, **said).result)
