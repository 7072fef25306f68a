"""A unit sent to a call: one row per dispatch, with the time of each stage."""

from django.db import models
from django.db.models import F, Q

from calls.models.call import Call
from calls.models.facility import Facility
from teams.models import Discipline, Unit, User

# Somebody was taken along, and what is owed of it is not all there.
UNTOLD_TRANSPORT = Q(transporting_at__isnull=False) & (
    Q(start_mileage__isnull=True) | Q(end_mileage__isnull=True) | Q(destination="") | Q(legal_basis="")
)
MOST_MILES = 1_000_000  # on a vehicle's counter


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def open(self) -> "AssignmentQuerySet":
        return self.filter(cleared_at__isnull=True)

    def been_there(self) -> "AssignmentQuerySet":
        """Those whose unit was at the scene and has done what it came for: not those taken away for another call."""
        stages = ("on_scene", "contact", "transporting", "at_facility", "clearing")
        there = Q(outcome__in=Assignment.BEEN_THERE)
        for stage in stages:
            there |= Q(**{f"{stage}_at__isnull": False})
        return self.filter(there).exclude(end_reason=Assignment.EndReason.REASSIGNED)

    def transport_owed(self) -> "AssignmentQuerySet":
        """Those that took somebody along and have not said whereto, on which basis and both mileages."""
        return self.filter(UNTOLD_TRANSPORT, unit__discipline__in=Assignment.KEEPS_MILEAGE)


