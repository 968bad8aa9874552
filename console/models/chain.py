"""
What makes the record tamper-evident: each row's digest holds the digest of the row before it, from the team's first row on.

A row that is changed, added or taken out in between does not fit its neighbours any more; one that is taken from the end is
missed by the head. What retention drops is marked by a cut, which keeps the digest of the last row that went. Somebody who
can write the database and knows this could write the chain anew, which is why heads can be noted elsewhere and compared:
`manage.py verify_activity`. Source: security page, 3.4 and P8.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from console.whereabouts import as_stored

if TYPE_CHECKING:
    from console.models.event import Event

BEGINNING = "0" * 64
"""What stands as the previous digest in a team's first row."""

COLUMNS = ("number", "verb", "who", "login", "subject", "about", "detail", "previous")


class Head(models.Model):
    """The last row of a team's chain. Whoever adds a row holds it, so that a team's rows come one after the other."""

    team_id = models.UUIDField(primary_key=True, editable=False)
    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default=BEGINNING)
    at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.team_id} {self.number} {self.digest}"

    @classmethod
    def locked(cls, team_id: UUID) -> "Head":
        """Return a team's head, which nobody else can have before the transaction ends."""
        found = cls.objects.select_for_update().filter(pk=team_id).first()
        if found is None:
            try:
                with transaction.atomic():
                    cls.objects.create(pk=team_id)
            except IntegrityError:
                pass  # Somebody else made it a moment ago.
            found = cls.objects.select_for_update().get(pk=team_id)
        return found

    def move_to(self, event: "Event") -> None:
        Head.objects.filter(pk=self.pk).update(number=event.number, digest=event.digest, at=event.at)


class Cut(models.Model):
    """Up to here a team's rows were dropped, being older than rows are kept. The database allows no other deletion."""

    team_id = models.UUIDField(editable=False)
    number = models.PositiveBigIntegerField(editable=False)
    digest = models.CharField(max_length=64, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "number"], name="one_cut_per_number")]

    def __str__(self) -> str:
        return f"{self.team_id} to {self.number}"


def told(event: "Event") -> dict[str, Any]:
    """Return what a row's digest is made of, as JSON has it: the row, its team, and the digest of the row before it."""
    columns: dict[str, Any] = {name: getattr(event, name) for name in COLUMNS}
    columns |= {"team": str(event.team_id), "by": str(event.by_id or ""), "at": event.at.astimezone(UTC).isoformat()}
    if event.said:  # Rows of before there were languages have none, and keep their digests.
        columns["said"] = event.said
    columns["address"] = as_stored(event.address or "")  # Databases write the same address in more than one way.
    return columns


def digest(event: "Event") -> str:
    """Return the SHA-256 of what is told of a row, as JSON with its keys in order and no ASCII escapes, in hexadecimal."""
    return hashlib.sha256(json.dumps(told(event), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def cut(team_id: UUID, *, before: datetime) -> int:
    """Drop a team's rows of before a moment; return how many. The rows that stay are whole from the first to the last."""
    from console.models.event import Event

    with transaction.atomic():
        Head.locked(team_id)
        mine = Event.objects.filter(team_id=team_id)
        last = mine.filter(at__lt=before).order_by("-number").first()
        young = mine.filter(at__gte=before).order_by("number").values_list("number", flat=True).first()
        if last is None or (young is not None and young < last.number):  # A clock went back: it waits until both are old.
            return 0
        Cut.objects.create(team_id=team_id, number=last.number, digest=last.digest)
        # As SQL of its own: a deletion by way of the models would read each row first.
        return mine.filter(number__lte=last.number)._raw_delete(using=mine.db)


@dataclass(frozen=True)
class Fault:
    """Where a team's chain does not hold, and how."""

    team_id: UUID
    number: int
    sentence: str


def faults(team_id: UUID) -> Iterator[Fault]:
    """Find where a team's record was altered, in the order of its rows. One reads them all, a few at a time."""
    from console.models.event import Event

    begin = Cut.objects.filter(team_id=team_id).order_by("-number").first()
    number, link = (begin.number, begin.digest) if begin else (0, BEGINNING)
    for event in Event.objects.filter(team_id=team_id).order_by("number").iterator(chunk_size=2000):
        if event.number <= number:
            yield Fault(team_id, event.number, "This row stands where rows were dropped.")
            continue
        if event.number != number + 1:
            yield Fault(team_id, number + 1, _missing(number + 1, event.number - 1))
        elif event.previous != link:
            yield Fault(team_id, event.number, "This row does not follow from the row before it.")
        if digest(event) != event.digest:
            yield Fault(team_id, event.number, "This row was altered.")
        number, link = event.number, event.digest
    head = Head.objects.filter(pk=team_id).first()
    if head is None or head.number < number:
        yield Fault(team_id, number, "The record goes on after its head.")
    elif head.number > number:
        yield Fault(team_id, number + 1, _missing(number + 1, head.number))
    elif head.digest != link:
        yield Fault(team_id, number, "The last row is another one than the head says.")


def _missing(first: int, last: int) -> str:
    return "This row is missing." if first == last else f"The rows {first} to {last} are missing."
