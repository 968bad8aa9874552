"""A machine with a token, and what it asks."""

import io
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from console.models import Team, User
from console.reports import Line
from registries.models import Connection, MachineToken

Ask = Callable[..., Any]


def issue(team: Team, name: str, *, by: User, connections: list[Connection] | None = None) -> tuple[MachineToken, str]:
    """Make a token that ends in a month; return its row and its text."""
    ends_at = timezone.now() + timedelta(days=30)
    row, text = MachineToken.objects.issue(team, name, by=by, ends_at=ends_at, connections=connections)
    return row, text.reveal()


@pytest.fixture
def machine(team: Team, alice: User) -> tuple[MachineToken, str]:
    """A token for all registries of the team, and its text."""
    return issue(team, "ci-runner", by=alice)


@pytest.fixture
def ask(machine: tuple[MachineToken, str]) -> Ask:
    """Ask the API as a machine does: `ask("credentials", image=…)`, by default with the token for everything."""

    def ask(path: str, *, token: str = machine[1], **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = Client(headers={"User-Agent": "berth/1"}, raise_request_exception=False)
        return client.get(f"/api/v1/{path}", query, headers=headers)

    return ask


@pytest.fixture
def capture_log() -> Iterator[Callable[[], str]]:
    """Return what all loggers say, down to DEBUG and in the form that Berth writes it; botocore's stay quiet."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Line())
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] != "botocore"]
    known = [logging.root, *map(logging.getLogger, names)]
    before = [(logger, logger.level) for logger in known]
    ends = [logger for logger in known if logger is logging.root or not logger.propagate]
    for logger in known:
        logger.setLevel(logging.DEBUG)
    for logger in ends:
        logger.addHandler(handler)
    yield written.getvalue
    for logger in ends:
        logger.removeHandler(handler)
    for logger, level in before:
        logger.setLevel(level)
