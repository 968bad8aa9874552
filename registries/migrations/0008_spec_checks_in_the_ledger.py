"""Give checks of workload files a kind of their own in the ledger."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("registries", "0007_well_known_containers"),
    ]

    operations = [
        migrations.AlterField(
            model_name="handout",
            name="kind",
            field=models.CharField(
                choices=[
                    ("credential", "Credential"),
                    ("docker_config", "Docker’s config.json"),
                    ("pull_secret", "Pull secret"),
                    ("reveal", "Shown to a person"),
                    ("list", "List of registries"),
                    ("spec_check", "Check of a workload file"),
                    ("token", "At the door"),
                ],
                max_length=20,
            ),
        ),
    ]
