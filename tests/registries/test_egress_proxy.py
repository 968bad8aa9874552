"""The way out through the operator's proxy, scripted: what the proxy is asked, what its answers mean, and the setting."""

import base64
import ssl
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpcore
import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from console import environment
from console.environment import Proxy
from registries import checks
from registries.distribution import (
    BlockedByPolicy,
    Client,
    Credential,
    DeadlinePassed,
    NameNotFound,
    NotTrusted,
    RegistryError,
    Secret,
    Unreachable,
)
from registries.egress import Policy, Way
from registries.flavors.aws_places import Place
from registries.flavors.ecr import AccessKey, mint
from registries.proxy import ProxyFailed
from tests.console.test_environment import start
from tests.registries.test_addresses import NEVER, UNLESS_ALLOWED
from tests.registries.test_egress import OK, Network, get

PROXY = Proxy(scheme="http", host="proxy.corp.example", port=3128)
WITH_LOGIN = Proxy(scheme="http", host="proxy.corp.example", port=3128, authorization="Basic Y29ycDpDQU5BUlk=")
OVER_TLS = Proxy(scheme="https", host="proxy.corp.example", port=3129)
OPENED = b"HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n"
WHO = "proxy proxy.corp.example:3128"


def policy(proxy: Proxy = PROXY, *networks: str, by_name: bool = False) -> Policy:
    return Policy(allow=tuple(map(ip_network, networks)), proxy=proxy, by_name=by_name)


def corp(*scripts: Any, **names: list[str]) -> Network:
    """A network whose proxy has a private address, which the policy would refuse to anybody else."""
    known = {"proxy.corp.example": ["10.9.9.9"], "registry.example": ["8.8.8.8"]}
    return Network({**known, **{name.replace("_", "."): found for name, found in names.items()}}, *scripts)


def failing(network: Network, through: Policy) -> RegistryError:
    with pytest.raises(RegistryError) as failed:
        get(network, policy=through)
    return failed.value


# What the proxy is asked --------------------------------------------------------------------------------------------


def test_the_proxy_is_dialled_and_asked_for_the_address_that_was_judged() -> None:
    network = corp([OPENED, OK])

    assert get(network, policy=policy()).status == 200

    assert network.dialled == [("10.9.9.9", 3128)]
    asked, _, rest = network.wires[0].sent.partition(b"\r\n\r\n")
    assert asked == b"CONNECT 8.8.8.8:443 HTTP/1.1\r\nHost: 8.8.8.8:443"
    assert rest.startswith(b"GET /v2/ HTTP/1.1\r\nHost: registry.example\r\n")
    assert network.wires[0].names == ["registry.example"]


def test_a_version_6_address_is_asked_for_in_brackets() -> None:
    network = corp([OPENED, OK], registry_example=["2a00:1450::1"])

    get(network, policy=policy())

    assert network.wires[0].sent.startswith(b"CONNECT [2a00:1450::1]:443 HTTP/1.1\r\nHost: [2a00:1450::1]:443\r\n")


def test_the_proxy_gets_its_own_login_and_the_registry_does_not() -> None:
    network = corp([OPENED, OK])

    get(network, policy=policy(WITH_LOGIN))

    asked, _, rest = network.wires[0].sent.partition(b"\r\n\r\n")
    assert asked.endswith(b"\r\nProxy-Authorization: Basic Y29ycDpDQU5BUlk=")
    assert b"Authorization" not in rest


def test_a_proxy_over_tls_is_certified_by_its_own_name_first() -> None:
    network = corp([OPENED, OK])

    get(network, policy=policy(OVER_TLS))

    assert (network.dialled, network.wires[0].names) == (
        [("10.9.9.9", 3129)],
        ["proxy.corp.example", "registry.example"],
    )


def test_a_proxy_may_be_asked_for_names_which_are_judged_all_the_same() -> None:
    network = corp([OPENED, OK], inner_example=["10.0.0.1"], registry_example=["8.8.8.8", "1.1.1.1"])
    named = policy(by_name=True)

    get(network, policy=named)
    with pytest.raises(BlockedByPolicy):
        get(network, "https://inner.example/v2/", policy=named)

    assert network.dialled == [("10.9.9.9", 3128)]
    assert network.wires[0].sent.startswith(b"CONNECT registry.example:443 HTTP/1.1\r\n")


