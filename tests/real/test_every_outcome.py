"""
Every outcome that Debian's registry server can bring about, from each way of running it, and what people read of each.

Source: components page, section 1. One row is one outcome of one way of running it: the step that decides, how its fact
begins, its fix, and what the registry said. What a way cannot bring about by itself stands in `CANNOT` with the reason, and
the last test holds that the two together are all the outcomes there are. Those are tested where they can be had:

| outcome | why no server here has it | tested in |
| --- | --- | --- |
| rate limited | Debian's server counts nobody | `tests/registries/recorded_answers` |
| ended | a check says refused, and the end that is stored says ended | `tests/registries/test_connection_ends.py` |
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from registries.distribution import Secret
from registries.egress import Policy, Way
from registries.flavors.other import Other
from registries.health import examine
from registries.outcomes import Finding, Outcome, State, Step, StepResult
from tests.lab.certificates import Authority
from tests.lab.images import Session
from tests.lab.registry import Registry, htpasswd, start_registry
from tests.lab.tokens import ISSUER, SERVICE, Signer, TokenRegistry, User, start_token_registry
from tests.real.conftest import (
    ONE,
    PULL,
    PULLER,
    PULLER_PASSWORD,
    PUSHER,
    PUSHER_PASSWORD,
    ROBOT,
    ROBOT_PASSWORD,
    USERS,
    fill,
)

ALLOWED, PUBLIC_ONLY = Policy(allow=(ip_network("127.0.0.0/8"),)), Policy()
NOBODY = ("", "")
AS_ROBOT = (ROBOT, ROBOT_PASSWORD)
AS_PUSHER = (PUSHER, PUSHER_PASSWORD)
AS_PULLER = (PULLER, PULLER_PASSWORD)

# The ways of running it, the second and the third with TLS and without.
OPEN, FILE, TOKEN, CACHE = "open", "password file", "token service", "pull-through cache"

_COUNTS_NOBODY = {Outcome.RATE_LIMITED: "it counts nobody", Outcome.ENDED: "it knows no end of a login"}
CANNOT: Mapping[str, Mapping[Outcome, str]] = {
    OPEN: {
        **_COUNTS_NOBODY,
        Outcome.SIGN_IN_REFUSED: "it asks nobody who they are",
        Outcome.NO_PULL_ACCESS: "it gives everybody every right",
    },
    FILE: {**_COUNTS_NOBODY, Outcome.NO_PULL_ACCESS: "it gives everybody in the file every right"},
    TOKEN: _COUNTS_NOBODY,
    CACHE: {
        **_COUNTS_NOBODY,
        Outcome.NO_PULL_ACCESS: "what its own login may not read, it calls missing",
        Outcome.COULD_NOT_CHECK: "what it cannot fetch, it calls missing",
        Outcome.NOT_A_REGISTRY: "it answers for itself, whatever is behind it",
    },
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """
    One check and what people read of it. `server` is the fixture that runs the registry, `scheme` another than its own,
    `trusts` whether the connection has the authority, `fact` how the sentence of the deciding step begins.
    """

    what: str
    way: str
    server: str
    login: tuple[str, str] = NOBODY
    image: str = "team/app:1"
    purpose: str = "pull"
    scheme: str = ""
    trusts: bool = True
    policy: Policy = ALLOWED
    outcome: Outcome = Outcome.CONNECTED
    step: Step = Step.PULL
    fact: str
    fix: str = ""
    said: str = ""


def rows(way: str, server: str, *table: Mapping[str, Any]) -> list[Row]:
    """Return the rows of one server; each may name another that stands in for it."""
    return [Row(**{"way": way, "server": server, **row}) for row in table]


READ = f"team/app:1, {ONE.digest[:19]}…, {ONE.size_bytes} bytes, linux/amd64."
NO_TAG = {
    "image": "team/app:2",
    "outcome": Outcome.IMAGE_NOT_FOUND,
    "fact": "There is no image team/app:2. The registry looked for it in team/app and refused nothing.",
    "fix": "Check the test image.",
    "said": "HTTP 404 MANIFEST_UNKNOWN",
}
NO_REPOSITORY = {**NO_TAG, "image": "team/none:1", "fact": "There is no image team/none:1. The registry looked for it"}
REFUSED = {
    "outcome": Outcome.SIGN_IN_REFUSED,
    "step": Step.SIGN_IN,
    "fact": "The registry refused the login.",
    "fix": "Check the username and the password, or replace them.",
    "said": "HTTP 401 UNAUTHORIZED",
}
NO_UPLOADS = {
    "purpose": "push",
    "outcome": Outcome.NO_PUSH_ACCESS,
    "step": Step.PUSH,
    "fact": "The registry takes no uploads here.",
    "fix": "Choose Pull, or push somewhere else.",
    "said": "HTTP 405",
}
UPLOADED = {"purpose": "push", "step": Step.PUSH, "fact": "An upload was started and cancelled."}
BLOCKED = {
    "what": "loopback that no operator allowed",
    "policy": PUBLIC_ONLY,
    "outcome": Outcome.BLOCKED,
    "step": Step.DNS,
    "fact": "127.0.0.1 is a loopback address.",
    "fix": "An operator has to allow this network, with BERTH_EGRESS_ALLOW=127.0.0.1/32.",
}
NO_TLS = {
    "what": "https where http is spoken",
    "scheme": "https",
    "outcome": Outcome.NOT_TRUSTED,
    "step": Step.TLS,
    "fact": "127.0.0.1 does not speak TLS 1.2 or newer on this port.",
    "fix": "Check the address and the port.",
}
NOT_TRUSTED = {"outcome": Outcome.NOT_TRUSTED, "step": Step.TLS}
UNKNOWN_AUTHORITY = {
    **NOT_TRUSTED,
    "what": "an authority that is not given",
    "trusts": False,
    "fact": "The certificate comes from an authority Berth does not know.",
    "fix": "Add the CA certificate to this registry.",
}
NOT_A_REGISTRY = {
    "outcome": Outcome.NOT_A_REGISTRY,
    "step": Step.SIGN_IN,
    "fact": "The host answers, but not as a registry.",
}
REALM_REFUSED = {
    "outcome": Outcome.NOT_A_REGISTRY,
    "step": Step.SIGN_IN,
    "fact": "The registry sends logins to a token service that is not its own.",
    "fix": "Berth sent nothing there. Check the address.",
}
A_FAULT = {
    "outcome": Outcome.COULD_NOT_CHECK,
    "fact": "The registry has a fault of its own.",
    "fix": "Try again later. The login is not at fault.",
}
DAMAGED = {**A_FAULT, "what": "a damaged disk", "image": "team/broken:1", "said": "HTTP 500 UNKNOWN"}
REFUSES_TO_CONNECT = "127.0.0.1 refused the connection."
NOTHING_LISTENS = {
    "what": "nothing listens",
    "server": "silent_port",
    "outcome": Outcome.UNREACHABLE,
    "step": Step.TLS,
    "fact": REFUSES_TO_CONNECT,
    "fix": "Check the port and the firewall.",
}

TABLE = [
    *rows(
        OPEN,
        "open_registry",
        {"what": "an image", "fact": READ},
        {
            "what": "a login that nobody asks for",
            "login": AS_ROBOT,
            "step": Step.SIGN_IN,
            "fact": "The registry lets anybody in, so the login is not proved.",
            "fix": "Name a test image that is private: reading it proves the login.",
        },
        {**UPLOADED, "what": "push"},
        {**NO_TAG, "what": "no such tag"},
        {**NO_REPOSITORY, "what": "no such repository"},
        {**NO_UPLOADS, "what": "push while it is read-only", "server": "read_only_registry"},
        NO_TLS,
        BLOCKED,
        NOTHING_LISTENS,
        {
            **NOT_A_REGISTRY,
            "what": "a web server in its place",
            "server": "web_server",
            "fix": "Check the address: /v2/ answered HTTP 404.",
            "said": "HTTP 404",
        },
        {
            **NOT_A_REGISTRY,
            "what": "a web server with a page for everybody",
            "server": "web_server_with_a_page",
            "fix": "Check the address: /v2/ answered HTTP 200.",
            "said": "HTTP 200",
        },
        {**DAMAGED, "server": "damaged_registry"},
    ),
    *rows(
        FILE,
        "basic_registry",
        {"what": "an image", "login": AS_ROBOT, "fact": READ},
        {**UPLOADED, "what": "push", "login": AS_ROBOT},
        {**REFUSED, "what": "wrong password", "login": (ROBOT, "wrong")},
        {**REFUSED, "what": "unknown user", "login": ("stranger", ROBOT_PASSWORD)},
        {
            **REFUSED,
            "what": "no login",
            "fact": "The registry asks for a login, and none is given.",
            "said": "HTTP 401",
        },
        {**NO_TAG, "what": "no such tag", "login": AS_ROBOT},
        {**NO_REPOSITORY, "what": "no such repository", "login": AS_ROBOT},
        {**NO_UPLOADS, "what": "push while it is read-only", "server": "read_only_file_registry", "login": AS_ROBOT},
        {**DAMAGED, "server": "read_only_file_registry", "login": AS_ROBOT},
        BLOCKED,
    ),
    *rows(
        FILE,
        "tls_registry",
        {"what": "an image, by TLS", "login": AS_ROBOT, "fact": READ},
        {
            "what": "a certificate that is trusted",
            "login": AS_ROBOT,
            "step": Step.TLS,
            "fact": "TLS 1.3. Certificate valid until ",
        },
        {**REFUSED, "what": "wrong password, by TLS", "login": (ROBOT, "wrong")},
        {**UNKNOWN_AUTHORITY, "login": AS_ROBOT},
        {
            **NOT_TRUSTED,
            "what": "a certificate for another host",
            "server": "misnamed_registry",
            "fact": "The certificate is for another host, not for 127.0.0.1.",
            "fix": "Its owner has to replace it.",
        },
        {
            **NOT_TRUSTED,
            "what": "a certificate that expired",
            "server": "expired_registry",
            "fact": "The certificate expired on ",
            "fix": "Its owner has to replace it.",
        },
        {
            **NOT_A_REGISTRY,
            "what": "http where https is spoken",
            "login": AS_ROBOT,
            "scheme": "http",
            "fix": "Check the address: /v2/ answered HTTP 400.",
            "said": "HTTP 400",
        },
    ),
    *rows(
        TOKEN,
        "token_registry",
        {"what": "an image", "login": AS_PULLER, "fact": READ},
        {**UPLOADED, "what": "push", "login": AS_PUSHER},
        {
            "what": "a right to push that nobody asked for",
            "login": AS_PUSHER,
            "step": Step.PUSH,
            "fact": "Not asked for, but the login may push to team/app too.",
            "fix": "Use a login that may only pull.",
        },
        {**REFUSED, "what": "wrong password", "login": (PULLER, "wrong")},
        {**REFUSED, "what": "unknown user", "login": ("stranger", PULLER_PASSWORD)},
        {
            "what": "no right to the repository",
            "login": AS_PULLER,
            "image": "team/many:1",
            "outcome": Outcome.NO_PULL_ACCESS,
            "fact": "The account may sign in, but not read team/many.",
            "fix": "Give it the role that reads this repository.",
            "said": "HTTP 401 UNAUTHORIZED",
        },
        {
            "what": "no such repository, which it does not tell",
            "login": AS_PULLER,
            "image": "team/none:1",
            "outcome": Outcome.NO_PULL_ACCESS,
            "fact": "The account may sign in, but not read team/none.",
            "fix": "Give it the role that reads this repository.",
            "said": "HTTP 401 UNAUTHORIZED",
        },
        {
            "what": "nobody, where nothing is public",
            "outcome": Outcome.NO_PULL_ACCESS,
            "fact": "Without a login, team/app may not be read.",
            "fix": "Enter a login that reads it.",
            "said": "HTTP 401 UNAUTHORIZED",
        },
        {
            "what": "a right to pull only, and push",
            "login": AS_PULLER,
            "purpose": "push",
            "outcome": Outcome.NO_PUSH_ACCESS,
            "step": Step.PUSH,
            "fact": "The account may pull, but not push.",
            "fix": "Give it the writing role, or choose Pull.",
            "said": "HTTP 401 UNAUTHORIZED",
        },
        {**NO_TAG, "what": "no such tag", "login": AS_PULLER},
        BLOCKED,
    ),
    *rows(
        TOKEN,
        "public_registry",
        {"what": "nobody, and a public image", "fact": READ},
        {
            "what": "nobody, and push to what is public",
            "purpose": "push",
            "outcome": Outcome.NO_PUSH_ACCESS,
            "step": Step.PUSH,
            "fact": "Without a login, nothing may be pushed.",
            "fix": "Enter a login, or choose Pull.",
            "said": "HTTP 401 UNAUTHORIZED",
        },
        {
            "what": "a login, and a public image",
            "login": AS_PULLER,
            "fact": f"{READ} Anyone can read team/app:1, so it proves nothing about the login.",
            "fix": "Name a private image: reading it proves what the login may do.",
        },
        {**REFUSED, "what": "wrong password, and a public image", "login": (PULLER, "wrong")},
        {
            "what": "wrong password, and what is said of a public image",
            "login": (PULLER, "wrong"),
            "outcome": Outcome.SIGN_IN_REFUSED,
            "fact": "Skipped, because signing in failed. The image itself is public: anyone can read it without a login.",
        },
    ),
    *rows(
        TOKEN,
        "tls_token_registry",
        {"what": "an image, by TLS", "login": AS_PULLER, "fact": READ},
        {**UNKNOWN_AUTHORITY, "login": AS_PULLER},
        {**REALM_REFUSED, "what": "a token service on http", "server": "service_on_http", "login": AS_PULLER},
        {**REALM_REFUSED, "what": "a token service elsewhere", "server": "service_elsewhere", "login": AS_PULLER},
        {
            "what": "no token service where it says",
            "server": "service_missing",
            "login": AS_PULLER,
            "outcome": Outcome.NOT_A_REGISTRY,
            "step": Step.SIGN_IN,
            "fact": "The registry’s token service gave no token.",
            "fix": "Check the address.",
            "said": "HTTP 404",
        },
        {
            **A_FAULT,
            "what": "the token service is down",
            "server": "service_down",
            "login": AS_PULLER,
            "step": Step.SIGN_IN,
            "said": "HTTP 502",
        },
    ),
    *rows(
        CACHE,
        "cache",
        {"what": "an image from behind it", "fact": READ},
        {**NO_TAG, "what": "no such tag behind it"},
        # It answers each of these alike, and Berth can tell no more than it is told.
        {**NO_TAG, "what": "no right of its own login", "image": "team/many:1", "fact": "There is no image team/many:1."},
        {
            **NO_TAG,
            "what": "a wrong login of its own",
            "server": "refused_cache",
            "image": "team/app:1",
            "fact": "There is no ",
        },
        {**NO_TAG, "what": "nothing behind it", "server": "lonely_cache", "image": "team/app:1", "fact": "There is no "},
        {**NO_UPLOADS, "what": "push", "said": "HTTP 405 UNSUPPORTED"},
        {"what": "a password file before it", "server": "locked_cache", "login": AS_ROBOT, "fact": READ},
        {**REFUSED, "what": "wrong password", "server": "locked_cache", "login": (ROBOT, "wrong")},
        NO_TLS,
        BLOCKED,
    ),
]


# The ways of running it that only these tests need ------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the images in it, and with `team/broken:1`, whose tag a failing disk wrote over."""
    images = tmp_path_factory.mktemp("images")
    with start_registry(tmp_path_factory.mktemp("filling"), images=images) as registry:
        session = Session(origin=registry.origin)
        fill(session)
        session.push("team/broken", "1", ONE)
    tag = images / "docker/registry/v2/repositories/team/broken/_manifests/tags/1/current/link"
    assert tag.read_text() == ONE.digest
    tag.write_text("sha256:none")
    return images


