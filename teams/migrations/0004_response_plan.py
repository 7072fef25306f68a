"""Response plans, each version frozen; units that are conditionally available."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A plan in force may end; nothing else of it changes and none is deleted: an old recommendation still names what it was
# made with.
GUARD = """
CREATE FUNCTION teams_plan_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'a response plan is kept: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    IF (to_jsonb(NEW) - 'retired_at') <> (to_jsonb(OLD) - 'retired_at') OR OLD.retired_at IS NOT NULL THEN
        RAISE EXCEPTION 'plan % v% cannot be changed; save its next version', OLD.name, OLD.version
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER teams_plan_guard BEFORE UPDATE OR DELETE ON teams_responseplan
    FOR EACH ROW EXECUTE FUNCTION teams_plan_guard();
"""
UNGUARD = "DROP FUNCTION teams_plan_guard() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [
        ("teams", "0003_mirrored_units"),
    ]

    operations = [
        migrations.AlterField(
            model_name="unit",
            name="status",
            field=models.TextField(
                choices=[
                    ("available", "Available"),
                    ("conditional", "Conditionally available"),
                    ("dispatched", "Dispatched"),
                    ("acknowledged", "Acknowledged"),
                    ("en_route", "En route"),
                    ("staged", "Staged"),
                    ("on_scene", "On scene"),
                    ("contact", "Contact"),
                    ("transporting", "Transporting"),
                    ("at_facility", "At facility"),
                    ("clearing", "Clearing"),
                    ("unavailable", "Unavailable"),
                    ("off_duty", "Off duty"),
                ],
                default="off_duty",
            ),
        ),
        migrations.CreateModel(
            name="ResponsePlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "response",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("", "not triaged yet"),
                            ("care_only", "CARE"),
                            ("care_police", "CARE and police"),
                            ("care_ems", "CARE and EMS"),
                            ("police_first", "police first"),
                            ("ems_first", "EMS first"),
                            ("fire_police_ems", "fire, police and EMS"),
                            ("phone", "by phone"),
                            ("consult", "consult"),
                            ("standard", "standard protocol"),
                        ],
                    ),
                ),
                ("level", models.SmallIntegerField(blank=True, null=True)),
                ("nature", models.TextField(blank=True, default="")),
                ("name", models.TextField()),
                ("version", models.IntegerField()),
                ("body", models.JSONField()),
                ("made_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="teams.agency",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "center",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="teams.center"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("center", "response", "level", "nature", "area"),
                        name="one_plan_in_force",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        fields=("center", "response", "level", "nature", "area", "version"),
                        name="one_plan_per_version",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__isnull", True), ("level__range", (1, 4)), _connector="OR"),
                        name="plan_level_1_to_4",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
