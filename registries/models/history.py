"""
The history of a connection as a timeline: its tests in spans of one status, the latest first.

A span is a run of tests, one after the other, that ended alike at the same host. "Could not check" is a status of its own:
it is never healthy, and a passing fault between two healthy tests is a span between two spans. Nobody is asked here: the
tests are handed in. Source: product page, sections 5 and 9.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Generic, Protocol, TypeVar

from console.sentences import say
from registries.flavors.fields import in_a_sentence
from registries.outcomes import Outcome

TESTS_SHOWN = 3  # of each span
SPANS_SHOWN = 10
BITS_SHOWN = 60


class Ended(Protocol):
    """A test that has ended."""

    @property
    def host(self) -> str: ...

    @property
    def outcome(self) -> str: ...

    @property
    def finished_at(self) -> datetime | None: ...


Test = TypeVar("Test", bound=Ended)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Something that happened to the connection: `words` is a sentence without its full stop."""

    at: datetime
    words: str


@dataclass(frozen=True, kw_only=True)
class Bit:
    """One test in the strip above the spans: its kind, its words and when it ended."""

    kind: str
    words: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Span(Generic[Test]):
    """
    A run of tests that ended alike; `tests` are all of them, the latest first, and never none.

    `until` is when a test first ended otherwise, None for the latest span. `goes_on` says that it is so now, `whole` that
    it began with the oldest of its tests, and not before those that were read. `came_from` is the host that the tests
    before this span were of, where it is another. `moments` are what happened meanwhile, the latest first.
    """

    tests: Sequence[Test]
    until: datetime | None = None
    goes_on: bool = False
    whole: bool = True
    came_from: str = ""
    moments: Sequence[Moment] = ()

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.tests[0].outcome)

    @property
    def host(self) -> str:
        return self.tests[0].host

    @property
    def since(self) -> datetime | None:
        """When the oldest of its tests ended."""
        return self.tests[-1].finished_at

    @property
    def to(self) -> datetime | None:
        """When it was over, or where nothing else was found since, when it was last seen so."""
        return self.until or self.tests[0].finished_at

    @property
    def kind(self) -> str:
        return kind_of(self.outcome)

    @property
    def status(self) -> str:
        """`Connected`, `Failing` or `Could not check`."""
        return {"ok": say("Connected"), "warn": say("Could not check"), "bad": say("Failing")}[self.kind]

    @property
    def why(self) -> str:
        """The outcome as it stands inside a sentence; "" where the status says it all."""
        if self.outcome in (Outcome.CONNECTED, Outcome.COULD_NOT_CHECK):
            return ""
        return say("the login has ended") if self.outcome == Outcome.ENDED else in_a_sentence(self.outcome.label)

    @property
    def title(self) -> str:
        """The status, and why it is so where that is not said with it."""
        return say("{status}: {why}", status=self.status, why=self.why) if self.why else self.status

    @property
    def latest(self) -> Sequence[Test]:
        """The few tests of it that are shown."""
        return self.tests[:TESTS_SHOWN]


@dataclass(frozen=True, kw_only=True)
class Timeline(Generic[Test]):
    """What a page shows: the latest spans, how many older ones there are, and the latest tests, the oldest first."""

    spans: Sequence[Span[Test]] = ()
    older: int = 0
    bits: Sequence[Bit] = ()

    @property
    def shown(self) -> list[Test]:
        """The tests that are shown with all they found."""
        return [test for span in self.spans for test in span.latest]


def kind_of(outcome: Outcome) -> str:
    """Say how an outcome is coloured: `ok`, `warn` or `bad`."""
    if outcome == Outcome.CONNECTED:
        return "ok"
    return "warn" if outcome.is_temporary else "bad"


def spans_of(
    tests: Iterable[Test], *, now: str = "", whole: bool = True, moments: Sequence[Moment] = ()
) -> list[Span[Test]]:
    """
    Put tests, the latest first, into spans in the same order.

    `now` is the outcome that the connection has now, "" where none holds; `whole` says that no older tests were left out.
    A moment stands in the span during which it came; one from before the oldest test is left out.
    """
    runs = [list(run) for _, run in groupby(tests, key=lambda test: (test.outcome, test.host))]
    left = sorted(moments, key=lambda moment: moment.at, reverse=True)
    spans = []
    for index, run in enumerate(runs):
        after, before = runs[index - 1] if index else None, runs[index + 1] if index + 1 < len(runs) else None
        since = run[-1].finished_at
        mine = [moment for moment in left if since and moment.at >= since]
        left = left[len(mine) :]
        spans.append(
            Span(
                tests=run,
                until=after[-1].finished_at if after else None,
                goes_on=after is None and run[0].outcome == now,
                whole=before is not None or whole,
                came_from=before[0].host if before and before[0].host != run[0].host else "",
                moments=mine,
            )
        )
    return spans


def timeline_of(
    tests: Sequence[Test], *, now: str = "", whole: bool = True, moments: Sequence[Moment] = ()
) -> Timeline[Test]:
    """Return what a page shows of tests, the latest first; the arguments are those of `spans_of`."""
    spans = spans_of(tests, now=now, whole=whole, moments=moments)
    bits = [
        Bit(kind=kind_of(Outcome(test.outcome)), words=Outcome(test.outcome).label, at=test.finished_at)
        for test in reversed(tests[:BITS_SHOWN])
    ]
    return Timeline(spans=spans[:SPANS_SHOWN], older=max(0, len(spans) - SPANS_SHOWN), bits=bits)
