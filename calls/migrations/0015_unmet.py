"""Demand nobody met, what clinicians call meanwhile, and why others went than were recommended."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0014_local_words"),
        ("teams", "0004_response_plan"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClinicianCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mode", models.TextField(choices=[("voice", "By voice"), ("text", "By text")])),
                ("due_at", models.DateTimeField()),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                (
                    "result",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("still_safe", "Still safe, waits"),
                            ("resolved", "Resolved by phone"),
                            ("worse", "Worse"),
                            ("no_answer", "No answer"),
                        ],
                        default="",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Unmet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("noted_at", models.DateTimeField()),
                (
                    "reason",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("off_hours", "Off hours"),
                            ("all_busy", "All teams busy"),
                            ("out_of_area", "Out of area"),
                            ("no_clinician_contact", "Clinician could not be reached"),
                            ("downgraded", "Downgraded"),
                            ("caller_declined", "Caller declined"),
                            ("rule_override", "Rule overridden"),
                        ],
                        default="",
                    ),
                ),
                ("reason_at", models.DateTimeField(blank=True, null=True)),
                ("level", models.SmallIntegerField(null=True)),
                ("area", models.TextField(blank=True, default="")),
                ("hour", models.SmallIntegerField()),
                (
                    "instead",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(
                            choices=[
                                ("sent_without", "Others went without CARE"),
                                ("cit", "CIT officer goes now"),
                                ("care_joins", "CARE joins when free"),
                                ("call_back", "Clinician calls back"),
                                ("neighbour", "Neighbouring team asked"),
                                ("mobile_crisis", "Regional mobile crisis asked"),
                                ("line_988", "Warm transfer to 988"),
                                ("closed_without", "Closed without CARE"),
                            ]
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("waited_seconds", models.IntegerField(null=True)),
                ("met_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="assignment",
            name="bypass",
            field=models.TextField(
                blank=True,
                choices=[
                    ("owed", "Not said yet"),
                    ("closer", "Closer than shown"),
                    ("knows_person", "Knows the person or place"),
                    ("crew_asked", "The crew asked for it"),
                    ("kept_free", "Recommended unit kept free"),
                    ("not_fit", "Recommended unit not fit for it"),
                    ("supervisor", "A supervisor says so"),
                ],
                default="",
            ),
        ),
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
                    ("police_needed", "Police needed at once"),
                    ("care_without_police", "CARE inside and its police gone"),
                    ("scene_not_secure", "Scene not secure any more"),
                    ("safety_recheck", "Safety changed before arrival"),
                    ("care_requested", "Police on scene ask for CARE"),
                    ("work_failed", "Background work failed"),
                    ("locate", "Locate"),
                    ("hold_over", "Hold over"),
                    ("unit_taken", "Its last unit was taken for another call"),
                    ("care_alone", "CARE is there without police"),
                    ("unit_request", "A unit asked for has not answered"),
                    ("clinician_call", "Clinician to call back"),
                    ("override_drift", "Dispatchers override a rule more or less than before"),
                    ("shadow_stopped", "Shadow run stopped by itself"),
                    ("overdue", "A clock has run over its limit"),
                    ("not_checked", "No safety check from a unit on scene"),
                    ("partner_missing", "CARE on scene before its partner"),
                    ("not_seen", "New call on no console"),
                    ("no_console", "No console is connected"),
                    ("scheduled_due", "Scheduled call is due"),
                    ("call_back", "Caller to be called back"),
                    ("duress", "Crew in danger"),
                    ("consult_unanswered", "No clinician answers a consult"),
                ]
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(condition=models.Q(("bypass", "owed")), fields=["call"], name="bypass_reasons_owed"),
        ),
        migrations.AddField(
            model_name="cliniciancall",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="clinician_calls", to="calls.call"
            ),
        ),
        migrations.AddField(
            model_name="cliniciancall",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="unmet",
            name="call",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="unmet", to="calls.call"
            ),
        ),
        migrations.AddField(
            model_name="unmet",
            name="center",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.center"),
        ),
        migrations.AddField(
            model_name="unmet",
            name="reason_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="cliniciancall",
            constraint=models.UniqueConstraint(
                condition=models.Q(("made_at__isnull", True)), fields=("call",), name="one_open_clinician_call_per_call"
            ),
        ),
        migrations.AddIndex(
            model_name="unmet",
            index=models.Index(fields=["center", "noted_at"], name="unmet_of_center"),
        ),
        migrations.AddIndex(
            model_name="unmet",
            index=models.Index(
                condition=models.Q(("met_at__isnull", True), ("reason", "")),
                fields=["center"],
                name="unmet_reasons_owed",
            ),
        ),
        migrations.AddConstraint(
            model_name="unmet",
            constraint=models.CheckConstraint(condition=models.Q(("hour__range", (0, 23))), name="unmet_hour_of_day"),
        ),
        migrations.AddConstraint(
            model_name="unmet",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), ("reason_at__isnull", False), _connector="OR"),
                name="unmet_reason_says_since_when",
            ),
        ),
    ]
