"""S27 on the machine as it is: the addresses that it is said to have are its own, and none of them is dialled."""

import socket
from ipaddress import ip_address, ip_interface

import pytest
from pytest_django import Settings

from registries.distribution import BlockedByPolicy
from registries.egress import Policy, Way
from registries.interfaces import Address, own_addresses


def bound(address: Address) -> socket.socket:
    """Listen on an address, which only its owner can."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    return socket.create_server((str(address), 0), family=family)


@pytest.fixture
def own() -> Address:
    """An address of this machine that others can reach."""
    found = sorted((address for address in own_addresses() or () if not address.is_link_local), key=str)
    if not found:
        pytest.skip("This machine has no address but loopback.")
    return found[0]


def test_the_addresses_of_the_machine_are_its_own() -> None:
    addresses = own_addresses()

    assert addresses is not None
    for address in addresses:
        if not address.is_link_local:  # They need an interface beside them.
            bound(address).close()


def test_an_address_that_leads_outside_is_among_them() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))  # Of a datagram socket, which sends nothing by that.
        except OSError:
            pytest.skip("This machine has no way outside.")
        address = probe.getsockname()[0]

    assert ip_address(address) in (own_addresses() or ())


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_s27_no_connection_is_made_to_the_machine_itself(own: Address, scheme: str, settings: Settings) -> None:
    settings.BERTH_EGRESS_ALLOW = [ip_interface(f"{own}/{own.max_prefixlen - 8}").network]
    with bound(own) as server:
        server.settimeout(0.2)
        host = f"[{own}]" if own.version == 6 else str(own)
        origin = f"{scheme}://{host}:{server.getsockname()[1]}"

        with Way(origin, policy=Policy.from_settings()) as way:
            for attempt in (way.look_up, way.handshake, lambda: way.request("GET", f"{origin}/v2/", {})):
                with pytest.raises(BlockedByPolicy) as refused:
                    attempt()
        with pytest.raises(TimeoutError):
            server.accept()

    assert refused.value.detail == f"{own} is an address of Berth itself."
    assert refused.value.allow == f"{own}/{own.max_prefixlen}"


def test_an_address_of_the_machine_that_was_allowed_alone_is_reached(own: Address, settings: Settings) -> None:
    settings.BERTH_EGRESS_ALLOW = [ip_interface(f"{own}/{own.max_prefixlen}").network]
    with bound(own) as server:
        host = f"[{own}]" if own.version == 6 else str(own)

        with Way(f"http://{host}:{server.getsockname()[1]}", policy=Policy.from_settings()) as way:
            way.handshake()

        server.settimeout(2)
        server.accept()[0].close()
