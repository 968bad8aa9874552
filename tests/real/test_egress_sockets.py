"""The way out through real sockets: TLS as it is, and servers at their worst."""

import gzip
import logging
import socket
import ssl
import time
import warnings
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import trustme

from registries.distribution import (
    Answer,
    ConnectionRefused,
    DeadlinePassed,
    NotARegistry,
    NotTrusted,
    RegistryError,
)
from registries.egress import Policy, TLSInfo, Way
from tests import hostile
from tests.hostile import Behaviour, Server, serving
from tests.lab.certificates import Authority

LOOPBACK = Policy(allow=(ip_network("127.0.0.0/8"),))
OK = hostile.answers(hostile.HEAD, b"{}")
DEADLINE_SECONDS = 0.6
PATIENCE_SECONDS = 10.0  # where something else than the clock has to end the exchange
GRACE_SECONDS = 4.0  # a busy machine is slow, and each of these servers would hold on for longer


def way(origin: str, *, exchange_seconds: float = PATIENCE_SECONDS, **options: Any) -> Way:
    return Way(origin, policy=LOOPBACK, exchange_seconds=exchange_seconds, **options)


def ask(server: Server, scheme: str = "http", host: str = "127.0.0.1", **options: Any) -> Answer:
    origin = f"{scheme}://{host}:{server.port}"
    with way(origin, **options) as asking:
        return asking.request("GET", f"{origin}/v2/", {"Authorization": "Basic CANARY"})


def shake(server: Server, host: str = "127.0.0.1", **options: Any) -> TLSInfo | None:
    with way(f"https://{host}:{server.port}", **options) as asking:
        return asking.handshake()


# Servers at their worst ---------------------------------------------------------------------------------------------

LATE = DeadlinePassed, "127.0.0.1 did not answer within 1 s."
MUCH = NotARegistry, "127.0.0.1 answers with more than Berth reads."
ODD = NotARegistry, "127.0.0.1 answers, but not in HTTP."
GONE = ConnectionRefused, "127.0.0.1 dropped the connection."

WORST: dict[Behaviour, tuple[type[RegistryError], str]] = {
    hostile.is_silent: LATE,
    hostile.listens_and_is_silent: LATE,
    hostile.drips_a_status: LATE,
    hostile.drips_headers: LATE,
    hostile.drips_a_body: LATE,
    hostile.drips_chunks: LATE,
    hostile.drips_interim_answers: LATE,
    hostile.floods_a_body: MUCH,
    hostile.floods_chunks: MUCH,
    hostile.floods_headers: ODD,
    hostile.floods_one_header: ODD,
    hostile.floods_interim_answers: MUCH,
    hostile.talks_another_protocol: LATE,
    hostile.talks_nonsense: ODD,
    hostile.hangs_up: GONE,
    hostile.resets: GONE,
}


@pytest.mark.parametrize(("behave", "end"), WORST.items(), ids=[behave.__name__ for behave in WORST])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_at_its_worst_comes_to_an_end(
    scheme: str, behave: Behaviour, end: tuple[type[RegistryError], str], authority: Authority, tmp_path: Path
) -> None:
    tls = authority.pair(tmp_path).server_context() if scheme == "https" else None
    with serving(behave, tls=tls) as server:
        seconds = DEADLINE_SECONDS if end == LATE else PATIENCE_SECONDS
        started = time.monotonic()

        with pytest.raises(RegistryError) as failed:
            ask(server, scheme, ca_pem=authority.pem, exchange_seconds=seconds)

        assert time.monotonic() - started < seconds + GRACE_SECONDS
    assert (type(failed.value), failed.value.detail) == end


def test_a_check_ends_even_where_each_exchange_is_in_time() -> None:
    with serving(hostile.drips_headers) as server:
        started = time.monotonic()

        with pytest.raises(DeadlinePassed, match="The check was ended after 0 s"):
            ask(server, deadline_seconds=0.2)

        assert time.monotonic() - started < 0.2 + GRACE_SECONDS


def test_a_server_that_never_reads_comes_to_an_end() -> None:
    with serving(hostile.is_silent) as server:
        origin = f"http://127.0.0.1:{server.port}"
        started = time.monotonic()

        with way(origin, exchange_seconds=DEADLINE_SECONDS) as asking, pytest.raises(DeadlinePassed):
            asking.request("POST", f"{origin}/v2/", {}, b"x" * 20_000_000)

        assert time.monotonic() - started < DEADLINE_SECONDS + GRACE_SECONDS


