"""
Make a machine token for scripts: `manage.py create_token TEAM NAME [--registry NAME …] [--days N]`.

The token alone goes to standard output, once, so that it can be put into a file; words go to standard error. The exit code
is 0 where it was made, 1 where the name is taken, and 2 where the team, a registry, the name or the days are not right.
"""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.formats import date_format

from console.models import Team
from registries.forms.token import USUAL_DAYS, judge_token_name
from registries.models import Connection, MachineToken, TokenNameTaken
from registries.models.machine_token import LONGEST_DAYS, end_of


class Command(BaseCommand):
    help = "Make a machine token and print it, once. Without --registry it reads the credentials of all registries."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("team", metavar="TEAM", help="The team's slug.")
        parser.add_argument("name", metavar="NAME", help="The machine or job that will hold it.")
        parser.add_argument(
            "--registry", metavar="NAME", nargs="+", action="extend", help="A registry that it is limited to."
        )
        parser.add_argument(
            "--days", metavar="N", type=int, default=USUAL_DAYS, help=f"When it ends, in days: {USUAL_DAYS}."
        )

    def handle(self, *args: Any, team: str, name: str, registry: list[str] | None, days: int, **options: Any) -> None:
        found = Team.objects.filter(slug=team).first()
        if found is None:
            raise CommandError(f"There is no team {team}. It is named by the slug in its address.", returncode=2)
        if not 1 <= days < LONGEST_DAYS:
            raise CommandError(f"A token ends after 1 to {LONGEST_DAYS - 1} days.", returncode=2)
        self._judge(name)
        limited_to = None if registry is None else [self._registry(found, wanted) for wanted in registry]
        ends_at = end_of(timezone.localdate() + timedelta(days=days))
        try:
            _, text = MachineToken.objects.issue(found, name, by=None, ends_at=ends_at, connections=limited_to)
        except TokenNameTaken:
            sentence = f"{found.name} has a machine token {name} already. Choose another name, or remove that one."
            raise CommandError(sentence) from None
        reach = "all registries" if limited_to is None else ", ".join(connection.name for connection in limited_to)
        self.stderr.write(
            f"Made {name} for {found.name}: it reads credentials of {reach} and ends on {date_format(ends_at, 'j M Y')}. "
            "Berth keeps only a hash of it and cannot show it again.",
            lambda words: words,
        )
        self.stdout.write(text.reveal())

    def _judge(self, name: str) -> None:
        try:
            judge_token_name(name)
            if len(name) > 64:
                raise ValidationError("Use at most 64 characters.")
        except ValidationError as error:
            raise CommandError(f"{name!r} cannot name a token. {error.message}", returncode=2) from None

    def _registry(self, team: Team, name: str) -> Connection:
        connection: Connection | None = team.connections.filter(name__iexact=name).first()
        if connection is None:
            raise CommandError(f"{team.name} has no registry {name}. Nothing was made.", returncode=2)
        return connection
