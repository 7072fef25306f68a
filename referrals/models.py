"""Tables of what follows: the directory of services, referrals with their history, follow-ups with their attempts."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from calls.models import Call
from teams.models import Center, User


class Organization(models.Model):
    """Who offers services (Open Referral HSDS 3.0: organization)."""

    center = models.ForeignKey(Center, models.PROTECT, related_name="organizations")
    name = models.TextField()
    description = models.TextField(default="", blank=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["center", "name"], name="organization_name_in_center")]

    def __str__(self) -> str:
        return self.name


class ServiceQuerySet(models.QuerySet["Service"]):
    def open(self) -> "ServiceQuerySet":
        return self.filter(status=Service.Status.ACTIVE)

    def for_age(self, years: int) -> "ServiceQuerySet":
        return self.filter(
            Q(minimum_age__isnull=True) | Q(minimum_age__lte=years),
            Q(maximum_age__isnull=True) | Q(maximum_age__gte=years),
        )


class Service(models.Model):
    """One thing an organization offers (HSDS: service), as it was when somebody last made sure."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        INACTIVE = "inactive", "Inactive"
        DEFUNCT = "defunct", "Defunct"
        TEMPORARILY_CLOSED = "temporarily_closed", "Temporarily closed"

    class Need(models.TextChoices):
        """What a person is looking for: the words the directory is searched by."""

        CRISIS_LINE = "crisis_line", "Crisis line"
        CRISIS_STABILIZATION = "crisis_stabilization", "Crisis stabilization"
        PSYCHIATRIC_EVALUATION = "psychiatric_evaluation", "Psychiatric evaluation"
        COUNSELING = "counseling", "Counseling"
        DETOX = "detox", "Detox or sobering"
        SHELTER = "shelter", "Shelter"
        YOUTH = "youth", "Children and youth"
        OLDER_ADULT = "older_adult", "Older adults"
        CASE_MANAGEMENT = "case_management", "Case management"
        BASIC_NEEDS = "basic_needs", "Food and basic needs"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="services")
    name = models.TextField()
    description = models.TextField(default="", blank=True)
    needs = ArrayField(models.TextField(choices=Need), default=list, blank=True)
    eligibility = models.TextField(default="", blank=True)
    # What it takes to get in: walk-in, voluntary, medical screen, insurance.
    application_process = models.TextField(default="", blank=True)
    minimum_age = models.SmallIntegerField(null=True, blank=True)  # years, inclusive
    maximum_age = models.SmallIntegerField(null=True, blank=True)
    languages = ArrayField(models.TextField(), default=list, blank=True)  # BCP 47
    phones = ArrayField(models.TextField(), default=list, blank=True)
    schedule = models.TextField(default="", blank=True)  # in words, center time
    schedule_rrule = models.TextField(default="", blank=True)  # RFC 5545 RRULE with its hours in the words above
    status = models.TextField(choices=Status, default=Status.ACTIVE)
    assured_date = models.DateField()  # when somebody last made sure that the above is true
    synthetic = models.BooleanField(default=False)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="service_name_in_organization"),
            models.CheckConstraint(
                condition=Q(minimum_age__isnull=True)
                | Q(maximum_age__isnull=True)
                | Q(maximum_age__gte=models.F("minimum_age")),
                name="service_ages_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.organization.name}"


class Referral(models.Model):
    """One person of a call sent on to one service. The loop is closed when the service has confirmed to have them."""

    class Status(models.TextChoices):
        """FHIR Gravity's ten."""

        DRAFT = "draft", "Draft"
        REQUESTED = "requested", "Requested"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"
        CANCELLED = "cancelled", "Cancelled"
        IN_PROGRESS = "in_progress", "In progress"
        ON_HOLD = "on_hold", "On hold"
        FAILED = "failed", "Failed"
        COMPLETED = "completed", "Completed"
        ENTERED_IN_ERROR = "entered_in_error", "Entered in error"

    class Reason(models.TextChoices):
        WAITLIST = "waitlist", "Waitlist"
        INELIGIBLE = "ineligible", "Ineligible"
        NO_CAPACITY = "no_capacity", "No capacity"
        UNREACHABLE = "unreachable", "Unreachable"
        DECLINED = "declined", "Declined"
        NO_SHOW = "no_show", "Did not come"

    call = models.ForeignKey(Call, models.PROTECT, related_name="referrals")
    service = models.ForeignKey(Service, models.PROTECT, related_name="referrals")
    status = models.TextField(choices=Status, default=Status.REQUESTED)
    reason = models.TextField(choices=Reason, default="", blank=True)
    note = models.TextField(default="", blank=True)  # clinical: CARE only
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    requested_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    # Who at the service said that the person is there: a name or a desk.
    confirmed_with = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "service"],
                condition=Q(status__in=["draft", "requested", "accepted", "in_progress", "on_hold"]),
                name="one_open_referral_per_service",
            ),
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(received_at__isnull=False) & ~Q(confirmed_with=""),
                name="completed_referral_was_received",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["rejected", "cancelled", "on_hold", "failed"]) | ~Q(reason=""),
                name="stopped_referral_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} for {self.call}"


class ReferralStep(models.Model):
    """Each status a referral had, when and by whom. Added to, never changed: a trigger refuses it."""

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="steps")
    status = models.TextField(choices=Referral.Status)
    reason = models.TextField(choices=Referral.Reason, default="", blank=True)
    confirmed_with = models.TextField(default="", blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def open(self) -> "FollowUpQuerySet":
        return self.filter(closed_at__isnull=True)


class FollowUp(models.Model):
    """A contact owed after a call, sooner where the risk is higher."""

    class Risk(models.TextChoices):
        HIGH = "24h", "24 hours"
        MIDDLE = "48h", "48 hours"
        LOW = "72h", "72 hours"

    class Result(models.TextChoices):
        REACHED_CONNECTED = "reached_connected", "Reached, connected to care"
        REACHED_DECLINED = "reached_declined", "Reached, declined"
        NOT_REACHED_AFTER_3 = "not_reached_after_3", "Not reached after three attempts"
        MOVED = "moved", "Moved away"
        DECEASED = "deceased", "Deceased"

    call = models.ForeignKey(Call, models.PROTECT, related_name="follow_ups")
    risk = models.TextField(choices=Risk)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    due_at = models.DateTimeField()
    overdue_at = models.DateTimeField(null=True, blank=True)  # when the server found it overdue
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    result = models.TextField(choices=Result, default="", blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, result="") | Q(closed_at__isnull=False) & ~Q(result=""),
                name="closed_follow_up_has_a_result",
            )
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(closed_at__isnull=True), name="open_follow_ups")]

    def __str__(self) -> str:
        return f"{self.get_risk_display()} after {self.call}"


class FollowUpAttempt(models.Model):
    """One try to reach the person."""

    class Mode(models.TextChoices):
        PHONE = "phone", "Phone"
        TEXT = "text", "Text message"
        VIDEO = "video", "Video"
        VISIT = "visit", "Visit"

    class Result(models.TextChoices):
        REACHED = "reached", "Reached"
        NO_ANSWER = "no_answer", "No answer"
        LEFT_MESSAGE = "left_message", "Left a message"
        WRONG_NUMBER = "wrong_number", "Wrong number"

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, related_name="attempts")
    mode = models.TextField(choices=Mode)
    result = models.TextField(choices=Result)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
