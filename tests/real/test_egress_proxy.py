"""
The way out through a real proxy on loopback, to a real registry with TLS behind it.

The registry's name leads to a public address, as the policy wants it; the proxy takes every address for the registry's,
and writes down what it is asked and every byte that passes. The promises hold for either kind of proxy, http and https.
"""

import base64
import json
import logging
import os
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from console.environment import Proxy
from registries.addresses import Policy
from registries.distribution import DeadlinePassed, NotTrusted, RegistryError, Secret
from registries.egress import Way
from registries.flavors.other import Other
from registries.health import examine
from registries.outcomes import Finding, Outcome, Step, steps_as_json
from tests import hostile
from tests.hostile import Behaviour, Connection, Server, serving
from tests.lab.certificates import Authority
from tests.lab.images import Session
from tests.lab.registry import Registry, htpasswd, start_registry
from tests.real.conftest import ONE, ROBOT, ROBOT_PASSWORD

HOST, ADDRESS = "registry.example", "142.250.99.82"
ORIGIN = f"https://{HOST}"
LOGIN = "Basic " + base64.b64encode(b"corp:CANARY-proxy").decode()
OPENED = b"HTTP/1.1 200 Connection established\r\n\r\n"
DEADLINE_SECONDS, PATIENCE_SECONDS, GRACE_SECONDS = 1.0, 10.0, 4.0


@dataclass
class Relay:
    """A proxy that leads every target to one port of loopback, and wants a login where it is given one."""

    port: int
    login: str = ""
    asked: list[str] = field(default_factory=list)
    passed: bytearray = field(default_factory=bytearray)

    def __call__(self, connection: Connection) -> None:
        head = connection.hear().decode("ascii")
        self.asked.append(head.partition("\r\n")[0])
        if self.login and f"\r\nProxy-Authorization: {self.login}\r\n" not in head:
            connection.say(b'HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n')
            return
        with socket.create_connection(("127.0.0.1", self.port)) as target:
            connection.say(OPENED)
            with suppress(OSError):
                self._carry({target: connection.raw, connection.raw: target})

    def _carry(self, across: Mapping[socket.socket, socket.socket]) -> None:
        """Carry to and fro until one side has gone; in one thread, since TLS is not for two."""
        while True:
            held = [end for end in across if isinstance(end, ssl.SSLSocket) and end.pending()]
            for source in held or select.select([*across], [], [])[0]:
                if not (data := source.recv(65536)):
                    return
                self.passed += data
                across[source].sendall(data)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Registry]:
    """A registry with a password file, whose certificate is for the name that the proxy leads to."""
    folder = tmp_path_factory.mktemp("proxied")
    auth = htpasswd(folder, {ROBOT: ROBOT_PASSWORD})
    with start_registry(folder, auth=auth, tls=authority.pair(folder, HOST, "127.0.0.1")) as registry:
        context = authority.client_context()
        Session(origin=registry.origin, username=ROBOT, password=ROBOT_PASSWORD, tls=context).push("team/app", "1", ONE)
        yield registry


@pytest.fixture
def relay(registry: Registry) -> Relay:
    return Relay(port=int(registry.host.partition(":")[2]))


@pytest.fixture(params=["http", "https"])
def scheme(request: pytest.FixtureRequest, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The kind of proxy; the system trusts the authority of its certificate, which is not the registry's."""
    (tmp_path / "proxies.pem").write_text(PROXIES.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "proxies.pem"))
    return str(request.param)


PROXIES = Authority()


@contextmanager
def proxied(behave: Behaviour, scheme: str, folder: Path, login: str = "") -> Iterator[tuple[Server, Proxy]]:
    tls = PROXIES.pair(folder / "proxy").server_context() if scheme == "https" else None
    with serving(behave, tls=tls) as server:
        yield server, Proxy(scheme=scheme, host="127.0.0.1", port=server.port, authorization=login)


def resolver(name: str, port: int, **kinds: Any) -> list[tuple[Any, ...]]:
    known = {f"{HOST}.": ADDRESS, "127.0.0.1": "127.0.0.1"}
    return [(2, 1, 6, "", (known[name], port))]


def way(proxy: Proxy | None, ca_pem: str = "", **options: Any) -> Way:
    policy = Policy(proxy=proxy, by_name=options.pop("by_name", False), allow=options.pop("allow", ()))
    return Way(ORIGIN, policy=policy, ca_pem=ca_pem, resolver=options.pop("resolver", resolver), **options)


