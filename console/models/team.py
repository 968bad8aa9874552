"""Teams, and the people in them with their roles."""

import secrets
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext, ngettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from console import sessions
from console.languages import kept
from console.models.event import Event
from console.models.user import SECOND_STEPS, User
from console.models.verb import Verb
from console.sentences import Sentence, say

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from console.models.departure import Departure
    from console.models.former_slug import FormerSlug
    from console.models.invitation import Invitation

SEEN_EVERY = timedelta(minutes=5)


class TeamManager(models.Manager["Team"]):
    def found(self, name: str, *, by: User, first: bool = False) -> "Team":
        """
        Make a team with its first owner. The slug follows the name; where it is taken, it gets a few letters more.

        `first` says that it is made by the set-up, which may take an address that the operator named.
        """
        base = slugify(name)[:40] or "team"
        with transaction.atomic():
            team = self._of_its_own(name, base) if first or not is_reserved(base, by) else None
            while team is None:
                team = self._of_its_own(name, f"{base}-{secrets.token_hex(2)}")
            team.memberships.create(user=by, role=Role.OWNER)
            Event.record(team, Verb.TEAM_FOUNDED, team.name, by=by)
        return team

    def at(self, slug: str) -> "Team | None":
        """Return the team at an address, or that had it before."""
        return self.filter(models.Q(slug=slug) | models.Q(former_slugs__slug=slug)).distinct().first()

    def _of_its_own(self, name: str, slug: str) -> "Team | None":
        """Make a team at this address; None where somebody has or had it, perhaps since a moment ago."""
        if self.filter(former_slugs__slug=slug).exists():
            return None
        try:
            with transaction.atomic():
                return self.create(name=name, slug=slug)
        except IntegrityError:
            return None


def is_reserved(slug: str, by: User) -> bool:
    """Whether no team of theirs may have this address: the house's own, and those to which single sign-on leads people."""
    provider = settings.BERTH_OIDC
    led_to = {place.team for place in provider.teams.values()} if provider and not by.is_superuser else set()
    return slug in Team.RESERVED or slug in led_to


