"""A question about an image: what was asked, the connections there are, and what keeps each from the image."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic

from registries.distribution import Reference
from registries.resolution.answer import C, Considered, Problem, Resolution, Verdict, alphabetical
from registries.resolution.hosts import canonical_host
from registries.resolution.prefixes import holds

Faults = Sequence[Verdict]
Judge = Callable[[C, Faults], tuple[Verdict, str]]

# What came nearest stands first: what lacks nothing, then what would do were it not paused.
_NEARNESS = (None, Verdict.PAUSED, Verdict.OTHER_PREFIX, Verdict.OTHER_HOST)


@dataclass(frozen=True, kw_only=True)
class Question(Generic[C]):
    """An image, and a team's connections, the nearest first, each with all that keeps it from the image."""

    reference: Reference
    host: str
    named: str
    faults: Sequence[tuple[C, Faults]]

    @classmethod
    def ask(cls, reference: Reference, candidates: Iterable[C], named: str) -> "Question[C]":
        host = canonical_host(reference.host)
        rows = [(one, _faults(one, host, reference.repository)) for one in candidates]
        return cls(reference=reference, host=host, named=named, faults=sorted(rows, key=_near))

    @property
    def image(self) -> str:
        return f"{self.host}/{self.reference.repository}"

    @property
    def fitting(self) -> list[C]:
        """Those that would do, the longest prefix first."""
        return [one for one, faults in self.faults if not faults]

    @property
    def resting(self) -> list[C]:
        """Those that would do, were they not paused."""
        return [one for one, faults in self.faults if faults == [Verdict.PAUSED]]

    def answer(
        self,
        judge: Judge[C],
        sentence: str,
        *,
        about: C | None = None,
        problem: Problem | None = None,
        nearest: str = "",
    ) -> Resolution[C]:
        """Make the answer: `judge` gives each connection its verdict, and `about` is the one that it chose or blames."""
        rows = sorted(self.faults, key=lambda row: row[0] is not about)
        return Resolution(
            reference=self.reference,
            named=self.named,
            chosen=None if problem else about,
            problem=problem,
            considered=tuple(Considered(one, *judge(one, faults)) for one, faults in rows),
            fitting=tuple(one.name for one in self.fitting),
            nearest=nearest,
            sentence=sentence,
        )


def _faults(candidate: C, host: str, repository: str) -> list[Verdict]:
    """Return what keeps a connection from an image, in the order in which the product page names it."""
    faults = [Verdict.PAUSED] if candidate.paused else []
    if canonical_host(candidate.host) != host:
        return [*faults, Verdict.OTHER_HOST]
    return faults if holds(candidate.prefix, repository) else [*faults, Verdict.OTHER_PREFIX]


def _near(row: tuple[C, Faults]) -> tuple[object, ...]:
    one, faults = row
    gravest = faults[-1] if faults else None
    length = len(one.prefix) if gravest in (None, Verdict.PAUSED) else 0
    return _NEARNESS.index(gravest), -length, *alphabetical(one)
