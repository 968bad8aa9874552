"""How often the rows of a list ask how their checks go: soon while one runs, seldom while it waits, and ever less often."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from console.models import User
from registries.models import Check, Connection


def asks_after_ms(client: Client) -> int | None:
    page = client.get("/teams/northwind/containers/").content.decode()
    found = re.search(r'<tr[^>]* id="registry-web"[^>]* hx-trigger="load delay:(\d+)ms"', page)
    return int(found[1]) if found else None


@pytest.mark.parametrize(
    ("queued", "begun", "least", "most"),
    [
        (0, 0, 700, 700),
        (4, 4, 800, 1_000),
        (20, 20, 3_000, 3_000),
        (0, None, 2_000, 2_000),
        (8, None, 4_000, 4_200),
        (3_600, None, 10_000, 10_000),
        (50, 0, 700, 700),  # It waited for its turn, which has come.
    ],
)
def test_a_row_asks_the_less_often_the_longer_its_check_takes(
    queued: int,
    begun: int | None,
    least: int,
    most: int,
    connection: Connection,
    alice: User,
    signed_in: Callable[[User], Client],
) -> None:
    now = timezone.now()
    Check.objects.create(
        team=connection.team,
        connection=connection,
        host=connection.host,
        queued_at=now - timedelta(seconds=queued),
        started_at=None if begun is None else now - timedelta(seconds=begun),
    )

    after_ms = asks_after_ms(signed_in(alice))

    assert after_ms is not None
    assert least <= after_ms <= most


def test_a_row_whose_check_has_ended_asks_nothing(
    connection: Connection, alice: User, signed_in: Callable[[User], Client]
) -> None:
    Check.objects.create(team=connection.team, connection=connection, host="h", finished_at=timezone.now())

    assert asks_after_ms(signed_in(alice)) is None


def test_two_clocks_that_differ_let_no_row_ask_at_once(
    connection: Connection, alice: User, signed_in: Callable[[User], Client]
) -> None:
    ahead = timezone.now() + timedelta(minutes=5)
    Check.objects.create(team=connection.team, connection=connection, host="h", queued_at=ahead, started_at=ahead)

    assert asks_after_ms(signed_in(alice)) == 700
