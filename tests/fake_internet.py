"""
Several registries in memory at once, reached by what stands in for the egress room's `Way`.

It keeps what each way was given, so that a test can say whom a look-up trusted and how long it had.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from registries.distribution import Answer, NameNotFound, RegistryError
from tests.fake_registry import FakeRegistry, FakeTLS


@dataclass
class FakeInternet:
    """Registries by their origin; `dns` and `tls` are errors that stop the way to an origin there."""

    registries: dict[str, FakeRegistry] = field(default_factory=dict)
    dns: dict[str, RegistryError] = field(default_factory=dict)
    tls: dict[str, RegistryError] = field(default_factory=dict)
    ways: list["InternetWay"] = field(default_factory=list)

    def add(self, host: str, **options: Any) -> FakeRegistry:
        """Put a registry at a host."""
        registry = FakeRegistry(origin=f"https://{host}", **options)
        self.registries[registry.origin] = registry
        return registry

    def way(self, origin: str, **details: Any) -> "InternetWay":
        """Stand in for `egress.Way`."""
        self.ways.append(InternetWay(self, origin, details))
        return self.ways[-1]

    @property
    def asked(self) -> list[str]:
        """The origins to which there was a way, in the order in which each began."""
        return [way.origin for way in self.ways]


@dataclass
class InternetWay:
    """The way to one registry and its token service."""

    internet: FakeInternet
    origin: str
    details: dict[str, Any]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def look_up(self) -> tuple[str, ...]:
        if self.origin not in self.internet.registries:
            raise NameNotFound(host=urlsplit(self.origin).netloc)
        if error := self.internet.dns.get(self.origin):
            raise error
        return ("142.250.99.82",)

    def handshake(self) -> FakeTLS:
        if error := self.internet.tls.get(self.origin):
            raise error
        return FakeTLS()

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit_bytes: int = 65536
    ) -> Answer:
        for origin, registry in self.internet.registries.items():
            if url.startswith((f"{origin}/", f"{registry.realm}?")) or url == registry.realm:
                return registry.request(method, url, headers, body, limit_bytes=limit_bytes)
        raise NameNotFound(host=urlsplit(url).netloc)
