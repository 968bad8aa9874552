"""
Which addresses a name has, and which of them Berth may connect to.

The table is our own and explicit, because `ipaddress.is_private` and `is_global` answer another question: on Python
3.11 they take multicast, NAT64 and cloud metadata addresses for global ones. Sources: the IANA registries of
special-purpose IPv4 and IPv6 addresses, and the clouds' own pages for their metadata services.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from console.environment import Proxy
from console.sentences import say
from registries.distribution.errors import BlockedByPolicy, DeadlinePassed, NameNotFound, RegistryError, Unreachable
from registries.interfaces import Address, not_loopback, own_addresses

Network = IPv4Network | IPv6Network
Resolver = Callable[..., Iterable[tuple[Any, ...]]]


def _table(rows: Mapping[str, str]) -> tuple[tuple[str, Network], ...]:
    return tuple((kind, ip_network(network)) for kind, networks in rows.items() for network in networks.split())


# What no operator can allow: nothing of the field is there, and what is there gives away the machine's own identity.
_NEVER = _table(
    {
        say("a metadata address"): (
            "169.254.169.254 169.254.170.2 169.254.170.23 168.63.129.16 100.100.100.200 192.0.0.192 "
            "fd00:ec2::/32 fd00:42::42 fd20:ce::254"
        ),
        say("a link-local address"): "169.254.0.0/16 fe80::/10",
        say("an unspecified address"): "0.0.0.0/8 ::/128",
        say("a multicast address"): "224.0.0.0/4 ff00::/8",
        say("a broadcast address"): "255.255.255.255",
        say("an IPv4 address in disguise"): "::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b:1::/48 2001::/32 2002::/16",
    }
)

# What an operator has to allow by naming the network.
_UNLESS_ALLOWED = _table(
    {
        say("a loopback address"): "127.0.0.0/8 ::1/128",
        say("a private address"): "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10",
        say("an address shared by a provider's customers"): "100.64.0.0/10",
        say("a reserved address"): (
            "192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.175.48.0/24 198.18.0.0/15 "
            "198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 2001::/23 2001:db8::/32 2620:4f:8000::/48 3ffe::/16 3fff::/20"
        ),
    }
)
_PUBLIC_IPV6 = IPv6Network("2000::/3")  # whatever IPv6 is outside of it was never given out
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)  # the third word of an IPv6 address whose last word is an IPv4 address, RFC 5214

# Ports of other services, which an HTTP request must not reach whatever address they are on.
_OTHER_SERVICES = frozenset(
    {0, 7, 9, 19, 20, 21, 22, 23, 25, 53, 69, 110, 111, 119, 123, 135, 137, 138, 139, 143, 161, 162, 179, 389, 445, 465,
     512, 513, 514, 515, 587, 636, 873, 993, 995, 1433, 1521, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5672,
     5900, 5984, 6379, 6443, 8086, 8500, 9042, 9092, 9200, 9300, 10250, 10255, 11211, 27017}
)  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """
    The egress policy: public addresses, and the networks that the operator allows beside them.

    `own` are Berth's own addresses, which lie in no network that is allowed, unless they are allowed one by one. `proxy`
    leads to what is not allowed by network, and is asked for names instead of addresses with `by_name`.
    """

    allow: tuple[Network, ...] = ()
    own: frozenset[Address] = field(default=frozenset(), compare=False)  # It is the machine's, and no rule of anybody.
    proxy: Proxy | None = None
    by_name: bool = False

    @classmethod
    def from_settings(cls) -> Self:
        """Read what the operator set, and which addresses are Berth's own at present."""
        return cls(
            allow=tuple(settings.BERTH_EGRESS_ALLOW),
            own=_own(),
            proxy=settings.BERTH_EGRESS_PROXY,
            by_name=settings.BERTH_EGRESS_PROXY_NAMES,
        )

    def judge(self, address: str, port: int, *, host: str = "") -> None:
        """Raise `BlockedByPolicy` where this address or port must not be connected to; `host` is its name for people."""
        if port in _OTHER_SERVICES:
            raise BlockedByPolicy(say("Port {port} belongs to another service than a registry.", port=str(port)), host=host)
        ip = ip_address(address)
        never = _kind(ip, _NEVER) or _disguise(ip)
        kind = never or ("" if self._allows(ip) else _kind(ip, _UNLESS_ALLOWED) or _unassigned(ip)) or self._itself(ip)
        if kind:
            allow = "" if never else f"{ip}/{ip.max_prefixlen}"
            detail = say("{host} is {kind}, {ip}.", host=host, kind=kind, ip=str(ip))
            if host in ("", str(ip)):
                detail = say("{ip} is {kind}.", ip=str(ip), kind=kind)
            raise BlockedByPolicy(detail, host=host, allow=allow)
        if ip in _NAT64:
            self.judge(str(IPv4Address(ip.packed[-4:])), port, host=host)

    def judge_plain(self, address: str, *, host: str = "") -> None:
        """Raise `BlockedByPolicy` where this address needs TLS: wherever no operator allowed its network."""
        ip = ip_address(address)
        if not self._allows(ip):
            allow = f"{ip}/{ip.max_prefixlen}"
            detail = say("Plain http to {host} would show the login.", host=host or say("the host"))
            raise BlockedByPolicy(detail, host=host, allow=allow)

    def is_direct(self, address: str) -> bool:
        """Whether this address is reached without the proxy, because there is none or its network was allowed."""
        return self.proxy is None or self._allows(ip_address(address))

    def _allows(self, ip: Address) -> bool:
        return any(ip in network for network in self.allow)

    def _itself(self, ip: Address) -> str:
        alone = any(ip in network and network.num_addresses == 1 for network in self.allow)
        return say("an address of Berth itself") if ip in self.own and not alone else ""


