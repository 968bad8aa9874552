"""The house: project plumbing, and the people and teams in it; and the admin, which support staff work in."""

from typing import Any

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.core.management import call_command
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def make_cache_table(using: str, **kwargs: Any) -> None:
    """Make the table of the shared cache, which counts sign-ins, wherever the tables of the house are made."""
    call_command("createcachetable", database=using, verbosity=0)


def drop_old_activity(**kwargs: Any) -> None:
    """Drop what is older than activity is kept, also of teams in which nothing happens any more: once at each start."""
    from django.db import connection

    from console.models import Event

    if Event._meta.db_table in connection.introspection.table_names():
        Event.sweep()


class ConsoleConfig(AppConfig):
    default = True  # Of the two in this file.
    name = "console"
    verbose_name = _("People and teams")

    def ready(self) -> None:
        from console import append_only, checks, receivers  # noqa: F401  # The checks register themselves.
        from console.sso import admission  # noqa: F401  # Hears of who signs in.

        post_migrate.connect(make_cache_table, sender=self)
        post_migrate.connect(append_only.guard, sender=self)
        post_migrate.connect(drop_old_activity, sender=self)


class SupportConfig(admin.AdminConfig):
    default = False
    default_site = "console.support.SupportSite"