def test_a_handshake_that_drips_comes_to_an_end() -> None:
    with serving(hostile.drips_a_handshake) as server:
        started = time.monotonic()

        with pytest.raises(DeadlinePassed):
            shake(server, exchange_seconds=DEADLINE_SECONDS)

        assert time.monotonic() - started < DEADLINE_SECONDS + GRACE_SECONDS


def test_a_compressed_body_stays_as_it_came() -> None:
    bomb = gzip.compress(b"0" * 30_000_000)
    head = hostile.HEAD + b"Content-Encoding: gzip\r\n"
    with serving(hostile.answers(head, bomb)) as server:
        given = ask(server)

    assert (given.body, given.header("content-encoding")) == (bomb, "gzip")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_v19_the_target_of_a_redirect_is_never_dialled(status: int) -> None:
    with serving(OK) as target, serving(hostile.redirects(status, f"http://127.0.0.1:{target.port}/")) as server:
        assert ask(server).status == status

    assert (server.connections, target.connections) == (1, 0)


def test_a_closed_port_refuses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = Server(port=taken.getsockname()[1])

    with pytest.raises(ConnectionRefused, match="refused the connection"):
        ask(server)


# Connections --------------------------------------------------------------------------------------------------------


def test_a_name_of_the_hosts_file_is_found_by_the_real_resolver() -> None:
    with serving(OK) as server:
        assert ask(server, host="localhost").body == b"{}"


def test_one_connection_serves_several_requests() -> None:
    with serving(OK) as server, way(f"http://127.0.0.1:{server.port}") as asking:
        for _ in range(3):
            asking.request("GET", f"http://127.0.0.1:{server.port}/v2/", {})

        assert server.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_made_anew() -> None:
    with serving(hostile.answers_once) as server, way(f"http://127.0.0.1:{server.port}") as asking:
        for _ in range(2):
            asking.request("GET", f"http://127.0.0.1:{server.port}/v2/", {})
            time.sleep(0.1)

        assert server.connections == 2


# TLS ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def secure(authority: Authority, tmp_path: Path) -> Iterator[Server]:
    """A server whose certificate for 127.0.0.1 and localhost is good, where its authority is trusted."""
    with serving(OK, tls=authority.pair(tmp_path).server_context()) as server:
        yield server


def test_a_trusted_connection_says_what_its_certificate_says(secure: Server, authority: Authority) -> None:
    tls = shake(secure, ca_pem=authority.pem)

    assert tls is not None
    assert tls.version == "TLSv1.3"
    assert tls.not_after.tzinfo is not None


def test_a_trusted_server_is_spoken_to(secure: Server, authority: Authority) -> None:
    assert ask(secure, "https", ca_pem=authority.pem).body == b"{}"


@pytest.mark.parametrize("meet", [shake, lambda server, **options: ask(server, "https", **options)])
def test_v09_an_unknown_authority_hears_nothing(secure: Server, meet: Callable[..., Any]) -> None:
    with pytest.raises(NotTrusted) as refused:
        meet(secure)

    assert (refused.value.reason, secure.heard) == ("unknown_authority", b"")


def test_v09_an_expired_certificate_is_told_with_its_day(authority: Authority, tmp_path: Path) -> None:
    with serving(OK, tls=authority.expired(tmp_path).server_context()) as server:
        with pytest.raises(NotTrusted) as refused:
            shake(server, ca_pem=authority.pem)
        with pytest.raises(NotTrusted):
            ask(server, "https", ca_pem=authority.pem)

    day = f"{authority.yesterday.day} {authority.yesterday:%b %Y}"
    assert (refused.value.reason, refused.value.detail) == ("expired", f"The certificate expired on {day}.")
    assert server.heard == b""


def test_v09_a_certificate_of_another_host_is_told_with_both_names(authority: Authority, tmp_path: Path) -> None:
    with serving(OK, tls=authority.for_another_host(tmp_path).server_context()) as server:
        with pytest.raises(NotTrusted) as refused:
            shake(server, ca_pem=authority.pem)
        with pytest.raises(NotTrusted):
            ask(server, "https", ca_pem=authority.pem)

    assert (refused.value.reason, refused.value.detail) == (
        "wrong_host",
        "The certificate is for another host, not for 127.0.0.1.",
    )
    assert server.heard == b""


