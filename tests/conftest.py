"""
What every test has at hand: the cast, and the seams.

The cast: alice owns Northwind, bob is an admin there, vera a member, charlie a stranger with a team of his own, sam is
support staff. Signed-in clients are called after them.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connection as database
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from console import append_only, later
from console.models import Role, Team, User
from registries import bulkhead
from registries.distribution import Secret
from registries.flavors import FLAVORS
from registries.models import Connection, Container, machine_activity
from registries.models import check as check_module
from registries.outcomes import Finding, Outcome, State, Step, StepResult
from tests.lab.sockets import open_for_real_parts
from tests.second_step import give_code_app

# How fast examples are made says something of the machine and of what else runs on it, and nothing of the code.
hypothesis.settings.register_profile("berth", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("berth")

PASSWORD = "correct horse battery staple"
CANARY = "CANARY-4f1d7c2e-password"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    open_for_real_parts(items, Path(__file__).parent)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """
    Begin with an empty catalogue, as every test does after the first one with threads, whose end empties all tables.

    The record of activity refuses to be emptied; its triggers are taken away for that, and are back before the next test.
    """
    with django_db_blocker.unblock():
        Container.objects.all().delete()
    operations: Any = type(database.ops)  # Where a browser runs, the connection is another object than here.
    empty = operations.execute_sql_flush

    def without_triggers(self: Any, statements: Any) -> None:
        append_only.lift()
        empty(self, statements)
        append_only.guard()

    operations.execute_sql_flush = without_triggers


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """Begin as a new process does, which has seen no machine yet."""
    machine_activity.forget()


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice@northwind.example", PASSWORD, name="Alice Andersen")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob@northwind.example", PASSWORD, name="Bob Berg")


@pytest.fixture
def vera(db: None) -> User:
    return User.objects.create_user("vera@northwind.example", PASSWORD, name="Vera Voss")


@pytest.fixture
def charlie(db: None) -> User:
    charlie = User.objects.create_user("charlie@elsewhere.example", PASSWORD, name="Charlie Chen")
    Team.objects.found("Elsewhere", by=charlie)
    return charlie


@pytest.fixture
def sam(db: None) -> User:
    sam = User.objects.create_superuser("sam@support.example", PASSWORD, name="Sam Sato")
    give_code_app(sam)  # As all of staff needs one.
    return sam


@pytest.fixture
def team(alice: User, bob: User, vera: User) -> Team:
    team = Team.objects.found("Northwind", by=alice, first=True)
    team.memberships.create(user=bob, role=Role.ADMIN)
    team.memberships.create(user=vera, role=Role.MEMBER)
    return team


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """Return a client of a person who has signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


class Inline:
    """A bulkhead that runs each job at once, in the test's own thread and transaction."""

    def __init__(self) -> None:
        self.full = False

    def enter(self, job: Callable[[], None]) -> "Future[None] | None":
        if self.full:
            return None
        done: Future[None] = Future()
        job()
        done.set_result(None)
        return done


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch) -> Inline:
    """Run checks inline; a test may set `places.full`."""
    inline = Inline()
    monkeypatch.setattr(check_module, "bulkhead", lambda: inline)
    return inline


@pytest.fixture
def real_places(monkeypatch: pytest.MonkeyPatch, places: Inline) -> Iterator[Any]:
    """Give a test the bulkhead with its threads, as it is in a process that serves."""
    made = bulkhead.Bulkhead(2)
    monkeypatch.setattr(check_module, "bulkhead", lambda: made)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def at_once_instead_of_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do at once what is done later, so that what comes of it is there when a test looks."""
    monkeypatch.setattr(later, "do", lambda what, job: job())


@pytest.fixture(autouse=True)
def no_mail_or_cache_left(settings: Settings) -> Iterator[None]:
    """Count sign-ins in memory, for each test afresh."""
    from django.core.cache import cache

    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def cast(alice: User, bob: User, vera: User, charlie: User, sam: User) -> dict[str, User]:
    """The whole cast by name."""
    return {"alice": alice, "bob": bob, "vera": vera, "charlie": charlie, "sam": sam}


@pytest.fixture
def connection(team: Team, alice: User) -> Connection:
    """A connection of Northwind called `web`, at a registry of another kind, with a canary for a password."""
    registry = FLAVORS["other"](
        url="https://registry.example.com", namespace="web", username="puller", password=Secret(CANARY)
    )  # type: ignore[call-arg]
    return team.connections.connect("web", registry, by=alice)


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every check end as unreachable at once, for tests of who may start one."""

    def examine(registry: Any, check: Any, **details: Any) -> Finding:
        steps = tuple(StepResult(step=step, state=State.SKIPPED) for step in Step)
        return Finding(outcome=Outcome.UNREACHABLE, steps=steps)

    monkeypatch.setattr(check_module, "examine", examine)
