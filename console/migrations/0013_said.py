"""Beside what a row says in English stands how other languages say it. Rows of before have nothing there."""

from typing import Any

from django.db import migrations, models

from console import append_only


def lift(apps: Any, schema_editor: Any) -> None:
    """SQLite builds the table anew, which no trigger may name meanwhile."""
    append_only.lift(schema_editor.connection.alias)


def guard(apps: Any, schema_editor: Any) -> None:
    append_only.guard(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("console", "0012_language")]

    operations = [
        migrations.RunPython(lift, guard),
        migrations.AddField("event", "said", models.TextField(blank=True, default="", editable=False), preserve_default=False),
        migrations.RunPython(guard, lift),
    ]
