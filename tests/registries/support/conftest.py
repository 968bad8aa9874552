"""Support staff of each kind, signed in: ada acts, rita only looks, and olga is staff in no group."""

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection as database
from django.test import Client
from django.urls import reverse

from console import staff
from console.models import User
from registries.models import Connection
from tests.conftest import PASSWORD
from tests.second_step import give_code_app

GROUPS = import_module("console.migrations.0010_support_groups")
Page = Callable[..., str]


@pytest.fixture
def groups(db: None) -> None:
    """The groups as the migration makes them, also after a test with threads, whose end empties all tables."""
    GROUPS.make_groups(apps, SimpleNamespace(connection=database))


def employed(name: str, group: str = "") -> User:
    person = User.objects.create_user(f"{name.lower()}@support.example", PASSWORD, name=name, is_staff=True)
    person.groups.set(Group.objects.filter(name=group))
    give_code_app(person)
    return person


@pytest.fixture
def ada(groups: None) -> User:
    return employed("Ada", staff.ACTING)


@pytest.fixture
def rita(groups: None) -> User:
    return employed("Rita", staff.READ_ONLY)


@pytest.fixture
def olga(groups: None) -> User:
    return employed("Olga")


@pytest.fixture
def acting(ada: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(ada)


@pytest.fixture
def reading(rita: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(rita)


@pytest.fixture
def page_of(connection: Connection) -> str:
    """The address of the connection's page in the admin."""
    return reverse("admin:registries_connection_change", args=[connection.pk])


@pytest.fixture
def team_page(connection: Connection) -> str:
    """The address of the team's page in the admin."""
    return reverse("admin:console_team_change", args=[connection.team_id])
