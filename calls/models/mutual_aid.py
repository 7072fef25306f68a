"""Help across cities: agreements, requests for a unit of somebody else, and which calls a partner sees."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from calls.models.assignment import Assignment
from calls.models.call import Call
from teams.models import Agency, Unit, User


class Agreement(models.Model):
    """Who covers whom, when and for which calls. Without a row for an agency it is asked at any time."""

    class Direction(models.TextChoices):
        THEY_COVER_US = "they_cover_us", "They cover us"
        WE_COVER_THEM = "we_cover_them", "We cover them"

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="agreements")
    direction = models.TextField(choices=Direction, default=Direction.THEY_COVER_US)
    # 1 is Monday, as ISO counts; empty: every day. The center's local time.
    weekdays = ArrayField(
        models.SmallIntegerField(), default=list, blank=True, help_text="1 Monday to 7 Sunday; empty: every day"
    )
    from_time = models.TimeField(null=True, blank=True)
    to_time = models.TimeField(null=True, blank=True, help_text="before the start: it goes past midnight")
    disciplines = ArrayField(
        models.TextField(), default=list, blank=True, help_text="care, police, fire, ems; empty: all"
    )
    call_types = ArrayField(models.TextField(), default=list, blank=True, help_text="call type codes; empty: all")
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_time__isnull=True, to_time__isnull=True)
                | Q(from_time__isnull=False, to_time__isnull=False),
                name="agreement_hours_have_two_ends",
            )
        ]

    def __str__(self) -> str:
        return f"{self.agency}: {self.get_direction_display().lower()}"


class UnitRequest(models.Model):
    """One unit asked for over a border (EDXL-RM verbs). Accepted, it holds the assignment that was made by it."""

    class Direction(models.TextChoices):
        OURS = "ours", "We ask for theirs"
        THEIRS = "theirs", "They ask for ours"

    class Status(models.TextChoices):
        ASKED = "asked", "Asked"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        TIMED_OUT = "timed_out", "Timed out"
        WITHDRAWN = "withdrawn", "Withdrawn"
        COMMITTED = "committed", "Committed"
        RELEASED = "released", "Released"
        RETURNED = "returned", "Returned"

    class DeclineReason(models.TextChoices):
        ALL_BUSY = "all_busy", "All busy"
        NOT_STAFFED = "not_staffed", "Not staffed"
        OUT_OF_AREA = "out_of_area", "Out of area"
        NOT_SUITABLE = "not_suitable", "Not suitable for this call"
        OTHER = "other", "Other"

    # Between them the unit is spoken for.
    LIVE = (Status.ASKED, Status.ACCEPTED, Status.COMMITTED)

    direction = models.TextField(choices=Direction, default=Direction.OURS)
    call = models.ForeignKey(Call, models.PROTECT, related_name="unit_requests")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="requests")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="unit_requests")  # the partner, whoever asks
    status = models.TextField(choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    position = models.TextField(default="", blank=True)
    alarmed_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decline_reason = models.TextField(choices=DeclineReason, default="", blank=True)
    committed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # withdrawn, timed out or released
    returned_at = models.DateTimeField(null=True, blank=True)
    assignment = models.OneToOneField(Assignment, models.PROTECT, null=True, blank=True, related_name="unit_request")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(status__in=["asked", "accepted", "committed"]), name="unit_asked_for_once"
            ),
            models.CheckConstraint(
                condition=Q(status="declined") & ~Q(decline_reason="") | ~Q(status="declined") & Q(decline_reason=""),
                name="declined_request_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["accepted", "committed", "released", "returned"])
                | Q(assignment__isnull=False),
                name="accepted_request_has_its_assignment",
            ),
        ]
        indexes = [models.Index(fields=["agency", "-id"], name="requests_of_agency")]


class CallShare(models.Model):
    """Which call a partner agency sees, and from when to when: place, nature, units and times, nothing more."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="shares")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="shares")
    shared_at = models.DateTimeField()
    shared_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "agency"], condition=Q(ended_at__isnull=True), name="shared_once_with_an_agency"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("shared_at")), name="share_ends_after_it_began"
            ),
        ]
