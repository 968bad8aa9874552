"""People, their teams, and what happened in them."""

import secrets
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.text import slugify

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class UserManager(BaseUserManager["User"]):
    """Make people whose e-mail address is known to be theirs."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person who may sign in at once: whoever runs Berth vouches for the address."""
        from allauth.account.models import EmailAddress

        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        with transaction.atomic():
            user.save(using=self._db)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. The e-mail address is the login, in lower case always."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("e-mail address", unique=True, max_length=254)
    name = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField("may sign in", default=True)
    is_staff = models.BooleanField("support staff", default=False)
    date_joined = models.DateTimeField("joined", default=timezone.now, editable=False)

    objects = UserManager()

    memberships: "RelatedManager[Membership]"

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return str(self)

    @property
    def teams(self) -> "models.QuerySet[Team]":
        """The teams this person is in, by name."""
        return Team.objects.filter(memberships__user=self).order_by(Lower("name"))


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


class Event(models.Model):
    """Something that happened in a team: who did what to what, and when. Rows are only ever added."""

    class Verb(models.TextChoices):
        """A closed vocabulary, `source:subject:action`."""

        TEAM_FOUNDED = "person:team:found", "made the team"
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

    team = models.ForeignKey(Team, models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    verb = models.CharField(max_length=40, choices=Verb.choices)
    subject = models.CharField(max_length=100)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.by or 'Somebody'} {self.get_verb_display()} {self.subject}"

    @classmethod
    def record(cls, team: Team, verb: Verb, subject: str, *, by: User | None) -> None:
        """Add a row, in the transaction of the change that it is about."""
        cls.objects.create(team=team, verb=verb, subject=subject, by=by)


class AlreadySetUp(Exception):
    """Somebody has set this installation up before."""


class Installation(models.Model):
    """This installation of Berth: one row. Its id goes into every seal, so that rows of another one do not open here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    only = models.BooleanField(default=True, unique=True, editable=False)
    set_up_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="one_installation")]

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def this(cls) -> "Installation":
        """Return the one row, which is made by whoever asks first."""
        try:
            return cls.objects.get()
        except cls.DoesNotExist:
            try:
                with transaction.atomic():
                    return cls.objects.create()
            except IntegrityError:
                return cls.objects.get()

    @property
    def is_set_up(self) -> bool:
        return self.set_up_at is not None or User.objects.exists()

    def set_up(self, *, email: str, password: str, team: str, name: str = "") -> Team:
        """
        Make the first owner and the first team, once: of two that try at the same time, one wins.

        Raises AlreadySetUp where there is a user, or where another set-up came first.
        """
        with transaction.atomic():
            won = Installation.objects.filter(pk=self.pk, set_up_at=None).update(set_up_at=timezone.now())
            if not won or User.objects.exists():
                raise AlreadySetUp
            owner = User.objects.create_user(email, password, name=name)
            return Team.objects.found(team, by=owner)
