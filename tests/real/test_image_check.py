"""The page that checks one image, on real registries: with a password file, with a token service, open to all."""

from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from console.models import Team, User
from registries.models import Check
from registries.outcomes import Outcome
from tests.browser.diary import tables_holding
from tests.lab.images import Session
from tests.lab.registry import Registry
from tests.lab.tokens import TokenRegistry, start_token_registry
from tests.lab.tokens import User as Account
from tests.real.conftest import PULL, PULLER, PULLER_PASSWORD, PUSHER, PUSHER_PASSWORD, ROBOT, ROBOT_PASSWORD, USERS, fill
from tests.registries.test_image_check import URL, states
from tests.registries.test_views import words

NOBODY = ("", "")
AS_ROBOT, AS_PULLER = (ROBOT, ROBOT_PASSWORD), (PULLER, PULLER_PASSWORD)
WRONG = "CANARY-not-the-password"


@pytest.fixture(scope="module")
def public_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TokenRegistry]:
    """A registry with a token service, which lets everybody read `team/app`."""
    everybody = {"": Account(password="", rights={"team/app": PULL})}
    with start_token_registry(tmp_path_factory.mktemp("public"), {**USERS, **everybody}) as registry:
        fill(Session(origin=registry.origin, username=PUSHER, password=PUSHER_PASSWORD))
        yield registry


@pytest.fixture
def veras(vera: User, team: Team, signed_in: Callable[[User], Client], settings: Settings) -> Client:
    settings.BERTH_EGRESS_ALLOW = [ip_network("127.0.0.0/8")]
    return signed_in(vera)


def check(client: Client, registry: Registry, login: tuple[str, str], image: str = "app:1") -> Any:
    username, password = login
    typed = {"do": "test", "image": f"docker pull {registry.host}/team/{image}", "username": username, "password": password}
    return client.post(URL, typed)


@pytest.mark.parametrize(
    ("registry", "login", "image", "outcome", "how", "said"),
    [
        ("basic", AS_ROBOT, "app:1", Outcome.CONNECTED, "passed passed", f"Accepted as {ROBOT}."),
        ("basic", (ROBOT, WRONG), "app:1", Outcome.SIGN_IN_REFUSED, "failed skipped", "refused the login."),
        ("basic", NOBODY, "app:1", Outcome.SIGN_IN_REFUSED, "failed skipped", "asks for a login, and none is"),
        ("basic", AS_ROBOT, "app:2", Outcome.IMAGE_NOT_FOUND, "passed failed", "no image team/app:2"),
        ("token", AS_PULLER, "app:1", Outcome.CONNECTED, "passed passed", "linux/amd64"),
        ("token", (PULLER, WRONG), "app:1", Outcome.SIGN_IN_REFUSED, "failed skipped", "refused the login."),
        ("token", AS_PULLER, "many:1", Outcome.NO_PULL_ACCESS, "passed failed", "but not read"),
        ("token", NOBODY, "app:1", Outcome.NO_PULL_ACCESS, "passed failed", "Without a login, team/app may not"),
        ("public", NOBODY, "app:1", Outcome.CONNECTED, "passed passed", "Anyone can read this image"),
        ("public", AS_PULLER, "app:1", Outcome.CONNECTED, "passed warned", "proves nothing about"),
        ("public", (PULLER, WRONG), "app:1", Outcome.SIGN_IN_REFUSED, "failed skipped", "itself is public"),
        ("open", NOBODY, "app:1", Outcome.CONNECTED, "passed passed", "Anyone can read this image"),
    ],
)  # fmt: skip
def test_a_login_goes_as_it_goes_at_the_registry(
    registry: str,
    login: tuple[str, str],
    image: str,
    outcome: Outcome,
    how: str,
    said: str,
    veras: Client,
    request: pytest.FixtureRequest,
) -> None:
    page = check(veras, request.getfixturevalue(f"{registry}_registry"), login, image)

    row = Check.objects.get()
    assert (row.outcome, " ".join(states(row).split()[2:4])) == (outcome, how)
    assert said in words(page.content)
    assert ("Anyone can read this image" in words(page.content)) == (login == NOBODY and outcome == Outcome.CONNECTED)
    assert login == NOBODY or tables_holding(login[1]) == []


def test_the_egress_policy_holds_as_everywhere(veras: Client, open_registry: Registry, settings: Settings) -> None:
    settings.BERTH_EGRESS_ALLOW = []

    page = check(veras, open_registry, NOBODY)

    assert Check.objects.get().outcome == Outcome.BLOCKED
    assert "Failed at DNS" in words(page.content)
