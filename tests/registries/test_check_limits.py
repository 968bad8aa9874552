"""How many checks people may start: of a team within an hour, of a host within a minute, over all processes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from console.models import Team, User
from registries.flavors import FLAVORS
from registries.models import Check, Connection
from registries.models import check as check_module
from registries.outcomes import Finding, Outcome, State, Step, StepResult

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADD = "/teams/northwind/containers/add/other/try/"
TYPED = {"url": "https://typed.example.com", "method": "none", "purpose": "pull"}
CHECK = "/teams/northwind/containers/web/check/"


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts that were really looked at, in order."""
    examined: list[str] = []

    def examine(registry: Any, check: Check, **details: Any) -> Finding:
        examined.append(registry.host)
        steps = tuple(StepResult(step=step, state=State.PASSED, fact="Fine.") for step in Step)
        return Finding(outcome=Outcome.CONNECTED, steps=steps)

    monkeypatch.setattr(check_module, "examine", examine)
    return examined


@pytest.fixture
def bobs(bob: User, team: Team, signed_in: Callable[[User], Client], settings: Settings) -> Client:
    settings.BERTH_CHECKS_PER_TEAM, settings.BERTH_CHECKS_PER_HOST = 5, 3
    return signed_in(bob)


def test_a_host_is_tested_a_few_times_within_a_minute_and_the_page_says_when_again(
    bobs: Client, examined: list[str]
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        answers = [bobs.post(ADD, TYPED) for _ in range(4)]
        clock.shift(timedelta(seconds=61))
        later = bobs.post(ADD, TYPED)

    page = answers[-1].content.decode()
    assert examined == ["typed.example.com"] * 4
    assert "This host was tested 3 times within a minute." in page
    assert "Test again at 12:01:01 UTC." in page
    assert "This host was tested" not in later.content.decode()


@pytest.mark.parametrize("port", ["", ":8443", ":5000"])
def test_another_port_is_the_same_host(port: str, bobs: Client, examined: list[str]) -> None:
    for number in range(4):
        bobs.post(ADD, TYPED | {"url": f"https://typed.example.com:{9000 + number}"})
    bobs.post(ADD, TYPED | {"url": f"https://typed.example.com{port}"})
    bobs.post(ADD, TYPED | {"url": "https://typed.example.com.au"})

    assert len(examined) == 4
    assert examined[-1] == "typed.example.com.au"


def test_the_teams_share_what_a_host_takes(
    bobs: Client, charlie: User, examined: list[str], signed_in: Callable[[User], Client]
) -> None:
    for _ in range(3):
        signed_in(charlie).post(ADD.replace("northwind", "elsewhere"), TYPED)

    assert "This host was tested 3 times within a minute." in bobs.post(ADD, TYPED).content.decode()
    assert len(examined) == 3


def test_a_team_starts_so_many_within_an_hour_and_another_team_is_not_in_its_way(
    bobs: Client, charlie: User, examined: list[str], signed_in: Callable[[User], Client]
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(5):
            bobs.post(ADD, TYPED | {"url": f"https://host{number}.example.com"})
            clock.shift(timedelta(minutes=2))
        refused = bobs.post(ADD, TYPED).content.decode()
        signed_in(charlie).post(ADD.replace("northwind", "elsewhere"), TYPED)
        clock.move_to(NOON + timedelta(hours=1, seconds=2))
        bobs.post(ADD, TYPED | {"url": "https://host6.example.com"})

    assert "This team started 5 tests within an hour." in refused
    assert "Test again at 13:00:01 UTC." in refused
    assert examined == [*(f"host{number}.example.com" for number in range(5)), "typed.example.com", "host6.example.com"]


def test_a_refused_test_changes_nothing_of_a_connection(bobs: Client, connection: Connection, examined: list[str]) -> None:
    for _ in range(5):
        bobs.post(CHECK)

    connection.refresh_from_db()
    page = bobs.get("/teams/northwind/containers/web/").content.decode()
    assert examined == ["registry.example.com"] * 3
    assert connection.outcome == Outcome.CONNECTED
    assert "This host was tested 3 times within a minute." in page


def test_what_nobody_started_is_not_counted(bobs: Client, connection: Connection, examined: list[str]) -> None:
    for _ in range(4):
        Check.objects.ask(connection, by=None)
        Check.run_queued()

    assert bobs.post(CHECK).status_code == 302
    assert len(examined) == 5


def test_a_saved_connection_is_saved_whatever_the_limit_says(bobs: Client, examined: list[str], team: Team) -> None:
    for _ in range(3):
        bobs.post(ADD, TYPED)

    bobs.post(ADD.removesuffix("try/"), TYPED | {"name": "saved"})

    saved = team.connections.get(name="saved")
    assert saved.outcome == ""
    assert isinstance(saved.open(), FLAVORS["other"])
    assert len(examined) == 3
