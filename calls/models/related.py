"""Calls that belong together: links, merges of duplicates, and the queue of calls that wait for one unit."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from calls.models.call import Call
from teams.models import Unit, User


class CallLink(models.Model):
    """Two calls that have to do with each other. Nobody is sent or held because of it."""

    class Kind(models.TextChoices):
        SAME_PERSON = "same_person", "Same person"
        SAME_PLACE = "same_place", "Same place"
        CAUSE = "cause", "One caused the other"
        SPLIT = "split", "Split off"
        OTHER = "other", "Other"

    # The lower id stands first, so that a pair is one row whoever names it.
    call = models.ForeignKey(Call, models.PROTECT, related_name="links")
    other = models.ForeignKey(Call, models.PROTECT, related_name="links_back")
    kind = models.TextField(choices=Kind)
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    unlinked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "other"], condition=Q(unlinked_at__isnull=True), name="one_link_per_pair"
            ),
            models.CheckConstraint(condition=Q(call__lt=F("other")), name="link_names_the_lower_call_first"),
        ]


class CallMerge(models.Model):
    """A duplicate that was merged into the call that stays. What both hold is read as one; neither is changed by it."""

    merged = models.ForeignKey(Call, models.PROTECT, related_name="merges")
    primary = models.ForeignKey(Call, models.PROTECT, related_name="merged_in")
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    position = models.TextField(default="", blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    undo_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at__isnull=True), name="merged_into_one_call_only"
            ),
            models.CheckConstraint(condition=~Q(merged=F("primary")), name="no_call_is_merged_into_itself"),
        ]


class MergeSide(models.Model):
    """Which side of its standing merges a call is on. It is on one side only: there is no chain and no circle."""

    class Side(models.IntegerChoices):
        MERGED = 0, "Merged away"
        PRIMARY = 1, "Stays"

    merge = models.ForeignKey(CallMerge, models.CASCADE, related_name="sides")
    call = models.ForeignKey(Call, models.PROTECT, related_name="+")
    side = models.IntegerField(choices=Side)

    class Meta:
        constraints = [
            ExclusionConstraint(name="a_call_is_on_one_side_of_merges", expressions=[("call", "="), ("side", "<>")]),
        ]


class StackedCall(models.Model):
    """A call that waits for one unit to be free. It stays pending, with its own age and clock."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="stack")
    call = models.ForeignKey(Call, models.PROTECT, related_name="stacked_for")
    turn = models.IntegerField()  # 1 is next
    stacked_at = models.DateTimeField()
    stacked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)  # its unit came free and it is next

    class Meta:
        ordering = ["unit", "turn"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "call"], name="stacked_once_per_unit"),
            models.UniqueConstraint(
                fields=["unit", "turn"], deferrable=models.Deferrable.DEFERRED, name="one_call_per_turn"
            ),
            models.CheckConstraint(condition=Q(turn__gte=1), name="turns_count_from_one"),
        ]
