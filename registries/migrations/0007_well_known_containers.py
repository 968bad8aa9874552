"""
Fill the catalogue with a few well-known public images, once: what support staff change or delete later stays so.

To offer other images to new installations, edit the fixture; this one is read where a database is made, and never again.
"""

import json
from pathlib import Path

from django.db import migrations

FIXTURE = Path(__file__).parent.parent / "fixtures" / "well_known_containers.json"


def fill(apps, schema_editor):
    Container = apps.get_model("registries", "Container")
    if Container.objects.exists():
        return  # Somebody went back to before this migration, and here again.
    rows = json.loads(FIXTURE.read_text(encoding="utf-8"))
    Container.objects.bulk_create(Container(**row["fields"]) for row in rows)


class Migration(migrations.Migration):

    dependencies = [
        ("registries", "0006_container"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