class Assignment(models.Model):
    """From dispatch to clear. The first time of each stage stays; later reports are kept beside it."""

    class Status(models.TextChoices):
        DISPATCHED = "dispatched", "Dispatched"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        EN_ROUTE = "en_route", "En route"
        STAGED = "staged", "Staged"
        ON_SCENE = "on_scene", "On scene"
        CONTACT = "contact", "Contact"
        TRANSPORTING = "transporting", "Transporting"
        AT_FACILITY = "at_facility", "At facility"
        CLEARING = "clearing", "Clearing"
        CLEARED = "cleared", "Cleared"

    class Role(models.TextChoices):
        PRIMARY = "primary", "Primary"
        STAGE = "stage", "Stages until cleared to enter"
        ASSIST = "assist", "Assist"

    class EndReason(models.TextChoices):
        CLEARED = "cleared", "Cleared"
        RELEASED = "released", "Released"
        CANCELLED = "cancelled", "Cancelled en route"
        REASSIGNED = "reassigned", "Reassigned"
        IMPLIED_BY_NEXT_DISPATCH = "implied_by_next_dispatch", "Implied by the next dispatch"
        IMPLIED_END = "implied_end", "Implied at the end of the record"

    class Outcome(models.TextChoices):
        """Contact outcome: required when a CARE unit clears."""

        ENGAGED = "engaged", "Engaged"
        DECLINED = "declined", "Declined"
        UNABLE_TO_LOCATE = "unable_to_locate", "Unable to locate"
        CANCELLED = "cancelled", "Cancelled"
        NO_CONTACT_SAFETY = "no_contact_safety", "No contact, for safety"
        REMOTE_ONLY = "remote_only", "Remote only"
        NONE = "none", "None"

    class Disposition(models.TextChoices):
        """Owed when engaged."""

        RESOLVED_ON_SCENE = "resolved_on_scene", "Resolved on scene"
        LEFT_WITH_SUPPORT = "left_with_support", "Left with support"
        REFERRAL = "referral", "Referral"
        VOLUNTARY_TRANSPORT = "voluntary_transport", "Voluntary transport"
        EMERGENCY_DETENTION = "emergency_detention", "Emergency detention"
        EMS_TRANSPORT = "ems_transport", "EMS transport"
        ARREST_DIVERTED = "arrest_diverted", "Arrest diverted"
        CITED = "cited", "Cited"
        ARRESTED = "arrested", "Arrested"
        SHELTER = "shelter", "Shelter"
        DETOX_SOBERING = "detox_sobering", "Detox or sobering"
        DECEASED = "deceased", "Deceased"

    class Ahead(models.TextChoices):
        """How the team's call before its arrival ended."""

        REACHED = "reached", "Reached"
        NO_ANSWER = "no_answer", "No answer"

    class LegalBasis(models.TextChoices):
        """On what a person was taken along (Texas Health & Safety Code; the center's counsel checks the list)."""

        VOLUNTARY = "voluntary", "Voluntary"
        OFFICER_NO_WARRANT = "officer_no_warrant", "Officer without warrant (573.001)"
        WARRANT = "warrant", "Warrant (573.011)"
        GUARDIAN = "guardian", "Guardian (573.003)"
        CHEMICAL_DEPENDENCY = "chemical_dependency", "Chemical dependency (462.041)"

    class Rides(models.TextChoices):
        """Who rides with the person, beside the crew that drives."""

        CREW = "crew", "The crew alone"
        OFFICER = "officer", "An officer rides along"
        CLINICIAN = "clinician", "A clinician rides along"
        RELATIVE = "relative", "A relative rides along"

    class Bypass(models.TextChoices):
        """Why others went than were recommended; asked after they are sent, never before."""

        OWED = "owed", "Not said yet"
        CLOSER = "closer", "Closer than shown"
        KNOWS_PERSON = "knows_person", "Knows the person or place"
        CREW_ASKED = "crew_asked", "The crew asked for it"
        KEPT_FREE = "kept_free", "Recommended unit kept free"
        NOT_FIT = "not_fit", "Recommended unit not fit for it"
        SUPERVISOR = "supervisor", "A supervisor says so"

    # An ambulance or engine keeps its own record of a transport.
    KEEPS_MILEAGE = (Discipline.CARE, Discipline.POLICE)
    # Whoever says this of a contact was at the scene, whatever stages were reported.
    BEEN_THERE = (Outcome.ENGAGED, Outcome.DECLINED, Outcome.UNABLE_TO_LOCATE)

    call = models.ForeignKey(Call, models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="assignments")
    role = models.TextField(choices=Role, default=Role.PRIMARY)
    status = models.TextField(choices=Status, default=Status.DISPATCHED)
    assigned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    position = models.TextField(default="", blank=True)

    dispatched_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    en_route_at = models.DateTimeField(null=True, blank=True)
    staged_at = models.DateTimeField(null=True, blank=True)
    cleared_to_enter_at = models.DateTimeField(null=True, blank=True)
    on_scene_at = models.DateTimeField(null=True, blank=True)
    contact_at = models.DateTimeField(null=True, blank=True)
    transporting_at = models.DateTimeField(null=True, blank=True)
    at_facility_at = models.DateTimeField(null=True, blank=True)
    clearing_at = models.DateTimeField(null=True, blank=True)
    # Police left while CARE stays: their minutes freed run from here.
    police_released_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.TextField(choices=EndReason, default="", blank=True)
    # The call it was taken for, and the reason in a code or words.
    taken_for = models.ForeignKey(Call, models.PROTECT, null=True, blank=True, related_name="+")
    taken_reason = models.TextField(default="", blank=True)
    # The last sign that the crew is safe, after its arrival, and the step of the clock that runs (calls.clocks.Late).
    checked_at = models.DateTimeField(null=True, blank=True)
    # CARE phoned before it arrived: the first time somebody was reached, until then the last attempt.
    called_ahead_at = models.DateTimeField(null=True, blank=True)
    called_ahead = models.TextField(choices=Ahead, default="", blank=True)
    late = models.SmallIntegerField(default=0)
    # Sent although triage keeps CARE from going like this, and why.
    against_triage = models.BooleanField(default=False)
    override_reason = models.TextField(choices=Call.OverrideReason, default="", blank=True)
    override_note = models.TextField(default="", blank=True)
    opened_late = models.BooleanField(default=False)  # first heard of by a later stage than dispatch
    bypass = models.TextField(choices=Bypass, default="", blank=True)  # empty: as recommended, or nothing was shown

    outcome = models.TextField(choices=Outcome, default="", blank=True)
    disposition = models.TextField(choices=Disposition, default="", blank=True)
    disposition_owed_at = models.DateTimeField(null=True, blank=True)
    # Said with a code that was out of use by then; a supervisor keeps it or gives another.
    code_owed_at = models.DateTimeField(null=True, blank=True)
    # Whereto, in words; ``facility`` when it is one of the center's list.
    destination = models.TextField(default="", blank=True)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, blank=True, related_name="+")
    legal_basis = models.TextField(choices=LegalBasis, default="", blank=True)
    rides = models.TextField(choices=Rides, default="", blank=True)
    # Of a transport, in miles on the vehicle's own counter; both are needed to close it.
    start_mileage = models.FloatField(null=True, blank=True)
    end_mileage = models.FloatField(null=True, blank=True)
    # CARE that was asked for by police, instead of sent with them.
    reactive = models.BooleanField(default=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(cleared_at__isnull=True), name="one_open_assignment_per_unit"
            ),
            models.CheckConstraint(
                condition=Q(status="cleared", cleared_at__isnull=False) & ~Q(end_reason="")
                | ~Q(status="cleared") & Q(cleared_at__isnull=True, end_reason=""),
                name="cleared_assignment_says_when_and_why",
            ),
            models.CheckConstraint(
                condition=Q(against_triage=False) | ~Q(override_reason=""), name="against_triage_only_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(start_mileage__isnull=True)
                | Q(end_mileage__isnull=True)
                | Q(end_mileage__gte=F("start_mileage")),
                name="a_transport_ends_after_its_start",
            ),
            models.CheckConstraint(
                condition=(Q(start_mileage__isnull=True) | Q(start_mileage__gte=0, start_mileage__lt=MOST_MILES))
                & (Q(end_mileage__isnull=True) | Q(end_mileage__gte=0, end_mileage__lt=MOST_MILES)),
                name="a_counter_has_six_digits",
            ),
            models.CheckConstraint(
                condition=Q(facility__isnull=True) | ~Q(destination=""), name="a_facility_is_named_in_words"
            ),
            models.CheckConstraint(
                condition=Q(taken_for__isnull=True) | Q(end_reason="reassigned"), name="taken_unit_is_reassigned"
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit"],
                condition=UNTOLD_TRANSPORT,
                name="transports_owed",
            ),
            models.Index(fields=["call"], condition=Q(cleared_at__isnull=True), name="open_assignments_of_call"),
            models.Index(fields=["call"], condition=Q(taken_for__isnull=False), name="units_taken_from_call"),
            models.Index(
                fields=["unit"],
                condition=Q(disposition_owed_at__isnull=False, disposition=""),
                name="dispositions_owed",
            ),
            models.Index(fields=["call"], condition=Q(bypass="owed"), name="bypass_reasons_owed"),
            models.Index(fields=["call"], condition=Q(code_owed_at__isnull=False), name="codes_owed"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} on {self.call}"


class StageReport(models.Model):
    """Every stage report as it came, in order or not; none is refused, none moves the state backwards."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="stages")
    stage = models.TextField(choices=Assignment.Status)
    at = models.DateTimeField()  # when it happened, as the device or dispatcher says
    received_at = models.DateTimeField()
    late = models.BooleanField(default=False)  # reported for a moment before the newest stage
    backward = models.BooleanField(default=False)  # a stage the assignment is already past
    repeated = models.BooleanField(default=False)  # the stage the assignment is already in
    source = models.TextField(default="", blank=True)

    class Meta:
        ordering = ["id"]
