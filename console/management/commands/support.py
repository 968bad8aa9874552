"""
Make somebody support staff, or take them out: `manage.py support EMAIL --read-only`, `--acting` or `--nothing`.

It is the one way in, beside `createsuperuser`: no page gives rights. Where nobody has the address, an account is made
without a password, which is chosen by way of “Forgot it?” at the sign-in.
"""

from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import EmailValidator
from django.db import transaction

from console import staff
from console.models import User

WORDS = {
    staff.READ_ONLY: "looks at teams, and changes nothing",
    staff.ACTING: "looks at teams, tests and pauses registries, revokes machine tokens, and ends sessions",
    "": "is no support staff",
}


class Command(BaseCommand):
    help = "Make somebody support staff, or take them out. Without an account, one is made."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="The address that the person signs in with.")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--read-only", dest="group", action="store_const", const=staff.READ_ONLY, help="May look.")
        what.add_argument("--acting", dest="group", action="store_const", const=staff.ACTING, help="May look and act.")
        what.add_argument("--nothing", dest="group", action="store_const", const="", help="Is no support staff any more.")

    @transaction.atomic
    def handle(self, *args: Any, email: str, group: str, **options: Any) -> None:
        person = User.objects.filter(email=email.strip().lower()).first() or self._made(email, group)
        if person.is_superuser:
            raise CommandError(f"{person.email} is a superuser, who may do everything. Nothing was changed.")
        person.groups.remove(*Group.objects.filter(name__in=(staff.READ_ONLY, staff.ACTING)))
        if group:
            person.groups.add(Group.objects.get(name=group))
        person.is_staff = bool(group)
        person.save(update_fields=["is_staff"])
        self.stdout.write(f"{person.email} {WORDS[group]}.")

    def _made(self, email: str, group: str) -> User:
        try:
            EmailValidator()(email.strip())
        except ValidationError:
            raise CommandError(f"{email} is no e-mail address.") from None
        if not group:
            raise CommandError(f"Nobody has the address {email}. Nothing was changed.")
        return User.objects.create_user(email)
