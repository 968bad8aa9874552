"""
Drafts: what somebody typed or pasted and has not saved yet, its secrets sealed, for a quarter of an hour.

A form that failed leaves one, so that its secrets need not be typed again; a file that was imported leaves one for each
login in it. A draft belongs to one person, one team and one flavor, and opens for nobody and nothing else.
"""

import json
import logging
import threading
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connections, models
from django.utils import timezone

from console.models import Installation, Team, User
from console.models.sentence_field import SentenceField
from console.sentences import together
from registries import authorities, flavors, sealing
from registries.distribution import Secret
from registries.flavors.base import Flavor
from registries.models.sealed import Payload, PayloadManager
from registries.pasted.filling import from_login
from registries.pasted.logins import Login

if TYPE_CHECKING:
    from registries.models.connection import Connection

log = logging.getLogger("berth")

KEEP_SECONDS = 15 * 60
MOST = 100
"""Drafts that one person may have in one team; the oldest make room."""


class DraftManager(PayloadManager):
    def fresh(self) -> "models.QuerySet[Draft]":
        """Keep those that have not expired, in the order in which they were made."""
        since = timezone.now() - timedelta(seconds=KEEP_SECONDS)
        return self.filter(created_at__gt=since).order_by("pk")

    def of(self, team: Team, person: User) -> "models.QuerySet[Draft]":
        """Keep the fresh ones of a person in a team."""
        return self.fresh().filter(team=team, by=person)

    def for_form(
        self, text: str, *, team: Team, person: User, flavor: type[Flavor], connection: "Connection | None"
    ) -> "Draft | None":
        """Return the draft that a form names, if it is this person's and this form's; else None, whatever the text is."""
        try:
            named = uuid.UUID(text)
        except ValueError:
            return None
        return self.of(team, person).filter(uuid=named, flavor=flavor.slug, connection=connection).first()

    def keep(
        self,
        team: Team,
        flavor: type[Flavor],
        secrets: Mapping[str, Secret],
        *,
        by: User,
        reach: str = "",
        connection: "Connection | None" = None,
        **told: Any,
    ) -> "Draft":
        """
        Seal what was typed or pasted, until it is saved, dropped or a quarter of an hour old.

        `reach` is where its secrets may go, "" where that is not known yet; `connection` is the one that was being edited;
        `told` are the columns that hold no secret: typed, address, note, from_file.
        """
        draft = Draft(
            team=team, by=by, flavor=flavor.slug, kept=sorted(secrets), reach=reach, connection=connection, **told
        )
        draft.seal(secrets)
        draft.save(force_insert=True)
        too_many = self.filter(team=team, by=by).order_by("-pk").values_list("pk", flat=True)[MOST:]
        self.filter(pk__in=list(too_many)).delete()
        self.sweep()
        _sweep_later()
        return draft

    def take_in(self, team: Team, logins: Iterable[Login], *, by: User) -> None:
        """
        Make drafts of the logins that stood in a file: their forms filled, their secrets sealed, names suggested.

        Those of an earlier reading that are filled alike make room, so that a file may be read twice.
        """
        earlier = list(self.filter(team=team, by=by, from_file=True))
        for login in logins:
            filled = from_login(login)
            registry = filled.registry
            for draft in earlier:
                if draft.flavor == filled.flavor.slug and {**draft.typed, "name": ""} == {**filled.plain, "name": ""}:
                    self.filter(pk=draft.pk).delete()
            self.keep(
                team, filled.flavor, filled.secrets, by=by, reach=authorities.reach(registry.reach, ""),
                address=registry.address, note=together(login.note, filled.note), from_file=True,
                typed={**filled.plain, "name": team.connections.free_name(registry.suggested_name)},
            )  # fmt: skip

    def sweep(self) -> None:
        """Delete what has expired, whoever made it."""
        self.filter(created_at__lte=timezone.now() - timedelta(seconds=KEEP_SECONDS)).delete()


class Draft(Payload):
    """What was typed or pasted for one form: plain values in the clear, secrets in the payload."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    flavor = models.CharField(max_length=20, choices=flavors.choices)
    connection = models.ForeignKey("registries.Connection", models.CASCADE, null=True, related_name="+")
    typed = models.JSONField(default=dict)
    kept = models.JSONField(default=list)
    reach = models.CharField(max_length=700, blank=True)
    address = models.CharField(max_length=600, blank=True)
    note = SentenceField(blank=True)
    from_file = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)

    objects = DraftManager()

    def __str__(self) -> str:
        return f"draft of {self.flavor}"

    @property
    def binding(self) -> sealing.Binding:
        whose = [str(self.by_id), self.flavor, str(self.connection_id or ""), self.reach]
        return sealing.Binding(
            kind="draft",
            installation=Installation.this().pk,
            team=self.team_id,
            connection=self.uuid,
            revision=0,
            reach=json.dumps(whose),
        )

    @property
    def flavor_class(self) -> type[Flavor]:
        return flavors.FLAVORS[self.flavor]

    @property
    def name(self) -> str:
        """The name that is suggested, or was typed."""
        return str(self.typed.get("name", ""))

    @property
    def until(self) -> datetime:
        """When it expires, aware UTC."""
        return self.created_at + timedelta(seconds=KEEP_SECONDS)

    def renew(self, secrets: Mapping[str, Secret], *, reach: str) -> bool:
        """Keep other secrets in its place, for another quarter of an hour; False where it was dropped meanwhile."""
        self.reach, self.kept, self.created_at = reach, sorted(secrets), timezone.now()
        self.seal(secrets)
        names = ("reach", "kept", "created_at", "key_id", "wrapped_key", "ciphertext")
        return bool(Draft.objects.filter(pk=self.pk).update(**{name: getattr(self, name) for name in names}))

    def secrets_if_they_open(self) -> dict[str, Secret]:
        """Open what is kept; nothing where it does not open, and then it is typed again."""
        try:
            return self.unseal()
        except sealing.Locked:
            return {}


# Whoever made a draft may never come back, so each process that keeps one also takes it away.
_sweeping = threading.Lock()


def _sweep_later() -> None:
    if _sweeping.acquire(blocking=False):
        timer = threading.Timer(KEEP_SECONDS + 1, _sweep)
        timer.daemon = True
        timer.start()


def _sweep() -> None:
    more = True  # Also where the database did not answer just now.
    try:
        Draft.objects.sweep()
        more = Draft.objects.exists()
    except DatabaseError:
        log.error("Drafts that expired could not be deleted. It is tried again in a quarter of an hour.")
    finally:
        connections.close_all()
        _sweeping.release()
        if more:
            _sweep_later()
