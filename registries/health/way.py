"""What a check is handed to reach its registry by: the egress room's `Way`, as far as a check knows it."""

from datetime import datetime
from typing import Protocol

from registries.distribution import Http


class TLS(Protocol):
    """What a trusted connection says of itself."""

    @property
    def version(self) -> str: ...
    @property
    def not_after(self) -> datetime: ...
    @property
    def proxy(self) -> str: ...


class Way(Http, Protocol):
    """The way to one registry, as `egress.Way` is."""

    def look_up(self) -> tuple[str, ...]: ...
    def handshake(self) -> TLS | None: ...