def test_what_an_unknown_authority_says_of_itself_is_not_told(tmp_path: Path) -> None:
    with serving(OK, tls=Authority().expired(tmp_path).server_context()) as server, pytest.raises(NotTrusted) as refused:
        shake(server)

    assert refused.value.detail in (
        "The certificate expired.",
        "The certificate comes from an authority Berth does not know.",
    )


def test_an_authority_of_the_registry_is_not_one_for_other_hosts(authority: Authority, tmp_path: Path) -> None:
    tls = authority.pair(tmp_path).server_context()
    with (
        serving(OK, tls=tls) as registry,
        serving(OK, tls=tls) as service,
        way(f"https://127.0.0.1:{registry.port}", ca_pem=authority.pem) as asking,
    ):
        asking.request("GET", f"https://127.0.0.1:{registry.port}/v2/", {})
        with pytest.raises(NotTrusted) as refused:
            asking.request("GET", f"https://localhost:{service.port}/token", {"Authorization": "Basic CANARY"})

    assert (refused.value.host, refused.value.reason, service.heard) == ("localhost", "unknown_authority", b"")


def test_an_authority_of_one_way_is_not_one_for_the_next(secure: Server, authority: Authority) -> None:
    ask(secure, "https", ca_pem=authority.pem)
    heard = secure.heard

    with pytest.raises(NotTrusted) as refused:
        ask(secure, "https")

    assert (refused.value.reason, secure.heard) == ("unknown_authority", heard)


@pytest.mark.parametrize("kind", [Authority.expired, Authority.for_another_host])
def test_what_is_let_pass_to_explain_a_certificate_is_let_pass_for_nothing_else(
    kind: Callable[..., Any], authority: Authority, tmp_path: Path
) -> None:
    with serving(OK, tls=kind(authority, tmp_path).server_context()) as server:
        origin = f"https://127.0.0.1:{server.port}"
        with way(origin, ca_pem=authority.pem) as asking:
            with pytest.raises(NotTrusted):
                asking.handshake()
            with pytest.raises(NotTrusted):
                asking.request("GET", f"{origin}/v2/", {"Authorization": "Basic CANARY"})

    assert server.heard == b""


def test_an_authority_that_the_system_begins_to_trust_is_trusted_from_then_on(
    secure: Server, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store.pem"
    store.write_text(Authority().pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(store))
    with pytest.raises(NotTrusted):
        ask(secure, "https")

    store.write_text(authority.pem)

    assert ask(secure, "https").status == 200


def test_an_intermediate_authority_alone_is_enough(tmp_path: Path) -> None:
    root = trustme.CA()
    intermediate = root.create_child_ca()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    intermediate.issue_cert("127.0.0.1").configure_cert(context)

    with serving(OK, tls=context) as server:
        assert ask(server, "https", ca_pem=intermediate.cert_pem.bytes().decode()).status == 200


def test_an_old_version_of_tls_is_not_spoken(authority: Authority, tmp_path: Path) -> None:
    context = authority.pair(tmp_path).server_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1

    with serving(OK, tls=context) as server, pytest.raises(NotTrusted) as refused:
        shake(server, ca_pem=authority.pem)

    assert (refused.value.reason, server.heard) == ("other", b"")


def test_v11_a_plain_server_hears_no_request_of_an_https_origin() -> None:
    with serving(OK) as server:
        with pytest.raises((NotTrusted, DeadlinePassed, ConnectionRefused)):
            shake(server, exchange_seconds=DEADLINE_SECONDS)
        with pytest.raises((NotTrusted, DeadlinePassed, ConnectionRefused)):
            ask(server, "https", exchange_seconds=DEADLINE_SECONDS)

    assert b"HTTP" not in server.heard
    assert b"CANARY" not in server.heard


def test_no_log_of_any_level_holds_what_went_over_the_wire(
    secure: Server, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    ask(secure, "https", ca_pem=authority.pem)

    assert "CANARY" not in caplog.text
    assert b"CANARY" in secure.heard
