"""
Invitations: how somebody comes into a team.

Sources: product page, section 2; security page, A15, A16 and V42. Of the link's secret only a hash is kept. An invitation
belongs to an address, ends, and is used up by whoever accepts it: of many who try at once, one does.
"""

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from console.languages import said
from console.models.event import Event
from console.models.team import Membership, NotAllowed, Role, Team
from console.models.user import User
from console.models.verb import Verb
from console.sentences import Sentence, say

KEPT = timedelta(hours=72)
"""How long an invitation holds."""

AGAIN_AFTER = timedelta(minutes=1)
"""How long after it was sent an invitation may be sent again, so that nobody's mailbox is flooded."""

MOST_OPEN = 100
"""How many invitations of a team may be open at once."""

MOST_A_DAY = 100
"""How many invitations one person, or all people of one team, may send within 24 hours, those withdrawn included."""


class InvitationGone(Exception):
    """It was accepted, withdrawn or sent again meanwhile, or it has ended. Nothing was done."""


class TooManyInvitations(Exception):
    """As many are open, or were sent within a day, as may be. Nothing was done."""


class InvitationManager(models.Manager["Invitation"]):
    @transaction.atomic
    def invite(self, team: Team, emails: Iterable[str], role: Role, *, by: User) -> "list[tuple[Invitation, str]]":
        """
        Invite some addresses, each with a secret of its own; return the invitations with these secrets.

        Who was invited before gets a new invitation in place of the old one. Raises NotAllowed where the role is above
        that of whoever invites, and TooManyInvitations.
        """
        inviter = team.locked_membership(by, at_least=Role.ADMIN)
        if role.rank > Role(inviter.role).rank:
            raise NotAllowed
        made = []
        for email in emails:
            self.filter(team=team, email=email.lower()).delete()
            secret = secrets.token_urlsafe(32)
            invitation = self.create(team=team, email=email.lower(), role=role, by=by, digest=_digest(secret))
            Event.record(team, Verb.INVITED, invitation.email, by=by, detail=invitation.words)
            made.append((invitation, secret))
        if self.filter(team=team, ends_at__gt=timezone.now()).count() > MOST_OPEN:
            raise TooManyInvitations
        _judge_number(team, by)
        return made

    def presented(self, secret: str) -> "Invitation | None":
        """Return the invitation that a secret opens, None where it opens none or has ended."""
        still_open = self.filter(digest=_digest(secret), ends_at__gt=timezone.now())
        return still_open.select_related("team", "by").first()

    def open_for(self, email: str) -> "models.QuerySet[Invitation]":
        """Return the invitations of an address that can still be accepted."""
        return self.filter(email=email.lower(), ends_at__gt=timezone.now()).select_related("team")


class Invitation(models.Model):
    """An address that may come into a team, and with which role."""

    LONGEST_EMAIL = 254

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations")
    email = models.EmailField(gettext_lazy("e-mail address"), max_length=LONGEST_EMAIL)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")
    sent_at = models.DateTimeField(pgettext_lazy("column", "sent"), default=timezone.now, editable=False)
    ends_at = models.DateTimeField(pgettext_lazy("column", "ends"), editable=False)

    objects = InvitationManager()

    class Meta:
        constraints = [models.UniqueConstraint("team", Lower("email"), name="one_invitation_per_address")]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: object, **kwargs: object) -> None:
        if self._state.adding:
            self.ends_at = self.sent_at + KEPT
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def as_whom(self) -> str:
        """What it makes of somebody, in a sentence: "an admin"."""
        return said(Role(self.role).with_article)

    @property
    def words(self) -> Sentence:
        """What is recorded of it: "As a member, until 24 Nov 2026."."""
        return say("As {role}, until {end}.", role=Role(self.role).with_article, end=timezone.localdate(self.ends_at))

    @property
    def ended(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def may_be_sent_again_at(self) -> datetime:
        return self.sent_at + AGAIN_AFTER

    @transaction.atomic
    def send_again(self, *, by: User) -> str:
        """
        Give it a new secret and three days more, and return the secret; the link of before opens nothing any more.

        Raises NotAllowed for whom it is too high, InvitationGone where somebody was quicker, and TooManyInvitations.
        """
        self._judge(by)
        secret, now = secrets.token_urlsafe(32), timezone.now()
        same = Invitation.objects.filter(pk=self.pk, digest=self.digest)
        if not same.update(digest=_digest(secret), sent_at=now, ends_at=now + KEPT, by=by):
            raise InvitationGone
        self.refresh_from_db()
        Event.record(self.team, Verb.INVITED_AGAIN, self.email, by=by, detail=self.words)
        _judge_number(self.team, by)
        return secret

    @transaction.atomic
    def withdraw(self, *, by: User) -> None:
        """Let its link open nothing any more. Raises as `send_again`."""
        self._judge(by)
        if not Invitation.objects.filter(pk=self.pk).delete()[0]:
            raise InvitationGone
        Event.record(self.team, Verb.INVITATION_WITHDRAWN, self.email, by=by)

    @transaction.atomic
    def accept(self, *, by: User) -> Membership:
        """
        Use it up, and let somebody into the team. Raises NotAllowed for another address, InvitationGone where it is late.

        Who is in the team already stays as they are, unless the invitation gives more.
        """
        if by.email != self.email or not by.is_active:
            raise NotAllowed
        still_there = Invitation.objects.filter(pk=self.pk, digest=self.digest, ends_at__gt=timezone.now())
        if not still_there.delete()[0]:
            raise InvitationGone
        membership, joined = self.team.memberships.get_or_create(user=by, defaults={"role": self.role})
        if not joined and Role(membership.role).rank < Role(self.role).rank:
            membership.role = self.role
            membership.save(update_fields=["role"])
        detail = say("As {role}.", role=Role(membership.role).with_article)
        Event.record(self.team, Verb.JOINED, "", by=by, about=by.pk, detail=detail)
        return membership

    def _judge(self, by: User) -> None:
        member = self.team.locked_membership(by, at_least=Role.ADMIN)
        if Role(self.role).rank > Role(member.role).rank:
            raise NotAllowed


def _judge_number(team: Team, by: User) -> None:
    """Raise TooManyInvitations once one of a day's limits is passed; the record knows what was sent."""
    sent = Event.objects.filter(verb__in=(Verb.INVITED, Verb.INVITED_AGAIN), at__gt=timezone.now() - timedelta(days=1))
    if sent.filter(team=team).count() > MOST_A_DAY or sent.filter(by=by).count() > MOST_A_DAY:
        raise TooManyInvitations


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
