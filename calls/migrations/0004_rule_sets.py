"""Rule sets get a life: draft, submitted, approved by a second person, retired. Triggers freeze what was published."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was in force stays in force; an older set no longer in force is retired.
CARRY_OVER = """
UPDATE calls_ruleset SET status = 'approved', approved_at = effective_at WHERE status = 'active';
UPDATE calls_ruleset SET retired_at = now() WHERE status = 'retired';
UPDATE calls_ruleset SET effective_at = NULL WHERE status = 'draft';
"""
CARRY_BACK = """
UPDATE calls_ruleset SET status = CASE status WHEN 'submitted' THEN 'draft' WHEN 'approved' THEN 'retired' ELSE status END,
    effective_at = coalesce(effective_at, now());
UPDATE calls_ruleset SET status = 'active' WHERE id IN (
    SELECT DISTINCT ON (center_id) id FROM calls_ruleset WHERE status = 'retired' AND retired_at IS NULL
    ORDER BY center_id, effective_at DESC, version DESC);
"""
# Each status names the columns that may still change; everything else, and every other step, is refused.
GUARD = """
CREATE FUNCTION calls_ruleset_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step text := OLD.status || ' to ' || NEW.status;
    may text[] := CASE OLD.status
        WHEN 'draft' THEN ARRAY['status', 'name', 'body', 'sha256', 'framework', 'note', 'revision', 'edited_by_id',
            'edited_at', 'editors', 'submitted_by_id', 'submitted_at', 'cases_passed', 'cases_sha256', 'sent_back_reason',
            'effective_at', 'retired_by_id', 'retired_at', 'retired_reason']
        WHEN 'submitted' THEN ARRAY['status', 'submitted_by_id', 'submitted_at', 'cases_passed', 'cases_sha256',
            'sent_back_reason', 'approved_by_id', 'approved_at', 'effective_at', 'retired_by_id', 'retired_at',
            'retired_reason']
        WHEN 'approved' THEN ARRAY['status', 'retired_by_id', 'retired_at', 'retired_reason']
        ELSE ARRAY[]::text[] END;
BEGIN
    IF (to_jsonb(NEW) - may) <> (to_jsonb(OLD) - may) THEN
        RAISE EXCEPTION 'rule set v% is % and cannot be changed', OLD.version, OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> NEW.status AND (step NOT IN ('draft to submitted', 'draft to retired', 'submitted to draft',
            'submitted to approved', 'submitted to retired', 'approved to retired')
            OR OLD.body <> NEW.body OR OLD.sha256 <> NEW.sha256) THEN
        RAISE EXCEPTION 'rule set v% cannot go from %', OLD.version, step USING ERRCODE = 'restrict_violation';
    END IF;
    IF step = 'submitted to approved' AND (NEW.approved_by_id IS NULL OR NEW.approved_by_id = NEW.author_id
            OR NEW.approved_by_id = ANY(NEW.editors)) THEN
        RAISE EXCEPTION 'rule set v% needs a second person to approve it', OLD.version USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER calls_ruleset_guard BEFORE UPDATE ON calls_ruleset FOR EACH ROW EXECUTE FUNCTION calls_ruleset_guard();
CREATE FUNCTION calls_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% keeps what was decided: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER calls_ruleset_kept BEFORE DELETE OR TRUNCATE ON calls_ruleset
    FOR EACH STATEMENT EXECUTE FUNCTION calls_refuse_change();
CREATE TRIGGER calls_verdict_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON calls_verdict
    FOR EACH STATEMENT EXECUTE FUNCTION calls_refuse_change();
"""
UNGUARD = "DROP FUNCTION calls_ruleset_guard() CASCADE; DROP FUNCTION calls_refuse_change() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0003_hold_over"),
        ("teams", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="ruleset",
            name="one_active_rule_set_per_center",
        ),
        migrations.AddField(
            model_name="ruleset",
            name="approved_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="approved_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="author",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="based_on",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.ruleset"
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="cases_passed",
            field=models.IntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="cases_sha256",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="edited_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="edited_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="editors",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="framework",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="note",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="retired_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="retired_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="retired_reason",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="revision",
            field=models.IntegerField(default=1),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="sent_back_reason",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="submitted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="submitted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="engine_version",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AlterField(
            model_name="ruleset",
            name="effective_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="ruleset",
            name="status",
            field=models.TextField(
                choices=[
                    ("draft", "Draft"),
                    ("submitted", "Submitted"),
                    ("approved", "Approved"),
                    ("retired", "Retired"),
                ],
                default="draft",
            ),
        ),
        migrations.RunSQL(CARRY_OVER, CARRY_BACK),
        migrations.AddConstraint(
            model_name="ruleset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "approved"), _negated=True),
                    models.Q(("approved_at__isnull", False), ("effective_at__isnull", False)),
                    _connector="OR",
                ),
                name="approved_rules_say_from_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("retired_at__isnull", False), ("status", "retired")),
                    models.Q(models.Q(("status", "retired"), _negated=True), ("retired_at__isnull", True)),
                    _connector="OR",
                ),
                name="retired_rules_say_since_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_at__isnull", True), ("effective_at__gte", models.F("approved_at")), _connector="OR"
                ),
                name="rules_take_effect_after_approval",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
