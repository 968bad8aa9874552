"""
The ledger: a row for each time somebody asked for a login, whether it was given or not.

The row is written before the answer. Where it cannot be written, nothing is given.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from console.languages import kept
from console.models import Team, User
from console.sentences import say
from console.whereabouts import as_stored
from registries import sealing
from registries.distribution import AccessDenied, Credential, RegistryError, SignInRefused
from registries.egress import Policy, Way
from registries.flavors.base import Flavor
from registries.models import machine_activity, minted
from registries.models.kept_query import KeptRow

if TYPE_CHECKING:
    from registries.models.connection import Connection
    from registries.models.machine_token import MachineToken

WAIT_FOR_A_PLACE_SECONDS = 1.0
"""How long a request waits for its turn to mint, before it is told to come again."""


class HandOutResult(models.TextChoices):
    """How asking for a login ends. The values are the codes of the API too."""

    GIVEN = "given", _("Given")
    NOT_FOUND = "not_found", _("No login for it")
    NO_LOGIN = "no_login", _("Needs no login")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("The login has ended")
    AMBIGUOUS = "ambiguous", _("More than one fits")
    DOES_NOT_FIT = "does_not_fit", _("Does not hold the image")
    SHARED_HOST = "shared_host", _("Two logins of one host")
    LOCKED = "locked", _("Locked")
    RENEWAL_REFUSED = "renewal_refused", _("Renewing was refused")
    REGISTRY_UNREACHABLE = "registry_unreachable", _("Renewing got no answer")
    BUSY = "busy", _("Too busy to renew")
    RATE_LIMITED = "rate_limited", _("Too many requests")
    UNAUTHORIZED = "unauthorized", _("Token refused")
    PLAIN_HTTP = "plain_http", _("Sent over plain http")


HARMLESS = ("given", "not_found", "no_login")
"""Helpers ask for every host that there is, so one that no login is for is no fault."""

HURTING = ~models.Q(result__in=HARMLESS)
"""The rows of those who should have got a login and did not."""


class Refused(Exception):
    """A login is not given. `sentence` says why to whoever may know; `registries` names the connections it is about."""

    def __init__(
        self, result: HandOutResult, sentence: str, *, registries: tuple[str, ...] = (), retry_after_seconds: int = 0
    ) -> None:
        super().__init__(sentence)
        self.result, self.sentence = result, sentence
        self.registries, self.retry_after_seconds = registries, retry_after_seconds


class LedgerUnavailable(Exception):
    """The ledger's row could not be written, so nothing may be given."""


@dataclass(frozen=True, kw_only=True)
class Asker:
    """
    Who asks, and from where: a machine by its token, or a person.

    `address` is an IP address or "", `program` what it calls itself. `by_former_secret` says that a rotated token's secret
    of before was presented.
    """

    team: Team
    name: str
    token: "MachineToken | None" = None
    person: User | None = None
    address: str = ""
    program: str = ""
    by_former_secret: bool = False


