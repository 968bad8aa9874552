"""Make the first owner and team without the browser, for scripts: `manage.py setup --email … --team …`."""

import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from console import environment
from console.forms import SetUpForm
from console.models import AlreadySetUp


class Command(BaseCommand):
    help = "Make the first owner and team. The password comes from BERTH_OWNER_PASSWORD, its _FILE twin, or the prompt."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="The owner's e-mail address, to sign in with.")
        parser.add_argument("--team", required=True, help="The name of the first team.")
        parser.add_argument("--name", default="", help="The owner's name.")

    def handle(self, *args: Any, email: str, team: str, name: str, **options: Any) -> None:
        password = environment.text("BERTH_OWNER_PASSWORD", "", "The first owner's password, for `manage.py setup`.")
        form = SetUpForm(
            {"email": email, "team": team, "name": name or email, "password": password or getpass.getpass("Password: ")}
        )
        if not form.is_valid():
            raise CommandError(
                "\n".join(f"{field}: {' '.join(map(str, messages))}" for field, messages in form.errors.items())
            )
        try:
            self.stdout.write(form.set_up().slug)
        except AlreadySetUp:
            raise CommandError("There is a user already. Nothing was changed.") from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
