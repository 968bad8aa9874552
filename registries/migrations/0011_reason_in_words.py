import console.models.sentence_field
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('registries', '0010_draft_note'),
    ]

    operations = [
        migrations.AlterField(
            model_name='connection',
            name='reason',
            field=console.models.sentence_field.SentenceField(blank=True, editable=False),
        ),
    ]