class HandOutManager(models.Manager["HandOut"]):
    def note(self, asker: Asker, result: HandOutResult, *, kind: "HandOut.Kind", asked: str = "", **columns: Any) -> None:
        """
        Write a row, by itself and at once. Raises LedgerUnavailable.

        `columns` are those about the connection (`connection_id`, `registry`, `revision`), and `key`.
        """
        try:
            _ROW.add(**_columns(asker), result=result, kind=kind, asked=_printable(asked)[:800], **columns)
            self._tell(asker, result, kind, columns.get("registry", ""))
        except DatabaseError as error:
            raise LedgerUnavailable from error

    def give(
        self, asker: Asker, connection: "Connection", *, kind: "HandOut.Kind", asked: str = "", key: Any = None
    ) -> Credential:
        """
        Return a connection's login, minted where it is minted on use, and note who got it.

        Raises Refused, which is noted too, and LedgerUnavailable. `key` marks a request that may be made only once.
        """
        credential = self._login(asker, connection, kind=kind, asked=asked, key=key)
        self.note(asker, HandOutResult.GIVEN, kind=kind, asked=asked, key=key, **_given(connection))
        return credential

    def give_all(self, asker: Asker, connections: Iterable["Connection"], *, kind: "HandOut.Kind") -> list[Credential]:
        """Return the logins of several connections, all or none, and note it once all are known. Raises as `give`."""
        given = [(connection, self._login(asker, connection, kind=kind)) for connection in connections]
        # They have one moment, by which they count as one question.
        who = {**_columns(asker), "at": timezone.now(), "result": HandOutResult.GIVEN, "kind": kind}
        try:
            self.bulk_create([HandOut(**who, **_given(connection)) for connection, __ in given])
            if given:
                self._tell(asker, HandOutResult.GIVEN, kind, given[0][0].name)
        except DatabaseError as error:
            raise LedgerUnavailable from error
        return [credential for __, credential in given]

    @staticmethod
    def _tell(asker: Asker, result: HandOutResult, kind: "HandOut.Kind", registry: str) -> None:
        """Tell the team's activity of what is worth a line there: lists have no login, and public images need none."""
        if asker.token is None or result in (HandOutResult.NOT_FOUND, HandOutResult.NO_LOGIN):
            return
        if result != HandOutResult.GIVEN:
            label = kept(result.label)
            why = (
                say("{result}: {registry}.", result=label, registry=registry)
                if registry
                else say("{result}.", result=label)
            )
            machine_activity.notice(asker.token, asker.team, asker.address, given=False, detail=why)
        elif kind not in (HandOut.Kind.LIST, HandOut.Kind.SPEC_CHECK):
            why = say("{registry} was the day’s first.", registry=registry)
            machine_activity.notice(asker.token, asker.team, asker.address, given=True, detail=why)

    def _login(self, asker: Asker, connection: "Connection", *, kind: "HandOut.Kind", **columns: Any) -> Credential:
        try:
            return login_of(connection)
        except Refused as refused:
            self.note(asker, refused.result, kind=kind, connection_id=connection.pk, registry=connection.name, **columns)
            raise

    def given(self) -> "models.QuerySet[HandOut]":
        return self.filter(result=HandOutResult.GIVEN)


class HandOut(models.Model):
    """Somebody asked for a login. Rows are only ever added; names stay readable when what they named is gone."""

    class Kind(models.TextChoices):
        CREDENTIAL = "credential", _("Credential")
        DOCKER_CONFIG = "docker_config", _("Docker’s config.json")
        PULL_SECRET = "pull_secret", _("Pull secret")
        REVEAL = "reveal", _("Shown to a person")
        LIST = "list", _("List of registries")
        SPEC_CHECK = "spec_check", _("Check of a workload file")
        TOKEN = "token", _("At the door")

    team = models.ForeignKey(Team, models.CASCADE, related_name="hand_outs")
    at = models.DateTimeField(default=timezone.now, editable=False)
    token = models.ForeignKey("registries.MachineToken", models.SET_NULL, null=True, related_name="hand_outs")
    person = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    who = models.CharField(max_length=100)
    by_former_secret = models.BooleanField(default=False)
    address = models.GenericIPAddressField(null=True)
    program = models.CharField(max_length=200, blank=True)
    connection = models.ForeignKey("registries.Connection", models.SET_NULL, null=True, related_name="hand_outs")
    registry = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(pgettext_lazy("column", "revision of the secret"), default=0)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    asked = models.CharField(pgettext_lazy("column", "image or server"), max_length=800, blank=True)
    result = models.CharField(max_length=20, choices=HandOutResult.choices)
    key = models.UUIDField(null=True, unique=True, editable=False)

    objects = HandOutManager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["team", "-at"]),
            models.Index(fields=["token", "-at"]),
            models.Index(fields=["connection", "result", "-at"]),
            models.Index(fields=["at"], condition=HURTING, name="hand_outs_that_hurt"),  # Few, so it costs little.
        ]

    def __str__(self) -> str:
        return f"{self.who}: {self.get_result_display()}"


