"""Tables of who can respond: center, agencies, people with roles, units, shifts and positions."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from care_dispatch.access import Role
from teams.plans import RESPONSE_WORDS


class Center(models.Model):
    """An emergency communications center: the tenant. Its calls, numbers and days are its own."""

    code = models.SlugField(unique=True)
    name = models.TextField()
    time_zone = models.TextField(default="America/Chicago")
    # A replayed center keeps its own past clock: reminders sleep there, triage runs.
    timers_run = models.BooleanField(default=True)
    synthetic = models.BooleanField(default=False)
    # Whether a unit that comes free is sent to the next call of its stack at once, where nothing speaks against it.
    sends_next_of_stack = models.BooleanField(default=False)
    # How long a caution stands when nobody says, and at most: no warning about a place or a person is for ever.
    caution_days = models.PositiveSmallIntegerField(default=90)
    caution_days_at_most = models.PositiveSmallIntegerField(default=365)
    # How far back the earlier calls of a place are shown: who lived there before says nothing of who lives there now.
    premise_days = models.PositiveSmallIntegerField(default=365)
    # A second call this near and this soon may be the same incident.
    duplicate_meters = models.PositiveSmallIntegerField(default=150)
    duplicate_minutes = models.PositiveSmallIntegerField(default=60)
    # Whether crews sign on here: then a CARE unit that nobody is on shift with is not sent.
    crews_sign_on = models.BooleanField(default=True)
    # Whoever is planned and has not signed on so long after the start is missing.
    no_show_minutes = models.PositiveSmallIntegerField(default=10)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(caution_days__gte=1, caution_days__lte=F("caution_days_at_most")), name="cautions_expire"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def local(self, moment: datetime) -> datetime:
        """A moment as the clocks of this center show it."""
        return moment.astimezone(ZoneInfo(self.time_zone))


class Discipline(models.TextChoices):
    CARE = "care", "CARE"
    POLICE = "police", "Police"
    FIRE = "fire", "Fire"
    EMS = "ems", "EMS"


class Agency(models.Model):
    """An organisation whose people or units take part: a police department, CARE, fire/EMS, a partner city."""

    class Kind(models.TextChoices):
        DISPATCH = "dispatch", "Dispatch"
        CARE = "care", "CARE"
        POLICE = "police", "Police"
        FIRE_EMS = "fire_ems", "Fire/EMS"
        PARTNER = "partner", "Partner city"

    center = models.ForeignKey(Center, models.PROTECT, related_name="agencies")
    code = models.SlugField()
    name = models.TextField()
    kind = models.TextField(choices=Kind)

    class Meta:
        verbose_name_plural = "agencies"
        constraints = [models.UniqueConstraint(fields=["center", "code"], name="agency_code_in_center")]

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """A city, a beat or a service area: where a call lies decides who answers there.

    ``geometry``: GeoJSON Polygon or MultiPolygon, WGS 84 degrees, longitude first; the four sides of it stand beside it.
    """

    class Kind(models.TextChoices):
        CITY = "city", "City"
        SERVICE_AREA = "service_area", "Service area"
        BEAT = "beat", "Beat"

    center = models.ForeignKey(Center, models.PROTECT, related_name="areas")
    kind = models.TextField(choices=Kind)
    code = models.TextField()
    name = models.TextField()
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="areas")  # who answers there
    geometry = models.JSONField()
    west = models.FloatField(editable=False)
    south = models.FloatField(editable=False)
    east = models.FloatField(editable=False)
    north = models.FloatField(editable=False)
    retired = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["center", "kind", "code"], name="area_code_in_center"),
            models.CheckConstraint(
                condition=Q(west__gte=-180, west__lte=F("east"), east__lte=180)
                & Q(south__gte=-90, south__lte=F("north"), north__lte=90),
                name="area_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who signs in to one center, with one role and one agency."""

    center = models.ForeignKey(Center, models.PROTECT, null=True, blank=True, related_name="users")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="users")
    role = models.TextField(choices=[(role.value, role.value.title()) for role in Role], default=Role.DISPATCHER)
    # Raised by any change of role, center or password: open live sockets close at once.
    access_version = models.IntegerField(default=1)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(is_superuser=True) | Q(center__isnull=False), name="user_has_a_center")
        ]


