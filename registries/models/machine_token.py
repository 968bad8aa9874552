"""Machine tokens: what a machine signs in with. A token belongs to the team, not to a person."""

import hmac
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext_lazy, pgettext_lazy

from console.models import Event, Team, User, Verb
from console.sentences import Sentence, say
from registries.distribution import Secret
from registries.models.connection import Connection
from registries.models.hand_out import HandOut, HandOutResult
from registries.models.kept_query import KeptQuery, Place
from registries.models.sealed import Sealed
from registries.tokens import Token

if TYPE_CHECKING:
    from registries.models.connections import ConnectionQuerySet


OVERLAP = timedelta(hours=24)
"""How long a token that was rotated keeps working, so that nothing stops while machines get the new one."""

LONGEST_DAYS = 366
"""How far away the end of a token may be."""

ENDS_SOON_DAYS = 14

PREFIXES_AT_ONCE = 4
"""Images are looked up by so many prefixes, or twice as many, so that one query serves almost all of them."""


def last_day() -> date:
    """Return the latest day on which a token that is made today may end: a year from now."""
    return timezone.localdate() + timedelta(days=LONGEST_DAYS - 1)


def end_of(day: date) -> datetime:
    """Return the moment at which a token ends that works all of a day."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


class TokenNameTaken(Exception):
    """Another token of the team has this name."""


class Rotated(Exception):
    """Somebody rotated or revoked the token meanwhile. Nothing was done."""


class MachineTokenManager(models.Manager["MachineToken"]):
    def issue(
        self, team: Team, name: str, *, by: User | None, ends_at: datetime, connections: Iterable[Connection] | None
    ) -> "tuple[MachineToken, Secret]":
        """
        Make a token, and return it with its text, which nobody can be shown again.

        `connections` is what it is limited to, None for all that the team has and will have. Raises TokenNameTaken.
        """
        new = Token.new()
        try:
            with transaction.atomic():
                row = self.create(
                    team=team, name=name, public_id=new.public_id, digest=new.digest,
                    created_by=by, ends_at=ends_at, everything=connections is None,
                )  # fmt: skip
                row.connections.set(limited := list(connections or []))
                row._record(Verb.MACHINE_TOKEN_ISSUED, by=by, detail=_reach(row, limited))
        except IntegrityError:
            raise TokenNameTaken from None
        return row, new.text

    def presented(self, token: Token) -> "MachineToken | None":
        """
        Return the row that has the id of a token, None where there is none. All in one query.

        Whether the token is the right one, and in force, is another question; the row tells whose ledger it goes to.
        """
        found = _PRESENTED.read(public_id=token.public_id, lately=timezone.now() - timedelta(minutes=1))
        if not found:
            return None
        [row] = found
        row.team = Team.from_db(self.db, ["id"], [row.team_id])  # The rest of it is read if somebody asks for it.
        return row


class MachineToken(models.Model):
    """What a machine signs in with. Only hashes of its secret are kept: of the present one, and of the one before it."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="machine_tokens")
    name = models.CharField(max_length=64)
    public_id = models.CharField(max_length=8, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    former_digest = models.CharField(max_length=64, blank=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    everything = models.BooleanField(pgettext_lazy("column", "may have every registry"), default=False)
    connections = models.ManyToManyField(Connection, related_name="machine_tokens", blank=True)
    ends_at = models.DateTimeField(pgettext_lazy("column", "ends"))
    revoked_at = models.DateTimeField(pgettext_lazy("column", "revoked"), null=True, editable=False)
    created_at = models.DateTimeField(pgettext_lazy("column", "made"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")

    objects = MachineTokenManager()

    asked_lately: int = 0  # How often it asked within a minute, in a row that was `presented`.
    # What the ledger tells of it, in a row that was `listed`; see `token_uses`.
    last_use: HandOut | None = None
    last_refusal: HandOut | None = None
    last_former_use: HandOut | None = None
    maker_in_team: bool = True

    WITH_ITS_TEAM: ClassVar = ngettext_lazy("{count} machine token", "{count} machine tokens", "count")

    class Meta:
        constraints = [models.UniqueConstraint("team", Lower("name"), name="one_token_per_name")]

    def __str__(self) -> str:
        return self.name

    # What it is ------------------------------------------------------------------------------------------------------

    @property
    def shown_id(self) -> str:
        """The beginning of its text, by which people tell tokens apart."""
        return f"berth_{self.public_id}"

    @property
    def ended(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def in_force(self) -> bool:
        return self.revoked_at is None and not self.ended

    @property
    def ends_soon(self) -> bool:
        return self.ends_at <= timezone.now() + timedelta(days=ENDS_SOON_DAYS)

    @property
    def maker_gone(self) -> str:
        """
        Why whoever made it would not be given it today: they are "suspended", or "gone" from the team; "" where they would,
        or where nobody is known [A21].

        It works on: it is the team's, and machines stand still without it. In a row that was `listed`.
        """
        if self.created_by is None:
            return ""
        if not self.created_by.is_active:
            return "suspended"
        return "" if self.maker_in_team else "gone"

    @property
    def stamp(self) -> str:
        """
        Tells its present secret from the next one, for a page that asks whether to rotate it.

        It is an HMAC of the hash that is kept, so that a page tells nothing of that hash, and no column has to count.
        """
        return salted_hmac("registries.machine_token.stamp", self.digest, algorithm="sha256").hexdigest()

    @property
    def overlaps(self) -> bool:
        """Whether the secret before the present one still works."""
        return self.former_until is not None and self.former_until > timezone.now()

    def near(self, hosts: Sequence[str], prefixes: Sequence[str]) -> list[Connection]:
        """Return those it may have at these hosts with one of these prefixes, each with its payload, in one query."""
        places = len(prefixes) + -len(prefixes) % PREFIXES_AT_ONCE
        filled = {f"host_{number}": host for number, host in enumerate(hosts)}
        filled |= {f"prefix_{number}": prefix for number, prefix in zip_longest(range(places), prefixes, fillvalue="")}
        return _NEAR.read(self.everything, len(hosts), places, token=self.pk, team=self.team_id, **filled)

    @property
    def visible(self) -> "ConnectionQuerySet":
        """The connections that it may have. For whoever asks with it, there are no others."""
        own = Connection.bare.filter(team=self.team_id)
        return own if self.everything else own.filter(machine_tokens=self.pk)

    def accepts(self, token: Token) -> bool:
        """Whether this is its secret, or the one before while that still works. Takes the same time for each."""
        present = hmac.compare_digest(self.digest, token.digest)
        return present or self.is_former(token)

    def is_former(self, token: Token) -> bool:
        """Whether this is the secret that it had before it was rotated, while that still works."""
        return hmac.compare_digest(self.former_digest or "0" * 64, token.digest) and self.overlaps

    # What can happen to it -------------------------------------------------------------------------------------------

    def rotate(self, *, by: User, digest: str) -> Secret:
        """
        Give it a new secret and return its text; the present one works for another 24 hours.

        `digest` tells which secret whoever asks had seen. Raises Rotated, also where it is no longer in force.
        """
        new = Token.new(self.public_id)
        now = timezone.now()
        with transaction.atomic():
            changed = MachineToken.objects.filter(pk=self.pk, digest=digest, revoked_at=None, ends_at__gt=now).update(
                digest=new.digest, former_digest=digest, former_until=now + OVERLAP
            )
            if not changed:
                raise Rotated
            self._record(Verb.MACHINE_TOKEN_ROTATED, by=by)
        self.refresh_from_db()
        return new.text

    def revoke(self, *, by: User, reason: str = "") -> bool:
        """
        Let it stop working at once. It stays in the list, so that it is seen who still tries it. Return whether that is
        news.

        `reason` is what support staff say, who always give one: it is recorded as theirs.
        """
        verb = Verb.STAFF_REVOKED if reason else Verb.MACHINE_TOKEN_REVOKED
        with transaction.atomic():
            changed = bool(MachineToken.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=timezone.now()))
            if changed:
                self._record(verb, by=by, detail=reason)
        # Somebody may have removed it meanwhile, and then there is nothing to read again.
        self.revoked_at = MachineToken.objects.filter(pk=self.pk).values_list("revoked_at", flat=True).first()
        return changed

    def _record(self, verb: Verb, *, by: User | None, detail: str = "") -> None:
        Event.record(self.team, verb, self.name, by=by, about=self.public_id, detail=detail)

    def remove(self, *, by: User) -> None:
        """Delete one that does not work any more. Raises Rotated where it does."""
        with transaction.atomic():
            gone: Any = models.Q(revoked_at__isnull=False) | models.Q(ends_at__lte=timezone.now())
            deleted, _ = MachineToken.objects.filter(gone, pk=self.pk).delete()
            if not deleted:
                raise Rotated
            self._record(Verb.MACHINE_TOKEN_REMOVED, by=by)


# What every hand-out asks ------------------------------------------------------------------------------------------------


def _reach(row: MachineToken, limited: Sequence[Connection]) -> Sentence:
    """Say what a token may have, and until when."""
    end = timezone.localdate(row.ends_at)
    if row.everything:
        return say("For every registry, until {end}.", end=end)
    if not limited:
        return say("For no registry, until {end}.", end=end)
    names = ", ".join(connection.name for connection in limited[:10]) + (", …" if len(limited) > 10 else "")
    return say("For {registries}, until {end}.", registries=names, end=end)


def _presented() -> "models.QuerySet[MachineToken]":
    """The token with an id, and how often it asked lately."""
    lately = HandOut.objects.filter(token=models.OuterRef("pk"), at__gt=Place("lately", models.DateTimeField()))
    # Whoever presents its id with a wrong secret does not use up what the right one may ask.
    rows = lately.exclude(result=HandOutResult.UNAUTHORIZED).order_by().values("token")
    # Several logins in one answer are as many rows, and one question: they have the same moment.
    asked = rows.annotate(asked=models.Count("at", distinct=True)).values("asked")
    count: Any = {"asked_lately": Coalesce(models.Subquery(asked), 0)}
    known: models.QuerySet[MachineToken] = MachineToken.objects.annotate(**count)
    return known.filter(public_id=Place("public_id", models.CharField()))


def _near(everything: bool, hosts: int, prefixes: int) -> "ConnectionQuerySet":
    """The connections that a token may have at one of so many hosts, with one of so many prefixes."""
    who: Any = {"pk": Place("token", models.BigIntegerField()), "team_id": Place("team", models.UUIDField())}
    token = MachineToken(everything=everything, **who)
    there = token.visible.filter(host__in=_places("host", hosts), prefix__in=_places("prefix", prefixes))
    return Sealed.objects.read_with(there)


def _places(name: str, count: int) -> list[Place]:
    return [Place(f"{name}_{number}", models.CharField()) for number in range(count)]


_PRESENTED, _NEAR = KeptQuery(_presented), KeptQuery(_near)
