"""The log's tables, the trigger that stamps and chains each event, and the one that refuses any later change."""

from django.db import migrations, models

STAMP = """
CREATE FUNCTION log_event_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last record;
BEGIN
    SELECT seq, hash INTO last FROM log_event ORDER BY seq DESC LIMIT 1;
    IF NEW.seq <> coalesce(last.seq, 0) + 1 THEN
        RAISE EXCEPTION 'log event % does not follow %', NEW.seq, coalesce(last.seq, 0);
    END IF;
    NEW.at := clock_timestamp();
    NEW.prev_hash := coalesce(last.hash, ''::bytea);
    NEW.hash := sha256(NEW.prev_hash || convert_to(jsonb_build_array(
        NEW.seq, extract(epoch FROM NEW.at), NEW.kind, NEW.center_id, NEW.call_id, NEW.unit_id, NEW.agency_id,
        NEW.actor_id, NEW.position, NEW.source, extract(epoch FROM NEW.device_at), NEW.payload)::text, 'UTF8'));
    RETURN NEW;
END $$;
CREATE TRIGGER log_event_stamp BEFORE INSERT ON log_event FOR EACH ROW EXECUTE FUNCTION log_event_stamp();
CREATE FUNCTION log_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the log is append-only: % refused', TG_OP; END $$;
CREATE TRIGGER log_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_event
    FOR EACH STATEMENT EXECUTE FUNCTION log_refuse_change();
INSERT INTO log_head (id, seq, epoch) VALUES (1, 0, gen_random_uuid());
"""
UNSTAMP = "DROP FUNCTION log_event_stamp() CASCADE; DROP FUNCTION log_refuse_change() CASCADE;"


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(default=0)),
                ("epoch", models.UUIDField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="head_is_one_row")],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("kind", models.TextField()),
                ("center_id", models.BigIntegerField(null=True)),
                ("call_id", models.BigIntegerField(null=True)),
                ("unit_id", models.BigIntegerField(null=True)),
                ("agency_id", models.BigIntegerField(null=True)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("position", models.TextField()),
                ("source", models.TextField()),
                ("device_at", models.DateTimeField(null=True)),
                ("payload", models.JSONField()),
                ("prev_hash", models.BinaryField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("call_id__isnull", False)), fields=["call_id", "seq"], name="event_of_call"
                    ),
                    models.Index(
                        condition=models.Q(("unit_id__isnull", False)), fields=["unit_id", "seq"], name="event_of_unit"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("user_id", models.BigIntegerField()),
                ("key", models.TextField()),
                ("request_hash", models.TextField()),
                ("result", models.JSONField(null=True)),
                ("seq", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["created_at"], name="idempotency_age")]},
        ),
        migrations.RunSQL(STAMP, UNSTAMP),
    ]
