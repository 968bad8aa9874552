"""Twenty machines at once where a login is minted on use: one mints for all, and a provider that hangs stops no other."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections as databases
from django.test import Client
from django.utils import timezone

from console.models import Team, User
from registries.distribution import DeadlinePassed, NotTrusted, RateLimited, Secret, Unreachable
from registries.flavors.github import GitHub
from registries.models import Connection, HandOut, MachineToken, Minted, hand_out
from registries.models.minted import MARGIN
from tests.conftest import CANARY
from tests.registries.api.conftest import issue
from tests.registries.test_ecr import refused
from tests.registries.test_minted import Clock, Mint, ecr

MANY = 20
PLACES = 2  # as many as a process with four threads has

Ask = Callable[..., Any]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mint]:
    """AWS, at the end of every way; its passwords are numbered."""
    aws = Mint(clock=Clock(at=timezone.now()))

    class Way:
        def __init__(self, *args: Any, **details: Any) -> None:
            pass

        def __enter__(self) -> Mint:
            return aws

        def __exit__(self, *error: object) -> None:
            pass

    monkeypatch.setattr(hand_out, "Way", Way)
    yield aws
    aws.gate.set()


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Give this process so many places for requests that wait for a provider."""

    def give(number: int) -> None:
        semaphore = threading.BoundedSemaphore(number)
        monkeypatch.setattr(hand_out, "_places", lambda: semaphore)

    give(PLACES)
    return give


@pytest.fixture
def ecr_connection(team: Team, alice: User) -> Connection:
    return team.connections.connect("ecr", ecr(), by=alice)


@dataclass
class Machines:
    """Machines, each with a token of its own."""

    tokens: list[str]

    def ask(self, number: int = 0, path: str = "credentials", **query: str) -> Any:
        client = Client(raise_request_exception=False)
        headers = {"Authorization": f"Bearer {self.tokens[number]}"}
        usual = {"registry": "ecr"} if path == "credentials" else {}
        return client.get(f"/api/v1/{path}", query or usual, headers=headers)

    def ask_in_a_thread(self, number: int) -> Any:
        try:
            return self.ask(number)
        finally:
            databases.close_all()


@pytest.fixture
def machines(team: Team, alice: User, aws: Mint, places: Any, ecr_connection: Connection) -> Machines:
    return Machines([issue(team, f"machine-{number}", by=alice)[1] for number in range(MANY)])


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=MANY) as threads:
        yield threads


