"""
What is sealed: the secrets of connections, in a table of their own, and what every table of sealed payloads has.

Nothing reaches such a table by a reverse name, no admin shows it, and a query, filter or dump of connections cannot touch
it. The models here and `rotate_keys`, which goes through them, are the only callers of `sealing`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from console.models import Installation, User
from registries import sealing
from registries.distribution import Secret

if TYPE_CHECKING:
    from registries.models.connection import Connection
    from registries.models.connections import ConnectionQuerySet

BATCH_ROWS = 500
_READ_WITH = ("revision", "key_id", "wrapped_key", "ciphertext")


class PayloadManager(models.Manager[Any]):
    """What can be done to all rows of a table of sealed payloads."""

    def by_key(self) -> dict[str, int]:
        """Count the sealed rows of each key."""
        return dict(self.order_by("key_id").values_list("key_id").annotate(rows=models.Count("pk")))

    def rewrap_batch(self, after: int) -> tuple[int, int, int]:
        """
        Wrap the next rows' data keys under the ring's first key, and return (last id seen, rows wrapped, rows locked).

        The last id is 0 when nothing is left. A row that changed meanwhile is left as it is, since whoever changed it
        sealed it anew.
        """
        batch = list(self.filter(pk__gt=after).exclude(key_id=sealing.ring().first).order_by("pk")[:BATCH_ROWS])
        done = locked = 0
        with transaction.atomic():
            for row in batch:
                try:
                    envelope = sealing.rewrap(row.envelope, row.binding)
                except sealing.Locked:
                    locked += 1
                    continue
                done += self.filter(pk=row.pk, wrapped_key=row.wrapped_key).update(
                    key_id=envelope.key_id, wrapped_key=envelope.wrapped_key
                )
            SealingKey.remember(sealing.ring().first)
        return (batch[-1].pk if batch else 0, done, locked)


class Payload(models.Model):
    """A sealed payload. A subclass says in `binding` what it belongs to; no two sorts of payload bind alike."""

    key_id = models.CharField(max_length=32, db_index=True, editable=False)
    wrapped_key = models.BinaryField()
    ciphertext = models.BinaryField()

    objects: models.Manager[Self]

    class Meta:
        abstract = True

    @property
    def binding(self) -> sealing.Binding:
        raise NotImplementedError

    @property
    def envelope(self) -> sealing.Envelope:
        return sealing.Envelope(key_id=self.key_id, wrapped_key=bytes(self.wrapped_key), ciphertext=bytes(self.ciphertext))

    def seal(self, secrets: Mapping[str, Secret]) -> None:
        """Put secrets into the row, which is not saved yet."""
        envelope = sealing.seal(secrets, self.binding)
        self.key_id, self.wrapped_key, self.ciphertext = envelope.key_id, envelope.wrapped_key, envelope.ciphertext
        SealingKey.remember(self.key_id)

    def unseal(self) -> dict[str, Secret]:
        """Open what the row holds. Raises `sealing.Locked`."""
        return sealing.unseal(self.envelope, self.binding)


class SealedManager(PayloadManager):
    def seal(self, connection: "Connection", secrets: Mapping[str, Secret], *, by: User | None) -> None:
        """Seal a connection's secrets as its next revision, and delete those before: old secrets are a liability."""
        from registries.models.fingerprint import Fingerprint  # Its key is a sealed payload too.

        with transaction.atomic():
            last = self.revision(connection)
            self.filter(connection=connection).delete()
            if not secrets:
                return
            sealed = Sealed(
                connection=connection,
                team_uuid=connection.team_id,
                reach=connection.reach,
                revision=last + 1,
                created_by=by,
            )
            sealed.seal(secrets)
            sealed.save(force_insert=True)
            Fingerprint.objects.take(connection, sealed.revision, secrets, at=sealed.created_at)

    def reseal(self, connection: "Connection", secrets: Mapping[str, Secret]) -> None:
        """Seal the same secrets as their next revision, for where the connection leads now; who saved them stays told."""
        saved = self.filter(connection=connection).order_by("-revision").values("created_at", "created_by").first()
        self.seal(connection, secrets, by=None)
        if saved:
            self.filter(connection=connection).update(**saved)

    def unseal(self, connection: "Connection") -> dict[str, Secret]:
        """Open a connection's secrets; none where it has none. Raises `sealing.Locked`."""
        sealed = self._beside(connection) or self.filter(connection=connection).order_by("-revision").first()
        if sealed is None:
            return {}
        # What counts is where the connection leads now, not what the sealed row says of itself.
        sealed.team_uuid, sealed.reach = connection.team_id, connection.reach
        return sealed.unseal()

    def read_with(self, connections: "ConnectionQuerySet") -> "ConnectionQuerySet":
        """Let connections be read together with their present payload, so that opening one asks for nothing more."""
        present = self.filter(connection=models.OuterRef("pk")).order_by("-revision")
        columns = {f"sealed_{name}": models.Subquery(present.values(name)[:1]) for name in _READ_WITH}
        installation = models.Subquery(Installation.objects.values("pk")[:1])
        return connections.annotate(**columns, sealed_installation=installation)

    def _beside(self, connection: "Connection") -> "Sealed | None":
        """Return the payload that `read_with` read; None where it read none, or where none was read."""
        read = {name: getattr(connection, f"sealed_{name}", None) for name in _READ_WITH}
        if not read["revision"]:
            return None
        sealed = Sealed(connection=connection, **read)
        sealed.installation = vars(connection)["sealed_installation"]
        return sealed

    def revision(self, connection: "Connection") -> int:
        """Return the number of a connection's present secrets; 0 where it has none."""
        return self.filter(connection=connection).order_by("-revision").values_list("revision", flat=True).first() or 0


