"""What is said of a draft, which each reader is told in their language."""

from django.db import migrations

import console.models.sentence_field


class Migration(migrations.Migration):

    dependencies = [
        ('registries', '0009_support'),
    ]

    operations = [
        migrations.AlterField(
            model_name='draft',
            name='note',
            field=console.models.sentence_field.SentenceField(blank=True),
        ),
    ]
