"""Teams, and the people in them with their roles."""

import secrets
import uuid
from typing import TYPE_CHECKING

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.text import slugify

from console.models.event import Event
from console.models.user import User

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class TeamManager(models.Manager["Team"]):
    def found(self, name: str, *, by: User) -> "Team":
        """Make a team with its first owner. The slug follows the name; where it is taken, it gets a few letters more."""
        base = slugify(name)[:40] or "team"
        with transaction.atomic():
            team = self._of_its_own(name, base) if base not in Team.RESERVED else None
            while team is None:
                team = self._of_its_own(name, f"{base}-{secrets.token_hex(2)}")
            team.memberships.create(user=by, role=Role.OWNER)
            Event.record(team, Event.Verb.TEAM_FOUNDED, team.name, by=by)
        return team

    def _of_its_own(self, name: str, slug: str) -> "Team | None":
        """Make a team at this address; None where somebody has it, perhaps since a moment ago."""
        try:
            with transaction.atomic():
                return self.create(name=name, slug=slug)
        except IntegrityError:
            return None


class Team(models.Model):
    """A team: the people in it, and what they keep. Everything else is reached through it."""

    RESERVED = frozenset({"create", "new"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=50, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TeamManager()

    memberships: "RelatedManager[Membership]"

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member may do; see the table in the product page, section 2."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"

    @property
    def rank(self) -> int:
        return [Role.MEMBER, Role.ADMIN, Role.OWNER].index(self)


class Membership(models.Model):
    """A person in a team, with one role."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_membership_per_team")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"

    def may(self, at_least: Role) -> bool:
        return Role(self.role).rank >= at_least.rank

    @property
    def is_admin(self) -> bool:
        """Whether this member may change connections: an admin or an owner."""
        return self.may(Role.ADMIN)
