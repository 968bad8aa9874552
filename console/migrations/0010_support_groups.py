"""The groups of support staff, and the permission that tells acting staff from those who only look."""

from typing import Any

from django.db import migrations

NAME = "May act for a team as support staff"
READ_ONLY, ACTING = "Support: read only", "Support: acting"


def make_groups(apps: Any, editor: Any) -> None:
    """
    Make both groups, whatever is there already.

    Django makes the permissions of models once all migrations are through, and leaves those alone that are there.
    """
    using = editor.connection.alias
    rows = {name: apps.get_model(*name.split(".")).objects.using(using) for name in (
        "contenttypes.ContentType", "auth.Permission", "auth.Group",
    )}  # fmt: skip
    team, _ = rows["contenttypes.ContentType"].get_or_create(app_label="console", model="team")
    act, _ = rows["auth.Permission"].get_or_create(content_type=team, codename="act_for_team", defaults={"name": NAME})
    rows["auth.Group"].get_or_create(name=READ_ONLY)
    rows["auth.Group"].get_or_create(name=ACTING)[0].permissions.add(act)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("console", "0009_activity_by_word"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions("team", {"permissions": [("act_for_team", NAME)]}),
        migrations.RunPython(make_groups, migrations.RunPython.noop),
    ]
