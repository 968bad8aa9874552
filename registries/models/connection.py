"""A connection: a team's login to a registry. Everything that can happen to one is a verb here."""

import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext_lazy

from console.languages import said_later
from console.models import Event, Team, User, Verb
from console.models.sentence_field import SentenceField
from console.sentences import say, together
from registries import authorities, flavors, sealing
from registries.distribution import Credential, Http, Secret
from registries.flavors.base import Flavor
from registries.models import changes
from registries.models.connections import ENDS_SOON_DAYS, ConnectionManager, ConnectionQuerySet, NameTaken, Stale
from registries.models.former_name import FormerName
from registries.models.minted import Minted
from registries.models.sealed import Sealed
from registries.models.status import Status
from registries.models.token_hosts import TokenHosts
from registries.outcomes import Finding, Outcome

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from registries.models.check import Check
    from registries.models.machine_token import MachineToken

# What is recorded of a connection's health: at first, and once it was known.
HEALTH_WORDS = {
    True: (Verb.CONNECTION_WORKS, Verb.CONNECTION_RECOVERED),
    False: (Verb.CONNECTION_FAILS, Verb.CONNECTION_STOPPED),
}
HEALTH = [verb for words in HEALTH_WORDS.values() for verb in words]


class Connection(Status, TokenHosts, models.Model):
    """A team's login to a registry."""

    class Purpose(models.TextChoices):
        PULL = "pull", gettext_lazy("Pull")
        PUSH = "push", gettext_lazy("Pull and push")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="connections")
    name = models.CharField(max_length=64)
    description = models.CharField(max_length=200, blank=True)
    flavor = models.CharField(max_length=20, choices=flavors.choices, editable=False)
    settings = models.JSONField(default=dict, editable=False)
    # Derived from the flavor's fields whenever they are saved, for lists, look-ups and the seal.
    host = models.CharField(max_length=260, editable=False)
    prefix = models.CharField(max_length=255, blank=True, editable=False)
    account = models.CharField(max_length=300, blank=True, editable=False)
    purpose = models.CharField(max_length=4, choices=Purpose.choices, default=Purpose.PULL)
    test_image = models.CharField(max_length=800, blank=True)
    ca_certificate = models.TextField(gettext_lazy("CA certificate"), blank=True)
    # Origins beside the registry's own that may have its login: each with who approved it, and when.
    token_hosts = models.JSONField(default=dict, blank=True, editable=False)
    ends_on = models.DateField(pgettext_lazy("column", "credential ends"), null=True, blank=True)
    # The moment that the credential or its registry tells; what was typed counts only where nothing tells.
    ends_at = models.DateTimeField(pgettext_lazy("column", "credential ends at"), null=True, editable=False)
    paused = models.BooleanField(default=False)
    # Why support staff paused it, in their words; "" where the team did.
    pause_reason = models.CharField(
        pgettext_lazy("column", "paused by support because"), max_length=200, blank=True, editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    outcome = models.CharField(
        max_length=20, blank=True, editable=False, choices=[(o.value, said_later(o.label)) for o in Outcome]
    )
    outcome_since = models.DateTimeField(null=True, editable=False)
    reason = SentenceField(blank=True, editable=False)
    last_check = models.ForeignKey("registries.Check", models.SET_NULL, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")
    changed_at = models.DateTimeField(null=True, editable=False)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")

    objects = ConnectionManager()
    # The rows alone, without what pages show beside them: for machines, which ask often.
    bare = models.Manager.from_queryset(ConnectionQuerySet)()

    checks: "RelatedManager[Check]"
    former_names: "RelatedManager[FormerName]"
    machine_tokens: "RelatedManager[MachineToken]"
    # What the manager adds to every row it reads.
    sealed_with: str | None = None
    secret_saved_at: datetime | None = None
    secret_saved_by: str | None = None
    checking_since: datetime | None = None
    check_began_at: datetime | None = None
    last_used_at: datetime | None = None
    last_used_by: str | None = None
    # What `Sealed.objects.read_with` adds: the number of its present secrets, None where it has none.
    sealed_revision: int | None = None

    # What is said of these where a team is deleted.
    WITH_ITS_TEAM: ClassVar = ngettext_lazy("{count} registry", "{count} registries", "count")

    class Meta:
        constraints = [models.UniqueConstraint("team", Lower("name"), name="one_connection_per_name")]
        indexes = [models.Index(fields=["team", "host", "prefix"])]

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
            "account": registry.account[:300],  # Oracle's are made of two fields, each as long as that.
        }

    @staticmethod
    def columns_of_end(registry: Flavor, typed: date | None) -> dict[str, Any]:
        """Return the columns for the end of a login that was typed just now: a typed date counts where nothing tells."""
        # A token may say that it ended long ago, and the registry take it all the same.
        ends_at = registry.ends_at if registry.ends_at and registry.ends_at > timezone.now() else None
        if ends_at is None and registry.ends_after_hours:
            ends_at = timezone.now() + timedelta(hours=registry.ends_after_hours)
        return {"ends_at": ends_at, "ends_on": timezone.localdate(ends_at) if ends_at else typed}

    # What a connection is --------------------------------------------------------------------------------------------

    @property
    def flavor_class(self) -> type[Flavor]:
        return flavors.FLAVORS[self.flavor]

    @property
    def address(self) -> str:
        """Where it leads, as images are named: `ghcr.io/acme`."""
        return "/".join(filter(None, [self.host, self.prefix]))

    @property
    def login_name(self) -> str:
        """The user name of its login, as Docker is told it; "" where that is a secret itself."""
        return self.flavor_class.without_secrets(self.settings).login_name

    @property
    def reach(self) -> str:
        """Where its login may go, and whom it trusts on the way: what its secrets are sealed for."""
        address = self.flavor_class.without_secrets(self.settings).reach
        return authorities.reach(address, self.ca_certificate, self.token_origins)

    @property
    def authorities(self) -> list[authorities.Authority]:
        """The certificates that are trusted for it beside the system's."""
        return authorities.authorities_in(self.ca_certificate)

    @property
    def locked(self) -> bool:
        """Whether its secrets cannot be opened, because the key that sealed them is not in the ring."""
        return self.sealed_with is not None and self.sealed_with not in sealing.ring()

    @property
    def ends(self) -> date | None:
        """When its login ends: the moment that was told, else the day that was typed, else None."""
        return self.ends_at or self.ends_on

    @property
    def ended(self) -> bool:
        """Whether the moment of its end has come, or the day of its end has passed."""
        if self.ends_at:
            return self.ends_at <= timezone.now()
        return self.ends_on is not None and self.ends_on < timezone.localdate()

    @property
    def ends_soon(self) -> bool:
        """Whether it ends within 14 days, or has ended."""
        soon = timedelta(days=ENDS_SOON_DAYS)
        if self.ends_at:
            return self.ends_at <= timezone.now() + soon
        return self.ends_on is not None and self.ends_on <= timezone.localdate() + soon

    @property
    def example_image(self) -> str:
        """An image for the snippet: the test image in full, else one that could be here."""
        return f"{self.host}/{self.test_repository}" if self.test_image else f"{self.address}/image:tag"

    @property
    def test_repository(self) -> str:
        """The test image without its host: `team/app:1`."""
        return self.test_image.removeprefix(f"{self.host}/")

    def twins(self) -> ConnectionQuerySet:
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

        Raises `sealing.Locked` also where its settings are none that its flavor accepts.
        """
        try:
            return self.flavor_class.open(self.settings, self.secrets())
        except (ValidationError, TypeError):
            raise sealing.Locked from None

    def login(self, registry: Flavor, http: Http) -> Credential | None:
        """
        Return the login of the registry that `open()` made of it, None where it needs none.

        One that is minted, by way of `http`, is shared until shortly before its end. Raises `RegistryError`.
        """
        return Minted.objects.login(self, registry, http)

    def forget_login(self) -> None:
        """Share no longer what was minted, because the registry refused it: whoever asks next mints anew."""
        Minted.objects.forget(self)

    def replace(self, registry: Flavor, *, by: User, version: int, keep_secrets: bool, name: str, **details: Any) -> None:
        """
        Save what an edit made of it, if it is still the version that the edit was based on. The status starts over, and
        what was approved as token hosts stays only where the address does.

        Raises Stale or NameTaken; then nothing was written.
        """
        columns = Connection.columns(registry) | self._end_after_edit(registry, details.pop("ends_on", None), keep_secrets)
        columns["token_hosts"] = stay = self.token_hosts_for(registry)
        before, old_name = changes.told(self), self.name
        gone = [origin for origin in self.token_origins if origin not in stay]
        with transaction.atomic():
            if self.team.connections.name_taken(name, but=self):
                raise NameTaken
            mine = Connection.objects.filter(pk=self.pk, version=version)
            try:
                with transaction.atomic():
                    changed = mine.update(
                        **columns, **details, name=name, version=version + 1, changed_at=timezone.now(), changed_by=by,
                        outcome="", outcome_since=None, reason="",
                    )  # fmt: skip
            except IntegrityError:
                raise NameTaken from None
            if not changed:
                raise Stale
            self.refresh_from_db()
            Minted.objects.filter(connection=self).delete()  # It was minted of what is no longer there.
            if not keep_secrets:
                Sealed.objects.seal(self, registry.secrets(), by=by)
                self.record(Verb.CONNECTION_SECRET_REPLACED, by=by)
            if name != old_name:
                FormerName.leave(self, old_name)
                self.record(Verb.CONNECTION_RENAMED, by=by, detail=say("It was called {name}.", name=old_name))
            for origin in gone:
                self.record_token_host(Verb.TOKEN_HOST_WITHDRAWN, origin, by=by)
            words = changes.between(before, changes.told(self))
            if words or (keep_secrets and name == old_name):
                self.record(Verb.CONNECTION_CHANGED, by=by, detail=words)

    def _end_after_edit(self, registry: Flavor, typed: date | None, keep_secrets: bool) -> dict[str, Any]:
        if keep_secrets:
            # What was told of the secret still holds, also where a check reads it while the form is being saved.
            was_told = models.When(ends_at__isnull=False, then=models.F("ends_on"))
            return {"ends_on": models.Case(was_told, default=models.Value(typed, models.DateField()))}
        was_read = self.ends_at is not None and typed == self.ends_on  # Then it belonged to the former secret.
        return Connection.columns_of_end(registry, None if was_read else typed)

    def record(self, verb: Verb, *, by: User | None = None, detail: str = "") -> None:
        """Record what happens to it in its team's activity, in the transaction of the change."""
        Event.record(self.team, verb, self.name, by=by, about=self.pk, detail=detail)

    def pause(self, paused: bool, *, by: User, reason: str = "") -> bool:
        """
        Pause it, so that it is neither handed out nor checked, or let it work again. Return whether that is news.

        `reason` is what support staff say, who always give one: it is recorded as theirs, and shown while it is paused.
        """
        verbs = (Verb.STAFF_RESUMED, Verb.STAFF_PAUSED) if reason else (Verb.CONNECTION_RESUMED, Verb.CONNECTION_PAUSED)
        shown = reason if paused else ""
        with transaction.atomic():
            rows = Connection.objects.filter(pk=self.pk, paused=not paused)
            changed = bool(rows.update(paused=paused, pause_reason=shown, version=models.F("version") + 1))
            if changed:
                self.record(verbs[paused], by=by, detail=reason)
        self.paused = paused
        return changed

    def remove(self, *, by: User) -> None:
        """Delete it with its secrets and its history of checks."""
        with transaction.atomic():
            deleted = Connection.objects.filter(pk=self.pk).delete()[0]
            if deleted:  # Of many who delete it at once, one did.
                self.record(Verb.CONNECTION_REMOVED, by=by)

    def take(self, finding: Finding, check: "Check") -> None:
        """Take the result of a check as the status, unless the connection was changed while the check ran."""
        deciding = finding.deciding
        fresh = Connection.objects.filter(pk=self.pk, version=check.version)
        since = {} if self.outcome == finding.outcome else {"outcome_since": timezone.now()}
        end: dict[str, Any] = {}
        if finding.ends_at:
            end = {"ends_at": finding.ends_at, "ends_on": timezone.localdate(finding.ends_at)}
        elif finding.outcome == Outcome.CONNECTED and self.ends_at and self.ended:
            end = {"ends_at": None, "ends_on": None}  # What was accepted just now has not ended, whatever was told of it.
        reason = deciding.fact if deciding else ""
        with transaction.atomic():
            if fresh.update(outcome=finding.outcome, reason=reason, last_check=check, **since, **end):
                self._tell_of_health(Outcome(finding.outcome), reason)

    def _tell_of_health(self, outcome: Outcome, reason: str) -> None:
        """Record that it works or does not, where that is news. "Could not check" tells of neither."""
        if outcome.is_temporary:
            return
        told = self.team.events.filter(about=str(self.pk), verb__in=HEALTH).order_by("-number").first()
        worked = None if told is None else told.verb in (Verb.CONNECTION_WORKS, Verb.CONNECTION_RECOVERED)
        works = outcome == Outcome.CONNECTED
        if works != worked:
            first, later = HEALTH_WORDS[works]
            self.record(later if told else first, detail=together(say("{outcome}.", outcome=outcome.label), reason))
