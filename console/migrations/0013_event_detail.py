"""A row's detail may be a sentence, which is kept as JSON. Rows stay as they are: a sentence in English is text as before."""

from typing import Any

from django.db import migrations

from console import append_only
from console.models.sentence_field import SentenceField


def lift(apps: Any, schema_editor: Any) -> None:
    """SQLite builds the table anew, which no trigger may name meanwhile."""
    append_only.lift(schema_editor.connection.alias)


def guard(apps: Any, schema_editor: Any) -> None:
    append_only.guard(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("console", "0012_language")]

    operations = [
        migrations.RunPython(lift, guard),
        migrations.AlterField("event", "detail", SentenceField(blank=True)),
        migrations.RunPython(guard, lift),
    ]