def test_a_name_is_asked_for_once_however_many_addresses_it_has() -> None:
    network = corp([b"HTTP/1.1 502 Bad\r\n\r\n"], [OPENED, OK], registry_example=["8.8.8.8", "1.1.1.1"])

    with pytest.raises(Unreachable):
        get(network, policy=policy(by_name=True))

    assert network.dialled == [("10.9.9.9", 3128)]


@pytest.mark.parametrize("address", sorted({**NEVER, **UNLESS_ALLOWED}))
@pytest.mark.parametrize("by_name", [False, True])
def test_the_proxy_is_asked_for_no_address_that_is_forbidden(address: str, by_name: bool) -> None:
    network = corp(registry_example=["8.8.8.8", address])

    with network.way(policy=policy(by_name=by_name)) as way:
        for attempt in (Way.look_up, Way.handshake, lambda way: way.request("GET", "https://registry.example/v2/", {})):
            with pytest.raises(BlockedByPolicy):
                attempt(way)

    assert network.dialled == []


def test_networks_that_were_allowed_are_reached_directly() -> None:
    network = corp([OK], [OPENED, OK], registry_example=["10.2.0.8"], public_example=["8.8.8.8"])
    through = policy(PROXY, "10.0.0.0/8")

    with network.way(policy=through) as way:
        way.request("GET", "https://registry.example/v2/", {})
        way.request("GET", "https://public.example/v2/", {})

    assert network.dialled == [("10.2.0.8", 443), ("10.9.9.9", 3128)]
    assert network.wires[1].sent.startswith(b"CONNECT 8.8.8.8:443 ")


def test_plain_http_never_goes_through_the_proxy() -> None:
    network = corp([OK], registry_example=["10.2.0.8"], public_example=["8.8.8.8"])
    through = policy(PROXY, "10.0.0.0/8")

    with network.way("http://registry.example:5000", policy=through) as way:
        way.request("GET", "http://registry.example:5000/v2/", {})
        with pytest.raises(BlockedByPolicy):
            way.request("GET", "http://public.example/v2/", {})

    assert network.dialled == [("10.2.0.8", 5000)]


def test_each_host_has_a_tunnel_of_its_own_and_keeps_it() -> None:
    network = corp([OPENED, OK, OK], [OPENED, OK], auth_example=["1.1.1.1"])

    with network.way(policy=policy()) as way:
        way.request("GET", "https://registry.example/v2/", {})
        way.request("GET", "https://registry.example/v2/", {})
        way.request("GET", "https://auth.example/token", {})

    assert [wire.sent.split()[1] for wire in network.wires] == [b"8.8.8.8:443", b"1.1.1.1:443"]
    assert network.looked_up.count("proxy.corp.example") == 1


def test_the_token_service_is_asked_through_the_proxy_too() -> None:
    challenge = b'HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer realm="https://auth.example/t"\r\nContent-Length: 0\r\n\r\n'
    token = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"token":"t"}'
    network = corp([OPENED, challenge, OK], [OPENED, token], auth_example=["1.1.1.1"])
    credential = Credential(host="registry.example", username="puller", password=Secret("right"))

    with network.way(policy=policy()) as way:
        Client("https://registry.example", way, credential=credential, realms=["https://auth.example"]).sign_in()

    assert network.dialled == [("10.9.9.9", 3128)] * 2
    assert [wire.sent.split()[1] for wire in network.wires] == [b"8.8.8.8:443", b"1.1.1.1:443"]


def test_aws_is_asked_through_the_proxy_too() -> None:
    login = base64.b64encode(b"AWS:minted").decode()
    body = f'{{"authorizationData":[{{"authorizationToken":"{login}","expiresAt":1893456000}}]}}'.encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    network = Network(
        {"api.ecr.eu-west-1.amazonaws.com": ["3.3.3.3"], "proxy.corp.example": ["10.9.9.9"]}, [OPENED, answer]
    )
    key = AccessKey(key_id="AKIAEXAMPLE", secret=Secret("secret"))

    with network.way(f"https://{host}", policy=policy()) as way:
        credential = mint(way, host=host, key=key, place=Place(region="eu-west-1"))

    assert credential.password == Secret("minted")
    assert network.dialled == [("10.9.9.9", 3128)]
    assert network.wires[0].sent.startswith(b"CONNECT 3.3.3.3:443 ")


def test_proxies_of_the_environment_are_not_used_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "no_proxy",
        "NO_PROXY",
    ):
        monkeypatch.setenv(name, "http://8.8.4.4:3128" if "no" not in name.lower() else "registry.example")
    network = corp([OPENED, OK])

    get(network, policy=policy())

    assert network.dialled == [("10.9.9.9", 3128)]


