from collections.abc import Iterator
from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def outlines_become_areas(apps: Any, schema_editor: Any) -> None:
    """The outline an agency had is a city it answers in."""
    area = apps.get_model("teams", "Area")
    for agency in apps.get_model("teams", "Agency").objects.exclude(outline=None):
        points = list(_points((agency.outline or {}).get("coordinates")))
        if points and agency.outline.get("type") in ("Polygon", "MultiPolygon"):
            lngs, lats = [point[0] for point in points], [point[1] for point in points]
            sides = {"west": min(lngs), "east": max(lngs), "south": min(lats), "north": max(lats)}
            area.objects.create(
                center_id=agency.center_id, kind="city", code=agency.code, name=agency.name, agency=agency,
                geometry=agency.outline, **sides,
            )  # fmt: skip
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _points(coordinates: Any) -> Iterator[Any]:
    """Every position, however deep it lies."""
    if isinstance(coordinates, list) and coordinates:
        if isinstance(coordinates[0], (int, float)):
            yield coordinates
        else:
            for part in coordinates:
                yield from _points(part)


class Migration(migrations.Migration):
    dependencies = [
        ("teams", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Area",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(choices=[("city", "City"), ("service_area", "Service area"), ("beat", "Beat")]),
                ),
                ("code", models.TextField()),
                ("name", models.TextField()),
                ("geometry", models.JSONField()),
                ("west", models.FloatField(editable=False)),
                ("south", models.FloatField(editable=False)),
                ("east", models.FloatField(editable=False)),
                ("north", models.FloatField(editable=False)),
                ("retired", models.BooleanField(default=False)),
            ],
        ),
        migrations.AddField(
            model_name="center",
            name="caution_days",
            field=models.PositiveSmallIntegerField(default=90),
        ),
        migrations.AddField(
            model_name="center",
            name="caution_days_at_most",
            field=models.PositiveSmallIntegerField(default=365),
        ),
        migrations.AddField(
            model_name="center",
            name="duplicate_meters",
            field=models.PositiveSmallIntegerField(default=150),
        ),
        migrations.AddField(
            model_name="center",
            name="duplicate_minutes",
            field=models.PositiveSmallIntegerField(default=60),
        ),
        migrations.AddConstraint(
            model_name="center",
            constraint=models.CheckConstraint(
                condition=models.Q(("caution_days__gte", 1), ("caution_days__lte", models.F("caution_days_at_most"))),
                name="cautions_expire",
            ),
        ),
        migrations.AddField(
            model_name="area",
            name="agency",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="areas",
                to="teams.agency",
            ),
        ),
        migrations.AddField(
            model_name="area",
            name="center",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="areas", to="teams.center"
            ),
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.UniqueConstraint(fields=("center", "kind", "code"), name="area_code_in_center"),
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("east__lte", 180),
                    ("west__gte", -180),
                    ("west__lte", models.F("east")),
                    ("north__lte", 90),
                    ("south__gte", -90),
                    ("south__lte", models.F("north")),
                ),
                name="area_on_earth",
            ),
        ),
        migrations.RunPython(outlines_become_areas, migrations.RunPython.noop),
        migrations.RemoveField(model_name="agency", name="outline"),
    ]
