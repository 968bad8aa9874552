"""
A real registry whose token service is on another host: refused and named, then approved, over TLS that each host proves.

The registry's certificate comes from an authority of the team's own, the token service's from one that the system trusts.
Names and addresses are scripted, so that the two are two hosts, and every dial is written down.
"""

import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpcore
import pytest

from registries.distribution import Secret
from registries.egress import Policy, Way
from registries.flavors.other import Other
from registries.health import examine
from registries.network import connect_tcp
from registries.outcomes import Finding, Outcome, State, Step
from tests.hostile_world import REGISTRY_ADDRESS, TOKEN_SERVICE_ADDRESS
from tests.lab.certificates import Authority, Pair
from tests.lab.images import Session
from tests.lab.registry import start_registry
from tests.lab.tokens import ISSUER, SERVICE, Front, Signer, User
from tests.real.conftest import PULLER, PULLER_PASSWORD, PUSHER, PUSHER_PASSWORD, USERS, fill

REGISTRY, TOKENS = "registry.example.com", "auth.example.net"
NAMES = {REGISTRY: REGISTRY_ADDRESS, TOKENS: TOKEN_SERVICE_ADDRESS}


@dataclass(frozen=True, kw_only=True)
class Apart:
    """A registry and a token service on hosts of their own: the port of loopback for each address, and what was dialled."""

    ports: Mapping[str, int]
    team_pem: str
    system_pem: Path
    dialled: list[str] = field(default_factory=list)

    def resolver(self, name: str, port: int, **kinds: Any) -> list[tuple[Any, ...]]:
        return [(2, 1, 6, "", (NAMES[name.removesuffix(".")], port))]

    def connector(self, address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        self.dialled.append(address)
        return connect_tcp("127.0.0.1", self.ports[address], seconds)

    def check(self, token_hosts: Collection[str] = ()) -> Finding:
        """Test it as a team would whose connection has these token hosts approved."""
        registry = Other(url=f"https://{REGISTRY}", username=PULLER, password=Secret(PULLER_PASSWORD))
        self.dialled.clear()
        with Way(
            registry.origin, policy=Policy(), ca_pem=self.team_pem, resolver=self.resolver, connector=self.connector
        ) as way:
            return examine(registry, way, purpose="pull", test_image="team/app:1", token_hosts=token_hosts)


def serve(stack: ExitStack, signer: Signer, users: Mapping[str, User], tls: Pair | None, upstream: str) -> int:
    """Run a front until the stack is unwound, with a certificate or over plain http; return its port."""
    front = Front(users, signer, tls, issues=True)
    front.upstream = upstream
    thread = threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    for end in (front.server_close, thread.join, front.shutdown):
        stack.callback(end)
    return front.server_port


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    folder = tmp_path_factory.mktemp("apart")
    signer, team, system = Signer(folder), Authority(), Authority()
    system_pem = folder / "system.pem"
    system_pem.write_text(system.pem)
    auth = {
        "realm": f"https://{TOKENS}/token",
        "service": SERVICE,
        "issuer": ISSUER,
        "rootcertbundle": str(signer.bundle),
    }
    with ExitStack() as stack:
        registry = stack.enter_context(start_registry(folder, auth={"token": auth}))
        # Nobody is known at the registry's own host, so that a login which went there would prove nothing.
        ports = {
            REGISTRY_ADDRESS: serve(stack, signer, {}, team.pair(folder / "registry", REGISTRY), registry.host),
            TOKEN_SERVICE_ADDRESS: serve(stack, signer, USERS, system.pair(folder / "tokens", TOKENS), registry.host),
        }
        behind = serve(stack, signer, USERS, None, registry.host)
        fill(Session(origin=f"http://127.0.0.1:{behind}", username=PUSHER, password=PUSHER_PASSWORD))
        yield Apart(ports=ports, team_pem=team.pem, system_pem=system_pem)


@pytest.fixture(autouse=True)
def system_authority(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system trust the authority of the token service, and no other."""
    monkeypatch.setenv("SSL_CERT_FILE", str(apart.system_pem))


def signing_in(finding: Finding) -> tuple[State, str, str]:
    step = finding.steps[list(Step).index(Step.SIGN_IN)]
    return step.state, step.fact, step.token_host


def test_a_token_service_on_another_host_is_named_and_not_even_dialled(apart: Apart) -> None:
    finding = apart.check()

    fact = "The registry sends logins to a token service that is not its own."
    assert finding.outcome == Outcome.NOT_A_REGISTRY
    assert signing_in(finding) == (State.FAILED, fact, f"https://{TOKENS}")
    assert set(apart.dialled) == {REGISTRY_ADDRESS}


def test_an_approved_token_service_gets_the_login_and_the_registry_its_token(apart: Apart) -> None:
    finding = apart.check([f"https://{TOKENS}"])

    assert finding.outcome == Outcome.CONNECTED
    assert signing_in(finding) == (State.PASSED, f"Accepted as {PULLER}.", "")
    assert finding.steps[list(Step).index(Step.PULL)].fact.startswith("team/app:1, ")
    assert set(apart.dialled) == {REGISTRY_ADDRESS, TOKEN_SERVICE_ADDRESS}


@pytest.mark.parametrize(
    "other", [f"https://{TOKENS}:5001", f"http://{TOKENS}", "https://example.net", f"https://x{TOKENS}"]
)
def test_another_origin_that_is_approved_lets_this_one_in_no_more_than_none(other: str, apart: Apart) -> None:
    finding = apart.check([other])

    assert (finding.outcome, set(apart.dialled)) == (Outcome.NOT_A_REGISTRY, {REGISTRY_ADDRESS})


def test_v09_the_teams_own_authority_is_not_trusted_for_the_token_service(
    apart: Apart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.pem").write_text(Authority().pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    theirs = replace(apart, team_pem=apart.team_pem + apart.system_pem.read_text())

    finding = theirs.check([f"https://{TOKENS}"])

    assert finding.outcome == Outcome.NOT_TRUSTED
    assert signing_in(finding)[0] == State.FAILED