def test_a_name_that_only_the_proxy_may_know_is_told_so() -> None:
    network = Network({"proxy.corp.example": ["10.9.9.9"]})

    with network.way(policy=policy()) as way, pytest.raises(NameNotFound) as failed:
        way.look_up()

    assert failed.value.detail == (
        "registry.example does not exist in the DNS of Berth’s own server, where names are looked up and judged."
    )
    assert network.dialled == []


def test_the_proxys_name_is_looked_up_as_the_operator_wrote_it() -> None:
    network = corp([OPENED, OK])

    get(network, policy=policy())

    assert network.looked_up == ["registry.example.", "proxy.corp.example"]


# What its answers mean ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "through", "kind", "sentence"),
    [
        (
            [b"HTTP/1.1 407 Who\r\n\r\n"],
            PROXY,
            ProxyFailed,
            f"The {WHO} wants a login, and Berth has none for it (HTTP 407).",
        ),
        ([b"HTTP/1.1 407 Who\r\n\r\n"], WITH_LOGIN, ProxyFailed, f"The {WHO} refused Berth’s login to it (HTTP 407)."),
        (
            [b"HTTP/1.1 403 CANARY\r\nX-Why: CANARY\r\nContent-Length: 6\r\n\r\n", b"CANARY"],
            WITH_LOGIN,
            ProxyFailed,
            f"The {WHO} does not let Berth through to registry.example, 8.8.8.8 (HTTP 403).",
        ),
        (
            [b"HTTP/1.0 302 Found\r\nLocation: https://portal.corp.example/\r\n\r\n"],
            PROXY,
            ProxyFailed,
            f"The {WHO} does not let Berth through to registry.example, 8.8.8.8 (HTTP 302).",
        ),
        (
            [b"HTTP/1.1 502 Bad gateway\r\n\r\n"],
            PROXY,
            Unreachable,
            f"The {WHO} could not reach registry.example, 8.8.8.8 (HTTP 502).",
        ),
        ([b"SSH-2.0-OpenSSH_9.6\r\n\r\n"], PROXY, ProxyFailed, f"The {WHO} answers, but not as a proxy."),
        ([b"HTTP/1.1 2000 OK\r\n\r\n"], PROXY, ProxyFailed, f"The {WHO} answers, but not as a proxy."),
        ([b"HTTP/1.1 100 Continue\r\n\r\n", OPENED], PROXY, ProxyFailed, f"The {WHO} answers, but not as a proxy."),
        ([b"HTTP/2 200 OK\r\n\r\n"], PROXY, ProxyFailed, f"The {WHO} answers, but not as a proxy."),
        ([b"x" * 20_000], PROXY, ProxyFailed, f"The {WHO} answers with more than Berth reads."),
        ([b"X: y\r\n"] * 4000, PROXY, ProxyFailed, f"The {WHO} answers with more than Berth reads."),
        ([], PROXY, ProxyFailed, f"The {WHO} dropped the connection."),
        ([b"HTTP/1.1 200"], PROXY, ProxyFailed, f"The {WHO} dropped the connection."),
        ([ConnectionResetError()], PROXY, ProxyFailed, f"The {WHO} dropped the connection."),
        ([99.0], PROXY, DeadlinePassed, f"The {WHO} opened no way to registry.example, 8.8.8.8 within 10 s."),
        ([1.0, b"H"] * 99, PROXY, DeadlinePassed, f"The {WHO} opened no way to registry.example, 8.8.8.8 within 10 s."),
    ],
)
def test_a_proxy_that_opens_no_way_is_the_one_that_is_told_of(
    script: list[Any], through: Proxy, kind: type[RegistryError], sentence: str
) -> None:
    network = corp(script)

    failed = failing(network, policy(through))

    assert (type(failed), failed.detail) == (kind, sentence)
    assert (failed.said, "CANARY" in repr(failed)) == ("", False)
    assert network.wires[0].closed
    assert network.clock.now <= 10


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (ConnectionRefusedError(), f"The {WHO} refused the connection."),
        (OSError(113, "no route"), f"There is no way to the {WHO}."),
    ],
)
def test_a_proxy_that_is_not_there_is_told_of(failure: Exception, sentence: str) -> None:
    network = corp()
    network.failing["10.9.9.9"] = failure

    failed = failing(network, policy())

    assert (type(failed), failed.detail) == (ProxyFailed, sentence)


