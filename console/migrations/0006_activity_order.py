"""What the record of activity is found by. A migration of its own: PostgreSQL builds no index over rows it has just changed."""

from django.db import migrations, models

from console.models.verb import verbs


class Migration(migrations.Migration):
    dependencies = [("console", "0005_activity")]

    operations = [
        migrations.AlterField("event", "verb", models.CharField(choices=verbs, max_length=40)),
        migrations.AddIndex("event", models.Index(fields=["team", "at"], name="console_eve_team_id_e08b47_idx")),
        migrations.AddIndex("event", models.Index(fields=["team", "about", "number"], name="console_eve_team_id_36397c_idx")),
        migrations.AddIndex("event", models.Index(fields=["at"], name="console_eve_at_98c5b5_idx")),
        migrations.AddConstraint(
            "event", models.UniqueConstraint(fields=("team", "number"), name="one_event_per_number")
        ),
    ]
