"""What is done later: soon, in its turn, at most once; and a flood or a fault of it harms nobody."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.core import context
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client, RequestFactory

from console import later
from console.models import User

RESET = "/accounts/password/reset/"
do = later.do  # The tests of other things do it at once; see `tests/conftest.py`.


@pytest.fixture(autouse=True)
def thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadPoolExecutor]:
    """Give what is done later a thread of the test's own, and no time to wait."""
    with ThreadPoolExecutor(1) as own:
        monkeypatch.setattr(later, "_threads", [own])
        monkeypatch.setattr(later, "_places", threading.BoundedSemaphore(later.MOST_WAITING))
        monkeypatch.setattr(later, "A_MOMENT_SECONDS", 0.0)
        monkeypatch.setattr(later, "do", do)
        yield own


@pytest.fixture
def finish(thread: ThreadPoolExecutor) -> Callable[[], None]:
    """Give what waits until all is done that was to be done."""
    return lambda: thread.submit(lambda: None).result()


@pytest.mark.django_db(transaction=True)
def test_a_link_for_a_new_password_is_mailed_after_the_answer(
    alice: User, monkeypatch: pytest.MonkeyPatch, finish: Callable[[], None]
) -> None:
    answered, sent_after = threading.Event(), list[bool]()
    send = EmailMessage.send
    monkeypatch.setattr(
        EmailMessage,
        "send",
        lambda message: (sent_after.append(answered.wait(10)), send(message)),  # type: ignore[func-returns-value]
    )

    answer = Client().post(RESET, {"email": alice.email})
    answered.set()
    finish()

    assert answer.headers["Location"] == "/accounts/password/reset/done/"
    assert sent_after == [True]
    assert [message.to for message in mail.outbox] == [[alice.email]]
    assert "http://127.0.0.1:8000/accounts/password/reset/key/" in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("email", ["alice@northwind.example", "nobody@northwind.example"])
def test_a_mail_server_that_fails_tells_nothing_of_an_address(
    email: str, alice: User, monkeypatch: pytest.MonkeyPatch, finish: Callable[[], None]
) -> None:
    def fail(message: EmailMessage) -> None:
        raise OSError(alice.email)

    monkeypatch.setattr(EmailMessage, "send", fail)

    answer = Client().post(RESET, {"email": email})
    finish()

    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/password/reset/done/")


def test_a_fault_is_logged_without_its_words_and_ends_nothing(
    finish: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    done = []

    def fail() -> None:
        raise OSError("alice@northwind.example")

    later.do("a link", fail)
    later.do("a link", lambda: done.append("next"))
    finish()

    assert done == ["next"]
    assert caplog.messages == ["a link was not sent: OSError"]


def test_of_a_flood_only_so_many_wait_and_it_is_logged(
    finish: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    hangs, done = threading.Event(), list[int]()

    for number in range(later.MOST_WAITING + 3):
        later.do("a link", lambda number=number: (hangs.wait(10), done.append(number)))  # type: ignore[misc, func-returns-value]
    hangs.set()
    finish()

    assert done == list(range(later.MOST_WAITING))
    assert caplog.messages == ["a link was not sent: 100 wait already"] * 3
    later.do("a link", lambda: done.append(-1))
    finish()
    assert done[-1] == -1


def test_it_knows_which_request_it_is_about(finish: Callable[[], None]) -> None:
    request, seen = RequestFactory().get("/"), list[object]()

    with context.request_context(request):
        later.do("a link", lambda: seen.append(context.request))
    finish()

    assert seen == [request]