def _kind(ip: Address, table: tuple[tuple[str, Network], ...]) -> str:
    return next((kind for kind, network in table if ip in network), "")


def _disguise(ip: Address) -> str:
    hidden = ip.version == 6 and int.from_bytes(ip.packed[8:12], "big") in _ISATAP
    return say("an IPv4 address in disguise") if hidden else ""


def _unassigned(ip: Address) -> str:
    return say("a reserved address") if ip.version == 6 and ip not in _PUBLIC_IPV6 else ""


# Looking up ---------------------------------------------------------------------------------------------------------

LOOK_UP_SECONDS = 3.0  # what a look-up may take at most
HOSTS_FILE = Path("/etc/hosts")
_LOOK_UPS = threading.BoundedSemaphore(16)  # a resolver that hangs may hold so many threads, and no more


def look_up(host: str, port: int, *, resolver: Resolver, seconds: float, as_written: bool = False) -> tuple[str, ...]:
    """
    Return the addresses of a host, each once, by one look-up that takes `seconds` at most.

    A name that an operator wrote may be looked up `as_written`, with the system's search domains. Raises `NameNotFound`,
    `DeadlinePassed`, or `Unreachable` where the resolver itself is at fault.
    """
    late = DeadlinePassed(
        say("{host} could not be looked up within {seconds} s.", host=host, seconds=round(seconds)), host=host
    )
    end = time.monotonic() + seconds
    if not _LOOK_UPS.acquire(timeout=seconds):
        raise late
    future: Future[tuple[str, ...]] = Future()
    # The system's resolver cannot be interrupted. A daemon thread may outlast its look-up without holding up an exit.
    name = host if as_written else _absolute(host)
    threading.Thread(target=_resolve, args=(future, resolver, name, port), daemon=True).start()
    try:
        return future.result(timeout=max(0, end - time.monotonic()))
    except TimeoutError:
        raise late from None
    except socket.gaierror as error:
        if error.errno in (socket.EAI_NONAME, socket.EAI_NODATA):
            raise NameNotFound(say("{host} does not exist in DNS.", host=host), host=host) from None
        raise Unreachable(say("{host} could not be looked up just now.", host=host), host=host) from None
    except (OSError, UnicodeError):
        raise NameNotFound(say("{host} does not exist in DNS.", host=host), host=host) from None


def _resolve(future: Future[tuple[str, ...]], resolver: Resolver, name: str, port: int) -> None:
    try:
        rows = resolver(name, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        addresses = tuple(dict.fromkeys(row[4][0] for row in rows))
        if not addresses:
            raise socket.gaierror(socket.EAI_NODATA, "no address")
        future.set_result(addresses)
    except BaseException as error:  # noqa: BLE001 - it is raised again where the result is awaited
        future.set_exception(error)
    finally:
        _LOOK_UPS.release()


def _absolute(host: str) -> str:
    """
    Return the name with a final dot, so that the resolver's search domains are never tried.

    An address is no name. The hosts file knows no final dots, so what stands there is looked up as it is.
    """
    try:
        ip_address(host)
    except ValueError:
        return host if host.endswith(".") or host in _names_in_hosts_file() else host + "."
    return host


def _names_in_hosts_file() -> set[str]:
    try:
        lines = HOSTS_FILE.read_text(errors="replace").lower().splitlines()
    except OSError:
        return set()
    return {name for line in lines for name in line.partition("#")[0].split()[1:]}


# Berth's own --------------------------------------------------------------------------------------------------------

OWN_FRESH_SECONDS = 30  # how old the addresses of this machine may be
OWN_NAME_SECONDS = 1.0  # what a machine that knows no other way may take to look up its own name


def _own() -> frozenset[Address]:
    """Return the addresses of this machine, and those of the database that are written as addresses."""
    database = str(settings.DATABASES["default"].get("HOST") or "").split(",")
    return _of_machine(int(time.monotonic() // OWN_FRESH_SECONDS)) | not_loopback(database)


@lru_cache(maxsize=1)
def _of_machine(period: int) -> frozenset[Address]:
    told = own_addresses()
    return _of_own_name() if told is None else told


def _of_own_name() -> frozenset[Address]:
    """Return the addresses that the machine's own name has, for systems that do not tell those of their interfaces."""
    name = socket.gethostname()
    try:
        found = look_up(name, 0, resolver=socket.getaddrinfo, seconds=OWN_NAME_SECONDS, as_written=True)
    except RegistryError:
        return frozenset()
    return not_loopback([address.partition("%")[0] for address in found])
