"""
Token services on other hosts that an admin approved for one connection: what they are, and the two verbs.

Source: security page, S9, V03, V04 and 3.1. An approved origin is part of what the secret is sealed for. Whoever writes one
into the database without the sealing key makes the secret unreadable, and sends it nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from console.models import Team, User, Verb
from registries.distribution.token_host import may_be_approved
from registries.flavors.base import Flavor
from registries.models.connections import Stale
from registries.models.minted import Minted
from registries.models.sealed import Sealed

if TYPE_CHECKING:
    from registries.models.connection import Connection

MOST_TOKEN_HOSTS = 4

Approved = Mapping[str, Mapping[str, str]]  # by origin: who approved it (`by`, a user's key) and when (`at`, ISO 8601)


class NotNamed(Exception):
    """The last test of the connection as it is did not end at this token service, or nobody may approve it."""


class TooMany(Exception):
    """The connection has as many approved token hosts as it may have."""


class SecretLocked(Exception):
    """The secret does not open, so it cannot be sealed for other origins."""


@dataclass(frozen=True, kw_only=True)
class TokenHost:
    """An approved token service, for people to read; `name` is its host, with its port where that is not 443."""

    origin: str
    at: datetime | None
    by: User | None

    @property
    def name(self) -> str:
        return name_of(self.origin)


def name_of(origin: str) -> str:
    """Return an https origin as people say it."""
    return origin.removeprefix("https://")


class TokenHosts:
    """A connection's approved token services; mixed into the model, which has them in its column `token_hosts`."""

    if TYPE_CHECKING:
        pk: Any
        objects: Any
        team: Team
        name: str
        version: int
        settings: Mapping[str, str]
        token_hosts: Approved
        checks: Any

        @property
        def flavor_class(self) -> type[Flavor]: ...

    @property
    def token_origins(self) -> tuple[str, ...]:
        """Return the origins that may get the login beside those that its flavor knows, in their one order."""
        stored: Any = self.token_hosts
        return tuple(sorted(map(str, stored if isinstance(stored, dict | list) else [stored])))

    @property
    def approved_token_hosts(self) -> list[TokenHost]:
        """Return them with who approved them and when, as far as the column tells."""
        told = {origin: self._told(origin) for origin in self.token_origins}
        keys = {by for by, _ in told.values() if by}
        people = {str(person.pk): person for person in User.objects.filter(pk__in=keys)} if keys else {}
        return [TokenHost(origin=origin, at=parse_datetime(at), by=people.get(by)) for origin, (by, at) in told.items()]

    def _told(self, origin: str) -> tuple[str, str]:
        told = self.token_hosts.get(origin) if isinstance(self.token_hosts, dict) else None
        return (str(told.get("by", "")), str(told.get("at", ""))) if isinstance(told, dict) else ("", "")

    @property
    def named_token_host(self) -> str:
        """Return the origin at which its latest test ended and that may be approved; "" where there is none."""
        latest = self.checks.first()
        named = latest.token_host if latest and latest.version == self.version else ""
        return named if may_be_approved(named) else ""

    def token_hosts_for(self, registry: Flavor) -> Approved:
        """
        Return what stays approved once this registry takes the place of the present one: all, or nothing.

        Nothing stays where the address is another one, or where no seal vouches for what stands in the column: a secret
        that is typed anew must not be sealed for what somebody else wrote there. Raises nothing.
        """
        was = self.flavor_class.without_secrets(self.settings)
        if not self.token_hosts or (registry.host, registry.reach) != (was.host, was.reach):
            return {}
        vouched = bool(cast("Connection", self).secrets_if_they_open()) or not registry.secrets()
        return self.token_hosts if vouched else {}

    def approve_token_host(self, origin: str, *, by: User, version: int) -> None:
        """
        Let the login go to one more origin, which the latest test of this version named, and seal it for that.

        Raises Stale, NotNamed, TooMany or SecretLocked; then nothing was written.
        """
        self._still(version)
        if not origin or origin != self.named_token_host:
            raise NotNamed
        if len({*self.token_hosts, origin}) > MOST_TOKEN_HOSTS:
            raise TooMany
        told = {"by": str(by.pk), "at": timezone.now().isoformat()}
        self._put({**self.token_hosts, origin: told}, Verb.TOKEN_HOST_APPROVED, origin, by=by)

    def withdraw_token_host(self, origin: str, *, by: User, version: int) -> None:
        """Let the login go to an origin no longer. Raises Stale, NotNamed or SecretLocked; then nothing was written."""
        self._still(version)
        if origin not in self.token_hosts:
            raise NotNamed
        left = {other: told for other, told in self.token_hosts.items() if other != origin}
        self._put(left, Verb.TOKEN_HOST_WITHDRAWN, origin, by=by)

    def _still(self, version: int) -> None:
        if version != self.version:
            raise Stale

    def _put(self, token_hosts: Approved, verb: Verb, origin: str, *, by: User) -> None:
        """Seal the same secrets for other origins, in one transaction with the column; the status starts over."""
        with transaction.atomic():
            mine = cast("Connection", self)
            secrets = mine.secrets_if_they_open()  # Before the column changes: they are sealed for what stands in it now.
            if not secrets and Sealed.objects.revision(mine):
                raise SecretLocked
            changed = type(self).objects.filter(pk=self.pk, version=self.version).update(
                token_hosts=token_hosts, version=self.version + 1, changed_at=timezone.now(), changed_by=by,
                outcome="", outcome_since=None, reason="",
            )  # fmt: skip
            if not changed:
                raise Stale
            mine.refresh_from_db()
            Sealed.objects.reseal(mine, secrets)
            Minted.objects.filter(connection=mine).delete()
            self.record_token_host(verb, origin, by=by)

    def record_token_host(self, verb: Verb, origin: str, *, by: User) -> None:
        """Record that a token host was approved or withdrawn, in the transaction of the change."""
        cast("Connection", self).record(verb, by=by, detail=f"{name_of(origin)}.")
