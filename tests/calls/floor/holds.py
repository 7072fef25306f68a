"""What holds after every step, whoever did what."""

from hypothesis.stateful import invariant

from calls.lifecycle import call_status
from calls.models import Alert, AlertTold, Assignment, Call, CallMerge, Consult, StackedCall, UnitRequest
from care_dispatch.due.models import Due
from care_dispatch.log.changes import fold
from care_dispatch.log.models import Event
from teams.models import Unit
from tests.calls.floor.base import Base

# What is not over because a call is: a crew in danger, and work that failed.
BEYOND_CALLS = ("work_failed", "duress")


class Holds(Base):
    @invariant()
    def a_unit_is_what_its_assignment_says(self) -> None:
        for unit in Unit.objects.filter(center=self.center):
            on = unit.assignments.open().first()
            elsewhere = unit.mirrored_from and on is None  # on a call of its own center, whatever that says
            assert elsewhere or (unit.status == on.status if on else unit.status in Unit.OFF_CALL), unit

    @invariant()
    def a_call_is_what_its_units_say_and_somebody_looks_after_it(self) -> None:
        for call in Call.objects.filter(center=self.center).select_related("verdict"):
            stages = list(call.assignments.open().values_list("status", flat=True))
            waits = {
                due.kind for due in Due.objects.filter(subject_id=call.pk, kind__in=["triage", "question", "hold"])
            }
            if call.status == Call.Status.CLOSED:
                # A corrected address asks for triage, which finds that the call has ended.
                assert not stages and not waits - {"triage"} and call.held_until is None
                assert (
                    not Alert.objects.filter(call=call, closed_at__isnull=True).exclude(kind__in=BEYOND_CALLS).exists()
                )
                continue
            assert call.status == call_status(stages, triaged=call.verdict_id is not None)
            assert call.verdict_id or "triage" in waits, "nobody will judge this call"
            assert ("hold" in waits) == (call.held_until is not None) and not (stages and call.held_until)
            later = "triage" in waits or call.surfaces_at  # then it is asked anew
            if call.verdict and call.verdict.proof["safety_questions"] and not later:
                assert "question" in waits, "nobody asks in time"

    @invariant()
    def only_units_on_the_call_are_to_be_told(self) -> None:
        left = AlertTold.objects.filter(told_at__isnull=True, alert__closed_at__isnull=True, alert__center=self.center)
        for told in left.select_related("alert"):
            assert Assignment.objects.open().filter(call=told.alert.call_id, unit=told.unit_id).exists()

    @invariant()
    def the_log_says_the_same(self) -> None:
        rebuilt = fold(Event.objects.filter(center_id=self.center.pk).order_by("seq"))
        for call in Call.objects.filter(center=self.center):
            told = rebuilt["call", call.pk]
            assert (told["status"], told.get("held_until")) == (call.status, None) or call.held_until, call
        for assignment in Assignment.objects.filter(unit__center=self.center):
            told = rebuilt["assignment", assignment.pk]
            assert (told["status"], told["role"]) == (assignment.status, assignment.role)

    @invariant()
    def a_call_waits_for_a_unit_only_while_both_can_wait(self) -> None:
        for row in StackedCall.objects.filter(call__center=self.center).select_related("call", "unit"):
            assert row.call.status != Call.Status.CLOSED, "a call that ended waits for a unit"
            assert not Assignment.objects.open().filter(call=row.call_id, unit=row.unit_id).exists()

    @invariant()
    def what_was_merged_stays_closed_and_its_call_is_one_that_was_not(self) -> None:
        for merge in CallMerge.objects.filter(merged__center=self.center, undone_at__isnull=True):
            assert merge.merged.status == Call.Status.CLOSED and merge.merged.merged_into_id == merge.primary_id
            assert merge.primary.merged_into_id is None

    @invariant()
    def a_call_for_later_comes_back(self) -> None:
        for call in Call.objects.filter(center=self.center, surfaces_at__isnull=False):
            assert call.status != Call.Status.CLOSED, "nobody wants it any more"
            assert Due.objects.filter(kind="surface", subject_id=call.pk).exists(), "nothing brings it back"
            assert not call.assignments.open().exists()

    @invariant()
    def a_borrowed_unit_is_answered_for_and_on_the_call_it_was_given_to(self) -> None:
        for request in UnitRequest.objects.filter(call__center=self.center, status__in=UnitRequest.LIVE):
            if request.status == UnitRequest.Status.ASKED:
                asked = Due.objects.filter(kind="unit_request", subject_id=request.pk).exists()
                assert asked or request.alarmed_at, "nobody hears that it is not answered"
                assert request.call.status != Call.Status.CLOSED, "a unit is asked for by a call that ended"
            else:
                assert request.assignment and request.assignment.cleared_at is None, "gone, and not given back"

    @invariant()
    def somebody_is_asked_to_answer_a_consult(self) -> None:
        for consult in Consult.objects.filter(center=self.center, answered_at__isnull=True, ended_at__isnull=True):
            alarmed = Alert.objects.open().filter(center=self.center, kind="consult_unanswered").exists()
            assert alarmed or Due.objects.filter(kind="consult", subject_id=consult.pk).exists(), "no clock runs"

    @invariant()
    def a_cry_for_help_ends_only_by_a_person(self) -> None:
        for alert in Alert.objects.filter(center=self.center, kind="duress", closed_at__isnull=False):
            assert alert.end_reason, "an emergency ended by itself"
