"""Somebody who guesses passwords: from many places at once, addresses spelled in every way, with lies about where from."""

import http.client
import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.bench.person import Person

THREADS = 8
EACH = 20
KNOWN = [f"known-{number}@northwind.example" for number in range(EACH)]
UNKNOWN = [f"unknown-{number}@northwind.example" for number in range(EACH)]
PATH = "/accounts/login/"
# One account each, however it is written: the last has the sign for kelvin, whose small letter is a k.
SPELLINGS: Sequence[Callable[[str], str]] = [
    str,
    str.upper,
    str.title,
    lambda email: f"  {email}\t",
    lambda email: email.replace("k", "\u212a"),
]
REFUSED, LIMITED, TURNED_AWAY, IN = "refused", "limited", "turned away", "in"
WORDS = {
    (200, b"The email or the password is not right."): REFUSED,
    (200, b"Too many tries. Wait five minutes, then try again."): LIMITED,
    (429, b"Wait a few minutes, then try again."): TURNED_AWAY,
    (302, b""): IN,
}


@dataclass(frozen=True)
class Guess:
    """A password for an account. It begins with the account's address, so that it tells what it was meant for."""

    number: int
    email: str
    password: str


def right(email: str) -> str:
    """Return the password that an account of KNOWN has."""
    return f"{email}:right"


def made_up(count: int) -> list[Guess]:
    """Return wrong guesses at each account in turn; the later half has, at random places, right ones for those of KNOWN."""
    emails, chance = [*KNOWN, *UNKNOWN], random.Random(48)  # noqa: S311  # The same places in every run.
    made = [Guess(number, email := emails[number % len(emails)], f"{email}:{number}") for number in range(count)]
    for number in chance.sample(range(count // 2, count), 10 * EACH):
        email = KNOWN[number % EACH]
        made[number] = Guess(number, email, right(email))
    return made


def guessed(port: int, guesses: Sequence[Guess]) -> Counter[str]:
    """Send guesses in turn by THREADS threads with a connection each; return what came of how many."""
    form = Person(port)
    token = form.token(PATH)
    cookie = "; ".join(f"{name}={value}" for name, value in form.cookies.items())
    waiting = iter(guesses)

    def send(_: int) -> list[str]:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            return [_sent(connection, guess, token, cookie) for guess in waiting]

    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(what for each in threads.map(send, range(THREADS)) for what in each)


def _sent(connection: http.client.HTTPConnection, guess: Guess, token: str, cookie: str) -> str:
    spelled = SPELLINGS[guess.number % len(SPELLINGS)](guess.email)
    asker = f"10.{guess.number >> 16 & 255}.{guess.number >> 8 & 255}.{guess.number & 255}"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": cookie,
        "Host": f"127.0.0.1:{guess.number % 65535}",
        "X-Forwarded-For": asker,
        "X-Real-IP": asker,
        "Forwarded": f"for={asker}",
    }
    fields = {"login": spelled, "password": guess.password, "csrfmiddlewaretoken": token}
    connection.request("POST", PATH, urlencode(fields), headers)
    answer = connection.getresponse()
    page = answer.read()
    [what] = [what for (status, words), what in WORDS.items() if status == answer.status and words in page]
    return what
