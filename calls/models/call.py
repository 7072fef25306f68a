"""The call: what was asked for, where, by whom, and where it stands."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from teams.models import Agency, Area, Center, Discipline, User


class CallQuerySet(models.QuerySet["Call"]):
    def open(self) -> "CallQuerySet":
        return self.exclude(status=Call.Status.CLOSED)


class Call(models.Model):
    """One incident, however many people called about it. Never deleted; it is closed with a reason."""

    class Status(models.TextChoices):
        IN_TRIAGE = "in_triage", "In triage"
        PENDING = "pending", "Pending"
        ASSIGNED = "assigned", "Assigned"
        EN_ROUTE = "en_route", "En route"
        ON_SCENE = "on_scene", "On scene"
        CLOSED = "closed", "Closed"

    class ClosedAs(models.TextChoices):
        HANDLED = "handled", "Handled"
        ADVISED = "advised", "Advised, nobody sent"
        CANCELLED = "cancelled", "Cancelled"
        DUPLICATE = "duplicate", "Duplicate"
        TRANSFERRED_988 = "transferred_988", "Transferred to 988"

    class Origin(models.TextChoices):
        NINE_ONE_ONE = "911", "911"
        POLICE_REQUEST = "police_request", "Police request"
        FIRE_EMS_REQUEST = "fire_ems_request", "Fire/EMS request"
        HOSPITAL = "hospital", "Hospital"
        LINE_988 = "988", "988"
        SELF_INITIATED = "self_initiated", "Self-initiated"
        PARTNER = "partner", "Partner"

    class Priority(models.TextChoices):
        """P: immediate, high probability of death or serious injury; 1: just occurred (SWRCC)."""

        P = "P", "P"
        ONE = "1", "1"
        TWO = "2", "2"
        THREE = "3", "3"
        FOUR = "4", "4"

    class Response(models.TextChoices):
        CARE_ONLY = "care_only", "CARE"
        CARE_POLICE = "care_police", "CARE + police"
        CARE_EMS = "care_ems", "CARE + EMS"
        POLICE_FIRST = "police_first", "Police first"
        EMS_FIRST = "ems_first", "EMS first"
        FIRE_POLICE_EMS = "fire_police_ems", "Fire, police, EMS"
        PHONE = "phone", "By phone"
        CONSULT = "consult", "Consult"
        STANDARD = "standard", "Standard protocol"

    class Joint(models.TextChoices):
        """How a call was answered, planned and actual on the same scale (features: mode is data)."""

        CARE_ONLY = "care_only", "CARE alone"
        CARE_JOINT = "care_joint", "CARE together with police, EMS or fire"
        CARE_AFTER = "care_after", "Police, EMS or fire first, then CARE"
        OTHERS_ONLY = "others_only", "Others only"
        PHONE = "phone", "By phone"
        NOBODY = "nobody", "Nobody was there"

    class OverrideReason(models.TextChoices):
        """Why somebody sends less than triage asks for: a closed list, so that overrides can be counted."""

        NEW_INFORMATION = "new_information", "New information"
        CREW_REQUEST = "crew_request", "Crew asks for it"
        CALLER_REQUEST = "caller_request", "Caller asks for it"
        LOCAL_KNOWLEDGE = "local_knowledge", "Local knowledge"
        POLICE_THERE = "police_there", "Police are there already"
        NO_UNIT = "no_unit", "No such unit free"
        OTHER = "other", "Other, in words"
        AS_RECORDED = "as_recorded", "As a replayed record says"

    class NotSent(models.TextChoices):
        """Why an eligible call got no CARE team: a closed list, so that unmet need can be counted."""

        OFF_HOURS = "off_hours", "Off hours"
        ALL_BUSY = "all_busy", "All teams busy"
        OUT_OF_AREA = "out_of_area", "Out of area"
        NO_CLINICIAN_CONTACT = "no_clinician_contact", "Clinician could not be reached"
        DOWNGRADED = "downgraded", "Downgraded"
        CALLER_DECLINED = "caller_declined", "Caller declined"
        RULE_OVERRIDE = "rule_override", "Rule overridden"

    center = models.ForeignKey(Center, models.PROTECT, related_name="calls")
    day = models.DateField()  # the center's local day the call came in
    number = models.IntegerField()
    urn = models.TextField(unique=True)
    status = models.TextField(choices=Status, default=Status.IN_TRIAGE)
    nature = models.TextField()
    type_code = models.TextField(default="", blank=True)
    location = models.TextField()
    location_detail = models.TextField(default="", blank=True)
    location_confirmed = models.BooleanField(default=False)  # the caller has said it again
    # It is in the gazetteer; None: there is none to look in.
    location_verified = models.BooleanField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lng = models.FloatField(null=True, blank=True)
    # What calls and cautions of the same address and unit number are found by.
    premise = models.TextField(default="", blank=True)
    premise_unit = models.TextField(default="", blank=True)
    # Where it was first said to be, once it has moved.
    initial_location = models.TextField(default="", blank=True)
    initial_lat = models.FloatField(null=True, blank=True)
    initial_lng = models.FloatField(null=True, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True)
    jurisdiction = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="calls")
    jurisdiction_set_by_hand = models.BooleanField(default=False)
    city = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    beat = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    service_area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    origin = models.TextField(choices=Origin, default=Origin.NINE_ONE_ONE)
    priority = models.TextField(choices=Priority, default=Priority.ONE)
    priority_set_by_hand = models.BooleanField(default=False)

    received_at = models.DateTimeField()
    first_dispatched_at = models.DateTimeField(null=True, blank=True)
    first_on_scene_at = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    hold_reason = models.TextField(default="", blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_as = models.TextField(choices=ClosedAs, default="", blank=True)
    close_reason = models.TextField(default="", blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    # Since when it waits, if not since it came in: reopened, off hold, its last unit taken away.
    waits_since = models.DateTimeField(null=True, blank=True)
    # The step its wait and its safety questions have reached (calls.clocks.Late).
    late = models.SmallIntegerField(default=0)
    question_late = models.SmallIntegerField(default=0)
    # First shown on a covering console.
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_position = models.TextField(default="", blank=True)
    # Taken now for later: on no board until it surfaces.
    scheduled_for = models.DateTimeField(null=True, blank=True)
    surfaces_at = models.DateTimeField(null=True, blank=True)
    not_sent_reason = models.TextField(choices=NotSent, default="", blank=True)

    # The call it was merged into as a duplicate, while that stands.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    # What the newest verdict says; until there is one the board shows police/fire/EMS first.
    facts_version = models.IntegerField(default=0)
    # What the narrative reader has taken in already.
    narrative_read_id = models.BigIntegerField(default=0)
    nature_read = models.TextField(default="", blank=True)
    verdict = models.ForeignKey("calls.Verdict", models.PROTECT, null=True, blank=True, related_name="+")
    level = models.SmallIntegerField(null=True, blank=True)
    response = models.TextField(choices=Response, default="", blank=True)
    services = ArrayField(models.TextField(), default=list, blank=True)
    lead = models.TextField(default="", blank=True)
    # Set by hand instead of the verdict's response, with a coded reason and the dispatcher's own words; all stay on record.
    mode_override = models.TextField(choices=Response, default="", blank=True)
    mode_reason = models.TextField(choices=OverrideReason, default="", blank=True)
    mode_note = models.TextField(default="", blank=True)

    # The pair on the scene: where CARE waits (empty: see calls.joint), who leads now, and since when it is secure.
    staging_point = models.TextField(default="", blank=True)
    staging_lat = models.FloatField(null=True, blank=True)
    staging_lng = models.FloatField(null=True, blank=True)
    scene_lead = models.TextField(choices=Discipline, default="", blank=True)
    scene_secure_at = models.DateTimeField(null=True, blank=True)
    # Police on the scene asked for CARE: who comes now comes reactively.
    care_requested_at = models.DateTimeField(null=True, blank=True)
    # Recorded when the call closes.
    mode_planned = models.TextField(choices=Joint, default="", blank=True)
    mode_actual = models.TextField(choices=Joint, default="", blank=True)

    # A partner feed's own id: the same incident sent twice stays one call.
    source_system = models.TextField(default="", blank=True)
    source_id = models.TextField(default="", blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["center", "day", "number"], name="call_number_of_day"),
            models.UniqueConstraint(
                fields=["center", "source_system", "source_id"],
                condition=~Q(source_id=""),
                name="one_call_per_source_id",
            ),
            models.CheckConstraint(
                condition=Q(surfaces_at__isnull=True) | Q(scheduled_for__gte=F("surfaces_at")),
                name="a_scheduled_call_surfaces_in_time",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False) & ~Q(closed_as="")
                | ~Q(status="closed") & Q(closed_at__isnull=True, closed_as=""),
                name="closed_call_says_when_and_as_what",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(status="closed", closed_as="duplicate"),
                name="merged_call_is_a_closed_duplicate",
            ),
        ]
        indexes = [
            models.Index(fields=["center", "received_at"], condition=~Q(status="closed"), name="open_calls"),
            models.Index(fields=["center", "premise"], condition=~Q(premise=""), name="calls_of_place"),
            models.Index(fields=["center", "received_at"], name="calls_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}-{self.number:04d}"


class CallNumber(models.Model):
    """The last number given out in a center on a local day: gap-free, unlike a sequence after a crash."""

    center = models.ForeignKey(Center, models.PROTECT, related_name="+")
    day = models.DateField()
    last = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["center", "day"], name="one_counter_per_day")]


class Caller(models.Model):
    """One person who called about a call."""

    class Line(models.TextChoices):
        ON_LINE = "on_line", "On line"
        DROPPED = "dropped", "Dropped"
        TEXT = "text", "Text"
        TRANSFER_OPEN = "transfer_open", "Transfer open"
        ENDED = "ended", "Ended"

    call = models.ForeignKey(Call, models.PROTECT, related_name="callers")
    name = models.TextField(default="", blank=True)
    phone = models.TextField(default="", blank=True)
    relation = models.TextField(default="", blank=True)
    language = models.TextField(default="", blank=True)
    line = models.TextField(choices=Line, default=Line.ON_LINE)
    safe_to_call = models.TextField(default="unknown", choices=[(v, v) for v in ("yes", "no", "unknown")])
    # Identity is shown at the center only, to no unit and no partner.
    do_not_disclose = models.BooleanField(default=False)
    added_at = models.DateTimeField()


class Draft(models.Model):
    """What somebody has typed and not yet saved, kept so that another position or a new page can go on."""

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    form = models.TextField()
    data = models.JSONField()
    updated_at = models.DateTimeField()
