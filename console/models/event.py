"""What happened in a team."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from console.models.user import User

if TYPE_CHECKING:
    from console.models.team import Team


class Event(models.Model):
    """Something that happened in a team: who did what to what, and when. Rows are only ever added."""

    class Verb(models.TextChoices):
        """A closed vocabulary, `source:subject:action`."""

        TEAM_FOUNDED = "person:team:found", "made the team"
        TEAM_RENAMED = "person:team:rename", "renamed the team to"
        INVITED = "person:member:invite", "invited"
        INVITED_AGAIN = "person:member:invite-again", "invited again"
        INVITATION_WITHDRAWN = "person:member:withdraw", "withdrew the invitation of"
        JOINED = "person:member:join", "joined as"
        ROLE_CHANGED = "person:member:role", "changed the role of"
        HANDED_OVER = "person:member:hand-over", "handed the team over to"
        REMOVED = "person:member:remove", "removed"
        LEFT = "person:member:leave", "left as"
        CONNECTION_ADDED = "person:connection:add", "added"
        CONNECTION_CHANGED = "person:connection:change", "changed"
        CONNECTION_RENAMED = "person:connection:rename", "renamed"
        CONNECTION_SECRET_REPLACED = "person:connection:secret", "replaced the secret of"
        CONNECTION_PAUSED = "person:connection:pause", "paused"
        CONNECTION_RESUMED = "person:connection:resume", "resumed"
        CONNECTION_REMOVED = "person:connection:remove", "deleted"
        CONNECTION_REVEALED = "person:connection:reveal", "revealed the credential of"
        TOKEN_HOST_APPROVED = "person:connection:approve", "approved a token host for"
        TOKEN_HOST_WITHDRAWN = "person:connection:withdraw", "withdrew a token host from"
        MACHINE_TOKEN_ISSUED = "person:token:issue", "made the machine token"
        MACHINE_TOKEN_ROTATED = "person:token:rotate", "rotated the machine token"
        MACHINE_TOKEN_REVOKED = "person:token:revoke", "revoked the machine token"
        MACHINE_TOKEN_REMOVED = "person:token:remove", "removed the machine token"

    team = models.ForeignKey("Team", models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    verb = models.CharField(max_length=40, choices=Verb.choices)
    subject = models.CharField(max_length=300)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.by or 'Somebody'} {self.get_verb_display()} {self.subject}"

    @classmethod
    def record(cls, team: "Team", verb: Verb, subject: str, *, by: User | None) -> None:
        """Add a row, in the transaction of the change that it is about."""
        cls.objects.create(team=team, verb=verb, subject=subject, by=by)