@pytest.fixture(scope="module")
def damaged_registry(tmp_path_factory: pytest.TempPathFactory, kept: Path) -> Iterator[Registry]:
    with start_registry(tmp_path_factory.mktemp("damaged"), images=kept) as registry:
        yield registry


@pytest.fixture(scope="module")
def read_only_registry(tmp_path_factory: pytest.TempPathFactory, kept: Path) -> Iterator[Registry]:
    with start_registry(tmp_path_factory.mktemp("read-only"), images=kept, read_only=True) as registry:
        yield registry


@pytest.fixture(scope="module")
def read_only_file_registry(tmp_path_factory: pytest.TempPathFactory, kept: Path) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("read-only-file")
    auth = htpasswd(folder, {ROBOT: ROBOT_PASSWORD})
    with start_registry(folder, auth=auth, images=kept, read_only=True) as registry:
        yield registry


@pytest.fixture(scope="module")
def public_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TokenRegistry]:
    """A registry whose token service lets everybody pull `team/app`, as public projects of Harbor do."""
    users = {**USERS, "": User(password="", rights={"team/app": PULL})}
    with start_token_registry(tmp_path_factory.mktemp("public"), users) as registry:
        fill(Session(origin=registry.origin, username=PUSHER, password=PUSHER_PASSWORD))
        yield registry


