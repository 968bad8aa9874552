"""Find out whether somebody altered the record of activity: `manage.py verify_activity [--against FILE]`."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from console import append_only
from console.models import Event, Head
from console.models.chain import faults


class Command(BaseCommand):
    help = (
        "Verify the activity of every team: no row was altered, added in between or taken out. Prints the heads of the "
        "chains, a line each: team, number of the last row, its digest. Kept elsewhere, they are the witness that "
        "--against compares with, since whoever can write the database could write a whole chain anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--against", metavar="FILE", type=Path, help="Heads that an earlier run printed.")

    def handle(self, *args: Any, against: Path | None, **options: Any) -> None:
        found = [
            f"The database lets rows be changed: its trigger {name} is missing or another one."
            for name in append_only.lacking()
        ]
        recorded = Event.objects.order_by().values_list("team_id", flat=True).distinct()
        teams = {*Head.objects.values_list("pk", flat=True), *recorded.exclude(team_id__isnull=True)}
        for team_id in sorted(teams):
            found += [f"{fault.team_id} {fault.number}: {fault.sentence}" for fault in faults(team_id)]
        if count := Event.objects.filter(team_id__isnull=True).count():
            found.append(f"{count} {'row belongs' if count == 1 else 'rows belong'} to no team, as none of Berth’s does.")
        found += _compared(against) if against else []
        for head in Head.objects.order_by("pk"):
            self.stdout.write(f"{head.pk} {head.number} {head.digest}")
        if found:
            raise CommandError("\n".join(found))
        self.stderr.write(f"The activity of {len(teams)} {'team' if len(teams) == 1 else 'teams'} is as it was recorded.")


def _compared(path: Path) -> list[str]:
    """Return where the rows that were heads once are other rows now. What was dropped since is none."""
    found = []
    try:
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        noted = [(UUID(team), int(number), digest) for team, number, digest in lines]
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise CommandError(f"{path} does not hold the lines that this command prints.") from error
    for team, number, digest in noted:
        now = Event.objects.filter(team_id=team, number=number).values_list("digest", flat=True).first()
        there = Head.objects.filter(pk=team).values_list("number", flat=True).first()
        if now != digest and (now is not None or there is None or there < number):
            found.append(f"{team} {number}: The record was written anew: this row is not the one that was noted.")
    return found
