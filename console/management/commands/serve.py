"""Run Berth: bring the database and the static files up to date, say where it is, and serve it until stopped."""

from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from console import first_run
from console.models import Installation


class Command(BaseCommand):
    help = "Migrate, collect static files, print the address, and serve."

    def handle(self, *args: Any, **options: Any) -> None:
        settings.HOME.mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("check", databases=["default"], stdout=StringIO())  # It raises what it finds.
        self.stdout.write(f"\n  Berth is at {settings.BERTH_URL.geturl()}/")
        if not Installation.this().is_set_up:
            self.stdout.write(f"  Set it up once, here: {first_run.link()}")
        self.stdout.write("  Ctrl-C ends it.\n")
        self.stdout.flush()
        Granian(
            "console.wsgi:application",
            address=settings.BERTH_BIND,
            port=settings.PORT,
            interface=Interfaces.WSGI,
            workers=settings.BERTH_WORKERS,
            blocking_threads=settings.BERTH_THREADS,
            respawn_failed_workers=True,
            log_access=False,
            log_level=LogLevels.warning,
            websockets=False,
        ).serve()
