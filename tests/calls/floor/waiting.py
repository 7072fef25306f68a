"""What is done while nobody of CARE is free, what is known of the place, and whom a team takes along."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from calls.cautions.entering import CAUTION, end_caution, enter_caution, know_caution, review_caution
from calls.clinician_calls import ask_clinician_call, made_clinician_call, take_step
from calls.clinician_rows import CLINICIAN_CALL
from calls.intake import change_call
from calls.models import Alert, Assignment, Call, Caution, CautionOnCall, ClinicianCall, Unmet
from calls.transports import transport_person
from care_dispatch.due.models import Due
from tests.calls.floor.base import A_CALL, A_UNIT, ONE, Base

BASES = ["", *Assignment.LegalBasis.values]
NEWER = 2**62  # than any change somebody else has made


class Waiting(Base):
    @rule(call=A_CALL, mode=st.sampled_from(ClinicianCall.Mode.values))
    def a_clinician_is_to_call(self, call: int, mode: str) -> None:
        self.do(ask_clinician_call, call_id=self.call(call), mode=mode, safe_to_call=True)

    @rule(call=A_CALL, step=st.sampled_from(Unmet.Instead.values), minutes=st.sampled_from([None, 0, 5]))
    def a_step_is_taken(self, call: int, step: str, minutes: int | None) -> None:
        self.do(take_step, call_id=self.call(call), step=step, minutes=minutes)

    @rule(number=ONE, result=st.sampled_from(ClinicianCall.Result.values))
    def a_clinician_has_called(self, number: int, result: str) -> None:
        if row := self.one_of(ClinicianCall.objects.filter(call__center=self.center), number):
            self.do(made_clinician_call, clinician_call_id=row.pk, result=result)

    @rule(severity=st.sampled_from(Caution.Severity.values), place=st.sampled_from(["1 MAIN ST", "9 MAIN ST"]))
    def somebody_warns_of_a_place(self, severity: str, place: str) -> None:
        self.do(
            enter_caution, severity=severity, text="Dog bit an officer.", seen_by="officer", evidence="P1, 2026-01-04",
            location=place, days=1,
        )  # fmt: skip

    @rule(number=ONE, what=st.sampled_from(["end", "review", "know"]), call=A_CALL)
    def a_caution_is_answered(self, number: int, what: str, call: int) -> None:
        caution = self.one_of(Caution.objects.filter(center=self.center), number)
        if caution and what == "end":
            self.do(end_caution, caution_id=caution.pk, reason="The dog is gone.")
        elif caution and what == "review":
            self.do(review_caution, caution_id=caution.pk, days=2)
        elif caution:
            self.do(know_caution, call_id=self.call(call), caution=caution.pk)

    @rule(call=A_CALL, place=st.sampled_from(["1 MAIN ST", "9 MAIN ST", "4 OAK ST"]))
    def a_call_moves(self, call: int, place: str) -> None:
        self.do(change_call, call_id=self.call(call), base=NEWER, changes={"location": place})

    @rule(
        unit=A_UNIT, stage=st.sampled_from(["", "transporting", "at_facility"]), basis=st.sampled_from(BASES),
        miles=st.one_of(st.none(), st.integers(0, 900)),
    )  # fmt: skip
    def somebody_is_taken_along(self, unit: int, stage: str, basis: str, miles: int | None) -> None:
        said: dict[str, Any] = {"destination": "Crisis center", "legal_basis": basis, "rides": "officer"}
        if miles is not None:
            said |= {"start_mileage": 100, "end_mileage": miles}
        self.do(transport_person, unit_id=self.units[unit].pk, stage=stage, **said)

    # --- what holds after each ----------------------------------------------------------------------
    @invariant()
    def somebody_hears_when_no_clinician_calls(self) -> None:
        for row in ClinicianCall.objects.filter(call__center=self.center, made_at__isnull=True).select_related("call"):
            assert row.call.status != Call.Status.CLOSED, "a clinician is to call for a call that ended"
            alarmed = Alert.objects.open().filter(call=row.call_id, kind="clinician_call").exists()
            assert alarmed or Due.objects.filter(kind=CLINICIAN_CALL, subject_id=row.pk).exists()

    @invariant()
    def a_call_that_does_not_wait_is_not_held(self) -> None:
        for call in Call.objects.open().filter(center=self.center, held_until__isnull=False, level__gte=3):
            held = ClinicianCall.objects.filter(call=call, made_at__isnull=True).exists()
            assert not held, "a clinician's call holds a call that does not wait for CARE"

    @invariant()
    def what_is_warned_of_is_shown_where_it_concerns_and_nowhere_else(self) -> None:
        for row in CautionOnCall.objects.filter(call__center=self.center, gone_at__isnull=True).select_related(
            "caution"
        ):
            waits = Due.objects.filter(kind=CAUTION, subject_id=row.caution_id).exists()
            assert row.caution.ended_at is None or waits, "a caution that ended is still shown"
            triaged = Due.objects.filter(kind="triage", subject_id=row.call_id).exists()
            assert row.caution.premise == row.call.premise or triaged, "shown at another place"

    @invariant()
    def miles_never_run_back(self) -> None:
        for one in Assignment.objects.filter(unit__center=self.center, end_mileage__isnull=False):
            assert one.start_mileage is None or one.end_mileage is not None and one.end_mileage >= one.start_mileage
