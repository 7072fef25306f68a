from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0021_codes"),
    ]

    operations = [
        migrations.AddField(
            model_name="gazetteerentry",
            name="retired",
            field=models.BooleanField(default=False),
        ),
    ]