def test_a_proxy_that_no_dns_knows_is_told_of() -> None:
    network = Network({"registry.example": ["8.8.8.8"]})

    failed = failing(network, policy())

    assert failed.detail == f"The {WHO} cannot be used. proxy.corp.example does not exist in DNS."


def test_a_proxy_whose_certificate_is_not_trusted_is_told_of() -> None:
    network = corp()
    failure = ssl.SSLCertVerificationError()
    failure.verify_code = 19
    network.failing["10.9.9.9"] = failure

    failed = failing(network, policy(OVER_TLS))

    assert (type(failed), failed.detail) == (
        ProxyFailed,
        "The proxy proxy.corp.example:3129 cannot be used. The certificate comes from an authority Berth does not know.",
    )


def test_a_proxy_that_cannot_be_connected_to_in_time_is_told_of() -> None:
    network = corp()

    def connector(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        network.clock.now += timeout
        raise httpcore.ConnectTimeout

    network.connector = connector  # type: ignore[method-assign]

    assert failing(network, policy()).detail == f"The {WHO} did not answer within 10 s."


@pytest.mark.parametrize("first", [[b"HTTP/1.1 503 No\r\n\r\n"], [99.0]])
def test_the_next_address_is_asked_for_where_the_proxy_does_not_reach_one(first: list[Any]) -> None:
    network = corp(first, [OPENED, OK], registry_example=["2a00:1450::1", "8.8.8.8"])

    assert get(network, policy=policy()).status == 200

    assert [wire.sent.split()[1] for wire in network.wires] == [b"[2a00:1450::1]:443", b"8.8.8.8:443"]
    assert network.wires[0].closed


@pytest.mark.parametrize("answer", [b"HTTP/1.1 407 Who\r\n\r\n", b"HTTP/1.1 403 No\r\n\r\n"])
def test_a_proxy_that_says_no_is_not_asked_again(answer: bytes) -> None:
    network = corp([answer], [answer], registry_example=["1.1.1.1", "8.8.8.8"])

    failing(network, policy(WITH_LOGIN))

    assert len(network.wires) == 1


def test_a_check_through_a_proxy_ends_when_it_has_to() -> None:
    network = corp([OPENED, 9.0, OK, 9.0, OK, 9.0, OK])

    with network.way(policy=policy()) as way:
        for _ in range(2):
            way.request("GET", "https://registry.example/v2/", {})
        with pytest.raises(DeadlinePassed, match="The check was ended after 20 s"):
            way.request("GET", "https://registry.example/v2/", {})

    assert network.clock.now == 20


def test_an_unknown_authority_behind_a_proxy_may_be_the_proxys() -> None:
    network = corp([OPENED])
    failure = ssl.SSLCertVerificationError()
    failure.verify_code = 19

    def connector(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        wire = Network.connector(network, address, port, timeout)
        wire.start_tls = refuse  # type: ignore[method-assign]
        return wire

    def refuse(*args: Any, **options: Any) -> httpcore.NetworkStream:
        try:
            raise failure
        except ssl.SSLError as error:
            raise httpcore.ConnectError(error) from error

    network.connector = connector  # type: ignore[method-assign]
    with network.way(policy=policy()) as way, pytest.raises(NotTrusted) as refused:
        way.handshake()

    assert refused.value.detail == (
        "The certificate comes from an authority Berth does not know. "
        "The proxy proxy.corp.example:3128 may have put it in the place of the registry’s own."
    )


# The setting --------------------------------------------------------------------------------------------------------


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read the setting from an environment that says this."""
    monkeypatch.setattr(environment, "declared", {})

    def read(value: str) -> Proxy | None:
        monkeypatch.setenv("BERTH_EGRESS_PROXY", value)
        return environment.proxy("BERTH_EGRESS_PROXY", "A proxy.")

    return read


def basic(login: str) -> str:
    return f"Basic {base64.b64encode(login.encode()).decode()}"


@pytest.mark.parametrize(
    ("value", "proxy"),
    {
        "": None,
        "http://proxy.corp.example:3128": PROXY,
        "http://PROXY.corp.example:3128/": PROXY,
        "https://proxy.corp.example:3129": OVER_TLS,
        "http://corp:CANARY@proxy.corp.example:3128": WITH_LOGIN,
        "http://10.0.0.1:80": Proxy(scheme="http", host="10.0.0.1", port=80),
        "http://[fd00::1]:3128": Proxy(scheme="http", host="fd00::1", port=3128),
        "http://a:b@c:d%23@p:1": Proxy(scheme="http", host="p", port=1, authorization=basic("a:b@c:d#")),
        "http://w%C3%B6:%F0%9F%94%91@p:1": Proxy(scheme="http", host="p", port=1, authorization=basic("wö:🔑")),
        "http://token@p:1": Proxy(scheme="http", host="p", port=1, authorization=basic("token:")),
    }.items(),
)
def test_a_proxy_is_read_as_it_is_written(value: str, proxy: Proxy | None, written: Any) -> None:
    assert written(value) == proxy


@pytest.mark.parametrize(("scheme", "starts"), [("http", True), ("socks5", False)])
def test_a_proxy_may_stand_in_a_file(scheme: str, starts: bool, tmp_path: Path) -> None:
    (tmp_path / "proxy").write_text(f"{scheme}://corp:CANARY@proxy.corp.example:3128\n")

    started = start(tmp_path, BERTH_EGRESS_PROXY_FILE=str(tmp_path / "proxy"))

    assert (started.returncode == 0) == starts
    assert ("BERTH_EGRESS_PROXY is a SOCKS proxy" in started.stderr) == (not starts)
    assert "CANARY" not in started.stderr + started.stdout


@pytest.mark.parametrize(
    "value",
    [
        "CANARY",
        "proxy.corp.example:3128",
        "http://proxy.corp.example",
        "http://proxy.corp.example:0",
        "http://proxy.corp.example:65536",
        "http://proxy.corp.example:port",
        "http://:3128",
        "http://proxy.corp.example:3128/CANARY",
        "http://proxy.corp.example:3128?CANARY",
        "http://proxy.corp.example:3128#CANARY",
        "http://corp:CANARY#1@proxy.corp.example:3128",
        "http://corp:CANARY/1@proxy.corp.example:3128",
        "http://corp:CANARY\\@proxy.corp.example:3128",
        "http://co%3Arp:CANARY@proxy.corp.example:3128",
        "http://corp:CANARY%FF@proxy.corp.example:3128",
        "http://corp:CANARY pass@proxy.corp.example:3128",
        "http://corp:CANARY\n@proxy.corp.example:3128",
        "http://corp:CÄNARY@proxy.corp.example:3128",
        "http://[proxy]:3128",
        "http://[fd00::1:3128",
        "http://fd00::1:3128",
        "ftp://corp:CANARY@proxy.corp.example:3128",
        "socks5://corp:CANARY@proxy.corp.example:1080",
        "socks5h://proxy.corp.example:1080",
    ],
)
def test_a_proxy_that_is_written_wrongly_stops_the_start(value: str, written: Any) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        written(value)

    assert str(refused.value).startswith("BERTH_EGRESS_PROXY is ")
    assert "CANARY" not in str(refused.value)
    assert ("SOCKS" in str(refused.value)) == value.startswith("socks")


def test_a_proxys_login_is_in_no_repr() -> None:
    assert WITH_LOGIN.authorization not in repr(WITH_LOGIN) + repr(policy(WITH_LOGIN))


def test_the_policy_takes_the_proxy_from_the_settings(settings: Settings) -> None:
    settings.BERTH_EGRESS_PROXY, settings.BERTH_EGRESS_PROXY_NAMES = PROXY, True

    found = Policy.from_settings()

    assert (found.proxy, found.by_name) == (PROXY, True)


@pytest.mark.parametrize(
    ("proxy", "names", "allow", "fault"),
    [
        (None, False, "0.0.0.0/0", None),
        (PROXY, True, "10.0.0.0/8", None),
        (PROXY, False, "0.0.0.0/0", "berth.E012"),
        (PROXY, False, "::/0", "berth.E012"),
        (None, True, "10.0.0.0/8", "berth.E013"),
    ],
)
def test_settings_that_lead_past_the_proxy_stop_the_start(
    proxy: Proxy | None, names: bool, allow: str, fault: str | None, settings: Settings
) -> None:
    settings.BERTH_EGRESS_PROXY, settings.BERTH_EGRESS_PROXY_NAMES = proxy, names
    settings.BERTH_EGRESS_ALLOW = [ip_network(allow)]

    assert [message.id for message in checks.proxy_is_used()] == [*filter(None, [fault])]
