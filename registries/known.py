"""
A team's connections as the spec checker knows them: where they lead, and how they are, in the words of a verdict.

Whatever the file, they are read in one query. What mends a failing one is read in one more, and only where it is asked for.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models
from django.utils import timezone

from console.sentences import say, say_as
from console.templatetags.berth import in_words
from registries.models import Check, Connection, ConnectionQuerySet, Sealed
from registries.models.machine_token import end_of
from registries.outcomes import Outcome
from registries.specs.verdicts import Health, Level


class LastChecks:
    """How the last checks of failing connections went, read in one query by whoever asks first."""

    def __init__(self, connections: ConnectionQuerySet) -> None:
        self._connections = connections

    def of(self, row: Connection) -> Check | None:
        return self._read.get(row.last_check_id) if row.last_check_id else None

    @cached_property
    def _read(self) -> dict[Any, Check]:
        failing = self._connections.exclude(outcome__in=["", Outcome.CONNECTED]).order_by()
        return {check.pk: check for check in Check.objects.filter(pk__in=failing.values("last_check"))}


@dataclass(frozen=True, kw_only=True, eq=False)
class KnownConnection:
    """
    A connection, and its health at the moment of the question.

    `row` is the stored one, without its certificates and its approved token hosts, which would be one more query each.
    """

    name: str
    host: str
    prefix: str
    paused: bool
    row: Connection
    checked_at: datetime | None
    now: datetime
    last_checks: LastChecks

    @cached_property
    def health(self) -> Health:
        """Known only of those that are asked for it: of a thousand, a file names a few."""
        level, sentence = self._state
        if self.row.outcome not in ("", Outcome.CONNECTED):
            self.row.last_check = self.last_checks.of(self.row)
        to_mend = level is Level.ERROR or self.row.ends_soon
        repair = self.row.repair if to_mend else ("", "")
        return Health(level=level, sentence=sentence, state=self._in_brief, ends_at=self._ends_at, repair=repair)

    @property
    def _in_brief(self) -> str:
        """What a list says of its health, "" where it is well or has ended on a day that is known."""
        if self.row.locked:
            return say("the sealing key is missing")
        outcome = Outcome(self.row.outcome) if self.row.outcome else None
        if outcome and outcome not in (Outcome.CONNECTED, Outcome.ENDED) and not (outcome.is_temporary and self.row.ended):
            return _within(outcome.label)
        if outcome is Outcome.ENDED or self.row.ended:
            end = self._ends_at
            return say("its login has ended") if end is None or end > self.now else ""
        return "" if outcome else say("not checked yet")

    @property
    def _ends_at(self) -> datetime | None:
        """When its login ends; where a day was typed, it works all of that day."""
        return self.row.ends_at or (end_of(self.row.ends_on) if self.row.ends_on else None)

    @property
    def _state(self) -> tuple[Level, str]:
        if self.row.locked:
            return Level.ERROR, say("but its secret cannot be opened: the sealing key is missing")
        outcome = Outcome(self.row.outcome) if self.row.outcome else None
        if outcome and outcome not in (Outcome.CONNECTED, Outcome.ENDED) and not outcome.is_temporary:
            return Level.ERROR, say("but its last check failed: {outcome}", outcome=_within(outcome.label))
        if outcome is Outcome.ENDED or self.row.ended:
            return Level.ERROR, self._ended
        if outcome is None:
            return Level.WARNING, say("not checked yet")
        if outcome.is_temporary:
            return Level.WARNING, say("but its last check had no result: {outcome}", outcome=_within(outcome.label))
        return Level.OK, self._checked

    @property
    def _checked(self) -> str:
        if self.checked_at is None:
            return say("which worked when it was last checked")
        return say("last checked {ago}", ago=_within(in_words(self.checked_at, timezone.localtime(self.now))))

    @property
    def _ended(self) -> str:
        end = self._ends_at
        if end is None or end > self.now:
            return say("but its login has ended")
        return say("but its login ended on {day}", day=timezone.localtime(end).date())


def known(connections: ConnectionQuerySet, now: datetime) -> list[KnownConnection]:
    """Read connections as the spec checker knows them, in one query. `now` is aware."""
    present = Sealed.objects.filter(connection=models.OuterRef("pk")).order_by("-revision")
    columns: Any = {
        "sealed_with": models.Subquery(present.values("key_id")[:1]),
        "checked_at": models.F("last_check__finished_at"),
    }
    rows: Any = connections.annotate(**columns).defer("ca_certificate", "token_hosts")
    last_checks = LastChecks(connections)
    return [
        KnownConnection(
            name=row.name,
            host=row.host,
            prefix=row.prefix,
            paused=row.paused,
            row=row,
            checked_at=row.checked_at,
            now=now,
            last_checks=last_checks,
        )
        for row in rows
    ]


def _within(words: str) -> str:
    """Write words for the middle of a sentence."""
    return say_as(words[0].lower() + words[1:], words)