class UnitType(models.Model):
    """A kind of unit in the center's own words: CARE team, patrol car, medic. A unit of it begins with what it has."""

    center = models.ForeignKey(Center, models.PROTECT, related_name="unit_types")
    code = models.SlugField()
    name = models.TextField()
    discipline = models.TextField(choices=Discipline)
    capabilities = ArrayField(models.TextField(), default=list, blank=True)
    retired = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["center", "code"], name="unit_type_in_center",
                violation_error_message="There is a type with this code already.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """One or more people sent together, with a callsign: CARE2, P102, M71."""

    class Status(models.TextChoices):
        AVAILABLE = "available", "Available"
        CONDITIONAL = "conditional", "Conditionally available"  # on a follow-up visit, say; it can be sent
        DISPATCHED = "dispatched", "Dispatched"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        EN_ROUTE = "en_route", "En route"
        STAGED = "staged", "Staged"
        ON_SCENE = "on_scene", "On scene"
        CONTACT = "contact", "Contact"
        TRANSPORTING = "transporting", "Transporting"
        AT_FACILITY = "at_facility", "At facility"
        CLEARING = "clearing", "Clearing"
        UNAVAILABLE = "unavailable", "Unavailable"
        OFF_DUTY = "off_duty", "Off duty"

    # Of a unit that is on no call.
    OFF_CALL = (Status.AVAILABLE, Status.CONDITIONAL, Status.UNAVAILABLE, Status.OFF_DUTY)
    CAN_BE_SENT = (Status.AVAILABLE, Status.CONDITIONAL)

    center = models.ForeignKey(Center, models.PROTECT, related_name="units")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="units")
    callsign = models.TextField()
    type = models.ForeignKey(UnitType, models.PROTECT, null=True, blank=True, related_name="units")
    discipline = models.TextField(choices=Discipline)
    # clinician, cit, paramedic, youth, k9, ... and BCP 47 language codes spoken.
    capabilities = ArrayField(models.TextField(), default=list, blank=True)
    languages = ArrayField(models.TextField(), default=list, blank=True)
    home = models.TextField(default="", blank=True)
    status = models.TextField(choices=Status, default=Status.OFF_DUTY)
    status_at = models.DateTimeField(null=True, blank=True)
    unavailable_reason = models.TextField(default="", blank=True)
    unavailable_until = models.DateTimeField(null=True, blank=True)
    retired = models.BooleanField(default=False)
    # The name of the feed that tells its true status, which lives in another center's CAD; empty: it lives here.
    mirrored_from = models.TextField(default="", blank=True)
    mirrored_at = models.DateTimeField(null=True, blank=True)  # of the newest status that came

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["center", "callsign"],
                condition=Q(retired=False),
                name="callsign_in_center",
                violation_error_message="There is a unit with this callsign already.",
            ),
            models.CheckConstraint(
                condition=Q(callsign__regex=r"^[A-Z][A-Z0-9_-]{0,15}$"),
                name="callsign_is_a_word",
                violation_error_message="A callsign is one word in capital letters, such as CARE2 or P102.",
            ),
        ]

    def __str__(self) -> str:
        return self.callsign


class UnitPosition(models.Model):
    """The newest known place of a unit; replaced, never logged."""

    unit = models.OneToOneField(Unit, models.CASCADE, primary_key=True, related_name="position")
    lat = models.FloatField()
    lng = models.FloatField()
    at = models.DateTimeField()
    # Whose phone tells it, for as long as that shift lasts; empty: a vehicle's own, or a demo's.
    shared_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lat__gte=-90, lat__lte=90, lng__gte=-180, lng__lte=180), name="unit_position_on_earth"
            )
        ]


class Shift(models.Model):
    """A person on a unit for a time; nobody is on two units at once."""

    class Duty(models.TextChoices):
        CLINICIAN = "clinician", "Clinician"
        CARE_PARAMEDIC = "care_paramedic", "CARE paramedic"
        PEER = "peer", "Peer specialist"
        OFFICER = "officer", "Officer"
        FIREFIGHTER = "firefighter", "Firefighter/paramedic"

    class ForcedReason(models.TextChoices):
        RENEWAL_SEEN = "renewal_seen", "Renewal seen, not entered yet"
        NOBODY_ELSE = "nobody_else", "Nobody else to send"
        DISASTER = "disaster", "Disaster or mass casualty"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="shifts")
    user = models.ForeignKey(User, models.PROTECT, related_name="shifts")
    duty = models.TextField(choices=Duty)
    during = DateTimeRangeField()
    # Why a supervisor signed this person on in spite of a credential that is missing or has expired.
    forced_reason = models.TextField(choices=ForcedReason, default="", blank=True)
    forced_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_unit_per_person_at_a_time",
                expressions=[("user", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(forced_reason="", forced_by__isnull=True)
                | ~Q(forced_reason="") & Q(forced_by__isnull=False),
                name="forced_by_somebody_for_a_reason",
            ),
        ]


class PlannedShift(models.Model):
    """The roster: who is meant to be on which unit, and when. Taken back it stays, with the time."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="planned")
    user = models.ForeignKey(User, models.PROTECT, related_name="planned")
    duty = models.TextField(choices=Shift.Duty)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="planned_shift_has_a_length"),
            ExclusionConstraint(
                name="planned_on_one_unit_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (Func(F("starts_at"), F("ends_at"), function="tstzrange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at__isnull=True),
                violation_error_message="This person is planned at that time already.",
            ),
        ]

    def __str__(self) -> str:
        name = self.user.get_full_name() or self.user.username
        return f"{name} on {self.unit}, {self.unit.center.local(self.starts_at):%Y-%m-%d %H:%M}"


