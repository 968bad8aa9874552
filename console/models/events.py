"""
Finding what happened: rows of the record by kind, person, text and time, a page at a time.

Rows are found by their number within the team, which the index has, and never by counting off those before them. What an
index does not find, as a word in the text, is looked for in as many rows as a page has time for; further back is asked for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Lower

from console.models.kind import Kind
from console.whereabouts import as_stored

if TYPE_CHECKING:
    from console.models.event import Event

PAGE_ROWS = 50
LOOKED_THROUGH = 50_000
"""How many rows a page looks through for those that fit. A million of them would take seconds."""


@dataclass(frozen=True)
class Span:
    """The numbers of the rows within some time: the first and the last; the last is 0 where there are none."""

    first: int = 1
    last: int = 0


@dataclass(frozen=True, kw_only=True)
class Page:
    """
    Rows, the newest first. `older` is the number below which older ones begin, None where there are none.

    `gave_up` says that not all rows were looked through, so that further back may be some.
    """

    rows: list["Event"]
    older: int | None = None
    gave_up: bool = False


class EventQuerySet(models.QuerySet["Event"]):
    def of_kind(self, kind: Kind) -> "EventQuerySet":
        # Words are in lower case anyway. Written so, a database does not take the index of words, and then put all the rows
        # of a kind in order for the sake of the newest fifty.
        return self.annotate(word=Lower("verb")).filter(word__in=kind.verbs)

    def mentioning(self, text: str) -> "EventQuerySet":
        """Keep what has a text in what acted, what it was about, where it came from or its detail, whatever the case."""
        found = models.Q(address__startswith=text)
        for column in ("who", "login", "subject", "detail"):
            found |= models.Q(**{f"{column}__icontains": text})
        if (address := as_stored(text)) is not None:  # It may be written in another way than it is stored.
            found |= models.Q(address=address)
        return self.filter(found)

    def within(self, since: datetime | None, until: datetime | None) -> "EventQuerySet":
        """Keep what happened from one moment on and before another. Both are aware, None is no limit."""
        rows = self if since is None else self.filter(at__gte=since)
        return rows if until is None else rows.filter(at__lt=until)

    def span(self, since: datetime | None, until: datetime | None) -> Span:
        """Return the numbers of a team's rows within some time: two looks into an index, however many rows there are."""
        order = "number" if since is None and until is None else "at"
        numbers = self.within(since, until).values_list("number", flat=True)
        first, last = numbers.order_by(order).first(), numbers.order_by(f"-{order}").first()
        return Span() if first is None or last is None else Span(min(first, last), max(first, last))

    def page(self, span: Span, *, before: int | None = None, looked_through: int | None = None) -> Page:
        """Return the newest rows within a span and below a number. `looked_through` bounds how many are looked at."""
        top = min(span.last, before - 1) if before is not None else span.last
        bottom = span.first if looked_through is None else max(span.first, top - looked_through + 1)
        if top < bottom:
            return Page(rows=[])
        rows = list(self.filter(number__gte=bottom, number__lte=top).order_by("-number")[: PAGE_ROWS + 1])
        if len(rows) > PAGE_ROWS:
            return Page(rows=rows[:PAGE_ROWS], older=rows[PAGE_ROWS - 1].number)
        gave_up = bottom > span.first
        return Page(rows=rows, older=bottom if gave_up else None, gave_up=gave_up)
