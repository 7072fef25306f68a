"""What triage knows and decides: stated facts, frozen rule sets and the verdicts they gave."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from calls.models.call import Call
from teams.models import Center, User


class FactStatement(models.Model):
    """Somebody or something said a fact has a value. Added to, never edited; the worse one wins."""

    class Source(models.TextChoices):
        QUESTION = "question", "Question"
        NARRATIVE = "narrative", "Narrative"
        PREMISE_HISTORY = "premise_history", "Premise history"
        UNIT_REPORT = "unit_report", "Unit report"
        PARTNER_FEED = "partner_feed", "Partner feed"

    call = models.ForeignKey(Call, models.PROTECT, related_name="facts")
    fact = models.TextField()
    value = models.JSONField()
    source = models.TextField(choices=Source)
    # Who said it: "caller", "caller 2", a callsign, a feed. One informant's newer word replaces the older.
    informant = models.TextField(default="caller")
    confirmed = models.BooleanField(default=True)
    evidence = models.TextField(default="", blank=True)  # the quoted words
    # Of what the reader found: which words it knew, as version and content hash.
    lexicon = models.TextField(default="", blank=True)
    stated_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    stated_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["call", "id"], name="facts_of_call")]


class LocalWord(models.Model):
    """A word of a center's own that the narrative reader knows: proposed, approved by a second person, retired.

    What it says is never changed: another meaning is another row, so that any reading of the past can be made again.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        APPROVED = "approved", "Approved"
        RETIRED = "retired", "Retired"

    center = models.ForeignKey(Center, models.PROTECT, related_name="local_words")
    words = models.TextField()  # as the reader sees them
    fact = models.TextField()  # or "shorthand"
    value = models.TextField()
    source = models.TextField()
    status = models.TextField(choices=Status, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["center", "words", "fact"],
                condition=~models.Q(status="retired"),
                name="one_meaning_per_fact_of_local_words",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="approved")
                | models.Q(approved_at__isnull=False) & ~models.Q(approved_by=models.F("proposed_by")),
                name="local_words_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=models.Q(status="retired", retired_at__isnull=False)
                | ~models.Q(status="retired") & models.Q(retired_at__isnull=True),
                name="retired_local_words_say_since_when",
            ),
        ]

    def __str__(self) -> str:
        return self.words


class RuleSet(models.Model):
    """A version of the rules, from draft to retired. A trigger freezes the body once it is submitted.

    Old verdicts are explained by the rules of their own day, so nothing here is ever deleted.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        APPROVED = "approved", "Approved"
        RETIRED = "retired", "Retired"

    version = models.IntegerField(unique=True)
    name = models.TextField()
    body = models.JSONField()
    sha256 = models.TextField()
    status = models.TextField(choices=Status, default=Status.DRAFT)
    # None: for every center that has no rules of its own in force.
    center = models.ForeignKey(Center, models.PROTECT, null=True, blank=True, related_name="rule_sets")
    framework = models.TextField(default="", blank=True)
    note = models.TextField(default="", blank=True)
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    author = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # Raised by every change of the draft: the If-Match base of the next one, of the submission and of the approval.
    revision = models.IntegerField(default=1)
    edited_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    edited_at = models.DateTimeField(null=True, blank=True)
    editors = ArrayField(models.BigIntegerField(), default=list, blank=True)  # user ids; none of them may approve
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    # How many must-pass cases there were, all passed, and which.
    cases_passed = models.IntegerField(null=True, blank=True)
    cases_sha256 = models.TextField(default="", blank=True)
    sent_back_reason = models.TextField(default="", blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    effective_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="approved")
                | models.Q(approved_at__isnull=False, effective_at__isnull=False),
                name="approved_rules_say_from_when",
            ),
            models.CheckConstraint(
                condition=models.Q(status="retired", retired_at__isnull=False)
                | ~models.Q(status="retired") & models.Q(retired_at__isnull=True),
                name="retired_rules_say_since_when",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_at__isnull=True) | models.Q(effective_at__gte=models.F("approved_at")),
                name="rules_take_effect_after_approval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Verdict(models.Model):
    """What the rules said of a call's facts, with its whole proof. A trigger refuses any change."""

    class Engine(models.TextChoices):
        WORKER = "worker", "Worker"
        SWEEP = "sweep", "Sweep"
        FALLBACK = "fallback", "Fallback"

    call = models.ForeignKey(Call, models.PROTECT, related_name="verdicts")
    facts_version = models.IntegerField()
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, null=True, related_name="+")
    engine = models.TextField(choices=Engine)
    # Which rule engine decided; another one may answer otherwise, and recomputing says so.
    engine_version = models.TextField(default="", blank=True)
    facts = models.JSONField()
    level = models.SmallIntegerField(null=True)
    response = models.TextField(choices=Call.Response)
    services = ArrayField(models.TextField())
    lead = models.TextField()
    behavioral = models.TextField()
    # Truth of every rule, hits with their reasons, open questions, what blocks a lighter answer.
    proof = models.JSONField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "facts_version", "rule_set"],
                nulls_distinct=False,
                name="one_verdict_per_facts_and_rules",
            )
        ]
