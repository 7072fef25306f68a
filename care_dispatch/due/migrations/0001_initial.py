from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Due",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("subject_id", models.BigIntegerField()),
                ("version", models.BigIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("attempts", models.IntegerField(default=0)),
                ("last_error", models.TextField(blank=True, default="")),
            ],
            options={
                "indexes": [models.Index(fields=["due_at"], name="due_by_time")],
                "constraints": [models.UniqueConstraint(fields=("kind", "subject_id"), name="one_due_per_subject")],
            },
        ),
    ]
