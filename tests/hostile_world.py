"""
A small internet for one hostile registry: names with addresses of our choosing, and every dial written down.

The registry and the token service that belongs to it are one server on loopback. Whatever else is dialled, allowed or not,
leads to a trap: a server that takes every certificate's name, answers everything kindly, and remembers what it heard.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpcore

from registries.egress import Policy, Way
from registries.network import connect_tcp
from tests.hostile import Behaviour, Connection, Server, serving
from tests.hostile_registry import HOST, MARK, reply

REGISTRY_ADDRESS, TOKEN_SERVICE_ADDRESS, FOREIGN_ADDRESS = "142.250.99.82", "44.208.254.194", "185.199.108.133"
HUB, HUB_TOKENS = "registry-1.docker.io", "auth.docker.io"
OURS = {HOST: REGISTRY_ADDRESS, HUB: REGISTRY_ADDRESS, HUB_TOKENS: TOKEN_SERVICE_ADDRESS}
FOREIGN_NAMES = ("evil.example", f"{HOST}.evil.example", f"x{HOST}", "xn--rgistry-cya.example", f"cdn.{HOST}")
FOREIGN_HOSTS = (*FOREIGN_NAMES, "127.0.0.1", "10.0.0.1", "169.254.169.254", "169.254.1.1", "::1", FOREIGN_ADDRESS)

Names = Callable[[str, int], Sequence[str]]  # from a name, and how often it was asked for before, to its addresses


def usual_names(name: str, times: int) -> Sequence[str]:
    """Know the registry, its token service, and a foreign address for everybody else."""
    return [OURS.get(name, FOREIGN_ADDRESS)]


@dataclass
class World:
    """Where names lead, which port of loopback stands for which server, and what was looked up and dialled."""

    registry: Server
    trap: Server
    names: Names = usual_names
    looked_up: list[str] = field(default_factory=list)
    dialled: list[tuple[str, int]] = field(default_factory=list)

    def resolver(self, name: str, port: int, **kinds: Any) -> list[tuple[Any, ...]]:
        name = name.removesuffix(".")
        self.looked_up.append(name)
        return [(2, 1, 6, "", (address, port)) for address in self.names(name, self.looked_up.count(name) - 1)]

    def connector(self, address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        self.dialled.append((address, port))
        ours = port == 443 and address in OURS.values()
        return connect_tcp("127.0.0.1", self.registry.port if ours else self.trap.port, seconds)

    def way(self, origin: str, policy: Policy, deadline_seconds: float = 20, exchange_seconds: float = 10) -> Way:
        return Way(
            origin,
            policy=policy,
            deadline_seconds=deadline_seconds,
            exchange_seconds=exchange_seconds,
            resolver=self.resolver,
            connector=self.connector,
        )


class Trap:
    """Answer everybody, with TLS or without, as a registry and a token service would that want a login."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls

    def __call__(self, connection: Connection) -> None:
        if connection.raw.recv(1, socket.MSG_PEEK) == b"\x16":
            connection.raw = self._tls.wrap_socket(connection.raw, server_side=True)
        with closing(connection.raw):
            while connection.hear():
                connection.say(reply(200, {"token": f"{MARK}-trap"}))


@contextmanager
def world(behave: Behaviour, tls: ssl.SSLContext | None, trap: Server, names: Names = usual_names) -> Iterator[World]:
    """Put up a registry that behaves so, and the small internet around it; the trap starts afresh."""
    trap.heard, trap.connections = b"", 0
    with serving(behave, tls=tls) as registry:
        yield World(registry, trap, names)


# Names that lead astray ---------------------------------------------------------------------------------------------


def leads_to(*addresses: str) -> Names:
    return lambda name, times: addresses


def rebinds(name: str, times: int) -> Sequence[str]:
    """Lead to the registry once, and from then on into the machine itself."""
    return ["127.0.0.1"] if times else [REGISTRY_ADDRESS]


def never_answers(name: str, times: int) -> Sequence[str]:
    """Hold up a look-up for longer than any check waits."""
    time.sleep(3)
    return []