@pytest.fixture(scope="module")
def service_down(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TokenRegistry]:
    with start_token_registry(tmp_path_factory.mktemp("down"), USERS, issues=False) as registry:
        yield registry


def sending_to(realm: str, folder: Path) -> dict[str, Any]:
    """Return the `auth` section of a registry that sends logins to a token service of this address."""
    bundle = str(Signer(folder).bundle)
    return {"token": {"realm": realm, "service": SERVICE, "issuer": ISSUER, "rootcertbundle": bundle}}


@pytest.fixture(scope="module")
def service_missing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that sends logins to itself, where no token service is."""
    folder = tmp_path_factory.mktemp("missing")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with start_registry(folder, auth=sending_to(f"http://127.0.0.1:{port}/token", folder), port=port) as registry:
        yield registry


@pytest.fixture(scope="module")
def service_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("elsewhere")
    with start_registry(folder, auth=sending_to("https://auth.example.net/token", folder)) as registry:
        yield registry


@pytest.fixture(scope="module")
def service_on_http(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority, token_registry: TokenRegistry
) -> Iterator[Registry]:
    """A registry on https that sends logins to a token service on plain http, which is there and works."""
    folder = tmp_path_factory.mktemp("on-http")
    auth = sending_to(f"{token_registry.origin}/token", folder)
    with start_registry(folder, auth=auth, tls=authority.pair(folder)) as registry:
        yield registry


def caching(registry: Registry, password: str = PULLER_PASSWORD) -> dict[str, str]:
    """Return the `proxy` section of a cache that signs in at this registry as the puller."""
    return {"remoteurl": registry.origin, "username": PULLER, "password": password}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory, token_registry: TokenRegistry) -> Iterator[Registry]:
    with start_registry(tmp_path_factory.mktemp("cache"), cache_of=caching(token_registry)) as registry:
        yield registry


@pytest.fixture(scope="module")
def refused_cache(tmp_path_factory: pytest.TempPathFactory, token_registry: TokenRegistry) -> Iterator[Registry]:
    with start_registry(tmp_path_factory.mktemp("refused"), cache_of=caching(token_registry, "wrong")) as registry:
        yield registry


@pytest.fixture(scope="module")
def lonely_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A cache whose registry is gone."""
    with ExitStack() as behind:
        gone = behind.enter_context(start_token_registry(tmp_path_factory.mktemp("gone"), USERS))
        with start_registry(tmp_path_factory.mktemp("lonely"), cache_of=caching(gone)) as registry:
            behind.close()
            yield registry


