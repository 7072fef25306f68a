"""Credentials with their kinds, the roster, and whom a supervisor signed on all the same."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("teams", "0005_unit_types"),
    ]

    operations = [
        migrations.CreateModel(
            name="Credential",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(blank=True, default="")),
                ("issuer", models.TextField(blank=True, default="")),
                ("issued_on", models.DateField(blank=True, null=True)),
                ("expires_on", models.DateField(blank=True, null=True)),
                ("retired", models.BooleanField(default=False)),
                ("warned_of", models.DateField(blank=True, editable=False, null=True)),
                ("lapsed_on", models.DateField(blank=True, editable=False, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="CredentialKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField()),
                ("words", models.TextField()),
                (
                    "gives",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "speaks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "needed_for",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(
                            choices=[
                                ("clinician", "Clinician"),
                                ("care_paramedic", "CARE paramedic"),
                                ("peer", "Peer specialist"),
                                ("officer", "Officer"),
                                ("firefighter", "Firefighter/paramedic"),
                            ]
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("warn_days", models.PositiveSmallIntegerField(default=30)),
                ("retired", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="PlannedShift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "duty",
                    models.TextField(
                        choices=[
                            ("clinician", "Clinician"),
                            ("care_paramedic", "CARE paramedic"),
                            ("peer", "Peer specialist"),
                            ("officer", "Officer"),
                            ("firefighter", "Firefighter/paramedic"),
                        ]
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="center",
            name="crews_sign_on",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="center",
            name="no_show_minutes",
            field=models.PositiveSmallIntegerField(default=10),
        ),
        migrations.AddField(
            model_name="shift",
            name="forced_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="shift",
            name="forced_reason",
            field=models.TextField(
                blank=True,
                choices=[
                    ("renewal_seen", "Renewal seen, not entered yet"),
                    ("nobody_else", "Nobody else to send"),
                    ("disaster", "Disaster or mass casualty"),
                ],
                default="",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("forced_by__isnull", True), ("forced_reason", "")),
                    models.Q(models.Q(("forced_reason", ""), _negated=True), ("forced_by__isnull", False)),
                    _connector="OR",
                ),
                name="forced_by_somebody_for_a_reason",
            ),
        ),
        migrations.AddField(
            model_name="credential",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="credentials", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="credentialkind",
            name="center",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="credential_kinds", to="teams.center"
            ),
        ),
        migrations.AddField(
            model_name="credential",
            name="kind",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="credentials", to="teams.credentialkind"
            ),
        ),
        migrations.AddField(
            model_name="plannedshift",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="planned", to="teams.unit"
            ),
        ),
        migrations.AddField(
            model_name="plannedshift",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="planned", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="credentialkind",
            constraint=models.UniqueConstraint(
                fields=("center", "code"),
                name="credential_kind_in_center",
                violation_error_message="There is a kind of credential with this code already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("issued_on__isnull", True),
                    ("expires_on__isnull", True),
                    ("issued_on__lte", models.F("expires_on")),
                    _connector="OR",
                ),
                name="credential_expires_after_it_is_issued",
                violation_error_message="It cannot expire before it is issued.",
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedshift",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_at__lt", models.F("ends_at"))), name="planned_shift_has_a_length"
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedshift",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("cancelled_at__isnull", True)),
                expressions=[
                    ("user", "="),
                    (models.Func(models.F("starts_at"), models.F("ends_at"), function="tstzrange"), "&&"),
                ],
                name="planned_on_one_unit_at_a_time",
                violation_error_message="This person is planned at that time already.",
            ),
        ),
    ]
