"""The room: a team's connections to container registries."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RegistriesConfig(AppConfig):
    name = "registries"
    verbose_name = _("Registries")

    def ready(self) -> None:
        from registries import checks  # noqa: F401  # Registers the system checks.

        post_migrate.connect(delete_expired_drafts, sender=self)


def delete_expired_drafts(**told: Any) -> None:
    """Delete what the processes before this start left behind: every start brings the database up to date first."""
    from django.db import connection

    from registries.models import Draft

    if Draft._meta.db_table in connection.introspection.table_names():
        Draft.objects.sweep()
