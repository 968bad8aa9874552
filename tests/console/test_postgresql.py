"""How a connection to PostgreSQL that was kept is tried: without a question where the server has said nothing."""

import select
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import close_old_connections, connection

from console.postgresql import base
from console.postgresql.base import ASK_AFTER_SECONDS, DatabaseWrapper


class Kept:
    """A connection as the driver has it, to a server that answers every question."""

    def __init__(self, end: socket.socket) -> None:
        self.end, self.closed, self.asked = end, False, 0

    def fileno(self) -> int:
        return self.end.fileno()

    def cursor(self) -> "Kept":
        return self

    def __enter__(self) -> "Kept":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def execute(self, sql: str) -> None:
        self.asked += 1


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(base, "time", clock)
    return clock


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def kept(ends: tuple[socket.socket, socket.socket]) -> Kept:
    return Kept(ends[0])


@pytest.fixture
def wrapper(kept: Kept, clock: Clock) -> DatabaseWrapper:
    wrapper = DatabaseWrapper(connection.settings_dict | {"NAME": "one", "OPTIONS": {}})
    wrapper.connection = kept
    assert (wrapper.is_usable(), kept.asked) == (True, 1)  # As long as nothing is known of it, it is asked.
    return wrapper


def test_a_server_that_is_silent_is_not_asked(wrapper: DatabaseWrapper, kept: Kept) -> None:
    assert (wrapper.is_usable(), kept.asked) == (True, 1)


def test_a_server_that_hung_up_is_asked(
    wrapper: DatabaseWrapper, kept: Kept, ends: tuple[socket.socket, socket.socket]
) -> None:
    ends[1].close()

    wrapper.is_usable()

    assert kept.asked == 2


def test_a_connection_that_is_known_to_be_closed_is_asked(wrapper: DatabaseWrapper, kept: Kept) -> None:
    kept.closed = True

    wrapper.is_usable()

    assert kept.asked == 2


def test_after_an_error_the_server_is_asked(wrapper: DatabaseWrapper, kept: Kept) -> None:
    wrapper.errors_occurred = True

    wrapper.is_usable()

    assert kept.asked == 2


def test_after_a_minute_without_use_the_server_is_asked(wrapper: DatabaseWrapper, kept: Kept, clock: Clock) -> None:
    clock.now += ASK_AFTER_SECONDS - 1
    wrapper.is_usable()
    clock.now += ASK_AFTER_SECONDS - 1
    wrapper.is_usable()
    assert kept.asked == 1

    clock.now += ASK_AFTER_SECONDS
    wrapper.is_usable()

    assert kept.asked == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="It is about PostgreSQL.")
@pytest.mark.django_db(transaction=True)
def test_a_request_after_the_server_ended_its_connection_gets_a_new_one() -> None:
    live: Any = connection
    live.ensure_connection()
    live.close_at = None  # As where it is kept for minutes.
    close_old_connections()
    pid = _backend(live)
    other = live.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    other.close()
    assert select.select([live.connection], [], [], 10)[0]

    close_old_connections()  # A request begins.

    assert _backend(live) != pid


def _backend(live: Any) -> int:
    with live.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        found: int = cursor.fetchone()[0]
    return found
