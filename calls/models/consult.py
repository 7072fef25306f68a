"""A consult: police, fire, EMS, a hospital, dispatch or a partner asks CARE, with a clock."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from calls.models.call import Call
from calls.models.triage import FactStatement, RuleSet
from teams.models import Agency, Center, Unit, User


class Consult(models.Model):
    """Asked, offered, answered, ended, confirmed. No column names the person it is about.

    ``details`` and ``recommendation`` are plain words between requester, dispatch and CARE; ``advice`` is clinical and
    stays with CARE.
    """

    class Mode(models.TextChoices):
        PHONE = "phone", "Phone"
        VIDEO = "video", "Video"
        SCENE = "scene", "On scene"

    class Requester(models.TextChoices):
        POLICE = "police", "Police"
        FIRE_EMS = "fire_ems", "Fire/EMS"
        HOSPITAL = "hospital", "Hospital"
        DISPATCH = "dispatch", "Dispatch"
        PARTNER = "partner", "Partner city"
        CARE = "care", "CARE"

    class Question(models.TextChoices):
        DE_ESCALATION = "de_escalation", "De-escalation"
        DETENTION_CRITERIA = "detention_criteria", "Detention criteria"
        CAPACITY = "capacity", "Capacity"
        RESOURCE = "resource", "Resource"
        MEDICATION = "medication", "Medication"
        GENERAL = "general", "What to do"

    class WithPerson(models.TextChoices):
        """Who is with the person by now: what a need is covered by."""

        POLICE = "police", "Police"
        EMS = "ems", "EMS"
        FIRE = "fire", "Fire"
        HOSPITAL = "hospital", "Hospital staff"

    class Advice(models.TextChoices):
        CALMING = "calming", "How to calm and talk"
        SAFETY_PLAN = "safety_plan", "Safety plan with those there"
        CRITERIA = "criteria", "Criteria explained"
        RESOURCE_NAMED = "resource_named", "Resource or destination named"
        MEDICAL_CHECK = "medical_check", "Medical check first"
        SEND_CARE = "send_care", "CARE should come"
        STAY_AWAY = "stay_away", "Step back or leave"
        OTHER = "other", "Other"

    class Result(models.TextChoices):
        REQUESTER_HANDLED = "requester_handled", "Requester handled"
        CARE_EN_ROUTE = "care_en_route", "CARE en route"
        FOLLOW_UP = "follow_up", "Follow-up"
        DETENTION_BY_OFFICER = "detention_by_officer", "Detention by officer"

    class Uncovered(models.TextChoices):
        """Why nobody is sent although the facts ask for somebody who is not there."""

        HELP_COMING = "help_coming", "Help is coming already"
        DANGER_OVER = "danger_over", "The danger is over"
        REQUESTER_DECLINES = "requester_declines", "Requester was told and declines"
        OTHER_CENTER = "other_center", "Another center sends"

    class Confirmation(models.TextChoices):
        HELPED = "helped", "It helped"
        UNIT_NOT_NEEDED = "unit_not_needed", "No unit was needed"
        DISPATCHED = "dispatched", "A unit was sent after all"
        OTHER = "other", "Other"
        NOT_REACHED = "not_reached", "Requester not reached"

    center = models.ForeignKey(Center, models.PROTECT, related_name="consults")
    call = models.ForeignKey(Call, models.PROTECT, null=True, blank=True, related_name="consults")
    requester_kind = models.TextField(choices=Requester)
    requester_agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    requester_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    mode = models.TextField(choices=Mode, default=Mode.PHONE)
    question = models.TextField(choices=Question)
    details = models.TextField(default="", blank=True)
    location = models.TextField(default="", blank=True)
    language = models.TextField(default="", blank=True)  # BCP 47, when an English speaker will not do
    with_person = ArrayField(models.TextField(choices=WithPerson), default=list, blank=True)

    asked_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True, blank=True)
    overdue_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answering_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    # The dangers were said back to the requester, and what they said was taken down.
    read_back_at = models.DateTimeField(null=True, blank=True)
    read_back_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # What the rules in force said of the facts when one was last stated (calls.triage.read_back).
    proof = models.JSONField(default=dict, blank=True)
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, null=True, blank=True, related_name="+")
    # It became a dispatch: ``call`` is what it became.
    dispatched_at = models.DateTimeField(null=True, blank=True)
    dispatched_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    ended_at = models.DateTimeField(null=True, blank=True)
    advice_type = models.TextField(choices=Advice, default="", blank=True)
    advice = models.TextField(default="", blank=True)
    recommendation = models.TextField(default="", blank=True)
    result = models.TextField(choices=Result, default="", blank=True)
    uncovered_reason = models.TextField(choices=Uncovered, default="", blank=True)
    confirm_reminded_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmation = models.TextField(choices=Confirmation, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(result=""), name="ended_consult_has_a_result"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="answered_consult_says_by_whom",
            ),
            models.CheckConstraint(condition=Q(advice="") | ~Q(advice_type=""), name="advice_has_a_type"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | Q(answered_at__isnull=True)
                | ~Q(advice_type="") & ~Q(recommendation=""),
                name="answered_consult_ends_with_words",
            ),
            models.CheckConstraint(
                condition=Q(dispatched_at__isnull=True) | Q(call__isnull=False), name="dispatched_consult_has_a_call"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmation="")
                | Q(confirmed_at__isnull=False, ended_at__isnull=False) & ~Q(confirmation=""),
                name="confirmed_consult_has_ended_and_says_how",
            ),
        ]
        indexes = [
            models.Index(fields=["center"], condition=Q(ended_at__isnull=True), name="open_consults"),
            models.Index(
                fields=["center"],
                condition=Q(confirm_reminded_at__isnull=False, confirmed_at__isnull=True),
                name="consults_to_confirm",
            ),
            models.Index(fields=["center", "asked_at"], name="consults_by_time"),
        ]


class ConsultOffer(models.Model):
    """One clinician asked to answer: one at a time, each once."""

    class End(models.TextChoices):
        TAKEN = "taken", "Answered"
        PASSED = "passed", "Passed on"
        LATE = "late", "Not answered in time"
        OVER = "over", "Answered or ended by somebody else"

    class PassReason(models.TextChoices):
        WITH_PERSON = "with_person", "With a person"
        DRIVING = "driving", "Driving"
        OTHER_CONSULT = "other_consult", "On another consult"
        LANGUAGE = "language", "Not my language"
        NOT_MY_FIELD = "not_my_field", "Not my field"
        OTHER = "other", "Other"

    consult = models.ForeignKey(Consult, models.PROTECT, related_name="offers")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.TextField(choices=End, default="", blank=True)
    pass_reason = models.TextField(choices=PassReason, default="", blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["consult"], condition=Q(ended_at__isnull=True), name="one_open_offer_per_consult"
            ),
            models.UniqueConstraint(fields=["consult", "user"], name="one_offer_per_clinician"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="") | Q(ended_at__isnull=False) & ~Q(end=""),
                name="ended_offer_says_how",
            ),
            models.CheckConstraint(
                condition=Q(end="passed") & ~Q(pass_reason="") | ~Q(end="passed") & Q(pass_reason=""),
                name="passed_offer_says_why",
            ),
        ]


class ConsultStatement(models.Model):
    """Somebody said a fact has a value, in the words of triage; kept as it is when the consult becomes a call."""

    consult = models.ForeignKey(Consult, models.PROTECT, related_name="facts")
    fact = models.TextField()
    value = models.JSONField()
    source = models.TextField(choices=FactStatement.Source)
    informant = models.TextField()
    stated_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    stated_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class ConsultPolicy(models.Model):
    """What a center counts and asks by; a center without one uses the defaults here."""

    center = models.OneToOneField(Center, models.PROTECT, related_name="consult_policy")
    confirm_after_hours = models.PositiveSmallIntegerField(default=24, validators=[MinValueValidator(1)])
    # Unit-minutes a consult without a unit is taken to spare: one CARE unit, 14 minutes on the way and 32 on scene, the
    # medians of 4,682 mobile-crisis dispatches.
    spared_unit_minutes = models.PositiveSmallIntegerField(default=46)

    class Meta:
        verbose_name = "consult policy"
        verbose_name_plural = "consult policies"
        constraints = [
            models.CheckConstraint(condition=Q(confirm_after_hours__gte=1), name="consult_is_confirmed_after_it"),
        ]

    def __str__(self) -> str:
        return f"consults of {self.center}"
