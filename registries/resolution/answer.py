"""What resolving gives: the connection that was chosen, or the problem, and what was considered on the way."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from registries.distribution import Reference


class Candidate(Protocol):
    """What of a connection decides: its name, where it leads, and whether it is paused."""

    @property
    def name(self) -> str: ...

    @property
    def host(self) -> str: ...

    @property
    def prefix(self) -> str:
        """The path under the host, with no slash at either end; "" is the whole host."""

    @property
    def paused(self) -> bool: ...


C = TypeVar("C", bound=Candidate)
C_co = TypeVar("C_co", bound=Candidate, covariant=True)


class Verdict(StrEnum):
    """Why one connection was chosen, or was not."""

    CHOSEN = "chosen"
    PAUSED = "paused"
    OTHER_HOST = "other_host"
    OTHER_PREFIX = "other_prefix"
    SHORTER_PREFIX = "shorter_prefix"
    TIED = "tied"
    NOT_NAMED = "not_named"


class Problem(StrEnum):
    """Why none was chosen, although the image must not simply be pulled without a login."""

    UNKNOWN_NAME = "unknown_name"
    PAUSED = "paused"
    WRONG_HOST = "wrong_host"
    WRONG_PREFIX = "wrong_prefix"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True)
class Considered(Generic[C_co]):
    """One connection, and in one sentence why it was chosen or lost."""

    connection: C_co
    verdict: Verdict
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Resolution(Generic[C_co]):
    """
    Which connection an image gets, and why.

    `reference` is None where only a host was asked for, `named` is "" where no name was given. `considered` has every
    connection, the chosen first, then by how near it came, then by name. `fitting` names the unpaused ones that would do,
    and `nearest` the one whose name is nearest to an unknown one; "" where none is near.
    """

    reference: Reference | None
    named: str
    chosen: C_co | None
    problem: Problem | None
    considered: tuple[Considered[C_co], ...]
    fitting: tuple[str, ...]
    nearest: str
    sentence: str

    @property
    def public(self) -> bool:
        """Whether it is pulled without a login, because no connection is for it."""
        return self.chosen is None and self.problem is None


def alphabetical(one: Candidate) -> tuple[object, ...]:
    """Return what candidates are ordered by, whatever order they came in: the name, which is a team's only once."""
    return one.name.lower(), one.name, one.host, one.prefix, one.paused
