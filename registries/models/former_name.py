"""The names that connections had, and still answer to for a while."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from registries.models.connection import Connection

FORMER_NAME_DAYS = 30


class FormerName(models.Model):
    """A name that a connection had, and still answers to for 30 days; each use is counted."""

    connection = models.ForeignKey("registries.Connection", models.CASCADE, related_name="former_names")
    name = models.CharField(max_length=64)
    until = models.DateTimeField()
    uses = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-until"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def leave(cls, connection: "Connection", name: str) -> None:
        """Note that a connection gave a name up. A name taken back is no former name any more."""
        cls.objects.filter(connection=connection, name__iexact=connection.name).delete()
        if name.lower() != connection.name.lower():
            cls.objects.create(connection=connection, name=name, until=timezone.now() + timedelta(days=FORMER_NAME_DAYS))
