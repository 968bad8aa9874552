"""The team's events become the record of activity: numbered, chained, and independent of the rows they tell of."""

from itertools import groupby
from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from console.models import chain


def chain_what_is_there(apps: Any, schema_editor: Any) -> None:
    """Number what happened so far, in the order in which it did, and chain it."""
    event_model, head_model = apps.get_model("console", "Event"), apps.get_model("console", "Head")
    rows = event_model.objects.select_related("by").order_by("team_id", "at", "id")
    for team_id, events in groupby(rows.iterator(chunk_size=1000), key=lambda event: event.team_id):
        number, link, at = 0, chain.BEGINNING, None
        for event in events:
            number += 1
            event.number, event.previous, at = number, link, event.at
            event.who = ((event.by.name or event.by.email) if event.by else "The operator")[:100]
            event.login = event.by.email if event.by else ""
            event.digest = link = chain.digest(event)
            event.save()
        head_model.objects.create(team_id=team_id, number=number, digest=link, at=at)


class Migration(migrations.Migration):
    dependencies = [("console", "0004_members_and_invitations")]

    operations = [
        migrations.CreateModel(
            name="Cut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("team_id", models.UUIDField(editable=False)),
                ("number", models.PositiveBigIntegerField(editable=False)),
                ("digest", models.CharField(editable=False, max_length=64)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("team_id", "number"), name="one_cut_per_number")],
            },
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("team_id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveBigIntegerField(default=0)),
                ("digest", models.CharField(default="0" * 64, max_length=64)),
                ("at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AlterField(
            model_name="event",
            name="team",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="console.team",
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="by",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField("event", "at", models.DateTimeField(editable=False)),
        migrations.AlterField("event", "subject", models.CharField(blank=True, max_length=300)),
        migrations.AddField(
            "event", "number", models.PositiveBigIntegerField(default=0, editable=False), preserve_default=False
        ),
        migrations.AddField("event", "who", models.CharField(default="", max_length=100), preserve_default=False),
        migrations.AddField("event", "login", models.CharField(blank=True, default="", max_length=254), preserve_default=False),
        migrations.AddField("event", "about", models.CharField(blank=True, default="", max_length=36), preserve_default=False),
        migrations.AddField("event", "detail", models.CharField(blank=True, default="", max_length=500), preserve_default=False),
        migrations.AddField("event", "address", models.GenericIPAddressField(null=True, verbose_name="from")),
        migrations.AddField(
            "event", "previous", models.CharField(default="", editable=False, max_length=64), preserve_default=False
        ),
        migrations.AddField(
            "event", "digest", models.CharField(default="", editable=False, max_length=64), preserve_default=False
        ),
        migrations.RunPython(chain_what_is_there, migrations.RunPython.noop),
    ]
