"""
The addresses of the machine that Berth runs on. Source: security page, S27.

Linux tells them in two files: every route that ends on this machine itself (proc(5), `fib_trie`), and every IPv6 address
of an interface. Loopback is left out, since who is allowed to reach it is the operator's to say, as of any network.
"""

import re
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

Address = IPv4Address | IPv6Address

ROUTES, INTERFACES = Path("/proc/net/fib_trie"), Path("/proc/net/if_inet6")

_LEAF = re.compile(r"\|-- (\S+)")
_OF_THIS_MACHINE = "/32 host LOCAL"


def own_addresses() -> frozenset[Address] | None:
    """Return the addresses of this machine; None where the system does not tell them."""
    try:
        texts = _version_4(ROUTES.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError):
        return None
    with suppress(OSError, UnicodeDecodeError):  # A machine without IPv6 has no such file.
        texts += _version_6(INTERFACES.read_text(encoding="ascii"))
    return not_loopback(texts)


def not_loopback(texts: list[str]) -> frozenset[Address]:
    """Read addresses, without those of loopback and without what is no address."""
    found = set()
    for text in texts:
        try:
            found.add(ip_address(text))
        except ValueError:
            continue
    return frozenset(address for address in found if not address.is_loopback)


def _version_4(table: str) -> list[str]:
    found, leaf = [], ""
    for line in table.splitlines():
        if named := _LEAF.search(line):
            leaf = named[1]
        elif line.strip() == _OF_THIS_MACHINE:
            found.append(leaf)
    return found


def _version_6(table: str) -> list[str]:
    digits = [line.split()[0] for line in table.splitlines() if line.strip()]
    return [":".join(re.findall("....", address)) for address in digits]
