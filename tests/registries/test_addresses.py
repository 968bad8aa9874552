"""Which addresses a name has, and which may be connected to: the tables, notation by notation."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from registries import addresses
from registries.addresses import Policy, look_up
from registries.distribution import BlockedByPolicy, DeadlinePassed, NameNotFound, Unreachable

NEVER = {
    "169.254.169.254": "a metadata address",
    "169.254.170.2": "a metadata address",
    "169.254.170.23": "a metadata address",
    "168.63.129.16": "a metadata address",
    "100.100.100.200": "a metadata address",
    "192.0.0.192": "a metadata address",
    "fd00:ec2::254": "a metadata address",
    "fd00:ec2::23": "a metadata address",
    "fd00:42::42": "a metadata address",
    "fd20:ce::254": "a metadata address",
    "169.254.0.1": "a link-local address",
    "169.254.255.255": "a link-local address",
    "fe80::1": "a link-local address",
    "febf:ffff::1": "a link-local address",
    "0.0.0.0": "an unspecified address",
    "0.1.2.3": "an unspecified address",
    "::": "an unspecified address",
    "224.0.0.1": "a multicast address",
    "239.255.255.255": "a multicast address",
    "ff02::1": "a multicast address",
    "ff0e::1": "a multicast address",
    "255.255.255.255": "a broadcast address",
    "::ffff:127.0.0.1": "an IPv4 address in disguise",
    "::ffff:8.8.8.8": "an IPv4 address in disguise",
    "::ffff:0:10.0.0.1": "an IPv4 address in disguise",
    "64:ff9b:1::a00:1": "an IPv4 address in disguise",
    "2001::7f00:1": "an IPv4 address in disguise",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2": "an IPv4 address in disguise",
    "2002:7f00:1::": "an IPv4 address in disguise",
    "2002:a9fe:a9fe::": "an IPv4 address in disguise",
    "2a00:1450::5efe:7f00:1": "an IPv4 address in disguise",
    "2a00:1450::200:5efe:808:808": "an IPv4 address in disguise",
}
UNLESS_ALLOWED = {
    "127.0.0.1": "a loopback address",
    "127.255.255.254": "a loopback address",
    "::1": "a loopback address",
    "10.2.0.8": "a private address",
    "10.255.255.255": "a private address",
    "172.16.0.1": "a private address",
    "172.31.255.255": "a private address",
    "192.168.0.1": "a private address",
    "192.168.255.255": "a private address",
    "fc00::1": "a private address",
    "fd12:3456:789a::1": "a private address",
    "fec0::1": "a private address",
    "100.64.0.1": "an address shared by a provider's customers",
    "100.127.255.255": "an address shared by a provider's customers",
    "192.0.0.1": "a reserved address",
    "192.0.2.1": "a reserved address",
    "192.31.196.1": "a reserved address",
    "192.52.193.1": "a reserved address",
    "192.88.99.1": "a reserved address",
    "192.175.48.1": "a reserved address",
    "198.18.0.1": "a reserved address",
    "198.19.255.255": "a reserved address",
    "198.51.100.1": "a reserved address",
    "203.0.113.1": "a reserved address",
    "240.0.0.1": "a reserved address",
    "255.255.255.254": "a reserved address",
    "::127.0.0.1": "a reserved address",
    "::2": "a reserved address",
    "64:ff9b::7f00:1": "a reserved address",
    "64:ff9b::808:808": "a reserved address",
    "100::1": "a reserved address",
    "2001:2::1": "a reserved address",
    "2001:10::1": "a reserved address",
    "2001:20::1": "a reserved address",
    "2001:db8::1": "a reserved address",
    "2620:4f:8000::1": "a reserved address",
    "3ffe::1": "a reserved address",
    "3fff::1": "a reserved address",
    "4000::1": "a reserved address",
    "5f00::1": "a reserved address",
}
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "142.250.99.82",
    "168.63.129.15",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:4860:4860::8888",
    "2606:4700::1111",
    "2a00:1450:4001:81b::200e",
]
EVERYTHING = Policy(allow=(ip_network("0.0.0.0/0"), ip_network("::/0")))

DISGUISES: dict[str, Callable[[bytes], bytes]] = {
    "compatible": lambda four: bytes(12) + four,
    "mapped": lambda four: bytes(10) + b"\xff\xff" + four,
    "translated": lambda four: bytes(8) + b"\xff\xff\x00\x00" + four,
    "NAT64": lambda four: bytes.fromhex("0064ff9b") + bytes(8) + four,
    "local NAT64": lambda four: bytes.fromhex("0064ff9b0001") + bytes(6) + four,
    "6to4": lambda four: bytes.fromhex("2002") + four + bytes(10),
    "Teredo": lambda four: bytes.fromhex("20010000") + bytes(8) + bytes(byte ^ 255 for byte in four),
    "Teredo's server": lambda four: bytes.fromhex("20010000") + four + bytes(8),
    "ISATAP": lambda four: bytes.fromhex("2a001450400108000000") + b"\x5e\xfe" + four,
    "ISATAP of a public address": lambda four: bytes.fromhex("2a001450400108000200") + b"\x5e\xfe" + four,
}


def refusal(address: str, policy: Policy = Policy(), port: int = 443) -> BlockedByPolicy:
    with pytest.raises(BlockedByPolicy) as refused:
        policy.judge(address, port, host="harbor.corp")
    return refused.value


@pytest.mark.parametrize(("address", "kind"), {**NEVER, **UNLESS_ALLOWED}.items())
def test_an_address_that_is_not_public_is_refused_by_its_kind(address: str, kind: str) -> None:
    written = IPv6Address(address) if ":" in address else address

    assert refusal(address).detail == f"harbor.corp is {kind}, {written}."


@pytest.mark.parametrize("address", UNLESS_ALLOWED)
def test_a_refusal_names_the_network_that_would_allow_it(address: str) -> None:
    written, length = (IPv6Address(address), 128) if ":" in address else (address, 32)

    assert refusal(address).allow == f"{written}/{length}"


@pytest.mark.parametrize("address", NEVER)
def test_no_operator_can_allow_what_is_never_a_registry(address: str) -> None:
    assert refusal(address, EVERYTHING).allow == ""


@pytest.mark.parametrize("address", [address for address in UNLESS_ALLOWED if not address.startswith("64:")])
def test_an_operator_can_allow_a_network(address: str) -> None:
    Policy(allow=(ip_network(address),)).judge(address, 443)


def test_allowing_a_network_allows_nothing_beside_it() -> None:
    policy = Policy(allow=(ip_network("10.0.0.0/8"),))

    assert refusal("192.168.0.1", policy).detail == "harbor.corp is a private address, 192.168.0.1."


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_let_through(address: str) -> None:
    Policy().judge(address, 443)


@pytest.mark.parametrize("port", [0, 22, 25, 53, 445, 2375, 2379, 3306, 3389, 5432, 6379, 6443, 9200, 10250, 11211, 27017])
def test_a_port_of_another_service_is_refused_wherever_it_is(port: int) -> None:
    for policy, address in ((Policy(), "8.8.8.8"), (EVERYTHING, "10.0.0.1")):
        assert refusal(address, policy, port).detail == f"Port {port} belongs to another service than a registry."


@pytest.mark.parametrize("port", [80, 443, 5000, 5001, 5050, 8080, 8443, 30500, 50000])
def test_a_port_that_registries_use_is_let_through(port: int) -> None:
    Policy().judge("8.8.8.8", port)


forbidden = st.sampled_from([address for address in {**NEVER, **UNLESS_ALLOWED} if ":" not in address]).map(IPv4Address)
private = st.integers(0, 2**24 - 1).map(lambda n: IPv4Address(0x0A000000 + n))


@given(forbidden | private, st.sampled_from(sorted(DISGUISES)))
def test_a_forbidden_address_is_forbidden_in_every_disguise(address: IPv4Address, disguise: str) -> None:
    refusal(str(IPv6Address(DISGUISES[disguise](address.packed))))


@given(forbidden | private)
def test_a_network_that_translates_is_judged_by_what_it_leads_to(address: IPv4Address) -> None:
    translating = Policy(allow=(ip_network("64:ff9b::/96"),))

    assert str(address) in refusal(str(IPv6Address(DISGUISES["NAT64"](address.packed))), translating).detail


def test_a_network_that_translates_leads_to_public_addresses_where_it_is_allowed() -> None:
    Policy(allow=(ip_network("64:ff9b::/96"),)).judge("64:ff9b::808:808", 443)


def test_plain_http_is_for_networks_that_were_allowed_by_name() -> None:
    policy = Policy(allow=(ip_network("10.0.0.0/8"),))

    policy.judge_plain("10.0.0.1", host="harbor.corp")
    with pytest.raises(BlockedByPolicy) as refused:
        policy.judge_plain("8.8.8.8", host="harbor.corp")

    assert (refused.value.detail, refused.value.allow) == ("Plain http to harbor.corp would show the login.", "8.8.8.8/32")


def test_the_policy_is_read_from_the_settings(settings: Settings) -> None:
    settings.BERTH_EGRESS_ALLOW = [ip_network("10.0.0.0/8")]

    assert Policy.from_settings() == Policy(allow=(ip_network("10.0.0.0/8"),))


# Looking up ---------------------------------------------------------------------------------------------------------


def answering(*found: str) -> Callable[..., list[tuple[Any, ...]]]:
    return lambda name, port, **kwargs: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


def failing(error: Exception) -> Callable[..., list[tuple[Any, ...]]]:
    def resolver(name: str, port: int, **kwargs: Any) -> list[tuple[Any, ...]]:
        raise error

    return resolver


def test_a_name_has_each_of_its_addresses_once() -> None:
    resolver = answering("8.8.8.8", "1.1.1.1", "8.8.8.8")

    assert look_up("registry.example", 443, resolver=resolver, seconds=3) == ("8.8.8.8", "1.1.1.1")


@pytest.mark.parametrize(
    ("host", "asked"),
    {
        "registry.example": "registry.example.",
        "intranet": "intranet.",
        "registry.example.": "registry.example.",
        "2130706433": "2130706433.",
        "0x7f000001": "0x7f000001.",
        "127.1": "127.1.",
        "8.8.8.8": "8.8.8.8",
        "2001:db8::1": "2001:db8::1",
        "registry.lan": "registry.lan",
        "localhost": "localhost",
    }.items(),
)
def test_a_name_is_absolute_unless_it_stands_in_the_hosts_file(
    host: str, asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n10.0.0.5\tRegistry.LAN registry # intranet\n\n# 10.0.0.6 registry.example\n")
    monkeypatch.setattr(addresses, "HOSTS_FILE", hosts)
    names = []

    def resolver(name: str, port: int, **kwargs: Any) -> list[tuple[Any, ...]]:
        names.append(name)
        return answering("8.8.8.8")(name, port)

    look_up(host, 443, resolver=resolver, seconds=3)

    assert names == [asked]


def test_a_machine_without_a_hosts_file_looks_up_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "HOSTS_FILE", tmp_path / "none")

    assert look_up("localhost", 443, resolver=answering("127.0.0.1"), seconds=3) == ("127.0.0.1",)


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), NameNotFound, "harbor.corp does not exist in DNS."),
        (socket.gaierror(socket.EAI_NODATA, "x"), NameNotFound, "harbor.corp does not exist in DNS."),
        (socket.gaierror(socket.EAI_AGAIN, "x"), Unreachable, "harbor.corp could not be looked up just now."),
        (socket.gaierror(socket.EAI_FAIL, "x"), Unreachable, "harbor.corp could not be looked up just now."),
        (UnicodeError("label too long"), NameNotFound, "harbor.corp does not exist in DNS."),
        (OSError("no"), NameNotFound, "harbor.corp does not exist in DNS."),
    ],
)
def test_a_look_up_that_fails_says_why(error: Exception, kind: type[Unreachable], sentence: str) -> None:
    with pytest.raises(kind) as failed:
        look_up("harbor.corp", 443, resolver=failing(error), seconds=3)

    assert (type(failed.value), failed.value.detail) == (kind, sentence)


def test_a_name_without_addresses_does_not_exist() -> None:
    with pytest.raises(NameNotFound):
        look_up("harbor.corp", 443, resolver=answering(), seconds=3)


@pytest.fixture
def never_answering() -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """A resolver that hangs until the test is over."""
    over = threading.Event()

    def resolver(name: str, port: int, **kwargs: Any) -> list[tuple[Any, ...]]:
        over.wait(10)
        return []

    yield resolver
    over.set()


def test_a_resolver_that_hangs_is_left_behind(never_answering: Callable[..., list[tuple[Any, ...]]]) -> None:
    started = time.monotonic()

    with pytest.raises(DeadlinePassed):
        look_up("harbor.corp", 443, resolver=never_answering, seconds=0.1)

    assert time.monotonic() - started < 2
    assert look_up("registry.example", 443, resolver=answering("8.8.8.8"), seconds=3) == ("8.8.8.8",)


def test_hanging_look_ups_hold_few_threads(never_answering: Callable[..., list[tuple[Any, ...]]]) -> None:
    before = threading.active_count()

    for _ in range(20):
        with pytest.raises(DeadlinePassed):
            look_up("harbor.corp", 443, resolver=never_answering, seconds=0.02)

    assert threading.active_count() - before <= 16
