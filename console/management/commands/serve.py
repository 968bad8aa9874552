"""Run Berth: bring the database and the static files up to date, say where it is, and serve it until stopped."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, connections
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from console import first_run
from console.models import Installation

MIGRATING = 0x62657274  # the key of a lock that only starts of Berth take


class Command(BaseCommand):
    help = "Migrate, collect static files, print the address, and serve."

    def handle(self, *args: Any, **options: Any) -> None:
        with suppress(KeyboardInterrupt):  # Ctrl-C ends a start as quietly as it ends a server.
            self._serve(announcement=self._prepare())

    def _prepare(self) -> str:
        """Bring everything up to date, and return what is said once Berth listens."""
        settings.HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        try:
            with alone():
                call_command("migrate", interactive=False, verbosity=0)
            call_command("clearsessions")
            call_command("check", databases=["default"], stdout=StringIO())  # It raises what it finds.
            link = "" if Installation.this().is_set_up else f"  Set it up once, here: {first_run.link()}\n"
        except OperationalError as error:
            raise CommandError(f"DATABASE_URL leads to no database that answers.\n{error}".strip()) from None
        finally:
            let_go_of_the_database()
        return f"\n  Berth is at {settings.BERTH_URL.geturl()}/\n{link}  Ctrl-C ends it.\n\n"

    def _announce(self, announcement: str) -> None:
        self.stdout.write(announcement, ending="")
        self.stdout.flush()

    def _serve(self, announcement: str) -> None:
        server = Granian(
            "console.rsgi:application",
            factory=True,
            address=settings.BERTH_BIND,
            port=settings.PORT,
            interface=Interfaces.RSGI,
            # HTTP/2 is for the proxy in front. Here it would let one connection ask hundreds of things at once.
            http=HTTPModes.http1,
            workers=settings.BERTH_WORKERS,
            respawn_failed_workers=True,
            # A worker that does not end by then is killed, so that ending always ends; a check may take 20 seconds.
            workers_kill_timeout=25,
            log_access=False,
            log_level=LogLevels.warning,
            websockets=False,
        )
        # A terminal that is closed ends Berth, as Ctrl-C does; granian would take it for a wish to reload.
        server.on_startup(lambda: signal.signal(signal.SIGHUP, server.signal_handler_interrupt))
        server.on_startup(lambda: self._announce(announcement))
        os.register_at_fork(after_in_child=_leave_the_terminal)
        try:
            server.serve()
        except RuntimeError as error:
            if "Address already in use" not in str(error):
                raise
            raise CommandError(f"Port {settings.PORT} is taken. Choose another, with PORT.") from None


@contextmanager
def alone() -> Iterator[None]:
    """Let nobody else do this meanwhile: of several machines that start at once, one makes the tables."""
    if connection.vendor != "postgresql":
        yield  # SQLite is on one machine, and takes one writer at a time.
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])


def let_go_of_the_database() -> None:
    """Close what is open, so that no worker inherits it: two processes at one socket would read each other's answers."""
    connections.close_all()


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
