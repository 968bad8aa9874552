"""The single way out, with a scripted resolver and a recorder in place of the network: what is dialled, and what is not."""

import logging
import socket
import ssl
from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from typing import Any, NoReturn

import httpcore
import pytest

from registries.distribution import (
    Answer,
    BlockedByPolicy,
    Client,
    ConnectionRefused,
    Credential,
    DeadlinePassed,
    NameNotFound,
    NotARegistry,
    NotTrusted,
    RealmRefused,
    RegistryError,
    Secret,
    Unreachable,
)
from registries.egress import Policy, Way
from tests.registries.test_addresses import NEVER, UNLESS_ALLOWED

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
LAN = Policy(allow=(ip_network("10.0.0.0/8"),))


class Clock:
    """Time that passes only when a connection takes it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def fail(kind: type[Exception], reason: Exception) -> NoReturn:
    """Fail as httpcore's own connections do: with an error of its kind, because of one of the system's."""
    try:
        raise reason
    except Exception as error:
        raise kind(error) from error


class Wire(httpcore.NetworkStream):
    """A connection that answers from a script: bytes, errors to raise, or seconds to pass before the next read."""

    def __init__(self, script: Iterable[Any], clock: Clock) -> None:
        self.script = iter(script)
        self.clock = clock
        self.sent = b""
        self.names: list[str | None] = []
        self.closed = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        for item in self.script:
            if isinstance(item, bytes):
                return item
            if isinstance(item, Exception):
                fail(httpcore.ReadError, item)
            assert timeout is not None
            if item >= timeout:
                self.clock.now += timeout
                raise httpcore.ReadTimeout
            self.clock.now += item
        return b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.sent += buffer

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self.names.append(server_hostname)
        return self

    def close(self) -> None:
        self.closed = True

    def get_extra_info(self, info: str) -> Any:
        return None


class Network:
    """Names and their addresses, and what each connection will answer; it records every look-up and every dial."""

    def __init__(self, names: Mapping[str, list[str]] | None = None, *scripts: Iterable[Any]) -> None:
        self.names = dict(names or {})
        self.scripts = list(scripts)
        self.looked_up: list[str] = []
        self.dialled: list[tuple[str, int]] = []
        self.wires: list[Wire] = []
        self.failing: dict[str, Exception] = {}
        self.clock = Clock()

    def resolver(self, name: str, port: int, **kwargs: Any) -> list[tuple[Any, ...]]:
        self.looked_up.append(name)
        name = name.removesuffix(".")
        if name not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(2, 1, 6, "", (address, port)) for address in self.names[name]]

    def connector(self, address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        self.dialled.append((address, port))
        if address in self.failing:
            fail(httpcore.ConnectError, self.failing[address])
        self.wires.append(Wire(self.scripts.pop(0) if self.scripts else [OK], self.clock))
        return self.wires[-1]

    def way(self, origin: str = "https://registry.example", policy: Policy = Policy(), **options: Any) -> Way:
        return Way(origin, policy=policy, resolver=self.resolver, connector=self.connector, clock=self.clock, **options)


def get(network: Network, url: str = "https://registry.example/v2/", policy: Policy = Policy(), **options: Any) -> Answer:
    with network.way(policy=policy) as way:
        return way.request("GET", url, {}, **options)


# What is never dialled ----------------------------------------------------------------------------------------------

ADDRESSES = sorted({**NEVER, **UNLESS_ALLOWED})


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_name_that_leads_to_a_forbidden_address_is_never_dialled(address: str) -> None:
    network = Network({"registry.example": [address]})

    for attempt in (Way.look_up, Way.handshake, lambda way: way.request("GET", "https://registry.example/v2/", {})):
        with network.way() as way, pytest.raises(BlockedByPolicy):
            attempt(way)

    assert network.dialled == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_forbidden_address_itself_is_never_dialled(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    network = Network({address: [address]})

    with network.way(f"https://{host}") as way, pytest.raises(BlockedByPolicy):
        way.handshake()

    assert network.dialled == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_v18_one_forbidden_address_among_good_ones_refuses_all(address: str) -> None:
    for answers in ([address, "8.8.8.8"], ["8.8.8.8", address]):
        network = Network({"registry.example": answers})

        with network.way() as way, pytest.raises(BlockedByPolicy):
            way.handshake()

        assert network.dialled == []


NOTATIONS = {
    "2130706433": "127.0.0.1",
    "0x7f000001": "127.0.0.1",
    "0x7f.0.0.1": "127.0.0.1",
    "0177.0.0.1": "127.0.0.1",
    "127.1": "127.0.0.1",
    "127.0.1": "127.0.0.1",
    "0": "0.0.0.0",
    "0x0": "0.0.0.0",
    "2852039166": "169.254.169.254",
    "0xa9fea9fe": "169.254.169.254",
    "0251.0376.0251.0376": "169.254.169.254",
    "169.16689662": "169.254.169.254",
    "3232235521": "192.168.0.1",
    "012.0.0.1": "10.0.0.1",
    "localtest.me": "127.0.0.1",
    "127.0.0.1.nip.io": "127.0.0.1",
    "metadata.google.internal": "169.254.169.254",
    "kubernetes.default.svc": "10.96.0.1",
}


@pytest.mark.parametrize(("host", "address"), NOTATIONS.items())
def test_an_odd_notation_is_judged_by_the_address_it_means(host: str, address: str) -> None:
    network = Network({host: [address]})

    with network.way(f"https://{host}") as way, pytest.raises(BlockedByPolicy) as refused:
        way.look_up()

    assert refused.value.detail.startswith(f"{host} is a")
    assert network.dialled == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://registry.example/",
        "gopher://registry.example/_",
        "unix:/var/run/docker.sock",
        "data:text/plain,x",
        "javascript:alert(1)",
        "//registry.example/v2/",
        "/v2/",
        "",
        "https://",
        "https:///v2/",
        "https://puller:right@registry.example/v2/",
        "https://registry.example\r\nX-Injected: 1/",
        "https://registry.example\\@evil.example/",
        "https://registry.example#@evil.example/",
        "https://registry.example:port/",
        "https://registry.example:0/",
        "https://registry\uff0eexample/",
        "https://registry.example /v2/",
    ],
)
def test_what_is_not_plainly_a_web_address_is_not_even_looked_up(url: str) -> None:
    network = Network({"registry.example": ["8.8.8.8"]})

    with pytest.raises(BlockedByPolicy):
        get(network, url)

    assert (network.looked_up, network.dialled) == ([], [])


@pytest.mark.parametrize("port", [22, 25, 2375, 5432, 6379, 9200, 11211])
def test_a_port_of_another_service_is_never_dialled(port: int) -> None:
    network = Network({"registry.example": ["8.8.8.8"]})

    with network.way(f"https://registry.example:{port}") as way, pytest.raises(BlockedByPolicy):
        way.handshake()

    assert network.dialled == []


@pytest.mark.parametrize("origin", ["registry.example", "ftp://registry.example", "https://u:p@registry.example", ""])
def test_a_way_to_no_origin_cannot_be_made(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        Network().way(origin)


# What is dialled ----------------------------------------------------------------------------------------------------


def test_the_judged_address_is_the_one_that_is_dialled_and_the_name_the_one_that_is_certified() -> None:
    network = Network({"registry.example": ["8.8.8.8"]})

    get(network)

    assert (network.dialled, network.wires[0].names) == ([("8.8.8.8", 443)], ["registry.example"])


def test_v17_a_name_is_looked_up_once_however_it_changes_its_mind() -> None:
    network = Network({"registry.example": ["8.8.8.8"]}, [], [OK], [OK])

    with network.way() as way:
        assert way.look_up() == ("8.8.8.8",)
        network.names["registry.example"] = ["127.0.0.1"]
        with pytest.raises(ConnectionRefused):
            way.request("GET", "https://registry.example/v2/", {})
        way.request("GET", "https://registry.example/v2/", {})

    assert (network.looked_up, network.dialled) == (["registry.example."], [("8.8.8.8", 443)] * 2)


def test_a_name_of_the_operators_own_network_is_dialled() -> None:
    network = Network({"registry.example": ["10.2.0.8"]})

    assert get(network, policy=LAN).status == 200


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    network = Network({"registry.example": ["8.8.8.8", "1.1.1.1"]})
    network.failing["8.8.8.8"] = ConnectionRefusedError()

    assert get(network).status == 200
    assert network.dialled == [("8.8.8.8", 443), ("1.1.1.1", 443)]


def test_a_name_that_does_not_exist_is_not_dialled() -> None:
    network = Network()

    with network.way() as way, pytest.raises(NameNotFound):
        way.look_up()

    assert network.dialled == []


def test_another_host_is_looked_up_and_judged_like_the_registry() -> None:
    network = Network({"registry.example": ["8.8.8.8"], "auth.example": ["10.0.0.1"]})

    with network.way() as way, pytest.raises(BlockedByPolicy) as refused:
        way.request("GET", "https://auth.example/token", {"Authorization": "Basic cHVsbGVyOnJpZ2h0"})

    assert (refused.value.detail, network.dialled) == ("auth.example is a private address, 10.0.0.1.", [])


def test_connections_are_kept_and_closed_with_the_way() -> None:
    network = Network({"registry.example": ["8.8.8.8"]}, [OK, OK])

    with network.way() as way:
        way.request("GET", "https://registry.example/v2/", {})
        way.request("GET", "https://registry.example/v2/", {})
        assert not network.wires[0].closed

    assert (len(network.wires), network.wires[0].closed) == (1, True)


# Plain http ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "policy"),
    [
        (["8.8.8.8"], Policy()),
        (["8.8.8.8"], LAN),
        (["10.0.0.1", "8.8.8.8"], LAN),
    ],
)
def test_plain_http_goes_nowhere_that_was_not_allowed_by_name(answers: list[str], policy: Policy) -> None:
    network = Network({"registry.example": answers})

    for attempt in (Way.handshake, lambda way: way.request("GET", "http://registry.example/v2/", {})):
        with network.way("http://registry.example", policy) as way, pytest.raises(BlockedByPolicy) as refused:
            attempt(way)
        assert refused.value.detail == "Plain http to registry.example would show the login."

    assert network.dialled == []


def test_plain_http_has_no_certificate_to_look_at() -> None:
    network = Network({"registry.example": ["10.0.0.1"]})

    with network.way("http://registry.example:5000", LAN) as way:
        assert way.handshake() is None

    assert (network.dialled, network.wires[0].closed) == ([("10.0.0.1", 5000)], True)


def test_plain_http_is_spoken_in_a_network_that_was_allowed() -> None:
    network = Network({"registry.example": ["10.0.0.1"]})

    with network.way("http://registry.example:5000", LAN) as way:
        way.request("GET", "http://registry.example:5000/v2/", {})

    assert network.wires[0].names == []
    assert network.wires[0].sent.startswith(b"GET /v2/ HTTP/1.1\r\nHost: registry.example:5000\r\n")


@pytest.mark.parametrize("failure", [ConnectionRefusedError(), ConnectionResetError(), ssl.SSLError("old"), OSError()])
def test_v11_a_failing_https_is_never_tried_again_in_plain_text(failure: Exception) -> None:
    network = Network({"registry.example": ["10.0.0.1"]})
    network.failing["10.0.0.1"] = failure
    credential = Credential(host="registry.example", username="puller", password=Secret("right"))

    with network.way(policy=LAN) as way, pytest.raises(RegistryError):
        Client("https://registry.example", way, credential=credential).sign_in()

    assert (network.dialled, network.wires) == ([("10.0.0.1", 443)], [])


# What is sent -------------------------------------------------------------------------------------------------------


def test_a_request_is_sent_as_it_was_asked_for() -> None:
    network = Network({"registry.example": ["8.8.8.8"]})

    get(network, "https://registry.example/v2/_catalog?n=1")

    assert network.wires[0].sent == (
        b"GET /v2/_catalog?n=1 HTTP/1.1\r\nHost: registry.example\r\nAccept-Encoding: identity\r\n\r\n"
    )


def test_a_post_without_a_body_says_so() -> None:
    network = Network({"registry.example": ["8.8.8.8"]})

    with network.way() as way:
        way.request("POST", "https://registry.example/v2/a/blobs/uploads/", {})

    assert b"Content-Length: 0\r\n" in network.wires[0].sent


@pytest.mark.parametrize(
    ("origin", "host"),
    {
        "https://registry.example": b"registry.example",
        "https://registry.example:443": b"registry.example",
        "https://registry.example:5000": b"registry.example:5000",
        "https://[2a00:1450::1]": b"[2a00:1450::1]",
        "https://[2a00:1450::1]:5000": b"[2a00:1450::1]:5000",
    }.items(),
)
def test_the_host_header_names_the_registry(origin: str, host: bytes) -> None:
    network = Network({"registry.example": ["8.8.8.8"], "2a00:1450::1": ["2a00:1450::1"]})

    with network.way(origin) as way:
        way.request("GET", f"{origin}/v2/", {})

    assert b"\r\nHost: " + host + b"\r\n" in network.wires[0].sent


def test_v46_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://8.8.4.4:3128")
    network = Network({"registry.example": ["8.8.8.8"]})

    get(network)

    assert network.dialled == [("8.8.8.8", 443)]


def test_a_header_that_would_inject_another_is_never_sent() -> None:
    network = Network({"registry.example": ["8.8.8.8"]})

    with network.way() as way, pytest.raises(RegistryError):
        way.request("GET", "https://registry.example/v2/", {"Authorization": "Bearer x\r\nX-Injected: 1"})

    assert network.wires[0].sent == b""


# What comes back ----------------------------------------------------------------------------------------------------


def test_an_answer_is_given_as_it_came() -> None:
    headers = b"WWW-Authenticate: Basic\r\nwww-authenticate: Bearer\r\nX-Word: caf\xe9\r\nContent-Length: 4\r\n"
    raw = b"HTTP/1.1 401 No\r\n" + headers + b"\r\nbody"

    given = get(Network({"registry.example": ["8.8.8.8"]}, [raw]))

    assert given == Answer(
        401,
        [("www-authenticate", "Basic"), ("www-authenticate", "Bearer"), ("x-word", "caf\xe9"), ("content-length", "4")],
        b"body",
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["http://127.0.0.1/", "https://evil.example/", "//evil.example/", "/v2/"])
def test_v19_a_redirect_is_an_answer_and_not_an_order(status: int, location: str) -> None:
    orders = f"Location: {location}\r\nRefresh: 0;url={location}\r\n"
    raw = f"HTTP/1.1 {status} Moved\r\n{orders}Content-Length: 0\r\n\r\n".encode()
    network = Network({"registry.example": ["8.8.8.8"], "evil.example": ["1.1.1.1"]}, [raw, OK])

    assert get(network).status == status
    assert (network.looked_up, network.dialled) == (["registry.example."], [("8.8.8.8", 443)])
    assert network.wires[0].sent.count(b"GET ") == 1


def test_no_encoding_is_undone() -> None:
    body = b"\x1f\x8b\x08\x00"
    raw = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n" + body

    assert get(Network({"registry.example": ["8.8.8.8"]}, [raw])).body == body


ENDLESS_BODY = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("name", "script"),
    {
        "a long body": [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x" * 1001],
        "a body without an end": [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 500] * 9],
        "chunks without an end": [ENDLESS_BODY, *[b"64\r\n" + b"x" * 100 + b"\r\n"] * 99],
        "chunks that hold little and weigh much": [ENDLESS_BODY, *[b"1;" + b"e" * 9000 + b"\r\nx\r\n"] * 60],
        "headers without an end": [b"HTTP/1.1 200 OK\r\n", *[b"X-More: " + b"x" * 1000 + b"\r\n"] * 999],
        "interim answers without an end": [b"HTTP/1.1 100 Continue\r\n\r\n" * 400] * 99,
        "trailers without an end": [ENDLESS_BODY, b"0\r\n", *[b"X-More: " + b"x" * 1000 + b"\r\n"] * 999],
    }.items(),
)
def test_v27_an_answer_without_an_end_is_ended(name: str, script: list[bytes]) -> None:
    network = Network({"registry.example": ["8.8.8.8"]}, script)

    with pytest.raises(NotARegistry):
        get(network, limit_bytes=1000)

    assert network.wires[0].closed, name


def test_a_body_of_exactly_the_limit_is_read() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000

    assert get(Network({"registry.example": ["8.8.8.8"]}, [raw]), limit_bytes=1000).body == b"x" * 1000


@pytest.mark.parametrize(
    ("script", "kind", "sentence"),
    [
        ([], ConnectionRefused, "registry.example dropped the connection."),
        ([b"HTTP/1.1 200 OK\r\n"], NotARegistry, "registry.example answers, but not in HTTP."),
        ([b"SSH-2.0-OpenSSH_9.6\r\n"], NotARegistry, "registry.example answers, but not in HTTP."),
        ([b"\x00\x01\x02\r\n\r\n"], NotARegistry, "registry.example answers, but not in HTTP."),
        ([b"HTTP/1.1 999999 OK\r\n\r\n"], NotARegistry, "registry.example answers, but not in HTTP."),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"], NotARegistry, "registry.example answers, but not in HTTP."),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"], NotARegistry, "registry.example answers, but not in HTTP."),
        ([b"HTTP/1.1 200 OK\r\nBad Header: x\r\n\r\n"], NotARegistry, "registry.example answers, but not in HTTP."),
        ([ENDLESS_BODY + b"zz\r\n"], NotARegistry, "registry.example answers, but not in HTTP."),
        ([ConnectionResetError()], ConnectionRefused, "registry.example dropped the connection."),
        ([ssl.SSLEOFError()], ConnectionRefused, "registry.example dropped the connection."),
        ([ssl.SSLError("alert")], NotTrusted, "registry.example does not speak TLS 1.2 or newer on this port."),
        ([OSError("strange")], Unreachable, "There is no way to registry.example."),
        ([99.0], DeadlinePassed, "registry.example did not answer within 10 s."),
    ],
)
def test_whatever_goes_wrong_is_told_in_our_words(script: list[Any], kind: type[RegistryError], sentence: str) -> None:
    with pytest.raises(RegistryError) as failed:
        get(Network({"registry.example": ["8.8.8.8"]}, script))

    assert (type(failed.value), failed.value.detail, failed.value.host) == (kind, sentence, "registry.example")


@pytest.mark.parametrize(
    ("failure", "kind", "sentence"),
    [
        (ConnectionRefusedError(), ConnectionRefused, "registry.example refused the connection."),
        (ConnectionResetError(), ConnectionRefused, "registry.example dropped the connection."),
        (OSError(113, "no route"), Unreachable, "There is no way to registry.example."),
        (ssl.SSLError("handshake"), NotTrusted, "registry.example does not speak TLS 1.2 or newer on this port."),
    ],
)
def test_a_connection_that_fails_says_why(failure: Exception, kind: type[RegistryError], sentence: str) -> None:
    network = Network({"registry.example": ["8.8.8.8"]})
    network.failing["8.8.8.8"] = failure

    for attempt in (Way.handshake, lambda way: way.request("GET", "https://registry.example/v2/", {})):
        with network.way() as way, pytest.raises(RegistryError) as failed:
            attempt(way)
        assert (type(failed.value), failed.value.detail) == (kind, sentence)


@pytest.mark.parametrize(
    ("code", "reason", "sentence"),
    [
        (18, "unknown_authority", "The certificate comes from an authority Berth does not know."),
        (19, "unknown_authority", "The certificate comes from an authority Berth does not know."),
        (20, "unknown_authority", "The certificate comes from an authority Berth does not know."),
        (21, "unknown_authority", "The certificate comes from an authority Berth does not know."),
        (10, "expired", "The certificate expired."),
        (62, "wrong_host", "The certificate is not for registry.example."),
        (64, "wrong_host", "The certificate is not for registry.example."),
        (9, "other", "The certificate is not valid."),
        (23, "other", "The certificate is not valid."),
    ],
)
def test_v09_a_certificate_that_is_not_trusted_says_why(code: int, reason: str, sentence: str) -> None:
    network = Network({"registry.example": ["8.8.8.8"]})
    failure = ssl.SSLCertVerificationError()
    failure.verify_code = code
    network.failing["8.8.8.8"] = failure

    for attempt in (Way.handshake, lambda way: way.request("GET", "https://registry.example/v2/", {})):
        with network.way() as way, pytest.raises(NotTrusted) as failed:
            attempt(way)
        assert (failed.value.reason, failed.value.detail) == (reason, sentence)


# Time ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "drip",
    [
        [1.0, b"H", 1.0, b"T", 1.0, b"T", 1.0, b"P"],
        [1.0, b"HTTP/1.1 100 Continue\r\n\r\n"] * 99,
        [b"HTTP/1.1 200 OK\r\n", *[1.0, b"X: y\r\n"] * 99],
        [ENDLESS_BODY, *[1.0, b"1\r\nx\r\n"] * 99],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", *[1.0, b"x"] * 99],
    ],
    ids=["status", "interim", "headers", "chunks", "body"],
)
def test_a_drip_ends_with_the_exchange(drip: list[Any]) -> None:
    network = Network({"registry.example": ["8.8.8.8"]}, [*drip, *[1.0, b"x"] * 99])

    with pytest.raises(DeadlinePassed) as failed:
        get(network)

    assert (failed.value.detail, network.clock.now) == ("registry.example did not answer within 10 s.", 10)


def test_a_check_ends_however_many_exchanges_it_has() -> None:
    network = Network({"registry.example": ["8.8.8.8"]}, [9.0, OK, 9.0, OK, 9.0, OK])

    with network.way() as way:
        for _ in range(2):
            way.request("GET", "https://registry.example/v2/", {})
        with pytest.raises(DeadlinePassed) as failed:
            way.request("GET", "https://registry.example/v2/", {})

    assert (failed.value.detail, network.clock.now) == ("The check was ended after 20 s.", 20)


def test_nothing_is_dialled_when_the_time_is_over() -> None:
    network = Network({"registry.example": ["8.8.8.8"]})

    with network.way() as way:
        network.clock.now = 21
        for attempt in (Way.look_up, Way.handshake):
            with pytest.raises(DeadlinePassed):
                attempt(way)

    assert network.dialled == []


def test_each_address_gets_its_share_of_the_time() -> None:
    network = Network({"registry.example": ["8.8.8.8", "1.1.1.1", "9.9.9.9"]})
    shares = []

    def connector(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        shares.append(timeout)
        network.clock.now += timeout
        raise httpcore.ConnectTimeout

    network.connector = connector  # type: ignore[method-assign]
    with network.way() as way, pytest.raises(DeadlinePassed):
        way.handshake()

    assert shares == pytest.approx([10 / 3, 10 / 3, 10 / 3])


# Both together ------------------------------------------------------------------------------------------------------


def challenging(realm: str) -> bytes:
    return f'HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer realm="{realm}"\r\nContent-Length: 0\r\n\r\n'.encode()


@pytest.mark.parametrize(
    "realm",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://127.0.0.1/token",
        "https://localhost/token",
        "https://evil.example/token",
        "https://registry.example:6379/token",
        "http://registry.example/token",
    ],
)
def test_v03_a_realm_is_no_way_into_another_network(realm: str) -> None:
    network = Network({"registry.example": ["8.8.8.8"], "evil.example": ["1.1.1.1"]}, [challenging(realm)])
    credential = Credential(host="registry.example", username="puller", password=Secret("right"))

    with network.way() as way, pytest.raises(RealmRefused):
        Client("https://registry.example", way, credential=credential).sign_in()

    assert network.dialled == [("8.8.8.8", 443)]
    assert b"Authorization" not in network.wires[0].sent


def test_a_known_token_service_that_leads_inside_is_not_dialled() -> None:
    network = Network({"registry.example": ["8.8.8.8"], "auth.example": ["169.254.169.254"]})
    network.scripts = [[challenging("https://auth.example/token")]]
    credential = Credential(host="registry.example", username="puller", password=Secret("right"))

    with network.way() as way, pytest.raises(BlockedByPolicy):
        Client("https://registry.example", way, credential=credential, realms=["https://auth.example"]).sign_in()

    assert network.dialled == [("8.8.8.8", 443)]


def test_no_log_of_any_level_holds_what_was_sent_or_received(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    raw = b"HTTP/1.1 200 OK\r\nX-Echo: CANARY-1\r\nContent-Length: 8\r\n\r\nCANARY-2"
    network = Network({"registry.example": ["8.8.8.8"]}, [raw])

    with network.way() as way:
        way.request("GET", "https://registry.example/v2/?x=CANARY-3", {"Authorization": "Bearer CANARY-4"})

    assert "CANARY" not in caplog.text
