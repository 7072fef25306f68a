import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0004_rule_sets"),
        ("teams", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="alert",
            name="kind",
            field=models.TextField(
                choices=[
                    ("safety_worsened", "Safety fact worsened"),
                    ("verdict_changed", "Response changed"),
                    ("triage_fallback", "Triage on fallback"),
                    ("question_unanswered", "Safety question unanswered"),
                    ("not_cleared_to_enter", "CARE on scene before it is cleared"),
                    ("work_failed", "Background work failed"),
                    ("locate", "Locate"),
                    ("hold_over", "Hold over"),
                    ("override_drift", "Dispatchers override a rule more or less than before"),
                    ("shadow_stopped", "Shadow run stopped by itself"),
                ]
            ),
        ),
        migrations.CreateModel(
            name="ShadowRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.TextField()),
                ("started_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("compared", models.IntegerField(default=0)),
                ("failures", models.IntegerField(default=0)),
                ("last_error", models.TextField(blank=True, default="")),
                (
                    "center",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shadow_runs", to="teams.center"
                    ),
                ),
                (
                    "rule_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shadow_runs", to="calls.ruleset"
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "stopped_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ShadowDifference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.SmallIntegerField(null=True)),
                (
                    "response",
                    models.TextField(
                        choices=[
                            ("care_only", "CARE"),
                            ("care_police", "CARE + police"),
                            ("care_ems", "CARE + EMS"),
                            ("police_first", "Police first"),
                            ("ems_first", "EMS first"),
                            ("fire_police_ems", "Fire, police, EMS"),
                            ("phone", "By phone"),
                            ("consult", "Consult"),
                            ("standard", "Standard protocol"),
                        ]
                    ),
                ),
                ("services", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("direction", models.TextField()),
                ("care_alone", models.BooleanField()),
                ("rules_gained", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("rules_lost", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("decided_at", models.DateTimeField()),
                (
                    "call",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.call"),
                ),
                (
                    "verdict",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.verdict"
                    ),
                ),
                (
                    "shadow_run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="differences", to="calls.shadowrun"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Backtest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("received_from", models.DateTimeField()),
                ("received_to", models.DateTimeField()),
                ("newest_verdict_id", models.BigIntegerField()),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("stopped", "Stopped"),
                        ],
                        default="waiting",
                    ),
                ),
                ("total", models.IntegerField(default=0)),
                ("done", models.IntegerField(default=0)),
                ("last_day", models.DateField(blank=True, null=True)),
                ("last_number", models.IntegerField(blank=True, null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("result", models.JSONField(blank=True, default=dict)),
                ("error", models.TextField(blank=True, default="")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "center",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="backtests", to="teams.center"
                    ),
                ),
                (
                    "rule_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="backtests", to="calls.ruleset"
                    ),
                ),
                (
                    "stopped_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("waiting", "running"))),
                        fields=("center",),
                        name="one_backtest_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("status__in", ("waiting", "running"))),
                            models.Q(("finished_at__isnull", False), ("status__in", ("done", "failed", "stopped"))),
                            _connector="OR",
                        ),
                        name="ended_backtest_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("received_from__lt", models.F("received_to"))), name="backtest_has_a_period"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OverrideDrift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule", models.TextField()),
                ("day", models.DateField()),
                ("raised_at", models.DateTimeField()),
                ("now", models.JSONField()),
                ("before", models.JSONField()),
                (
                    "alert",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.alert"),
                ),
                (
                    "center",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="override_drifts", to="teams.center"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("center", "rule", "day"), name="one_drift_per_rule_and_day")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="shadowrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stopped_at__isnull", True)), fields=("center",), name="one_shadow_run_per_center"
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowdifference",
            constraint=models.UniqueConstraint(
                fields=("shadow_run", "verdict"), name="one_difference_per_verdict_of_a_run"
            ),
        ),
    ]
