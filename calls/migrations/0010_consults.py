import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was ended before words were asked for keeps its result and says that nothing was written down.
CARRY_OVER = """
UPDATE calls_consult SET advice_type = 'other', recommendation = 'Not written down.'
WHERE answered_at IS NOT NULL AND ended_at IS NOT NULL;
UPDATE calls_consult c SET requester_kind = a.kind FROM teams_agency a WHERE a.id = c.requester_agency_id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0009_clocks"),
        ("teams", "0003_mirrored_units"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsultOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("offered_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "end",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("taken", "Answered"),
                            ("passed", "Passed on"),
                            ("late", "Not answered in time"),
                            ("over", "Answered or ended by somebody else"),
                        ],
                        default="",
                    ),
                ),
                (
                    "pass_reason",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("with_person", "With a person"),
                            ("driving", "Driving"),
                            ("other_consult", "On another consult"),
                            ("language", "Not my language"),
                            ("not_my_field", "Not my field"),
                            ("other", "Other"),
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
            name="ConsultPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "confirm_after_hours",
                    models.PositiveSmallIntegerField(
                        default=24, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("spared_unit_minutes", models.PositiveSmallIntegerField(default=46)),
            ],
            options={
                "verbose_name": "consult policy",
                "verbose_name_plural": "consult policies",
            },
        ),
        migrations.CreateModel(
            name="ConsultStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.TextField()),
                ("value", models.JSONField()),
                (
                    "source",
                    models.TextField(
                        choices=[
                            ("question", "Question"),
                            ("narrative", "Narrative"),
                            ("premise_history", "Premise history"),
                            ("unit_report", "Unit report"),
                            ("partner_feed", "Partner feed"),
                        ]
                    ),
                ),
                ("informant", models.TextField()),
                ("stated_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="consult",
            name="advice_type",
            field=models.TextField(
                blank=True,
                choices=[
                    ("calming", "How to calm and talk"),
                    ("safety_plan", "Safety plan with those there"),
                    ("criteria", "Criteria explained"),
                    ("resource", "Resource or destination named"),
                    ("medical_check", "Medical check first"),
                    ("send_care", "CARE should come"),
                    ("stay_away", "Step back or leave"),
                    ("other", "Other"),
                ],
                default="",
            ),
        ),
        migrations.AddField(
            model_name="consult",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="consult",
            name="confirm_reminded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="consult",
            name="confirmation",
            field=models.TextField(
                blank=True,
                choices=[
                    ("helped", "It helped"),
                    ("unit_not_needed", "No unit was needed"),
                    ("dispatched", "A unit was sent after all"),
                    ("other", "Other"),
                    ("not_reached", "Requester not reached"),
                ],
                default="",
            ),
        ),
        migrations.AddField(
            model_name="consult",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="consult",
            name="confirmed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="consult",
            name="details",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="consult",
            name="dispatched_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="consult",
            name="dispatched_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="consult",
            name="language",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="consult",
            name="location",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="consult",
            name="overdue_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="consult",
            name="proof",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="consult",
            name="read_back_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="consult",
            name="read_back_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="consult",
            name="recommendation",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="consult",
            name="requester_kind",
            field=models.TextField(
                choices=[
                    ("police", "Police"),
                    ("fire_ems", "Fire/EMS"),
                    ("hospital", "Hospital"),
                    ("dispatch", "Dispatch"),
                    ("partner", "Partner city"),
                    ("care", "CARE"),
                ],
                default="police",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="consult",
            name="rule_set",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.ruleset"
            ),
        ),
        migrations.AddField(
            model_name="consult",
            name="uncovered_reason",
            field=models.TextField(
                blank=True,
                choices=[
                    ("help_coming", "Help is coming already"),
                    ("danger_over", "The danger is over"),
                    ("requester_declines", "Requester was told and declines"),
                    ("other_center", "Another center sends"),
                ],
                default="",
            ),
        ),
        migrations.AddField(
            model_name="consult",
            name="warned_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="consult",
            name="with_person",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(
                    choices=[("police", "Police"), ("ems", "EMS"), ("fire", "Fire"), ("hospital", "Hospital staff")]
                ),
                blank=True,
                default=list,
                size=None,
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
        migrations.AlterField(
            model_name="consult",
            name="question",
            field=models.TextField(
                choices=[
                    ("de_escalation", "De-escalation"),
                    ("detention_criteria", "Detention criteria"),
                    ("capacity", "Capacity"),
                    ("resource", "Resource"),
                    ("medication", "Medication"),
                    ("general", "What to do"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="consult",
            name="requester_agency",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.agency"
            ),
        ),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="consult",
            index=models.Index(
                condition=models.Q(("confirm_reminded_at__isnull", False), ("confirmed_at__isnull", True)),
                fields=["center"],
                name="consults_to_confirm",
            ),
        ),
        migrations.AddIndex(
            model_name="consult",
            index=models.Index(fields=["center", "asked_at"], name="consults_by_time"),
        ),
        migrations.AddConstraint(
            model_name="consult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                    models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                    _connector="OR",
                ),
                name="answered_consult_says_by_whom",
            ),
        ),
        migrations.AddConstraint(
            model_name="consult",
            constraint=models.CheckConstraint(
                condition=models.Q(("advice", ""), models.Q(("advice_type", ""), _negated=True), _connector="OR"),
                name="advice_has_a_type",
            ),
        ),
        migrations.AddConstraint(
            model_name="consult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True),
                    ("answered_at__isnull", True),
                    models.Q(
                        models.Q(("advice_type", ""), _negated=True), models.Q(("recommendation", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="answered_consult_ends_with_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="consult",
            constraint=models.CheckConstraint(
                condition=models.Q(("dispatched_at__isnull", True), ("call__isnull", False), _connector="OR"),
                name="dispatched_consult_has_a_call",
            ),
        ),
        migrations.AddConstraint(
            model_name="consult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmation", ""), ("confirmed_at__isnull", True)),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("ended_at__isnull", False),
                        models.Q(("confirmation", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="confirmed_consult_has_ended_and_says_how",
            ),
        ),
        migrations.AddField(
            model_name="consultoffer",
            name="consult",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="calls.consult"
            ),
        ),
        migrations.AddField(
            model_name="consultoffer",
            name="unit",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.unit"),
        ),
        migrations.AddField(
            model_name="consultoffer",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="consultpolicy",
            name="center",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="consult_policy", to="teams.center"
            ),
        ),
        migrations.AddField(
            model_name="consultstatement",
            name="consult",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="facts", to="calls.consult"
            ),
        ),
        migrations.AddField(
            model_name="consultstatement",
            name="stated_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="consultoffer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("consult",), name="one_open_offer_per_consult"
            ),
        ),
        migrations.AddConstraint(
            model_name="consultoffer",
            constraint=models.UniqueConstraint(fields=("consult", "user"), name="one_offer_per_clinician"),
        ),
        migrations.AddConstraint(
            model_name="consultoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end", ""), ("ended_at__isnull", True)),
                    models.Q(("ended_at__isnull", False), models.Q(("end", ""), _negated=True)),
                    _connector="OR",
                ),
                name="ended_offer_says_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end", "passed"), models.Q(("pass_reason", ""), _negated=True)),
                    models.Q(models.Q(("end", "passed"), _negated=True), ("pass_reason", "")),
                    _connector="OR",
                ),
                name="passed_offer_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("confirm_after_hours__gte", 1)), name="consult_is_confirmed_after_it"
            ),
        ),
    ]