def password(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return str(answer.json()["password"]).removeprefix(f"{CANARY}-")


def wait_until(happens: Callable[[], Any], *, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_twenty_at_once_after_an_end_are_given_one_login_minted_once(
    machines: Machines, aws: Mint, places: Callable[[int], None], threads: ThreadPoolExecutor
) -> None:
    places(MANY // 2)
    assert password(machines.ask()) == "1"
    Minted.objects.update(expires_at=timezone.now())  # It has just ended.
    aws.gate.clear()

    asked = [threads.submit(machines.ask_in_a_thread, number) for number in range(MANY)]
    wait_until(lambda: Minted.objects.get().claimed_at)
    time.sleep(0.3)  # AWS takes as long as that, and meanwhile all of them have come.
    aws.gate.set()
    answers = [one.result() for one in asked]

    assert [password(answer) for answer in answers] == ["2"] * MANY
    assert len(aws.sent) == 2
    assert len({answer.json()["expires_at"] for answer in answers}) == 1
    given = HandOut.objects.given().exclude(token=None)
    assert given.count() == MANY + 1
    assert given.values("token").distinct().count() == MANY


def test_while_a_provider_hangs_others_are_told_so_soon_and_the_rest_is_answered(
    machines: Machines, aws: Mint, threads: ThreadPoolExecutor, team: Team, alice: User
) -> None:
    team.connections.connect("shared", ecr(region="eu-west-2"), by=alice)
    team.connections.connect("third", ecr(region="eu-west-3"), by=alice)
    team.connections.connect("acme", GitHub(namespace="acme", username="robot", password=Secret("p")), by=alice)
    assert password(machines.ask(registry="shared")) == "1"
    aws.gate.clear()
    hanging = [threads.submit(machines.ask_in_a_thread, number) for number in range(PLACES)]
    free = hand_out._places()
    wait_until(lambda: free._value == 0)

    began = time.monotonic()
    same, other = machines.ask(3), machines.ask(4, registry="third")
    lasted = time.monotonic() - began

    for answer in (same, other):
        assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "busy", "2")
    assert lasted < 2 * hand_out.WAIT_FOR_A_PLACE_SECONDS + 2
    assert not Minted.objects.exclude(claimed_at=None).exclude(connection__name="ecr").exists()  # The next one may mint.
    # What needs no provider is answered meanwhile, a login that is shared too.
    began = time.monotonic()
    assert machines.ask(5, registry="acme").status_code == 200
    assert password(machines.ask(6, registry="shared")) == "1"
    assert machines.ask(7, "registries").status_code == 200
    assert time.monotonic() - began < 2
    aws.gate.set()
    assert {password(one.result()) for one in hanging} == {"2"}
    assert free._value == PLACES
    assert set(HandOut.objects.filter(result="busy").values_list("registry", flat=True)) == {"ecr", "third"}


def test_a_place_is_given_back_whatever_happens(machines: Machines, aws: Mint) -> None:
    class Broken(Exception):
        pass

    for error in (Unreachable(host="h"), Broken(), RateLimited(host="h"), refused(400, "UnrecognizedClientException")):
        aws.replies = [error]
        machines.ask()

    assert hand_out._places()._value == PLACES
    assert password(machines.ask()) == "5"


def test_a_renewal_that_is_refused_gives_no_dead_login(machines: Machines, aws: Mint) -> None:
    machines.ask()
    Minted.objects.update(expires_at=timezone.now())
    aws.replies = [refused(400, "UnrecognizedClientException"), refused(400, "AccessDeniedException")]

    for _ in range(2):
        answer = machines.ask()
        assert (answer.status_code, answer.json()["code"]) == (503, "renewal_refused")
        assert answer["Retry-After"] == "300"
        assert answer.json()["registries"] == ["ecr"]
        assert CANARY not in answer.content.decode()
    assert HandOut.objects.filter(result="renewal_refused", registry="ecr").count() == 2
    for path in ("docker-config", "pull-secret"):
        aws.replies = [refused(400, "UnrecognizedClientException")]
        assert machines.ask(0, path, registry="ecr").json()["code"] == "renewal_refused"


@pytest.mark.parametrize(
    "error",
    [Unreachable(host="h"), DeadlinePassed(host="h"), NotTrusted(host="h", reason="expired"), RateLimited(host="h")],
)
def test_a_provider_that_gives_nothing_is_asked_again_later(machines: Machines, aws: Mint, error: Exception) -> None:
    aws.replies = [error]

    answer = machines.ask()

    assert (answer.status_code, answer.json()["code"]) == (503, "registry_unreachable")
    assert int(answer["Retry-After"]) > 0
    assert password(machines.ask()) == "2"


def test_a_shared_login_is_given_on_while_the_provider_refuses(machines: Machines, aws: Mint) -> None:
    machines.ask()
    aws.replies = [refused(400, "UnrecognizedClientException")] * 2
    row = Minted.objects.get()

    again = machines.ask()
    Minted.objects.update(expires_at=timezone.now() + MARGIN + timedelta(minutes=1))
    late = machines.ask()
    Minted.objects.update(expires_at=timezone.now() + MARGIN)
    at_its_end = machines.ask()

    assert (password(again), password(late)) == ("1", "1")
    assert row.expires_at is not None
    assert again.json()["expires_at"] == row.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (at_its_end.status_code, at_its_end.json()["code"]) == (503, "renewal_refused")


def test_a_shared_login_is_not_given_once_the_connection_is_paused(
    machines: Machines, ecr_connection: Connection, alice: User
) -> None:
    machines.ask()
    ecr_connection.pause(True, by=alice)

    assert machines.ask().json()["code"] == "paused"


def test_a_revoked_token_gets_no_shared_login(machines: Machines, alice: User) -> None:
    machines.ask()
    MachineToken.objects.get(name="machine-0").revoke(by=alice)

    assert machines.ask(0).status_code == 401
    assert password(machines.ask(1)) == "1"
