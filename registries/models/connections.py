"""A team's connections: finding them, listing them, and adding one. What can happen to one is in `connection`."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Concat, Lower
from django.utils import timezone

from console.models import User, Verb
from console.sentences import say
from registries import sealing
from registries.flavors.base import Flavor
from registries.models.former_name import FormerName
from registries.models.sealed import Sealed
from registries.outcomes import Outcome

if TYPE_CHECKING:
    from registries.models.connection import Connection

ENDS_SOON_DAYS = 14


class Stale(Exception):
    """Somebody changed the connection meanwhile. Nothing was written."""


class NameTaken(Exception):
    """Another connection of the team has this name, or still answers to it."""


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def name_taken(self, name: str, *, but: "Connection | None" = None) -> "Connection | None":
        """Return the connection that has this name, whatever its case, or that still answers to it; else None."""
        others = self.exclude(pk=but.pk) if but else self
        former = models.Q(former_names__name__iexact=name, former_names__until__gt=timezone.now())
        return others.filter(models.Q(name__iexact=name) | former).distinct().first()

    def free_name(self, wanted: str) -> str:
        """Return a name that nothing has and nothing answered to lately: the wanted one, or that with a number."""
        numbered = (f"{wanted[:58]}-{number}" for number in range(2, 1000))
        return next((name for name in (wanted, *numbered) if not self.name_taken(name)), "")

    def named(self, name: str) -> "Connection":
        """Return the connection that has this name, or had it up to 30 days ago, which is counted. Raises DoesNotExist."""
        # The index is over the name in lower case. Names are ASCII, so Python's lower case is the database's.
        connection = self.annotate(name_in_lower_case=Lower("name")).filter(name_in_lower_case=name.lower()).first()
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
        with_address = self.annotate(full=Concat("host", models.Value("/"), "prefix"))
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
    soon = timedelta(days=ENDS_SOON_DAYS)
    # A date counts only where no moment was told, as in `Connection.ends_soon`.
    by_the_day = models.Q(ends_at=None, ends_on__lte=timezone.localdate() + soon)
    ending = models.Q(ends_at__lte=timezone.now() + soon) | by_the_day
    locked = models.Q(sealed_with__isnull=False) & ~models.Q(sealed_with__in=list(sealing.ring()))
    return models.Q(paused=False) & (failing | ending | locked)


FILTERS: dict[str, Callable[[], models.Q]] = {
    "attention": needs_attention,
    "push": lambda: models.Q(purpose="push"),
    "unchecked": lambda: models.Q(outcome=""),
}


class ConnectionManager(models.Manager.from_queryset(ConnectionQuerySet)):  # type: ignore[misc]
    """A team's connections, reached as `team.connections`. Each knows which key sealed it, and no more of its secrets."""

    def get_queryset(self) -> ConnectionQuerySet:
        from registries.models.check import Check  # These models and this one name each other.
        from registries.models.hand_out import HandOut

        sealed = Sealed.objects.filter(connection=models.OuterRef("pk")).order_by("-revision")
        running = Check.objects.under_way().filter(connection=models.OuterRef("pk")).order_by("-queued_at")
        given = HandOut.objects.given().filter(connection=models.OuterRef("pk")).order_by("-at", "-pk")
        found: ConnectionQuerySet = (
            super()
            .get_queryset()
            .annotate(
                sealed_with=models.Subquery(sealed.values("key_id")[:1]),
                secret_saved_at=models.Subquery(sealed.values("created_at")[:1]),
                secret_saved_by=models.Subquery(sealed.values("created_by__name")[:1]),
                checking_since=models.Subquery(running.values("queued_at")[:1]),
                check_began_at=models.Subquery(running.values("started_at")[:1]),
                last_used_at=models.Subquery(given.values("at")[:1]),
                last_used_by=models.Subquery(given.values("who")[:1]),
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
                    columns = self.model.columns(registry)
                    end = self.model.columns_of_end(registry, details.pop("ends_on", None))
                    connection: Connection = self.create(name=name, created_by=by, **columns, **end, **details)
            except IntegrityError:
                raise NameTaken from None
            Sealed.objects.seal(connection, registry.secrets(), by=by)
            place = f"{connection.host}/{connection.prefix}".rstrip("/")
            words = say("{kind}, {place}.", kind=connection.flavor_class.name, place=place)
            connection.record(Verb.CONNECTION_ADDED, by=by, detail=words)
        return connection