_ROW = KeptRow(HandOut)


def login_of(connection: "Connection") -> Credential:
    """Return a connection's login as it is now. Raises Refused."""
    name = connection.name
    if connection.paused:
        raise Refused(
            HandOutResult.PAUSED, say("{name} is paused, so its login is not handed out.", name=name), registries=(name,)
        )
    if connection.ends_at and connection.ended:
        sentence = say("The login of {name} has ended. Somebody has to replace it.", name=name)
        raise Refused(HandOutResult.ENDED, sentence, registries=(name,))
    try:
        registry = connection.open()
        if registry.host != connection.host:  # A column that was changed by itself must not lead the login elsewhere.
            raise sealing.Locked
        credential = _minted(connection, registry) if registry.mints else registry.credential()
        if credential and not credential.username.isprintable():  # A line break could split what a client writes [V47].
            raise sealing.Locked
    except sealing.Locked:
        sentence = say("{name} is locked: its login cannot be opened with the keys in Berth’s key ring.", name=name)
        raise Refused(HandOutResult.LOCKED, sentence, registries=(name,), retry_after_seconds=60) from None
    if credential is None:
        raise Refused(
            HandOutResult.NO_LOGIN,
            say("{name} is saved without a login, since it needs none.", name=name),
            registries=(name,),
        )
    return credential


def _minted(connection: "Connection", registry: Flavor) -> Credential | None:
    name = connection.name
    if shared := _shared(connection, registry):
        return shared
    places = _places()
    if not places.acquire(timeout=WAIT_FOR_A_PLACE_SECONDS):
        sentence = say("Too many requests are waiting for a new login of {name}.", name=name)
        raise Refused(HandOutResult.BUSY, sentence, registries=(name,), retry_after_seconds=2)
    try:
        with Way(registry.origin, policy=Policy.from_settings(), ca_pem=connection.ca_certificate) as way:
            return connection.login(registry, way)
    except (SignInRefused, AccessDenied):
        sentence = say("The provider refused to renew the login of {name}. Its access key has to be replaced.", name=name)
        raise Refused(HandOutResult.RENEWAL_REFUSED, sentence, registries=(name,), retry_after_seconds=300) from None
    except RegistryError:
        sentence = say("The login of {name} could not be renewed, because its provider gave none.", name=name)
        raise Refused(HandOutResult.REGISTRY_UNREACHABLE, sentence, registries=(name,), retry_after_seconds=10) from None
    finally:
        places.release()


def _shared(connection: "Connection", registry: Flavor) -> Credential | None:
    """Return the login that was minted before, while it is shared: nobody waits for a provider then, or needs a place."""
    made_of = minted._made_of(connection, registry)
    found = minted.Minted.objects.filter(connection=connection, revision=connection.sealed_revision, reach=made_of).first()
    if found is None:
        return None
    found.connection = connection
    shared: Credential | None = found.shared(registry.host, timezone.now())
    return shared


@lru_cache(maxsize=1)
def _places() -> threading.BoundedSemaphore:
    """As many requests of a process wait for a provider at once as leave half of its threads to everybody else."""
    return threading.BoundedSemaphore(max(1, settings.BERTH_THREADS // 2))


def _columns(asker: Asker) -> dict[str, Any]:
    return {
        "team_id": asker.team.pk,
        "token_id": asker.token.pk if asker.token else None,
        "person_id": asker.person.pk if asker.person else None,
        "who": asker.name[:100],
        "by_former_secret": asker.by_former_secret,
        "address": as_stored(asker.address),
        "program": _printable(asker.program)[:200],
    }


def _given(connection: "Connection") -> dict[str, Any]:
    return {"connection_id": connection.pk, "registry": connection.name, "revision": connection.sealed_revision or 0}


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(character for character in text if character.isprintable())
