"""Why support staff paused a connection, fingerprints of secrets, and the index of the hand-outs that failed."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('console', '0010_support_groups'),
        ('registries', '0008_spec_checks_in_the_ledger'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Fingerprint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveIntegerField(editable=False)),
                ('letters', models.CharField(editable=False, max_length=16)),
                ('key_number', models.PositiveIntegerField(editable=False)),
                ('at', models.DateTimeField(editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='FingerprintKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.CharField(db_index=True, editable=False, max_length=32)),
                ('wrapped_key', models.BinaryField()),
                ('ciphertext', models.BinaryField()),
                ('number', models.PositiveIntegerField(editable=False, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='connection',
            name='pause_reason',
            field=models.CharField(blank=True, editable=False, max_length=200, verbose_name='paused by support because'),
        ),
        migrations.AddIndex(
            model_name='handout',
            index=models.Index(condition=models.Q(('result__in', ['given', 'not_found', 'no_login']), _negated=True), fields=['at'], name='hand_outs_that_hurt'),
        ),
        migrations.AddField(
            model_name='fingerprint',
            name='connection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='registries.connection'),
        ),
        migrations.AddIndex(
            model_name='fingerprint',
            index=models.Index(fields=['letters', 'key_number'], name='registries__letters_164fa3_idx'),
        ),
    ]
