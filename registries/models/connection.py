"""A connection: a team's login to a registry. Everything that can happen to one is a verb here."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from console.models import Event, Team, User
from registries import flavors, sealing
from registries.distribution import Secret
from registries.flavors.base import Flavor, Input, inputs
from registries.models.sealed import Sealed
from registries.models.status import Status
from registries.outcomes import Finding, Outcome

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from registries.models.check import Check

FORMER_NAME_DAYS = 30
ENDS_SOON_DAYS = 14
Verb = Event.Verb


class NameTaken(Exception):
    """Another connection of the team has this name, or still answers to it."""


class Stale(Exception):
    """Somebody changed the connection meanwhile. Nothing was written."""


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def name_taken(self, name: str, *, but: "Connection | None" = None) -> "Connection | None":
        """Return the connection that has this name, whatever its case, or that still answers to it; else None."""
        others = self.exclude(pk=but.pk) if but else self
        former = models.Q(former_names__name__iexact=name, former_names__until__gt=timezone.now())
        return others.filter(models.Q(name__iexact=name) | former).distinct().first()

    def named(self, name: str) -> "Connection":
        """Return the connection that has this name, or had it up to 30 days ago, which is counted. Raises DoesNotExist."""
        connection = self.filter(name__iexact=name).first()
        if connection is None:
            former = FormerName.objects.filter(connection__in=self, name__iexact=name, until__gt=timezone.now()).first()
            if former is None:
                raise self.model.DoesNotExist
            FormerName.objects.filter(pk=former.pk).update(uses=models.F("uses") + 1, last_used_at=timezone.now())
            connection = self.get(pk=former.connection_id)
        return connection

    def search(self, text: str) -> "ConnectionQuerySet":
        """Keep those whose name, address or description has the text."""
        if not text:
            return self
        wanted = text.strip().removeprefix("https://").removeprefix("http://").rstrip("/")
        with_address = self.annotate(full=models.functions.Concat("host", models.Value("/"), "prefix"))
        return with_address.filter(
            models.Q(name__icontains=wanted) | models.Q(full__icontains=wanted) | models.Q(description__icontains=wanted)
        )

    def showing(self, which: str) -> "ConnectionQuerySet":
        """Keep those of one filter of the list: `attention`, `push` or `unchecked`; anything else keeps all."""
        return self.filter(FILTERS[which]()) if which in FILTERS else self

    def counts(self) -> dict[str, int]:
        """Count all, and those of each filter, in one query."""
        return self.aggregate(
            all=models.Count("pk"), **{name: models.Count("pk", filter=condition()) for name, condition in FILTERS.items()}
        )

    def for_list(self) -> "ConnectionQuerySet":
        """In order of name, with what a row shows."""
        return self.select_related("last_check").order_by(Lower("name"))


def needs_attention() -> models.Q:
    """Failing, locked or ended, or ending within 14 days; a paused one needs nobody."""
    failing = ~models.Q(outcome__in=["", Outcome.CONNECTED])
    ending = models.Q(ends_on__lte=timezone.localdate() + timedelta(days=ENDS_SOON_DAYS))
    locked = models.Q(sealed_with__isnull=False) & ~models.Q(sealed_with__in=list(sealing.ring()))
    return models.Q(paused=False) & (failing | ending | locked)


FILTERS: dict[str, Callable[[], models.Q]] = {
    "attention": needs_attention,
    "push": lambda: models.Q(purpose=Connection.Purpose.PUSH),
    "unchecked": lambda: models.Q(outcome=""),
}


class ConnectionManager(models.Manager.from_queryset(ConnectionQuerySet)):  # type: ignore[misc]
    """A team's connections, reached as `team.connections`. Each knows which key sealed it, and no more of its secrets."""

    def get_queryset(self) -> ConnectionQuerySet:
        from registries.models.check import Check  # The two models name each other.

        sealed = Sealed.objects.filter(connection=models.OuterRef("pk")).order_by("-revision")
        running = Check.objects.filter(connection=models.OuterRef("pk"), finished_at=None).order_by("-queued_at")
        found: ConnectionQuerySet = (
            super()
            .get_queryset()
            .annotate(
                sealed_with=models.Subquery(sealed.values("key_id")[:1]),
                secret_saved_at=models.Subquery(sealed.values("created_at")[:1]),
                secret_saved_by=models.Subquery(sealed.values("created_by__name")[:1]),
                checking_since=models.Subquery(running.values("queued_at")[:1]),
            )
        )
        return found

    def connect(self, name: str, registry: Flavor, *, by: User, **details: Any) -> "Connection":
        """
        Save a registry as a connection of this team: seal its secrets and record it, all or nothing.

        `details` are the columns that every connection has: description, purpose, test_image, ca_certificate, ends_on.
        Raises NameTaken.
        """
        with transaction.atomic():
            if self.name_taken(name):
                raise NameTaken
            try:
                with transaction.atomic():
                    connection: Connection = self.create(
                        name=name, created_by=by, **Connection.columns(registry), **details
                    )
            except IntegrityError:
                raise NameTaken from None
            Sealed.objects.seal(connection, registry.secrets(), by=by)
            Event.record(connection.team, Verb.CONNECTION_ADDED, name, by=by)
        return connection