def check(proxy: Proxy | None, ca_pem: str, login: tuple[str, str] = (ROBOT, ROBOT_PASSWORD), **options: Any) -> Finding:
    username, password = login
    registry = Other(url=ORIGIN, username=username, password=Secret(password))
    with way(proxy, ca_pem, **options) as through:
        return examine(registry, through, purpose="push", test_image="team/app:1")


def fact(finding: Finding, step: Step) -> str:
    return finding.steps[list(Step).index(step)].fact


def read_by_people(finding: Finding) -> str:
    return json.dumps(steps_as_json(finding.steps), ensure_ascii=False)


# A proxy that works -------------------------------------------------------------------------------------------------


def test_a_check_climbs_all_its_steps_through_the_proxy(
    scheme: str, relay: Relay, authority: Authority, tmp_path: Path
) -> None:
    with proxied(relay, scheme, tmp_path) as (_, proxy):
        finding = check(proxy, authority.pem)

    assert finding.outcome == Outcome.CONNECTED, finding.steps
    assert fact(finding, Step.TLS).startswith(f"TLS 1.3, through the proxy {proxy.address}. Certificate valid until ")
    assert set(relay.asked) == {f"CONNECT {ADDRESS}:443 HTTP/1.1"}
    assert relay.passed


def test_s22_the_registrys_login_passes_unseen(scheme: str, relay: Relay, authority: Authority, tmp_path: Path) -> None:
    with proxied(relay, scheme, tmp_path) as (server, proxy):
        check(proxy, authority.pem)

    basic = base64.b64encode(f"{ROBOT}:{ROBOT_PASSWORD}".encode())
    for secret in (basic, ROBOT.encode(), ROBOT_PASSWORD.encode()):
        assert secret not in server.heard + relay.passed
    assert b"\r\nAuthorization" not in server.heard
    assert b"HTTP/1.1" not in relay.passed


def test_a_proxy_that_wants_a_login_gets_it(scheme: str, relay: Relay, authority: Authority, tmp_path: Path) -> None:
    relay.login = LOGIN
    with proxied(relay, scheme, tmp_path, LOGIN) as (_, proxy):
        finding = check(proxy, authority.pem)

    assert finding.outcome == Outcome.CONNECTED, finding.steps
    assert LOGIN.encode() not in relay.passed


def test_a_proxy_may_be_asked_for_the_name(scheme: str, relay: Relay, authority: Authority, tmp_path: Path) -> None:
    with proxied(relay, scheme, tmp_path) as (_, proxy):
        finding = check(proxy, authority.pem, by_name=True)

    assert finding.outcome == Outcome.CONNECTED, finding.steps
    assert set(relay.asked) == {f"CONNECT {HOST}:443 HTTP/1.1"}


def test_the_handshake_tells_of_the_registrys_certificate_and_of_the_proxy(
    scheme: str, relay: Relay, authority: Authority, tmp_path: Path
) -> None:
    soon = authority.yesterday.replace(microsecond=0).replace(year=authority.yesterday.year + 2)
    pair = authority.pair(tmp_path / "behind", HOST, not_after=soon).server_context()
    with serving(hostile.answers(hostile.HEAD), tls=pair) as behind:
        relay.port = behind.port
        with proxied(relay, scheme, tmp_path) as (_, proxy), way(proxy, authority.pem) as through:
            told = through.handshake()

    assert told is not None
    assert (told.version, told.not_after, told.proxy) == ("TLSv1.3", soon, proxy.address)


def test_one_tunnel_serves_several_requests_and_large_answers(
    scheme: str, relay: Relay, authority: Authority, tmp_path: Path
) -> None:
    body = os.urandom(300_000)
    tls = authority.pair(tmp_path / "behind", HOST).server_context()
    with serving(hostile.answers(hostile.HEAD, body), tls=tls) as behind:
        relay.port = behind.port
        with proxied(relay, scheme, tmp_path) as (server, proxy), way(proxy, authority.pem) as through:
            for _ in range(3):
                answer = through.request("GET", f"{ORIGIN}/v2/", {}, limit_bytes=300_000)
                assert answer.body == body

            assert server.connections == 1


