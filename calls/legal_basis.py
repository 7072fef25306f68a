"""On what a person is taken along: who may take whom, and on which basis a disposition stands."""

from calls.models import Assignment, Call
from care_dispatch.refusal import Invalid
from teams.models import Discipline

Basis = Assignment.LegalBasis
Disposition = Assignment.Disposition


def against_riding(*, discipline: str, basis: str, rides: str, police: bool) -> str:
    """Why this crew may not take the person along so, in words; empty when it may.

    ``police``: a police unit is or was on the call. A clinician takes nobody anywhere against their will alone; an
    officer's detention (Health & Safety Code 573.001) needs an officer.
    """
    police = police or discipline == Discipline.POLICE
    if rides == Assignment.Rides.OFFICER and not police:
        return "No police unit is on the call, so no officer rides along: send police, or name who rides."
    if basis in ("", Basis.VOLUNTARY):
        return ""
    if basis == Basis.OFFICER_NO_WARRANT and not police:
        return "An officer's detention needs a police unit on the call: send police, or name the other basis."
    if discipline == Discipline.CARE and rides != Assignment.Rides.OFFICER:
        return "CARE takes nobody along against their will alone: let police or EMS transport, or say that an officer rides."
    return ""


def basis_of(assignment: Assignment, disposition: str, basis: str, *, of_record: bool) -> str:
    """The legal basis a disposition stands on; raises Invalid, saying what to add, where the two cannot be.

    ``of_record``: what a record tells of the past is taken as it is.
    """
    basis = basis or assignment.legal_basis
    if disposition == Disposition.VOLUNTARY_TRANSPORT:
        basis = basis or Basis.VOLUNTARY
    if disposition and not of_record:
        _require_basis(assignment, disposition, basis)
    return basis


def _require_basis(assignment: Assignment, disposition: str, basis: str) -> None:
    transported = assignment.transporting_at is not None
    detained = disposition == Disposition.EMERGENCY_DETENTION
    if disposition == Disposition.VOLUNTARY_TRANSPORT and basis != Basis.VOLUNTARY:
        raise Invalid(
            f"The ride is on record as {basis}; for a voluntary transport give the legal basis voluntary too."
        )
    if detained and basis == Basis.VOLUNTARY:
        raise Invalid("A detention is not voluntary: give its legal basis with it, or voluntary_transport.")
    if not basis and (detained or transported):
        choices = ", ".join(value for value in Basis.values if not detained or value != Basis.VOLUNTARY)
        raise Invalid(f"Say on which legal basis the person was taken along: {choices}.")
    police = police_on(assignment.call)
    if detained and basis == Basis.OFFICER_NO_WARRANT and not police:
        raise Invalid(f"No police unit was on call {assignment.call.number}: name the other basis of the detention.")
    refused = against_riding(
        discipline=assignment.unit.discipline, basis=basis, rides=assignment.rides, police=police
    )  # fmt: skip
    if transported and refused:
        raise Invalid(refused)


def police_on(call: Call) -> bool:
    """Whether police are on the call, or were there: who was cancelled or taken away on the way has seen nobody."""
    police = call.assignments.filter(unit__discipline=Discipline.POLICE)
    police = police.exclude(end_reason=Assignment.EndReason.REASSIGNED, on_scene_at=None, contact_at=None)
    return police.exclude(end_reason=Assignment.EndReason.CANCELLED).exists()
