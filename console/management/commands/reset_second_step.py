"""Take somebody's second step off, who lost it and has no recovery code: `manage.py reset_second_step EMAIL`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from console.models import User
from console.second_step import resetting


class Command(BaseCommand):
    help = "Take off a person's passkeys, code app and recovery codes, and end their sessions. It is recorded and mailed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="The person's e-mail address.")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError("Nobody has this address. Nothing was changed.")
        if not resetting.reset(user):
            raise CommandError("This person has no second step. Nothing was changed.")
        self.stdout.write(f"{user.email} signs in with the password alone now, until a second step is set up again.")
        if not resetting.told(user):
            self.stderr.write("The mail that says so could not be sent. Tell them.")
