"""Guesses at one account count together, whatever they look like; and how a limit ends."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from console.models import User
from tests.conftest import PASSWORD

LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"
REFUSED, LIMITED, IN = "refused", "limited", "in"
WORDS = {
    "The email or the password is not right.": REFUSED,
    "Too many tries. Wait five minutes, then try again.": LIMITED,
}
NEW = "another long passphrase"
places = (f"10.0.{number >> 8}.{number & 255}" for number in count())


def guess(email: str, password: str = "wrong", *, place: str = "", **headers: str) -> str:
    """Sign in from a place of its own, where none is given; return what came of it."""
    extra: dict[str, str] = {"REMOTE_ADDR": place or next(places), **headers}
    answer = Client().post(LOGIN, {"login": email, "password": password}, **extra)  # type: ignore[arg-type]
    if answer.status_code == 302:
        return IN
    [what] = [what for words, what in WORDS.items() if words in answer.content.decode()]
    return what


def reset(email: str, *, place: str) -> None:
    """Choose a new password by the mailed link."""
    client = Client(REMOTE_ADDR=place)
    client.post(RESET, {"email": email})
    form = client.get("/accounts/" + str(mail.outbox[-1].body).split("/accounts/")[1].split()[0], follow=True)
    done = client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    assert done.status_code == 302


def test_a1_the_sixth_guess_is_not_evaluated_even_if_it_is_right(alice: User) -> None:
    assert [guess(alice.email) for _ in range(5)] == [REFUSED] * 5

    assert guess(alice.email, PASSWORD) == LIMITED


def test_a_limit_reads_the_same_for_an_unknown_address(alice: User) -> None:
    unknown = "nobody@northwind.example"

    assert [guess(unknown) for _ in range(6)] == [guess(alice.email) for _ in range(6)] == [REFUSED] * 5 + [LIMITED]


def test_another_host_name_or_port_is_no_new_limit(alice: User) -> None:
    hosts = ["127.0.0.1", "localhost", "localhost:1", "localhost:2", "LOCALHOST", "localhost.", "[::1]:65535"]

    assert [guess(alice.email, HTTP_HOST=host) for host in hosts] == [REFUSED] * 5 + [LIMITED] * 2
    assert guess(alice.email, PASSWORD, HTTP_HOST="localhost:3") == LIMITED


@pytest.mark.parametrize(
    "spelled",
    ["vera.k@northwind.example", "VERA.K@northwind.example", "vera.k@NORTHWIND.example", " vera.k@northwind.example\t",
     "vera.\u212a@northwind.example"],
)  # fmt: skip
def test_an_account_counts_as_one_however_it_is_spelled(spelled: str, db: None) -> None:
    User.objects.create_user("vera.k@northwind.example", PASSWORD)
    assert guess(spelled, PASSWORD) == IN

    for _ in range(5):
        guess("Vera.K@northwind.example")

    assert guess(spelled, PASSWORD) == LIMITED


@pytest.mark.parametrize("other", ["alice+1@northwind.example", "al.ice@northwind.example", "al\u0131ce@northwind.example"])
def test_an_address_that_only_resembles_one_neither_opens_nor_locks_it(other: str, alice: User) -> None:
    assert [guess(other, PASSWORD) for _ in range(6)] == [REFUSED] * 5 + [LIMITED]

    assert guess(alice.email, PASSWORD) == IN


def test_two_addresses_of_one_person_count_together(alice: User) -> None:
    EmailAddress.objects.create(user=alice, email="alice@new.example", verified=False, primary=False)

    assert [guess(email) for email in ("alice@new.example", alice.email) * 3] == [REFUSED] * 5 + [LIMITED]


def test_whoever_claims_anothers_address_takes_no_guesses_over(alice: User, bob: User) -> None:
    EmailAddress.objects.create(user=bob, email=alice.email, verified=False, primary=False)

    for _ in range(5):
        guess(alice.email)

    assert guess(bob.email, PASSWORD) == IN
    assert guess(alice.email, PASSWORD) == LIMITED


def test_v48_a_success_does_not_set_the_count_back(alice: User) -> None:
    assert [guess(alice.email) for _ in range(4)] == [REFUSED] * 4
    assert [guess(alice.email, PASSWORD) for _ in range(3)] == [IN] * 3

    assert guess(alice.email) == REFUSED
    assert guess(alice.email, PASSWORD) == LIMITED


def test_v48_a_success_sets_nobody_elses_count_back_nor_that_of_the_place(alice: User, bob: User) -> None:
    here = next(places)
    assert [guess(f"nobody-{number}@northwind.example", place=here) for number in range(9)] == [REFUSED] * 9

    assert guess(alice.email, PASSWORD, place=here) == IN
    assert guess(bob.email, place=here) == REFUSED

    assert guess(bob.email, PASSWORD, place=here) == LIMITED
    assert guess(bob.email, PASSWORD) == IN


def test_v48_a_password_that_was_reset_forgives_its_account_and_not_the_place(alice: User, bob: User) -> None:
    here = next(places)
    for _ in range(5):
        guess(alice.email)
    for number in range(10):
        guess(f"nobody-{number}@northwind.example", place=here)

    reset(alice.email, place=here)

    assert guess(bob.email, PASSWORD, place=here) == LIMITED
    assert guess(alice.email, NEW) == IN


def test_after_five_minutes_somebody_may_try_again(alice: User) -> None:
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False) as now:
        assert [guess(alice.email) for _ in range(6)] == [REFUSED] * 5 + [LIMITED]
        now.shift(timedelta(minutes=4, seconds=59))
        assert guess(alice.email, PASSWORD) == LIMITED

        now.shift(timedelta(seconds=1))

        assert guess(alice.email, PASSWORD) == IN


def test_of_guesses_that_come_one_a_minute_only_five_count_within_five_minutes(alice: User) -> None:
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False) as now:
        came = []
        for _ in range(120):
            came.append(guess(alice.email))
            now.shift(timedelta(seconds=30))

    assert all(came[minute : minute + 10].count(REFUSED) == 5 for minute in range(110))


def test_a2_one_place_guesses_at_ten_accounts_a_minute_and_no_more(db: None) -> None:
    here = next(places)

    came = [guess(f"nobody-{number}@northwind.example", place=here) for number in range(12)]

    assert came == [REFUSED] * 10 + [LIMITED] * 2
