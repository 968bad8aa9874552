"""
The registries that the tests of this folder share, each with the same images in it; started when first asked for.

`team/app:1` is for linux/amd64, `team/app:arm` for linux/arm64 alone, and `team/many:1` for both.
"""

from collections.abc import Iterator

import pytest

from tests.lab.certificates import Authority
from tests.lab.images import Session, make_image, make_index
from tests.lab.registry import Registry, htpasswd, start_registry
from tests.lab.tokens import TokenRegistry, User, start_token_registry

# Robot accounts have names like this one, and a password may hold anything.
ROBOT, ROBOT_PASSWORD = "robot$team+ci", 'pass: "wörd"'
PUSHER, PUSHER_PASSWORD = "pusher", "push-pw"
PULLER, PULLER_PASSWORD = "puller", "pull-pw"

PULL, PULL_AND_PUSH = frozenset({"pull"}), frozenset({"pull", "push"})
USERS = {
    PUSHER: User(password=PUSHER_PASSWORD, rights={"team/app": PULL_AND_PUSH, "team/many": PULL_AND_PUSH}),
    PULLER: User(password=PULLER_PASSWORD, rights={"team/app": PULL}),
}

ONE, ARM, MANY = make_image(), make_image("linux/arm64"), make_index()


def fill(session: Session) -> None:
    session.push("team/app", "1", ONE)
    session.push("team/app", "arm", ARM)
    session.push("team/many", "1", MANY)


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="session")
def open_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that asks nobody who they are."""
    with start_registry(tmp_path_factory.mktemp("open")) as registry:
        fill(Session(origin=registry.origin))
        yield registry


@pytest.fixture(scope="session")
def basic_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry with a password file that knows the robot."""
    folder = tmp_path_factory.mktemp("basic")
    with start_registry(folder, auth=htpasswd(folder, {ROBOT: ROBOT_PASSWORD})) as registry:
        fill(Session(origin=registry.origin, username=ROBOT, password=ROBOT_PASSWORD))
        yield registry


@pytest.fixture(scope="session")
def token_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TokenRegistry]:
    """A registry with a token service that knows a pusher and a puller."""
    with start_token_registry(tmp_path_factory.mktemp("token"), USERS) as registry:
        fill(Session(origin=registry.origin, username=PUSHER, password=PUSHER_PASSWORD))
        yield registry


@pytest.fixture(scope="session")
def tls_registry(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Registry]:
    """A registry with a password file and a good certificate, from an authority that nobody knows."""
    folder = tmp_path_factory.mktemp("tls")
    auth = htpasswd(folder, {ROBOT: ROBOT_PASSWORD})
    with start_registry(folder, auth=auth, tls=authority.pair(folder)) as registry:
        context = authority.client_context()
        fill(Session(origin=registry.origin, username=ROBOT, password=ROBOT_PASSWORD, tls=context))
        yield registry


@pytest.fixture(scope="session")
def tls_token_registry(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[TokenRegistry]:
    """A registry with a token service, both behind one good certificate, as Harbor stands behind its proxy."""
    folder = tmp_path_factory.mktemp("tls-token")
    with start_token_registry(folder, USERS, tls=authority.pair(folder)) as registry:
        context = authority.client_context()
        fill(Session(origin=registry.origin, username=PUSHER, password=PUSHER_PASSWORD, tls=context))
        yield registry


@pytest.fixture(scope="session")
def expired_registry(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Registry]:
    """A registry whose certificate ended yesterday."""
    folder = tmp_path_factory.mktemp("expired")
    with start_registry(folder, tls=authority.expired(folder)) as registry:
        yield registry


@pytest.fixture(scope="session")
def misnamed_registry(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Registry]:
    """A registry whose certificate is for `other.example`."""
    folder = tmp_path_factory.mktemp("misnamed")
    with start_registry(folder, tls=authority.for_another_host(folder)) as registry:
        yield registry