def test_a_wrong_login_at_the_registry_is_still_told_as_that(
    scheme: str, relay: Relay, authority: Authority, tmp_path: Path
) -> None:
    with proxied(relay, scheme, tmp_path) as (_, proxy):
        finding = check(proxy, authority.pem, (ROBOT, "wrong"))

    assert finding.outcome == Outcome.SIGN_IN_REFUSED


def test_a_registry_in_an_allowed_network_is_reached_past_the_proxy(
    scheme: str, relay: Relay, registry: Registry, authority: Authority, tmp_path: Path
) -> None:
    allow = (ip_network("127.0.0.0/8"),)
    with proxied(relay, scheme, tmp_path) as (server, proxy):
        policy = Policy(proxy=proxy, allow=allow)
        with Way(registry.origin, policy=policy, ca_pem=authority.pem) as direct:
            told = direct.handshake()
            assert direct.request("GET", f"{registry.origin}/v2/", {}).status == 401

    assert (told.proxy if told else None, server.connections) == ("", 0)


# What the environment says ------------------------------------------------------------------------------------------


@pytest.fixture
def environment_at_its_worst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Every variable that names a proxy names a trap, and a `.netrc` has a login for the registry."""
    with serving(hostile.answers(hostile.HEAD)) as trap:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{trap.port}")
            monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{trap.port}")
        netrc = tmp_path / ".netrc"
        netrc.write_text(f"machine {HOST} login {ROBOT} password {ROBOT_PASSWORD}\n" * 2)
        netrc.chmod(0o600)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NETRC", str(netrc))
        yield trap


def test_v46_s22_the_environment_has_no_effect(
    scheme: str, relay: Relay, authority: Authority, tmp_path: Path, environment_at_its_worst: Server
) -> None:
    with proxied(relay, scheme, tmp_path) as (_, proxy), way(proxy, authority.pem) as through:
        answer = through.request("GET", f"{ORIGIN}/v2/", {})

    assert (answer.status, environment_at_its_worst.connections) == (401, 0)
    assert relay.asked == [f"CONNECT {ADDRESS}:443 HTTP/1.1"]


def test_v46_s22_without_a_proxy_of_ours_there_is_none(
    registry: Registry, authority: Authority, environment_at_its_worst: Server
) -> None:
    policy = Policy(allow=(ip_network("127.0.0.0/8"),))
    with Way(registry.origin, policy=policy, ca_pem=authority.pem) as direct:
        answer = direct.request("GET", f"{registry.origin}/v2/", {})

    assert (answer.status, environment_at_its_worst.connections) == (401, 0)


# A proxy that does not work -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", ["", "Basic " + base64.b64encode(b"corp:CANARY-wrong").decode()])
def test_a_proxy_that_wants_another_login_is_told_of(
    sent: str, scheme: str, relay: Relay, authority: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    relay.login = LOGIN
    with proxied(relay, scheme, tmp_path, sent) as (_, proxy):
        finding = check(proxy, authority.pem)

    did = "refused Berth’s login to it" if sent else "wants a login, and Berth has none for it"
    assert (finding.outcome, fact(finding, Step.TLS)) == (
        Outcome.COULD_NOT_CHECK,
        f"The proxy {proxy.address} {did} (HTTP 407).",
    )
    assert finding.deciding is not None
    assert "BERTH_EGRESS_PROXY" in finding.deciding.fix
    assert "CANARY" not in read_by_people(finding) + caplog.text
    assert (sent.removeprefix("Basic ") or "CANARY") not in read_by_people(finding) + caplog.text


THERE = f"{HOST}, {ADDRESS}"
COULD_NOT, UNREACHABLE = Outcome.COULD_NOT_CHECK, Outcome.UNREACHABLE
LATE = UNREACHABLE, f"opened no way to {THERE} within 1 s."
MUCH = COULD_NOT, "answers with more than Berth reads."
ODD = COULD_NOT, "answers, but not as a proxy."
GONE = COULD_NOT, "dropped the connection."
WORST: dict[Behaviour, tuple[Outcome, str]] = {
    hostile.is_silent: LATE,
    hostile.listens_and_is_silent: LATE,
    hostile.drips_a_status: LATE,
    hostile.drips_headers: LATE,
    hostile.floods_headers: MUCH,
    hostile.floods_one_header: MUCH,
    hostile.floods_interim_answers: ODD,
    hostile.talks_nonsense: ODD,
    hostile.talks_another_protocol: LATE,
    hostile.hangs_up: GONE,
    hostile.resets: GONE,
}
ANSWERS: dict[bytes, tuple[Outcome, str]] = {
    b"HTTP/1.1 403 Forbidden": (COULD_NOT, f"does not let Berth through to {THERE} (HTTP 403)."),
    b"HTTP/1.1 502 Bad Gateway": (UNREACHABLE, f"could not reach {THERE} (HTTP 502)."),
    b"HTTP/1.1 504 Too Late": (UNREACHABLE, f"could not reach {THERE} (HTTP 504)."),
    b"HTTP/1.1 301 Moved": (COULD_NOT, f"does not let Berth through to {THERE} (HTTP 301)."),
}


def assert_ends(behave: Behaviour, end: tuple[Outcome, str], scheme: str, folder: Path) -> None:
    seconds = DEADLINE_SECONDS if end == LATE else PATIENCE_SECONDS
    with proxied(behave, scheme, folder, LOGIN) as (_, proxy):
        started = time.monotonic()

        finding = check(proxy, "", exchange_seconds=seconds)

        assert time.monotonic() - started < seconds + GRACE_SECONDS
    outcome, did = end
    assert (finding.outcome, fact(finding, Step.TLS)) == (outcome, f"The proxy {proxy.address} {did}")
    assert LOGIN.removeprefix("Basic ") not in read_by_people(finding)


@pytest.mark.parametrize(("behave", "end"), WORST.items(), ids=[behave.__name__ for behave in WORST])
def test_a_proxy_at_its_worst_comes_to_an_end(
    behave: Behaviour, end: tuple[Outcome, str], scheme: str, tmp_path: Path
) -> None:
    assert_ends(behave, end, scheme, tmp_path)


@pytest.mark.parametrize(("answer", "end"), ANSWERS.items(), ids=[answer.decode() for answer in ANSWERS])
def test_a_proxy_that_refuses_is_told_of(answer: bytes, end: tuple[Outcome, str], scheme: str, tmp_path: Path) -> None:
    assert_ends(hostile.answers(answer + b"\r\n", b"CANARY"), end, scheme, tmp_path)


def test_a_proxy_that_is_not_there_is_told_of() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        proxy = Proxy(scheme="http", host="127.0.0.1", port=taken.getsockname()[1])

    finding = check(proxy, "")

    assert (finding.outcome, fact(finding, Step.TLS)) == (
        COULD_NOT,
        f"The proxy {proxy.address} refused the connection.",
    )


@pytest.mark.parametrize(
    ("behave", "did"),
    [
        (hostile.drips_a_handshake, "did not answer within 1 s."),
        (hostile.is_silent, "did not answer within 1 s."),
        (hostile.talks_http_at_once, "does not speak TLS 1.2 or newer on this port."),
    ],
)
def test_a_proxy_over_tls_that_speaks_none_is_told_of(behave: Behaviour, did: str) -> None:
    with serving(behave) as server:
        proxy = Proxy(scheme="https", host="127.0.0.1", port=server.port, authorization=LOGIN)
        finding = check(proxy, "", exchange_seconds=DEADLINE_SECONDS)

    assert fact(finding, Step.TLS) == f"The proxy {proxy.address} {did}"
    assert b"Authorization" not in server.heard


def test_a_proxy_that_nobody_vouches_for_gets_no_login(relay: Relay, tmp_path: Path) -> None:
    with proxied(relay, "https", tmp_path, LOGIN) as (server, proxy):
        finding = check(proxy, "")

    assert (finding.outcome, fact(finding, Step.TLS)) == (
        COULD_NOT,
        f"The proxy {proxy.address} cannot be used. The certificate comes from an authority Berth does not know.",
    )
    assert server.heard == b""


def test_an_authority_of_the_registry_is_not_one_for_the_proxy(relay: Relay, tmp_path: Path) -> None:
    with proxied(relay, "https", tmp_path, LOGIN) as (server, proxy):
        finding = check(proxy, PROXIES.pem)

    assert (finding.outcome, server.heard) == (COULD_NOT, b"")


# Behind a proxy that works ------------------------------------------------------------------------------------------


def ended(authority: Authority) -> dict[str, datetime]:
    return {"not_before": authority.yesterday - timedelta(days=30), "not_after": authority.yesterday}


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        (lambda authority, folder: authority.pair(folder, HOST, **ended(authority)), "expired"),
        (lambda authority, folder: authority.for_another_host(folder), "wrong_host"),
        (lambda authority, folder: Authority().pair(folder, HOST), "unknown_authority"),
    ],
)
def test_s5_the_registry_has_to_prove_its_name_right_through_the_proxy(
    pair: Callable[[Authority, Path], Any],
    reason: str,
    scheme: str,
    relay: Relay,
    authority: Authority,
    tmp_path: Path,
) -> None:
    tls = pair(authority, tmp_path / "behind").server_context()
    with serving(hostile.answers(hostile.HEAD), tls=tls) as behind:
        relay.port = behind.port
        with proxied(relay, scheme, tmp_path) as (_, proxy), way(proxy, authority.pem) as through:
            with pytest.raises(NotTrusted) as refused:
                through.handshake()
            with pytest.raises(NotTrusted):
                through.request("GET", f"{ORIGIN}/v2/", {"Authorization": "Basic CANARY"})

    assert (refused.value.reason, behind.heard) == (reason, b"")
    assert (f"The proxy {proxy.address} may have put it" in refused.value.detail) == (reason == "unknown_authority")


BEHIND: dict[Behaviour, tuple[str, str]] = {
    hostile.is_silent: ("tls", "did not answer within 1 s."),
    hostile.drips_headers: ("tls", "did not answer within 1 s."),
    hostile.drips_a_body: ("tls", "did not answer within 1 s."),
    hostile.drips_a_handshake: ("", "did not answer within 1 s."),
    hostile.floods_a_body: ("tls", "answers with more than Berth reads."),
    hostile.talks_nonsense: ("tls", "answers, but not in HTTP."),
    hostile.hangs_up: ("tls", "dropped the connection."),
    hostile.resets: ("tls", "dropped the connection."),
    hostile.talks_http_at_once: ("", "does not speak TLS 1.2 or newer on this port."),
}


@pytest.mark.parametrize(("behave", "end"), BEHIND.items(), ids=[behave.__name__ for behave in BEHIND])
def test_a_registry_at_its_worst_comes_to_an_end_behind_a_proxy(
    behave: Behaviour, end: tuple[str, str], scheme: str, relay: Relay, authority: Authority, tmp_path: Path
) -> None:
    kind, did = end
    tls = authority.pair(tmp_path / "behind", HOST).server_context() if kind else None
    seconds = DEADLINE_SECONDS if "within" in did else PATIENCE_SECONDS
    with serving(behave, tls=tls) as behind:
        relay.port = behind.port
        with (
            proxied(relay, scheme, tmp_path) as (_, proxy),
            way(proxy, authority.pem, exchange_seconds=seconds) as through,
        ):
            started = time.monotonic()

            with pytest.raises(RegistryError) as failed:
                through.request("GET", f"{ORIGIN}/v2/", {})

            assert time.monotonic() - started < seconds + GRACE_SECONDS
    assert failed.value.detail == f"{HOST} {did}"


def drips_tls(context: ssl.SSLContext, authority: Authority) -> Behaviour:
    """Open the way, shake hands as the registry, and then send its answer's TLS record byte by byte."""

    def behave(connection: Connection) -> None:
        connection.hear()
        connection.say(OPENED)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        inner = context.wrap_bio(incoming, outgoing, server_side=True)
        for step in (inner.do_handshake, lambda: inner.read(65536)):
            while True:
                try:
                    step()
                    break
                except ssl.SSLWantReadError:
                    connection.say(outgoing.read())
                    incoming.write(connection.raw.recv(65536))
        inner.write(b"x" * 16_000)
        for byte in outgoing.read():
            connection.say(bytes([byte]))
            time.sleep(hostile.TICK_SECONDS)

    return behave


def test_a_record_that_a_proxy_drips_comes_to_an_end(scheme: str, authority: Authority, tmp_path: Path) -> None:
    context = authority.pair(tmp_path / "behind", HOST).server_context()
    with (
        proxied(drips_tls(context, authority), scheme, tmp_path) as (_, proxy),
        way(proxy, authority.pem, exchange_seconds=DEADLINE_SECONDS) as through,
    ):
        started = time.monotonic()

        with pytest.raises(DeadlinePassed, match=f"{HOST} did not answer within 1 s."):
            through.request("GET", f"{ORIGIN}/v2/", {})

        assert time.monotonic() - started < DEADLINE_SECONDS + GRACE_SECONDS