class Sealed(Payload):
    """One revision of a connection's secrets, all in one payload."""

    connection = models.ForeignKey("registries.Connection", models.CASCADE, related_name="+")
    team_uuid = models.UUIDField(editable=False)
    reach = models.CharField(max_length=700, editable=False)
    revision = models.PositiveIntegerField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = SealedManager()

    installation: UUID | None = None  # Known where it was read with the connection.

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "revision"], name="one_row_per_revision")]

    def __str__(self) -> str:
        return f"revision {self.revision}"

    @property
    def binding(self) -> sealing.Binding:
        return sealing.Binding(
            installation=self.installation or Installation.this().pk,
            team=self.team_uuid,
            connection=self.connection_id,
            revision=self.revision,
            reach=self.reach,
        )


class SealingKey(models.Model):
    """A key that has sealed something here, with the value that tells whether the ring still has the same bytes for it."""

    key_id = models.CharField(max_length=32, primary_key=True)
    check_value = models.CharField(max_length=64)
    since = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.key_id

    @classmethod
    def remember(cls, key_id: str) -> None:
        cls.objects.get_or_create(key_id=key_id, defaults={"check_value": sealing.ring().check_value(key_id)})

    @classmethod
    def faults(cls) -> list[str]:
        """Say in sentences what is wrong with the ring: keys that rows need and that are missing, or are others."""
        ring = sealing.ring()
        found = [
            f"The sealing key {key.key_id} has other bytes than the key of that id that sealed here before."
            for key in cls.objects.filter(key_id__in=list(ring))
            if key.check_value != ring.check_value(key.key_id)
        ]
        for key_id, rows in Sealed.objects.by_key().items():
            if key_id not in ring and key_id not in settings.BERTH_LOST_KEYS:
                found.append(
                    f"The sealing key {key_id} is missing, and {rows} stored logins need it. Put it back into "
                    f"BERTH_SEALING_KEYS; if it is lost for good, start with BERTH_LOST_KEYS={key_id}."
                )
        return found
