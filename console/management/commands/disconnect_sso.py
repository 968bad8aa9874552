"""Forget who somebody is at the provider, as after a move to another one: `manage.py disconnect_sso EMAIL`."""

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.core.management.base import BaseCommand, CommandError, CommandParser

from console.models import User


class Command(BaseCommand):
    help = "Disconnect an account from every identity that it was connected to."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="The account's e-mail address.")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        person = User.objects.filter(email=email.lower()).first()
        if person is None:
            raise CommandError("There is no account with this address.")
        count, _ = SocialAccount.objects.filter(user=person).delete()
        self.stdout.write(f"{person.email}: {count} disconnected.")
