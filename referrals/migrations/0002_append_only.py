"""The history of a referral is added to and never changed: the database refuses the rest."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION referrals_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the history of a referral is append-only: % refused', TG_OP; END $$;
CREATE TRIGGER referral_step_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON referrals_referralstep
    FOR EACH STATEMENT EXECUTE FUNCTION referrals_refuse_change();
"""
ALLOW = "DROP FUNCTION referrals_refuse_change() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
