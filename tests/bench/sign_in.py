"""
Whether time tells who has an account: sign-in, a new password and invitations, for what is known and what is not [A4, A6].

Berth is served as people serve it, with a mail server on loopback that takes its time. What is compared is asked for in
turn, in an order that changes, so that whatever else the machine does falls on all alike. Each request comes from an
address of its own and few are about one account: limits count as ever, and none is reached.

The gap is how much longer the slowest median is than the quickest. What could be told from one another by its answer, such
as an invitation that opens, is measured for itself.
"""

import http.client
import os
import random
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlencode

from django.utils import timezone

from console.models import Invitation, Role, Team, User
from tests.bench.figures import line, middle_and_slow, milliseconds
from tests.bench.people import PASSWORD, found_team
from tests.bench.person import Person
from tests.bench.site import served
from tests.lab.mail_server import MailServer

SAMPLES = 200
ACCOUNTS = 50  # Four guesses at each: five would be the most.
MAIL_SECONDS = 0.02
LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"

Ask = Callable[[int], None]


@dataclass
class Asker:
    """A client with one connection, whose every request says that it comes from elsewhere."""

    connection: http.client.HTTPConnection
    form: Person
    places: Iterator[int]

    def send(self, method: str, path: str, expected: int, words: str = "", **fields: str) -> None:
        """Send a request, and read its answer. Raises AssertionError where it is another one than expected."""
        number = next(self.places)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.form.cookies.items()),
            "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.connection.request(method, path, urlencode(fields) if fields else None, headers)
        answer = self.connection.getresponse()
        page = answer.read().decode()
        assert answer.status == expected, f"{path} answered HTTP {answer.status}."
        assert words in page, f"{path} does not say: {words}"


def compared(what: str, kinds: Mapping[str, Ask]) -> None:
    """Ask for each kind SAMPLES times, by turns, and print the medians and the gap between them."""
    order, taken = list(kinds), {kind: list[float]() for kind in kinds}
    for number in range(SAMPLES):
        random.shuffle(order)
        for kind in order:
            taken[kind].append(milliseconds(lambda kind=kind, number=number: kinds[kind](number)))  # type: ignore[misc]
    for kind, times in taken.items():
        line(f"{what}: {kind}", middle_and_slow(times))
    if len(taken) > 1:
        medians = sorted(statistics.median(times) for times in taken.values())
        line(f"{what}: gap", f"{(medians[-1] / medians[0] - 1) * 100:9.1f} %")


def measured(port: int, team: Team, owner: User) -> None:
    known, silent = people("known", PASSWORD), people("silent", None)
    unknown = [f"unknown-{number}@berth.example" for number in range(ACCOUNTS)]
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        asker = Asker(connection, form := Person(port), count())
        token = form.token(LOGIN)

        def sign_in(emails: list[str]) -> Ask:
            refusal = "The email or the password is not right."
            return lambda number: asker.send(
                "POST", LOGIN, 200, refusal, login=emails[number % ACCOUNTS], password="wrong", csrfmiddlewaretoken=token
            )

        def ask_for_mail(emails: list[str]) -> Ask:
            return lambda number: asker.send("POST", RESET, 302, email=emails[number % ACCOUNTS], csrfmiddlewaretoken=token)

        def look(path: str, expected: int) -> Ask:
            return lambda number: asker.send("GET", path, expected)

        sign_in(["warm@berth.example"] * ACCOUNTS)(0)
        compared("sign in", {"known": sign_in(known), "unknown": sign_in(unknown), "no password": sign_in(silent)})
        compared("new password", {"known": ask_for_mail(known), "unknown": ask_for_mail(unknown)})
        compared("invitation", {name: look(path, 404) for name, path in dead_invitations(team, owner).items()})
        [(_, secret)] = Invitation.objects.invite(team, ["open@berth.example"], Role.MEMBER, by=owner)
        compared("invitation", {"open": look(f"/invitations/{secret}/", 200)})


def people(name: str, password: str | None) -> list[str]:
    """Make ACCOUNTS people, and return their addresses."""
    emails = [f"{name}-{number}@berth.example" for number in range(ACCOUNTS)]
    for email in emails:
        User.objects.create_user(email, password)
    return emails


def dead_invitations(team: Team, owner: User) -> dict[str, str]:
    """Return links of invitations that let nobody in: one that ended, one that was withdrawn, one that never was."""
    [(ended, its), (withdrawn, other)] = Invitation.objects.invite(
        team, ["ended@berth.example", "withdrawn@berth.example"], Role.MEMBER, by=owner
    )
    withdrawn.withdraw(by=owner)
    ended.ends_at = timezone.now() - timedelta(minutes=1)
    ended.save(update_fields=["ends_at"])
    secrets = {"ended": its, "withdrawn": other, "unknown": "A" * len(its)}
    return {name: f"/invitations/{secret}/" for name, secret in secrets.items()}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="berth-") as folder, MailServer(seconds=MAIL_SECONDS) as mail:
        settings = {"BERTH_PROXIES": "1", "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}"}
        with patch.dict(os.environ, settings), served(Path(folder)) as site:
            measured(site.port, *found_team("Bench"))
        line("mails that were sent", f"{mail.taken:9}")
