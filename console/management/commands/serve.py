"""Run Berth: bring the database and the static files up to date, say where it is, and serve it until stopped."""

import os
import signal
from contextlib import suppress
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from console import first_run
from console.models import Installation


class Command(BaseCommand):
    help = "Migrate, collect static files, print the address, and serve."

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)  # The database holds sessions and hashes, and is nobody else's to read.
        with suppress(KeyboardInterrupt):  # Ctrl-C ends a start as quietly as it ends a server.
            self._prepare()
            self._serve()

    def _prepare(self) -> None:
        settings.HOME.mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("check", databases=["default"], stdout=StringIO())  # It raises what it finds.

    def _announce(self) -> None:
        self.stdout.write(f"\n  Berth is at {settings.BERTH_URL.geturl()}/")
        if not Installation.this().is_set_up:
            self.stdout.write(f"  Set it up once, here: {first_run.link()}")
        self.stdout.write("  Ctrl-C ends it.\n")
        self.stdout.flush()

    def _serve(self) -> None:
        server = Granian(
            "console.wsgi:application",
            address=settings.BERTH_BIND,
            port=settings.PORT,
            interface=Interfaces.WSGI,
            workers=settings.BERTH_WORKERS,
            blocking_threads=settings.BERTH_THREADS,
            respawn_failed_workers=True,
            # A worker that does not end by then is killed, so that ending always ends.
            workers_kill_timeout=10,
            log_access=False,
            log_level=LogLevels.warning,
            websockets=False,
        )
        # A terminal that is closed ends Berth, as Ctrl-C does; granian would take it for a wish to reload.
        server.on_startup(lambda: signal.signal(signal.SIGHUP, server.signal_handler_interrupt))
        server.on_startup(self._announce)
        os.register_at_fork(after_in_child=_leave_the_terminal)
        try:
            server.serve()
        except RuntimeError as error:
            if "Address already in use" not in str(error):
                raise
            raise CommandError(f"Port {settings.PORT} is taken. Choose another, with PORT.") from None


def _leave_the_terminal() -> None:
    """
    Make a worker hear of a Ctrl-C from the main process alone, and end on being asked even while it is still loading.

    granian forks its workers with its own signal handlers in place, which do nothing there until the worker has set
    its own; and a worker that a Ctrl-C ends by itself may be taken for one that failed. Either way the main process
    could wait for ever.
    """
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
