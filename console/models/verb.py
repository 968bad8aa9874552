"""The words for what happens in a team: a closed vocabulary, so that a record says the same to whoever reads it later."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    """Who acts, in general: the first part of each verb."""

    PERSON = "person", _("People")
    MACHINE = "machine", _("Machines")
    WATCHER = "watcher", _("Berth itself")
    STAFF = "staff", _("Support staff")


class Verb(models.TextChoices):
    """
    A closed vocabulary, `source:subject:action`. A word once used keeps its meaning, since rows with it are kept.

    Labels go on after the name of whoever acted; of Berth's own words, after what they are about. `{subject}` is where what
    was acted on stands, which is not at the end in every language.
    """

    TEAM_FOUNDED = "person:team:found", _("made the team {subject}")
    TEAM_RENAMED = "person:team:rename", _("renamed the team to {subject}")
    TEAM_REMOVED = "person:team:remove", _("deleted the team {subject}")
    SECOND_STEP_ASKED = "person:team:second-step-on", _("asked everybody for a second step in {subject}")
    SECOND_STEP_LEFT = "person:team:second-step-off", _("stopped asking for a second step in {subject}")
    SECOND_STEP_WISHED = "person:member:ask", _("wishes for a second step of {subject}")
    INVITED = "person:member:invite", _("invited {subject}")
    INVITED_AGAIN = "person:member:invite-again", _("invited again {subject}")
    INVITATION_WITHDRAWN = "person:member:withdraw", _("withdrew the invitation of {subject}")
    JOINED = "person:member:join", _("joined the team")
    JOINED_BY_SSO = "person:member:sso", _("joined the team by single sign-on")
    ROLE_CHANGED = "person:member:role", _("changed the role of {subject}")
    HANDED_OVER = "person:member:hand-over", _("handed the team over to {subject}")
    REMOVED = "person:member:remove", _("removed {subject}")
    LEFT = "person:member:leave", _("left the team")
    SECOND_STEP_RESET = "person:member:second-step", _("took off the second step of {subject}")
    SIGNED_IN = "person:session:begin", _("signed in")
    ACTIVITY_DOWNLOADED = "person:activity:download", _("downloaded the activity")
    CONNECTION_ADDED = "person:connection:add", _("added {subject}")
    CONNECTION_CHANGED = "person:connection:change", _("changed {subject}")
    CONNECTION_RENAMED = "person:connection:rename", _("renamed {subject}")
    CONNECTION_SECRET_REPLACED = "person:connection:secret", _("replaced the secret of {subject}")
    CONNECTION_PAUSED = "person:connection:pause", _("paused {subject}")
    CONNECTION_RESUMED = "person:connection:resume", _("resumed {subject}")
    CONNECTION_REMOVED = "person:connection:remove", _("deleted {subject}")
    CONNECTION_REVEALED = "person:connection:reveal", _("revealed the credential of {subject}")
    TOKEN_HOST_APPROVED = "person:connection:approve", _("approved a token host for {subject}")
    TOKEN_HOST_WITHDRAWN = "person:connection:withdraw", _("withdrew a token host from {subject}")
    MACHINE_TOKEN_ISSUED = "person:token:issue", _("made the machine token {subject}")
    MACHINE_TOKEN_ROTATED = "person:token:rotate", _("rotated the machine token {subject}")
    MACHINE_TOKEN_REVOKED = "person:token:revoke", _("revoked the machine token {subject}")
    MACHINE_TOKEN_REMOVED = "person:token:remove", _("removed the machine token {subject}")
    CREDENTIALS_READ = "machine:credential:read", _("read credentials")
    CREDENTIALS_REFUSED = "machine:credential:refuse", _("was refused a credential")
    READ_FROM_ELSEWHERE = "machine:credential:elsewhere", _("came from an address it had not used before")
    CONNECTION_WORKS = "watcher:connection:work", _("works")
    CONNECTION_FAILS = "watcher:connection:fail", _("does not work")
    CONNECTION_STOPPED = "watcher:connection:stop", _("stopped working")
    CONNECTION_RECOVERED = "watcher:connection:recover", _("works again")
    STAFF_LOOKED = "staff:team:look", _("looked at {subject}")
    STAFF_DOWNLOADED = "staff:team:download", _("downloaded a report without secrets about {subject}")
    STAFF_CHECKED = "staff:connection:check", _("tested {subject}")
    STAFF_PAUSED = "staff:connection:pause", _("paused {subject}")
    STAFF_RESUMED = "staff:connection:resume", _("resumed {subject}")
    STAFF_REVOKED = "staff:token:revoke", _("revoked the machine token {subject}")
    STAFF_ENDED_SESSIONS = "staff:session:end", _("signed out everywhere {subject}")
    STAFF_STOPPED = "staff:member:stop", _("stopped from signing in {subject}")
    STAFF_ALLOWED = "staff:member:allow", _("allowed to sign in again {subject}")

    @property
    def source(self) -> Source:
        return Source(self.value.partition(":")[0])

    @property
    def alone(self) -> str:
        """Its label without a place, for lists of words."""
        return " ".join(str(self.label).replace(SUBJECT, "").split())


SUBJECT = "{subject}"


def pattern(verb: str) -> str:
    """Return a sentence with places for `who`, `subject` and, since a word may be unknown here, for `verb`."""
    words = str(Verb(verb).label) if verb in Verb.values else "{verb}"
    if verb.startswith(f"{Source.WATCHER}:"):
        return f"{SUBJECT} {words}"
    return f"{{who}} {words}" if SUBJECT in words else f"{{who}} {words} {SUBJECT}"


def verbs() -> list[tuple[str, str]]:
    """Return the vocabulary as choices. A callable, so that a new word needs no migration."""
    return [(verb.value, verb.alone) for verb in Verb]
