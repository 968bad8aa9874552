"""
Check a connection from the command line: `manage.py check_registry TEAM/NAME`, TEAM being the slug in its address.

The exit code is 0 where it is connected, 1 where the check found something wrong, and 2 where none could be made.
"""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registries.models import Check, Connection
from registries.outcomes import Outcome, State

WAIT_SECONDS = 90.0
POLL_SECONDS = 0.2
MARKS = {
    State.PASSED: "ok",
    State.WARNED: "warning",
    State.FAILED: "failed",
    State.SKIPPED: "skipped",
    State.NOT_ASKED: "-",
}


class Command(BaseCommand):
    help = "Check a connection, show the five steps, and exit with 0 where it is connected, 1 where it is not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("connection", metavar="TEAM/NAME", help="The team's slug and the connection's name.")

    def handle(self, *args: Any, connection: str, **options: Any) -> None:
        found = self._find(connection)
        check = Check.objects.ask(found, by=None)
        if Check.objects.filter(pk=check.pk, started_at=None).update(started_at=check.queued_at):
            check.run()
        check = self._ended(check)
        for step in check.steps:
            paint = {State.PASSED: self.style.SUCCESS, State.WARNED: self.style.WARNING, State.FAILED: self.style.ERROR}
            mark = paint.get(step.state, str)(f"{MARKS.get(step.state, '-'):<8}")
            took = f"{step.ms} ms" if step.ms is not None else ""
            self.stdout.write(f"{mark} {step.step.label:<8} {took:>8}  {step.fact}")
            approval = f"An admin can approve {step.token_host} on the registry’s page." if step.token_host else ""
            for line in filter(None, [step.fix, approval, f"The registry said {step.said}." if step.said else ""]):
                self.stdout.write(f"{'':<27}{line}")
        outcome = Outcome(check.outcome)
        if outcome != Outcome.CONNECTED:
            raise CommandError(f"{found.name}: {outcome.label}.", returncode=2 if outcome.is_temporary else 1)
        self.stdout.write(self.style.SUCCESS(f"{found.name}: {outcome.label}."))

    def _find(self, named: str) -> Connection:
        team, slash, name = named.partition("/")
        found: Connection | None = (
            Connection.objects.filter(team__slug=team, name__iexact=name).select_related("team").first()
        )
        if not slash or found is None:
            raise CommandError(
                f"There is no connection {named}. It is named as TEAM/NAME, by the team's slug.", returncode=2
            )
        if found.paused:
            raise CommandError(f"{found.name} is paused, and a paused connection is never checked.", returncode=2)
        return found

    def _ended(self, check: Check) -> Check:
        """Return the check as it ended, also where another process runs it already."""
        give_up_at = time.monotonic() + WAIT_SECONDS
        while True:
            check = Check.objects.get(pk=check.pk)
            check.give_up_if_lost()
            if check.state == "done":
                return check
            if time.monotonic() > give_up_at:
                raise CommandError("The check that is under way does not end.", returncode=2)
            time.sleep(POLL_SECONDS)