@pytest.fixture(scope="module")
def locked_cache(tmp_path_factory: pytest.TempPathFactory, token_registry: TokenRegistry) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("locked")
    auth = htpasswd(folder, {ROBOT: ROBOT_PASSWORD})
    with start_registry(folder, auth=auth, cache_of=caching(token_registry)) as registry:
        yield registry


class Quiet(SimpleHTTPRequestHandler):
    """A web server that keeps the terminal for the tests."""

    def log_message(self, *args: Any) -> None:
        pass


def serving(folder: Path) -> Iterator[Registry]:
    """Run a web server over a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield Registry(host=f"127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def web_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A web server that has nothing at `/v2/`."""
    yield from serving(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="module")
def web_server_with_a_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A web server that has a page at `/v2/`, as those have one everywhere whose pages are made by the browser."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "v2").mkdir()
    (folder / "v2" / "index.html").write_text("<h1>Welcome</h1>")
    yield from serving(folder)


@pytest.fixture
def silent_port() -> Iterator[Registry]:
    """A port that is taken, so that nobody else gets it, and at which nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield Registry(host=f"127.0.0.1:{bound.getsockname()[1]}")


# The tests ----------------------------------------------------------------------------------------------------------


def check(
    origin: str,
    login: tuple[str, str],
    image: str = "team/app:1",
    purpose: str = "pull",
    *,
    ca_pem: str = "",
    policy: Policy = ALLOWED,
    on_step: Callable[[tuple[StepResult, ...]], None] = lambda steps: None,
) -> Finding:
    """Examine a registry as a team would that added it as an Other registry."""
    username, password = login
    if username:
        registry = Other(url=origin, username=username, password=Secret(password))
    else:
        registry = Other(url=origin, method="none")
    with Way(registry.origin, policy=policy, ca_pem=ca_pem) as way:
        return examine(registry, way, purpose=purpose, test_image=image, on_step=on_step)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.way}: {row.what}")
def test_people_read_what_is_so(row: Row, authority: Authority, request: pytest.FixtureRequest) -> None:
    registry: Registry = request.getfixturevalue(row.server)
    origin = f"{row.scheme or registry.scheme}://{registry.host}"

    ca_pem = authority.pem if row.trusts else ""
    finding = check(origin, row.login, row.image, row.purpose, ca_pem=ca_pem, policy=row.policy)

    step = finding.steps[list(Step).index(row.step)]
    assert (finding.outcome, step.fix, step.said) == (row.outcome, row.fix, row.said)
    assert step.fact.startswith(row.fact)


# A registry that ends in the middle of a check ----------------------------------------------------------------------

Start = AbstractContextManager[Registry]


def start_cache(folder: Path, behind: ExitStack) -> Start:
    registry = behind.enter_context(start_token_registry(folder / "behind", USERS))
    fill(Session(origin=registry.origin, username=PUSHER, password=PUSHER_PASSWORD))
    return start_registry(folder, cache_of=caching(registry))


MORTAL: Mapping[str, tuple[tuple[str, str], Callable[[Path, ExitStack], Start]]] = {
    OPEN: (NOBODY, lambda folder, behind: start_registry(folder)),
    FILE: (AS_ROBOT, lambda folder, behind: start_registry(folder, auth=htpasswd(folder, {ROBOT: ROBOT_PASSWORD}))),
    TOKEN: (AS_PUSHER, lambda folder, behind: start_token_registry(folder, USERS)),
    CACHE: (NOBODY, start_cache),
}
"""The login for each way of running it, and how one is started that may be ended."""


@pytest.mark.parametrize("ends_at", [Step.TLS, Step.SIGN_IN, Step.PULL, Step.PUSH])
@pytest.mark.parametrize("way", MORTAL)
def test_a_registry_that_ends_in_the_middle_of_a_check_is_unreachable(way: str, ends_at: Step, tmp_path: Path) -> None:
    login, start = MORTAL[way]
    with ExitStack() as behind, ExitStack() as alive:
        registry = alive.enter_context(start(tmp_path, behind))
        if way != CACHE:
            fill(Session(origin=registry.origin, username=login[0], password=login[1]))

        def end(steps: tuple[StepResult, ...]) -> None:
            if steps[list(Step).index(ends_at)].state == State.RUNNING:
                alive.close()

        finding = check(registry.origin, login, purpose="push", on_step=end)

    assert (finding.outcome, finding.deciding and finding.deciding.step) == (Outcome.UNREACHABLE, ends_at)
    step = finding.steps[list(Step).index(ends_at)]
    # What stands before a registry with a token service ends too, but a connection that it has already outlives it.
    dropped = way == TOKEN and ends_at in (Step.PULL, Step.PUSH)
    assert step.fact == ("127.0.0.1 dropped the connection." if dropped else REFUSES_TO_CONNECT)
    assert step.fix == "Check the port and the firewall."


@pytest.mark.parametrize("way", CANNOT)
def test_each_way_of_running_it_is_driven_through_every_outcome_it_has(way: str) -> None:
    driven = {row.outcome for row in TABLE if row.way == way} | ({Outcome.UNREACHABLE} if way in MORTAL else set())

    assert driven | set(CANNOT[way]) == set(Outcome)
    assert not driven & set(CANNOT[way])
    assert len({row.what for row in TABLE if row.way == way}) == len([row for row in TABLE if row.way == way])
