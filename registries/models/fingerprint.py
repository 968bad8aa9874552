"""
Which secret a connection has, told without opening it: "the same as on Monday", "the same as in another connection".

A fingerprint is made where a secret is sealed, and stored with the revision it is of; pages only compare. The secrets of
before are deleted, and their fingerprints stay, the latest of each connection, so that one can tell that an old secret came
back. Rows of before there were fingerprints get theirs at the next test, which opens the secret anyway.

The key they are made with is random, and sealed by the ring as secrets are: `rotate_keys` wraps it anew, and what was
compared before still compares. Where it does not open any more, as its sealing key is lost, another one is made with the
next number, and fingerprints of different keys are never compared: it is said that it cannot be told.

Source: security page, C14.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from console.models import Installation
from registries import sealing
from registries.distribution import Secret
from registries.models.sealed import Payload, PayloadManager, Sealed

if TYPE_CHECKING:
    from registries.models.connection import Connection

KEPT = 20
"""Fingerprints of a connection that are kept, the latest."""

MOST_TWINS = 20


class FingerprintKeyManager(PayloadManager):
    def present(self) -> tuple[int, Secret]:
        """Return the number and the key that fingerprints are made with now; where none opens, it is made."""
        latest = self.order_by("-number").first()
        if latest is not None:
            try:
                return latest.number, latest.unseal()["key"]
            except sealing.Locked:
                pass
        made = FingerprintKey(number=latest.number + 1 if latest else 1)
        made.seal({"key": sealing.fingerprint_key()})
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            return self.present()  # Somebody else made it a moment ago.
        return made.number, made.unseal()["key"]


class FingerprintKey(Payload):
    """A key of this installation that fingerprints are made with, sealed."""

    number = models.PositiveIntegerField(unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = FingerprintKeyManager()

    def __str__(self) -> str:
        return f"key {self.number}"

    @property
    def binding(self) -> sealing.Binding:
        of_all = UUID(int=0)  # It belongs to no team and to no connection.
        return sealing.Binding(
            kind="fingerprint key", installation=Installation.this().pk, team=of_all, connection=of_all,
            revision=self.number, reach="",
        )  # fmt: skip


class FingerprintManager(models.Manager["Fingerprint"]):
    def take(self, connection: "Connection", revision: int, secrets: Mapping[str, Secret], *, at: datetime) -> None:
        """Remember which secrets a revision has, in the transaction in which they are sealed."""
        number, key = FingerprintKey.objects.present()
        letters = sealing.fingerprint(secrets, key, installation=Installation.this().pk, team=connection.team_id)
        self.create(connection=connection, revision=revision, letters=letters, key_number=number, at=at)
        old = self.filter(connection=connection).order_by("-pk").values_list("pk", flat=True)[KEPT:]
        self.filter(pk__in=list(old)).delete()

    def present(self, connection: "Connection") -> "Fingerprint | None":
        """Return that of a connection's present secrets; None where it has none, or where it is not known."""
        latest = self.filter(connection=connection).order_by("-pk").first()
        return latest if latest is not None and latest.revision == Sealed.objects.revision(connection) else None

    def unknown_revision(self, connection: "Connection") -> int:
        """Return the number of a connection's present secrets where they have no fingerprint yet, else 0."""
        return 0 if self.present(connection) else Sealed.objects.revision(connection)

    def fill_in(self, connection: "Connection", revision: int, secrets: Mapping[str, Secret]) -> None:
        """Remember which secrets a revision has that was opened just now, unless it was replaced meanwhile."""
        with transaction.atomic():
            still = Sealed.objects.select_for_update().filter(connection=connection, revision=revision).first()
            if revision and secrets and still and self.present(connection) is None:
                self.take(connection, revision, secrets, at=still.created_at)


class Fingerprint(models.Model):
    """What tells one secret of a team from another: letters, the number of the key they were made with, and since when."""

    connection = models.ForeignKey("registries.Connection", models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField(editable=False)
    letters = models.CharField(max_length=16, editable=False)
    key_number = models.PositiveIntegerField(editable=False)
    at = models.DateTimeField(editable=False)

    objects = FingerprintManager()

    class Meta:
        indexes = [models.Index(fields=["letters", "key_number"])]

    def __str__(self) -> str:
        return "-".join(self.letters[at : at + 4] for at in range(0, len(self.letters), 4))

    @property
    def whole(self) -> tuple[int, str]:
        """What is the same for the same secret, of one team, and of none else."""
        return self.key_number, self.letters


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A time in which a connection had one secret: its fingerprint, since when, and until when; None for the present."""

    fingerprint: Fingerprint
    since: datetime
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Told:
    """What pages say of a connection's secret: stretches, the latest first, and the connections that have the same one."""

    stretches: tuple[Stretch, ...] = ()
    twins: "tuple[Connection, ...]" = ()

    @property
    def before(self) -> Stretch | None:
        """The stretch in which the present secret stood before, while another one stood meanwhile."""
        present, *others = self.stretches
        return next((one for one in others if one.fingerprint.whole == present.fingerprint.whole), None)

    @property
    def comparable(self) -> bool:
        """Whether the present secret can be compared with the one before it: both were told with the same key."""
        keys = {one.fingerprint.key_number for one in self.stretches[:2]}
        return len(keys) == 1

    @classmethod
    def of(cls, connection: "Connection") -> "Told":
        """Return what is known of a connection's secret, in a few queries; nothing where nothing is known."""
        present = Fingerprint.objects.present(connection)
        if present is None:
            return cls()
        rows = Fingerprint.objects.filter(connection=connection).order_by("-pk")
        stretches: list[Stretch] = []
        for _, run in groupby(rows, key=lambda row: row.whole):
            same = list(run)
            until = stretches[-1].since if stretches else None
            stretches.append(Stretch(fingerprint=same[0], since=same[-1].at, until=until))
        return cls(stretches=tuple(stretches), twins=_twins(connection, present))


def _twins(connection: "Connection", present: Fingerprint) -> "tuple[Connection, ...]":
    """Return the team's other connections that have the same secret now, so many of them, and none that only had it."""
    alike: Any = Fingerprint.objects.filter(letters=present.letters, key_number=present.key_number)
    latest = Fingerprint.objects.filter(connection=models.OuterRef("pk")).order_by("-pk").values("pk")[:1]
    others: Any = connection.team.connections.filter(pk__in=alike.values("connection")).exclude(pk=connection.pk)
    have_it = others.annotate(latest=models.Subquery(latest)).filter(latest__in=alike.values("pk")).order_by("name")
    # What the latest letters are of may have been replaced since, by what has no fingerprint yet.
    return tuple(islice((other for other in have_it if Fingerprint.objects.present(other)), MOST_TWINS))
