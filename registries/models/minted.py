"""
Logins that are minted on use from what a connection stores, and shared until shortly before their own end.

Amazon ECR gives a password for twelve hours in return for an access key. However many ask at once, in however many
processes, one of them mints it and the others wait for that one. Nothing is locked meanwhile: a conditional update of the
connection's row says who mints, and no transaction is open while the provider is asked.
"""

import hashlib
import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from console.models import Installation
from console.sentences import as_json, from_json, say
from registries import distribution, sealing
from registries.distribution import Credential, DeadlinePassed, Http, RegistryError, Secret
from registries.flavors.base import Flavor
from registries.models.sealed import Payload, PayloadManager, Sealed

if TYPE_CHECKING:
    from registries.models.connection import Connection

MARGIN = timedelta(minutes=15)
"""What is left of a login when it is no longer shared, so that whoever takes it can finish a pull with it."""

LONGEST = timedelta(hours=12)
"""How long a login is shared at most, whatever end is told of it. No provider gives a longer one."""

LAPSES_AFTER = timedelta(seconds=20)
"""When a claim counts no longer. The way to a provider ends by then, so whoever claimed was killed."""

WAIT_SECONDS = 10.0
POLL_SECONDS = 0.1

_SEALED = ("key_id", "wrapped_key", "ciphertext")

# What a failure says of itself: all of it is in our own words, or was judged when the error was made.
_TOLD = ("detail", "host", "status", "code", "at_token_service", "allow", "reason", "retry_after_seconds")


class MintedManager(PayloadManager):
    def login(
        self,
        connection: "Connection",
        registry: Flavor,
        http: Http,
        *,
        now: Callable[[], datetime] = timezone.now,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> Credential | None:
        """
        Return the login of a connection that was opened as `registry`: the shared one, or one minted by way of `http`.

        None where the registry needs none. Raises `RegistryError`: those who waited for a mint that failed get its error,
        and those who waited in vain `DeadlinePassed`.
        """
        if not registry.mints:
            return registry.login(http)
        # In this order: where the version is still the connection's, the revision is the one that was opened.
        revision = Sealed.objects.revision(connection)
        if not type(connection).objects.filter(pk=connection.pk, version=connection.version).exists():
            return registry.login(http)  # It changed meanwhile, so what it mints is nobody else's.
        made_of = _made_of(connection, registry)
        give_up_at, waited_for = clock() + WAIT_SECONDS, set[float]()
        while True:
            row = self._row(connection, revision, made_of)
            if (row.revision, row.reach) == (revision, made_of) and (shared := row.shared(registry.host, now())):
                return shared
            if row.failure.get("attempt") in waited_for:
                raise _error(row.failure)
            if row.claimed_at is None or not row.claimed_at <= now() < row.claimed_at + LAPSES_AFTER:
                if claim := self._claim(row, now()):
                    row.revision, row.reach = revision, made_of
                    return self._mint(row, claim, registry, http, now)
                continue  # Somebody else was faster.
            waited_for.add(row.claimed_at.timestamp())
            if clock() >= give_up_at:
                raise DeadlinePassed(say("Another request is asking for this password, and has no answer yet."))
            sleep(POLL_SECONDS)

    def forget(self, connection: "Connection") -> None:
        """Share no longer what a connection has; a mint that is under way goes on."""
        self.filter(connection=connection).update(expires_at=None)

    def _row(self, connection: "Connection", revision: int, made_of: str) -> "Minted":
        row: Minted | None = self.filter(connection=connection).first()
        if row is None:
            blank = Minted(connection=connection, revision=revision, reach=made_of)
            blank.seal({})
            columns = {name: getattr(blank, name) for name in ("revision", "reach", *_SEALED)}
            row, _ = self.get_or_create(connection=connection, defaults=columns)
        row.connection = connection
        return row

    def _claim(self, row: "Minted", at: datetime) -> datetime | None:
        """Take the right to mint, if the row is still as it was read: nobody took it, and nobody minted."""
        as_read = self.filter(pk=row.pk, claimed_at=row.claimed_at, wrapped_key=row.wrapped_key)
        return at if as_read.update(claimed_at=at) else None

    def _mint(
        self, row: "Minted", claim: datetime, registry: Flavor, http: Http, now: Callable[[], datetime]
    ) -> Credential | None:
        """Mint, and tell those who wait. A claim that lapsed meanwhile is another's, and then nothing is told."""
        claimed = self.filter(pk=row.pk, claimed_at=claim)
        try:
            credential = registry.login(http)
        except RegistryError as error:
            claimed.update(claimed_at=None, failed_at=now(), failure=_failure(error, claim))
            raise
        except BaseException:
            claimed.update(claimed_at=None)
            raise
        row.seal({"username": Secret(credential.username), "password": credential.password} if credential else {})
        claimed.update(
            **{name: getattr(row, name) for name in ("revision", "reach", *_SEALED)},
            expires_at=min(credential.expires_at, now() + LONGEST) if credential and credential.expires_at else None,
            claimed_at=None,
            failed_at=None,
            failure={},
        )
        return credential


class Minted(Payload):
    """
    The login that a connection has just now, and who is minting the next one.

    `revision` is that of the secrets it was minted of, and `reach` tells the rest apart that it was minted of. `claimed_at`
    is set while somebody mints. `failure` is how the last mint went wrong: the moment it was claimed (`attempt`), the
    `kind` of `RegistryError`, and what that says of itself.
    """

    connection = models.OneToOneField("registries.Connection", models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField(default=0, editable=False)
    reach = models.CharField(max_length=700, editable=False)
    expires_at = models.DateTimeField(null=True, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    failed_at = models.DateTimeField(null=True, editable=False)
    failure = models.JSONField(default=dict, editable=False)

    objects = MintedManager()

    def __str__(self) -> str:
        return f"login of {self.connection_id}"

    @property
    def binding(self) -> sealing.Binding:
        return sealing.Binding(
            kind="minted",
            installation=Installation.this().pk,
            team=self.connection.team_id,
            connection=self.connection_id,
            revision=self.revision,
            reach=self.reach,
        )

    def shared(self, host: str, now: datetime) -> Credential | None:
        """Return the login while it is worth sharing, None where it ends soon or cannot be opened."""
        if self.expires_at is None or self.expires_at <= now + MARGIN:
            return None
        try:
            opened = self.unseal()
        except sealing.Locked:
            return None
        return Credential(
            host=host, username=opened["username"].reveal(), password=opened["password"], expires_at=self.expires_at
        )


def _made_of(connection: "Connection", registry: Flavor) -> str:
    """Tell apart what a login is minted of, beside the secrets: where it may go, and all that is plain, as roles are."""
    plain = json.dumps([connection.reach, registry.slug, registry.settings()], sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def _failure(error: RegistryError, claim: datetime) -> dict[str, Any]:
    told = {name: as_json(value) for name, value in vars(error).items() if name in _TOLD}
    return {"attempt": claim.timestamp(), "kind": type(error).__name__, "told": told}


def _error(failure: dict[str, Any]) -> RegistryError:
    """Return the error that a failed mint ended in, as somebody else met it."""
    kind: type[RegistryError] = getattr(distribution, failure["kind"], RegistryError)
    error = kind()
    told = {name: from_json(value) if isinstance(value, dict) else value for name, value in failure["told"].items()}
    vars(error).update(told)
    error.args = (error.detail,)
    return error
