"""Whose registries are measured: an owner, and a team with as many connections as are asked for."""

from collections.abc import Callable
from io import StringIO
from unittest.mock import patch

from django.core.management import call_command

from console.models import Team, User
from registries.distribution import Secret
from registries.flavors.other import Other

EMAIL, PASSWORD = "owner@berth.example", "a password of the bench"


def found_team(name: str) -> tuple[Team, User]:
    """Make the first owner, as `manage.py setup` does, and a team; return both."""
    with patch.dict("os.environ", BERTH_OWNER_PASSWORD=PASSWORD):
        call_command("setup", "--email", EMAIL, "--team", name, stdout=StringIO())
    return Team.objects.get(), User.objects.get()


def connect(team: Team, owner: User, count: int, url: Callable[[int], str]) -> list[str]:
    """Give a team connections that lead to `url(number)`, and return their names in order."""
    names = [f"registry-{number:03}" for number in range(count)]
    for number, name in enumerate(names):
        registry = Other(url=url(number), username="puller", password=Secret(PASSWORD))
        team.connections.connect(name, registry, by=owner, test_image="team/app:1")
    return names
