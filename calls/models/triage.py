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
    stated_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    stated_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["call", "id"], name="facts_of_call")]


class RuleSet(models.Model):
    """A version of the rules, frozen: an old verdict is explained by the rules of its own day."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        RETIRED = "retired", "Retired"

    version = models.IntegerField(unique=True)
    name = models.TextField()
    body = models.JSONField()
    sha256 = models.TextField()
    status = models.TextField(choices=Status, default=Status.DRAFT)
    # None: for every center that has no active set of its own.
    center = models.ForeignKey(Center, models.PROTECT, null=True, blank=True, related_name="rule_sets")
    effective_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["center"],
                condition=models.Q(status="active"),
                nulls_distinct=False,
                name="one_active_rule_set_per_center",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Verdict(models.Model):
    """What the rules said of a call's facts, with its whole proof. Never changed."""

    class Engine(models.TextChoices):
        WORKER = "worker", "Worker"
        SWEEP = "sweep", "Sweep"
        FALLBACK = "fallback", "Fallback"

    call = models.ForeignKey(Call, models.PROTECT, related_name="verdicts")
    facts_version = models.IntegerField()
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, null=True, related_name="+")
    engine = models.TextField(choices=Engine)
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
