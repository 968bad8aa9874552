from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("console", "0006_activity_order")]

    operations = [
        migrations.AddField(
            "team",
            "second_step_required",
            models.BooleanField(default=False, editable=False, verbose_name="asks for a second step"),
        ),
    ]
