"""The words for what happens in a team: a closed vocabulary, so that a record says the same to whoever reads it later."""

from django.db import models


class Source(models.TextChoices):
    """Who acts, in general: the first part of each verb."""

    PERSON = "person", "People"
    MACHINE = "machine", "Machines"
    WATCHER = "watcher", "Berth itself"
    STAFF = "staff", "Support staff"


class Verb(models.TextChoices):
    """A closed vocabulary, `source:subject:action`. A word once used keeps its meaning, since rows with it are kept."""

    TEAM_FOUNDED = "person:team:found", "made the team"
    TEAM_RENAMED = "person:team:rename", "renamed the team to"
    TEAM_REMOVED = "person:team:remove", "deleted the team"
    SECOND_STEP_ASKED = "person:team:second-step-on", "asked everybody for a second step in"
    SECOND_STEP_LEFT = "person:team:second-step-off", "stopped asking for a second step in"
    SECOND_STEP_WISHED = "person:member:ask", "wishes for a second step of"
    INVITED = "person:member:invite", "invited"
    INVITED_AGAIN = "person:member:invite-again", "invited again"
    INVITATION_WITHDRAWN = "person:member:withdraw", "withdrew the invitation of"
    JOINED = "person:member:join", "joined the team"
    JOINED_BY_SSO = "person:member:sso", "joined the team by single sign-on"
    ROLE_CHANGED = "person:member:role", "changed the role of"
    HANDED_OVER = "person:member:hand-over", "handed the team over to"
    REMOVED = "person:member:remove", "removed"
    LEFT = "person:member:leave", "left the team"
    SECOND_STEP_RESET = "person:member:second-step", "took off the second step of"
    SIGNED_IN = "person:session:begin", "signed in"
    ACTIVITY_DOWNLOADED = "person:activity:download", "downloaded the activity"
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
    CREDENTIALS_READ = "machine:credential:read", "read credentials"
    CREDENTIALS_REFUSED = "machine:credential:refuse", "was refused a credential"
    READ_FROM_ELSEWHERE = "machine:credential:elsewhere", "came from an address it had not used before"
    CONNECTION_WORKS = "watcher:connection:work", "works"
    CONNECTION_FAILS = "watcher:connection:fail", "does not work"
    CONNECTION_STOPPED = "watcher:connection:stop", "stopped working"
    CONNECTION_RECOVERED = "watcher:connection:recover", "works again"
    STAFF_LOOKED = "staff:team:look", "looked at"
    STAFF_DOWNLOADED = "staff:team:download", "downloaded a report without secrets about"
    STAFF_CHECKED = "staff:connection:check", "tested"
    STAFF_PAUSED = "staff:connection:pause", "paused"
    STAFF_RESUMED = "staff:connection:resume", "resumed"
    STAFF_REVOKED = "staff:token:revoke", "revoked the machine token"
    STAFF_ENDED_SESSIONS = "staff:session:end", "signed out everywhere"
    STAFF_STOPPED = "staff:member:stop", "stopped from signing in"
    STAFF_ALLOWED = "staff:member:allow", "allowed to sign in again"

    @property
    def source(self) -> Source:
        return Source(self.value.partition(":")[0])


def verbs() -> list[tuple[str, str]]:
    """Return the vocabulary as choices. A callable, so that a new word needs no migration."""
    return Verb.choices