class Team(models.Model):
    """A team: the people in it, and what they keep. Everything else is reached through it."""

    RESERVED = frozenset({"create", "new"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=50, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    second_step_required = models.BooleanField(
        pgettext_lazy("column", "asks for a second step"), default=False, editable=False
    )

    objects = TeamManager()

    memberships: "RelatedManager[Membership]"
    former_slugs: "RelatedManager[FormerSlug]"
    departures: "RelatedManager[Departure]"
    invitations: "RelatedManager[Invitation]"

    class Meta:
        permissions = [("act_for_team", "May act for a team as support staff")]  # See `console.staff`.

    def __str__(self) -> str:
        return " ".join(self.name.split())  # As a person's.

    @transaction.atomic
    def rename(self, name: str, slug: str, *, by: User) -> None:
        """Change the name and the address; the old address leads to the new one. Raises SlugTaken and NotAllowed."""
        self.locked_membership(by, at_least=Role.OWNER)
        before = Team.objects.get(pk=self.pk)
        if (before.name, before.slug) == (name, slug):
            return
        if before.slug != slug:
            self._move(before.slug, slug, by=by)
        Team.objects.filter(pk=self.pk).update(name=name)
        Event.record(self, Verb.TEAM_RENAMED, name, by=by)
        self.refresh_from_db()

    def _move(self, old: str, new: str, *, by: User) -> None:
        if is_reserved(new, by) or Team.objects.exclude(pk=self.pk).filter(former_slugs__slug=new).exists():
            raise SlugTaken
        self.former_slugs.filter(slug=new).delete()
        try:
            with transaction.atomic():
                Team.objects.filter(pk=self.pk).update(slug=new)
        except IntegrityError:
            raise SlugTaken from None
        self.former_slugs.create(slug=old)

    @transaction.atomic
    def take_in(self, user: User, role: "Role") -> bool:
        """
        Let somebody in whom the operator’s provider vouches for, and say whether that made them a member now.

        Who was in the team before is not taken in again: they left, or somebody removed them.
        """
        Team.objects.select_for_update().filter(pk=self.pk).values_list("pk").first()
        if self.memberships.filter(user=user).exists() or self.departures.filter(user=user).exists():
            return False
        self.memberships.create(user=user, role=role)
        Event.record(self, Verb.JOINED_BY_SSO, "", by=user, about=user.pk, detail=say("As {role}.", role=role.with_article))
        return True

    @transaction.atomic
    def ask_for_second_step(self, asked: bool, *, by: User) -> None:
        """
        Ask everybody in the team for a second step, or stop asking. Who has none cannot open the team's pages until then.

        Raises NotAllowed for who is no owner, and NoSecondStep where the owner who asks has none: they would lock
        themselves out.
        """
        self.locked_membership(by, at_least=Role.OWNER)
        if asked and not by.has_second_step:
            raise NoSecondStep
        if Team.objects.filter(pk=self.pk).exclude(second_step_required=asked).update(second_step_required=asked):
            verb = Verb.SECOND_STEP_ASKED if asked else Verb.SECOND_STEP_LEFT
            Event.record(self, verb, self.name, by=by)
        self.second_step_required = asked

    def without_second_step(self) -> "models.QuerySet[Membership]":
        """The members who have not set a second step up."""
        return self.memberships.exclude(user__authenticator__type__in=SECOND_STEPS)

    def second_steps(self) -> dict[uuid.UUID, str]:
        """Return by the id of each member who has a second step what it is; of two, the better one."""
        members = User.objects.filter(memberships__team=self, authenticator__type__in=SECOND_STEPS)
        has = set(members.values_list("pk", "authenticator__type"))
        return {pk: str(words) for kind, words in reversed(SECOND_STEPS.items()) for pk, held in has if held == kind}

    @transaction.atomic
    def remove(self, *, by: User) -> None:
        """
        Delete the team with all that it has. Raises NotAllowed for who is no owner of it any more.

        What happened in it stays for support staff, until its time is over.
        """
        self.locked_membership(by, at_least=Role.OWNER)
        gone = Team(pk=self.pk, name=self.name)
        self.delete()
        # Last, as everybody does it: whoever changes a connection holds that, and then waits for the head of the record.
        Event.record(gone, Verb.TEAM_REMOVED, gone.name, by=by)

    def takes_with_it(self) -> list[str]:
        """
        Say what is deleted with the team: how many of what, in words.

        The house does not know what the rooms keep of a team; the models themselves say what they are called.
        """
        counted = []
        for relation in self._meta.related_objects:
            model: Any = relation.related_model
            words = getattr(model, "WITH_ITS_TEAM", None)
            if words and (count := model._base_manager.filter(**{relation.field.name: self}).count()):
                counted.append(words.format(count=count))
        return counted

    def locked_membership(self, user: User, *, at_least: "Role | None" = None) -> "Membership":
        """
        Return somebody's membership as it is now, and let nobody change the team's until the transaction ends.

        So two who remove one another do it one after the other, and the second is no member any more. Raises NotAllowed
        for who is not in the team, or has a lower role.
        """
        Team.objects.select_for_update().filter(pk=self.pk).values_list("pk").first()
        membership = self.memberships.filter(user=user).first()
        if membership is None or not membership.may(at_least or Role.MEMBER):
            raise NotAllowed
        return membership


class Role(models.TextChoices):
    """What a member may do; see the table in the product page, section 2."""

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    MEMBER = "member", _("Member")

    @property
    def rank(self) -> int:
        return [Role.MEMBER, Role.ADMIN, Role.OWNER].index(self)

    @property
    def with_article(self) -> Sentence:
        """The role in a sentence: "an admin"."""
        return {Role.OWNER: say("an owner"), Role.ADMIN: say("an admin"), Role.MEMBER: say("a member")}[self]


class SlugTaken(Exception):
    """Another team has this address, or had it. Nothing was done."""


class NotAllowed(Exception):
    """Who asked may not do this, or not any more. Nothing was done."""


class AskedToday(Exception):
    """This person was asked within a day. Nothing was done."""


class NoSecondStep(Exception):
    """Who asks others for a second step has none. Nothing was done."""


class LastOwner(Exception):
    """A team keeps at least one owner, and this one is the last. Nothing was done."""


class Membership(models.Model):
    """A person in a team, with one role."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    seen_at = models.DateTimeField(pgettext_lazy("column", "last seen"), null=True, editable=False)

    WITH_ITS_TEAM: ClassVar = ngettext_lazy("{count} member", "{count} members", "count")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_membership_per_team")]

    def __str__(self) -> str:
        return gettext("{person} in {team}").format(person=self.user, team=self.team)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it. Another role signs the person out wherever they are not just acting [A10]; a first one does not."""
        changed = not self._state.adding
        super().save(*args, **kwargs)
        if changed:
            sessions.end_others(self.user, keep=sessions.acting())

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete it, and sign the person out as `save` does. A team that is deleted takes its memberships by itself."""
        sessions.end_others(self.user, keep=sessions.acting())
        return super().delete(*args, **kwargs)

    def may(self, at_least: Role) -> bool:
        return Role(self.role).rank >= at_least.rank

    @property
    def is_admin(self) -> bool:
        """Whether this member may change connections: an admin or an owner."""
        return self.may(Role.ADMIN)

    @property
    def is_owner(self) -> bool:
        return self.may(Role.OWNER)

    def may_change(self, other: "Membership") -> bool:
        """Whether this member may change the role of another one, or remove them: admins may, but no owner."""
        return self.is_admin and Role(other.role).rank <= Role(self.role).rank

    def saw(self) -> None:
        """Remember that this member was here. Every few minutes is enough, so that not every page writes."""
        now = timezone.now()
        if self.seen_at is None or now - self.seen_at > SEEN_EVERY:
            Membership.objects.filter(pk=self.pk).update(seen_at=now)

    # What can happen to it -------------------------------------------------------------------------------------------

    @transaction.atomic
    def change_role(self, role: Role, *, by: User) -> None:
        """Give another role, which is not above that of whoever gives it. Raises NotAllowed and LastOwner."""
        asker, mine = self._both(by)
        if not asker.may_change(mine) or role.rank > Role(asker.role).rank:
            raise NotAllowed
        if mine.role == role:
            return
        if mine.is_owner:
            self._keep_an_owner()
        before, self.role = mine.role, role
        self.save(update_fields=["role"])
        self._withdraw_invitations()
        words = say("From {before} to {after}.", before=kept(Role(before).label), after=kept(role.label))
        Event.record(self.team, Verb.ROLE_CHANGED, self.user.email, by=by, about=self.user.pk, detail=words)

    @transaction.atomic
    def ask_for_second_step(self, *, by: User) -> None:
        """Note that this person is asked for a second step. Raises NotAllowed, and AskedToday: once a day is enough."""
        self.team.locked_membership(by, at_least=Role.ADMIN)
        asked = self.team.events.filter(about=str(self.user_id), verb=Verb.SECOND_STEP_WISHED)
        if asked.filter(at__gt=timezone.now() - timedelta(days=1)).exists():
            raise AskedToday
        Event.record(self.team, Verb.SECOND_STEP_WISHED, self.user.email, by=by, about=self.user_id)

    @transaction.atomic
    def remove(self, *, by: User) -> None:
        """Take a person out of the team; everybody may take out themselves. Raises NotAllowed and LastOwner."""
        asker, mine = self._both(by)
        leaves = asker.pk == mine.pk
        if not leaves and not asker.may_change(mine):
            raise NotAllowed
        if mine.is_owner:
            self._keep_an_owner()
        mine.delete()
        self.team.departures.get_or_create(user=self.user)
        self._withdraw_invitations()
        detail = say("{role} until then.", role=kept(Role(mine.role).label))
        told: dict[str, Any] = {"by": by, "about": self.user.pk, "detail": detail}
        if leaves:
            Event.record(self.team, Verb.LEFT, "", **told)
        else:
            Event.record(self.team, Verb.REMOVED, self.user.email, **told)

    @transaction.atomic
    def hand_over(self, to: "Membership") -> None:
        """Make another member an owner, and this one an admin. Raises NotAllowed where it is not an owner any more."""
        asker, other = to._both(self.user)
        if not asker.is_owner or asker.pk == other.pk:
            raise NotAllowed
        other.role, asker.role = Role.OWNER, Role.ADMIN
        other.save(update_fields=["role"])
        asker.save(update_fields=["role"])
        asker._withdraw_invitations()
        Event.record(self.team, Verb.HANDED_OVER, to.user.email, by=self.user, about=to.user.pk)

    def _both(self, by: User) -> "tuple[Membership, Membership]":
        """Return the memberships of whoever asks and of whom it is about as they are now, while nobody else changes any."""
        asker = self.team.locked_membership(by)
        mine = asker if asker.pk == self.pk else self.team.memberships.filter(pk=self.pk).first()
        if mine is None:
            raise NotAllowed
        return asker, mine

    def _withdraw_invitations(self) -> None:
        """Let go the invitations that this person sent and may not send now, and their own: no link outlives a right."""
        now = self.team.memberships.filter(pk=self.pk).first()
        sendable = [role for role in Role if now is not None and now.is_admin and role.rank <= Role(now.role).rank]
        own = models.Q(email=self.user.email)
        self.team.invitations.filter(own | models.Q(by=self.user) & ~models.Q(role__in=sendable)).delete()

    def _keep_an_owner(self) -> None:
        if not self.team.memberships.filter(role=Role.OWNER).exclude(pk=self.pk).exists():
            raise LastOwner