class CredentialKind(models.Model):
    """A licence or training a person may hold, and what it lets a unit do while that person is aboard.

    What a kind gives is had by people alone: a unit's own list gives it no more. A duty that needs a kind gives
    nothing of it without one.
    """

    center = models.ForeignKey(Center, models.PROTECT, related_name="credential_kinds")
    code = models.SlugField()
    words = models.TextField()
    gives = ArrayField(models.TextField(), default=list, blank=True)
    speaks = ArrayField(models.TextField(), default=list, blank=True)
    needed_for = ArrayField(models.TextField(choices=Shift.Duty), default=list, blank=True)
    warn_days = models.PositiveSmallIntegerField(default=30)
    retired = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["center", "code"],
                name="credential_kind_in_center",
                violation_error_message="There is a kind of credential with this code already.",
            )
        ]

    def __str__(self) -> str:
        return self.words


class Credential(models.Model):
    """What one person holds, through the day it expires, by the center's clock. Retired, never deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="credentials")
    kind = models.ForeignKey(CredentialKind, models.PROTECT, related_name="credentials")
    number = models.TextField(default="", blank=True)
    issuer = models.TextField(default="", blank=True)
    issued_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    retired = models.BooleanField(default=False)
    # Which end supervisors were warned of, and which end has taken effect: each is told of once.
    warned_of = models.DateField(null=True, blank=True, editable=False)
    lapsed_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True) | Q(expires_on__isnull=True) | Q(issued_on__lte=F("expires_on")),
                name="credential_expires_after_it_is_issued",
                violation_error_message="It cannot expire before it is issued.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user}"


class ResponsePlan(models.Model):
    """What to send for a response, in one version. A trigger freezes it: a change is the next version, and a
    recommendation names the plan and version it was made with.
    """

    center = models.ForeignKey(Center, models.PROTECT, related_name="plans")
    response = models.TextField(choices=[(value, words) for value, words in RESPONSE_WORDS.items()], blank=True)
    # Where it holds; None or empty: everywhere.
    level = models.SmallIntegerField(null=True, blank=True)
    nature = models.TextField(default="", blank=True)
    area = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.TextField()
    version = models.IntegerField()
    body = models.JSONField()
    author = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["center", "response", "level", "nature", "area"],
                condition=Q(retired_at__isnull=True),
                nulls_distinct=False,
                name="one_plan_in_force",
            ),
            models.UniqueConstraint(
                fields=["center", "response", "level", "nature", "area", "version"],
                nulls_distinct=False,
                name="one_plan_per_version",
            ),
            models.CheckConstraint(condition=Q(level__isnull=True) | Q(level__range=(1, 4)), name="plan_level_1_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
