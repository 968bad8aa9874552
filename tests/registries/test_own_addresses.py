"""Berth's own addresses: how they are read, and that they lie in no network that an operator allows (S27)."""

import socket
from ipaddress import ip_address, ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from registries import addresses, interfaces
from registries.addresses import Policy
from registries.distribution import BlockedByPolicy

ROUTES = """Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.1.0.0/16 2 0 2
        +-- 10.1.0.0/28 2 0 2
           |-- 10.1.0.0
              /16 link UNICAST
           |-- 10.1.0.7
              /24 link UNICAST
              /32 host LOCAL
        |-- 10.1.255.255
           /32 link BROADCAST
Local:
  +-- 127.0.0.0/8 2 0 2
     |-- 127.0.0.0
        /8 host LOCAL
     |-- 127.0.0.1
        /32 host LOCAL
  |-- 8.8.4.4
     /32 host LOCAL
"""
INTERFACES = """00000000000000000000000000000001 01 80 10 80       lo
fd000000000000000000000000000002 04 40 00 82     eth0
"""
OWN = frozenset(map(ip_address, ("10.1.0.7", "8.8.4.4", "fd00::2")))


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The two files of a system, in a folder."""
    (tmp_path / "fib_trie").write_text(ROUTES)
    (tmp_path / "if_inet6").write_text(INTERFACES)
    monkeypatch.setattr(interfaces, "ROUTES", tmp_path / "fib_trie")
    monkeypatch.setattr(interfaces, "INTERFACES", tmp_path / "if_inet6")
    addresses._of_machine.cache_clear()
    monkeypatch.setattr(addresses, "time", SimpleNamespace(monotonic=lambda: 0.0))
    monkeypatch.setitem(settings.DATABASES["default"], "HOST", "")
    return tmp_path


def test_a_machine_has_the_addresses_that_end_on_it_but_for_loopback(told: Path) -> None:
    assert interfaces.own_addresses() == OWN


def test_a_machine_without_version_6_has_the_others(told: Path) -> None:
    (told / "if_inet6").unlink()

    assert interfaces.own_addresses() == frozenset(map(ip_address, ("10.1.0.7", "8.8.4.4")))


def test_the_policy_knows_the_machine_and_asks_again_after_a_while(told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Policy.from_settings().own == OWN
    (told / "fib_trie").write_text("")
    assert Policy.from_settings().own == OWN

    monkeypatch.setattr(addresses, "time", SimpleNamespace(monotonic=lambda: 31.0))

    assert Policy.from_settings().own == {ip_address("fd00::2")}


@pytest.mark.parametrize(
    ("host", "own"),
    {
        "10.5.0.1": {"10.5.0.1"},
        "10.5.0.1,fd00::5": {"10.5.0.1", "fd00::5"},
        "127.0.0.1": set(),
        "/run/postgresql": set(),
        "db.corp.example": set(),
        "": set(),
        None: set(),
    }.items(),
)
def test_the_address_of_the_database_is_berths_own_too(
    host: Any, own: set[str], told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "HOST", host)

    assert Policy.from_settings().own == OWN | set(map(ip_address, own))


@pytest.mark.parametrize(
    ("answer", "own"), [(["10.1.0.9", "127.0.1.1", "fd00::9%eth0"], {"10.1.0.9", "fd00::9"}), ([], set())]
)
def test_a_system_that_does_not_tell_is_asked_for_its_own_name(
    answer: list[str], own: set[str], told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (told / "fib_trie").unlink()
    asked = []

    def resolver(name: str, port: int, **kinds: Any) -> list[tuple[Any, ...]]:
        asked.append(name)
        return [(2, 1, 6, "", (address, port)) for address in answer]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)

    assert Policy.from_settings().own == set(map(ip_address, own))
    assert asked == [socket.gethostname()]


# Judging ------------------------------------------------------------------------------------------------------------


def judge(address: str, *networks: str) -> None:
    Policy(allow=tuple(map(ip_network, networks)), own=OWN).judge(address, 443, host="harbor.corp")


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("10.1.0.7", ["10.0.0.0/8"]),
        ("10.1.0.7", ["10.1.0.6/31", "10.1.0.8/32"]),
        ("fd00::2", ["fd00::/8"]),
        ("8.8.4.4", []),
        ("8.8.4.4", ["8.8.0.0/16"]),
    ],
)
def test_s27_berths_own_address_is_refused_in_an_allowed_network_too(address: str, networks: list[str]) -> None:
    with pytest.raises(BlockedByPolicy) as refused:
        judge(address, *networks)

    length = 128 if ":" in address else 32
    assert refused.value.detail == f"harbor.corp is an address of Berth itself, {address}."
    assert refused.value.allow == f"{address}/{length}"


def test_s27_it_is_refused_behind_a_network_that_translates() -> None:
    with pytest.raises(BlockedByPolicy, match=r"an address of Berth itself, 10\.1\.0\.7"):
        judge("64:ff9b::a01:7", "64:ff9b::/96", "10.0.0.0/8")


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("10.1.0.7", ["10.1.0.7/32"]),
        ("10.1.0.7", ["10.0.0.0/8", "10.1.0.7/32"]),
        ("fd00::2", ["fd00::2/128"]),
        ("8.8.4.4", ["8.8.4.4/32"]),
        ("10.1.0.8", ["10.0.0.0/8"]),
        ("127.0.0.1", ["127.0.0.0/8"]),
        ("127.0.0.1", ["127.0.0.1/32"]),
    ],
)
def test_an_address_that_was_allowed_alone_is_let_through_and_so_is_loopback(address: str, networks: list[str]) -> None:
    judge(address, *networks)


def test_a_network_that_was_not_allowed_does_not_tell_which_address_is_berths() -> None:
    with pytest.raises(BlockedByPolicy) as refused:
        judge("10.1.0.7")

    assert refused.value.detail == "harbor.corp is a private address, 10.1.0.7."
