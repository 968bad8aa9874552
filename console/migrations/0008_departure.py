"""Who was in a team and is not any more, so that no provider's word takes them in again."""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def remember_who_left(apps: Any, schema_editor: Any) -> None:
    """Find who left so far in what happened in their teams."""
    models_of = {name: apps.get_model("console", name) for name in ("Departure", "Event", "Team", "User")}
    left = models_of["Event"].objects.filter(verb__in=("person:member:remove", "person:member:leave"))
    users = dict(models_of["User"].objects.values_list("email", "pk"))
    teams = set(models_of["Team"].objects.values_list("pk", flat=True))
    for team, email in left.values_list("team_id", "subject").distinct().order_by("team_id", "subject"):
        if team in teams and email in users:
            models_of["Departure"].objects.get_or_create(team_id=team, user_id=users[email])


class Migration(migrations.Migration):
    dependencies = [("console", "0007_second_step")]

    operations = [
        migrations.CreateModel(
            name="Departure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="departures", to="console.team"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("team", "user"), name="one_departure_per_team")],
            },
        ),
        migrations.RunPython(remember_who_left, migrations.RunPython.noop),
    ]
