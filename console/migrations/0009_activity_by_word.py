"""Find a team's rows by their word, as who left, without reading all that happened."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("console", "0008_departure")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["team", "verb", "number"], name="console_eve_team_id_54fc74_idx"),
        ),
    ]
