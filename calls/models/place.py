"""The gazetteer: what places there are in a center's area, each with a point, as an agency's file has them."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from teams.models import Center


class GazetteerEntry(models.Model):
    """One place that a caller may name. ``key`` is what it is found by, ``name`` what a dispatcher reads.

    A street has a row for each block, a highway one for each mile or exit, a landmark one for each of its names.
    """

    class Kind(models.TextChoices):
        STREET = "street", "Block of a street"
        INTERSECTION = "intersection", "Intersection"
        MILE = "mile", "Mile marker"
        EXIT = "exit", "Highway exit"
        LANDMARK = "landmark", "Place name"

    class Parity(models.TextChoices):
        BOTH = "both", "Both sides"
        ODD = "odd", "Odd numbers"
        EVEN = "even", "Even numbers"

    center = models.ForeignKey(Center, models.PROTECT, related_name="gazetteer")
    kind = models.TextField(choices=Kind)
    key = models.TextField(editable=False)
    name = models.TextField()
    city = models.TextField(default="", blank=True)
    # House numbers of a block, miles of a marker, the number of an exit.
    low = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    high = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    parity = models.TextField(choices=Parity, default=Parity.BOTH)
    # Of a landmark: its street address, so that its calls are those of the address.
    address = models.TextField(default="", blank=True)
    lat = models.FloatField()
    lng = models.FloatField()
    # The file it came from: taking in that file again replaces what it said before.
    source = models.TextField(default="by hand", blank=True)
    # Offered and matched no more; calls that are there keep their words and their point.
    retired = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "gazetteer"
        constraints = [
            models.CheckConstraint(
                condition=Q(lat__gte=-90, lat__lte=90, lng__gte=-180, lng__lte=180), name="place_on_earth"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("street", "mile", "exit")) | Q(low__isnull=False, high__gte=F("low")),
                name="block_says_from_where_to_where",
            ),
        ]
        indexes = [
            models.Index(fields=["center", "key"], name="places_by_key"),
            models.Index(fields=["center", "lat", "lng"], name="places_by_point"),
            GinIndex(fields=["key"], opclasses=["gin_trgm_ops"], name="places_like_key"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.city}" if self.city else self.name
