import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0006_joint"),
        ("teams", "0002_areas"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name="Caution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("premise", models.TextField(blank=True, default="")),
                ("premise_unit", models.TextField(blank=True, default="")),
                ("place", models.TextField(blank=True, default="")),
                ("phone", models.TextField(blank=True, default="")),
                (
                    "severity",
                    models.TextField(choices=[("danger", "Danger"), ("caution", "Caution"), ("note", "Good to know")]),
                ),
                ("text", models.TextField()),
                (
                    "source",
                    models.TextField(
                        choices=[
                            ("officer", "Officer"),
                            ("care", "CARE team"),
                            ("fire_ems", "Fire/EMS"),
                            ("dispatch", "Dispatch"),
                            ("caller", "Caller"),
                            ("owner", "Owner or resident"),
                        ]
                    ),
                ),
                ("evidence", models.TextField()),
                ("entered_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.TextField(blank=True, default="")),
            ],
        ),
        migrations.CreateModel(
            name="CautionOnCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unit_unknown", models.BooleanField(default=False)),
                ("shown_at", models.DateTimeField()),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="GazetteerEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("street", "Block of a street"),
                            ("intersection", "Intersection"),
                            ("mile", "Mile marker"),
                            ("exit", "Highway exit"),
                            ("landmark", "Place name"),
                        ]
                    ),
                ),
                ("key", models.TextField(editable=False)),
                ("name", models.TextField()),
                ("city", models.TextField(blank=True, default="")),
                ("low", models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True)),
                ("high", models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True)),
                (
                    "parity",
                    models.TextField(
                        choices=[("both", "Both sides"), ("odd", "Odd numbers"), ("even", "Even numbers")],
                        default="both",
                    ),
                ),
                ("address", models.TextField(blank=True, default="")),
                ("lat", models.FloatField()),
                ("lng", models.FloatField()),
                ("source", models.TextField(blank=True, default="by hand")),
            ],
            options={
                "verbose_name_plural": "gazetteer",
            },
        ),
        migrations.AddField(
            model_name="call",
            name="beat",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.area"
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="city",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.area"
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="initial_lat",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="call",
            name="initial_lng",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="call",
            name="initial_location",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="call",
            name="jurisdiction_set_by_hand",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="call",
            name="location_verified",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="call",
            name="moved_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="call",
            name="premise",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="call",
            name="premise_unit",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="call",
            name="service_area",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.area"
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("premise", ""), _negated=True), fields=["center", "premise"], name="calls_of_place"
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["center", "received_at"], name="calls_by_time"),
        ),
        migrations.AddField(
            model_name="caution",
            name="center",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cautions", to="teams.center"
            ),
        ),
        migrations.AddField(
            model_name="caution",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="caution",
            name="entered_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="caution",
            name="reviewed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="cautiononcall",
            name="acknowledged_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="cautiononcall",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cautions", to="calls.call"
            ),
        ),
        migrations.AddField(
            model_name="cautiononcall",
            name="caution",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="on_calls", to="calls.caution"
            ),
        ),
        migrations.AddField(
            model_name="gazetteerentry",
            name="center",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="gazetteer", to="teams.center"
            ),
        ),
        migrations.AddIndex(
            model_name="caution",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["center", "premise"], name="cautions_of_place"
            ),
        ),
        migrations.AddIndex(
            model_name="caution",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["center", "phone"], name="cautions_of_phone"
            ),
        ),
        migrations.AddConstraint(
            model_name="caution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(models.Q(("premise", ""), _negated=True), ("phone", "")),
                    models.Q(("premise", ""), ("premise_unit", ""), models.Q(("phone", ""), _negated=True)),
                    _connector="OR",
                ),
                name="caution_is_about_a_place_or_a_phone",
            ),
        ),
        migrations.AddConstraint(
            model_name="caution",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("entered_at"))), name="caution_expires"
            ),
        ),
        migrations.AddConstraint(
            model_name="caution",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("text", ""), _negated=True), models.Q(("evidence", ""), _negated=True)),
                name="caution_says_what_and_why",
            ),
        ),
        migrations.AddIndex(
            model_name="cautiononcall",
            index=models.Index(
                condition=models.Q(("gone_at__isnull", True)), fields=["caution"], name="calls_of_caution"
            ),
        ),
        migrations.AddConstraint(
            model_name="cautiononcall",
            constraint=models.UniqueConstraint(fields=("call", "caution"), name="one_caution_once_per_call"),
        ),
        migrations.AddIndex(
            model_name="gazetteerentry",
            index=models.Index(fields=["center", "key"], name="places_by_key"),
        ),
        migrations.AddIndex(
            model_name="gazetteerentry",
            index=models.Index(fields=["center", "lat", "lng"], name="places_by_point"),
        ),
        migrations.AddIndex(
            model_name="gazetteerentry",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["key"], name="places_like_key", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddConstraint(
            model_name="gazetteerentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("lat__gte", -90), ("lat__lte", 90), ("lng__gte", -180), ("lng__lte", 180)),
                name="place_on_earth",
            ),
        ),
        migrations.AddConstraint(
            model_name="gazetteerentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ("street", "mile", "exit")), _negated=True),
                    models.Q(("high__gte", models.F("low")), ("low__isnull", False)),
                    _connector="OR",
                ),
                name="block_says_from_where_to_where",
            ),
        ),
    ]