class Connection(Status, models.Model):
    """A team's login to a registry."""

    class Purpose(models.TextChoices):
        PULL = "pull", "Pull"
        PUSH = "push", "Pull and push"

    RESERVED = frozenset({"add", "import"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="connections")
    name = models.CharField(max_length=64)
    description = models.CharField(max_length=200, blank=True)
    flavor = models.CharField(max_length=20, choices=flavors.choices, editable=False)
    settings = models.JSONField(default=dict, editable=False)
    # Derived from the flavor's fields whenever they are saved, for lists, look-ups and the seal.
    host = models.CharField(max_length=260, editable=False)
    prefix = models.CharField(max_length=255, blank=True, editable=False)
    origin = models.CharField(max_length=300, editable=False)
    account = models.CharField(max_length=300, blank=True, editable=False)
    purpose = models.CharField(max_length=4, choices=Purpose.choices, default=Purpose.PULL)
    test_image = models.CharField(max_length=500, blank=True)
    ca_certificate = models.TextField("CA certificate", blank=True)
    ends_on = models.DateField("credential ends", null=True, blank=True)
    paused = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    outcome = models.CharField(max_length=20, blank=True, editable=False, choices=[(o.value, o.label) for o in Outcome])
    outcome_since = models.DateTimeField(null=True, editable=False)
    reason = models.CharField(max_length=500, blank=True, editable=False)
    last_check = models.ForeignKey("registries.Check", models.SET_NULL, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")
    changed_at = models.DateTimeField(null=True, editable=False)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")

    objects = ConnectionManager()

    checks: "RelatedManager[Check]"
    former_names: "RelatedManager[FormerName]"
    # What the manager adds to every row it reads.
    sealed_with: str | None = None
    secret_saved_at: datetime | None = None
    secret_saved_by: str | None = None
    checking_since: datetime | None = None

    class Meta:
        constraints = [models.UniqueConstraint("team", Lower("name"), name="one_connection_per_name")]
        indexes = [models.Index(fields=["team", "host"])]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def columns(registry: Flavor) -> dict[str, Any]:
        """Return the columns that follow from a registry."""
        return {
            "flavor": registry.slug,
            "settings": registry.settings(),
            "host": registry.host,
            "prefix": registry.prefix,
            "origin": registry.origin,
            "account": registry.account,
        }

    # What a connection is --------------------------------------------------------------------------------------------

    @property
    def flavor_class(self) -> type[Flavor]:
        return flavors.FLAVORS[self.flavor]

    @property
    def inputs(self) -> dict[str, Input]:
        """What its flavor asks for, by name."""
        return inputs(self.flavor_class)

    @property
    def address(self) -> str:
        """Where it leads, as images are named: `ghcr.io/acme`."""
        return "/".join(filter(None, [self.host, self.prefix]))

    @property
    def locked(self) -> bool:
        """Whether its secrets cannot be opened, because the key that sealed them is not in the ring."""
        return self.sealed_with is not None and self.sealed_with not in sealing.ring()

    @property
    def ended(self) -> bool:
        return self.ends_on is not None and self.ends_on < timezone.localdate()

    @property
    def ends_soon(self) -> bool:
        return self.ends_on is not None and self.ends_on <= timezone.localdate() + timedelta(days=ENDS_SOON_DAYS)

    @property
    def example_image(self) -> str:
        """An image for the snippet: the test image in full, else one that could be here."""
        return f"{self.host}/{self.test_repository}" if self.test_image else f"{self.address}/image:tag"

    @property
    def test_repository(self) -> str:
        """The test image without its host: `team/app:1`."""
        return self.test_image.removeprefix(f"{self.host}/")

    def twins(self) -> "ConnectionQuerySet":
        """Other connections of the team that sign in at the same host as the same account."""
        found = cast("ConnectionQuerySet", self.team.connections.filter(host=self.host, account=self.account))
        return found.exclude(pk=self.pk).order_by(Lower("name")) if self.account else found.none()

    # What can happen to it -------------------------------------------------------------------------------------------

    def secrets(self) -> dict[str, Secret]:
        """Open its secrets. Raises `sealing.Locked`."""
        return Sealed.objects.unseal(self)

    def secrets_if_they_open(self) -> dict[str, Secret]:
        """Open its secrets for a form that keeps them; none where they do not open, and then they are typed again."""
        try:
            return self.secrets()
        except sealing.Locked:
            return {}

    def open(self) -> Flavor:
        """
        Open it as a registry, secrets included.

        Raises `sealing.Locked` also where its settings lead to another origin than the one the secrets were typed for.
        """
        try:
            registry = self.flavor_class.open(self.settings, self.secrets())
        except (ValidationError, TypeError):
            raise sealing.Locked from None
        if registry.origin != self.origin:
            raise sealing.Locked
        return registry

    def replace(self, registry: Flavor, *, by: User, version: int, keep_secrets: bool, name: str, **details: Any) -> None:
        """
        Save what an edit made of it, if it is still the version that the edit was based on. The status starts over.

        Raises Stale or NameTaken; then nothing was written.
        """
        columns = Connection.columns(registry)
        old_name = self.name
        with transaction.atomic():
            if self.team.connections.name_taken(name, but=self):
                raise NameTaken
            changed = Connection.objects.filter(pk=self.pk, version=version).update(
                **columns, **details, name=name, version=version + 1, changed_at=timezone.now(), changed_by=by,
                outcome="", outcome_since=None, reason="",
            )  # fmt: skip
            if not changed:
                raise Stale
            self.refresh_from_db()
            if not keep_secrets:
                Sealed.objects.seal(self, registry.secrets(), by=by)
                Event.record(self.team, Verb.CONNECTION_SECRET_REPLACED, name, by=by)
            if name != old_name:
                FormerName.leave(self, old_name)
                Event.record(self.team, Verb.CONNECTION_RENAMED, f"{old_name} to {name}"[:100], by=by)
            Event.record(self.team, Verb.CONNECTION_CHANGED, name, by=by)

    def pause(self, paused: bool, *, by: User) -> None:
        """Pause it, so that it is neither handed out nor checked, or let it work again."""
        with transaction.atomic():
            if Connection.objects.filter(pk=self.pk, paused=not paused).update(
                paused=paused, version=models.F("version") + 1
            ):
                Event.record(self.team, Verb.CONNECTION_PAUSED if paused else Verb.CONNECTION_RESUMED, self.name, by=by)
        self.paused = paused

    def remove(self, *, by: User) -> None:
        """Delete it with its secrets and its history of checks."""
        with transaction.atomic():
            Event.record(self.team, Verb.CONNECTION_REMOVED, self.name, by=by)
            self.delete()

    def take(self, finding: Finding, check: "Check") -> None:
        """Take the result of a check as the status, unless the connection was changed while the check ran."""
        deciding = finding.deciding
        fresh = Connection.objects.filter(pk=self.pk, version=check.version)
        since = {} if self.outcome == finding.outcome else {"outcome_since": timezone.now()}
        fresh.update(outcome=finding.outcome, reason=(deciding.fact if deciding else "")[:500], last_check=check, **since)


class FormerName(models.Model):
    """A name that a connection had, and still answers to for 30 days; each use is counted."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="former_names")
    name = models.CharField(max_length=64)
    until = models.DateTimeField()
    uses = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-until"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def leave(cls, connection: Connection, name: str) -> None:
        """Note that a connection gave a name up. A name taken back is no former name any more."""
        cls.objects.filter(connection=connection, name__iexact=connection.name).delete()
        if name.lower() != connection.name.lower():
            cls.objects.create(connection=connection, name=name, until=timezone.now() + timedelta(days=FORMER_NAME_DAYS))
