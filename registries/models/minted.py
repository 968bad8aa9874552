"""
Logins that are minted on use from what a connection stores, and shared until shortly before their own end.

Amazon ECR gives a password for twelve hours in return for an access key. However many ask at once, in however many
processes, one of them mints it and the others wait for that one.
"""

from typing import TYPE_CHECKING

from django.db import models

from console.models import Installation
from registries import sealing
from registries.models.sealed import Payload, PayloadManager

if TYPE_CHECKING:
    from registries.models.connection import Connection


class MintedManager(PayloadManager):
    pass


class Minted(Payload):
    """The login that a connection has just now, and who is minting the next one."""

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
