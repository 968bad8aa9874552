"""People, and how they are told apart."""

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from console import sessions

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator
    from django.db.models.fields.related_descriptors import RelatedManager

    from console.models.team import Membership, Team


SECOND_STEPS = {"webauthn": _("Passkey"), "totp": _("Code app")}
"""What counts as a second step, by allauth's name of it, the better one first. Recovery codes only stand in for one."""


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
    email = models.EmailField(_("e-mail address"), unique=True, max_length=254)
    name = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(pgettext_lazy("column", "may sign in"), default=True)
    is_staff = models.BooleanField(pgettext_lazy("column", "support staff"), default=False)
    language = models.CharField(max_length=10, blank=True)
    signed_out_at = models.DateTimeField(pgettext_lazy("column", "sessions ended"), null=True, editable=False)
    date_joined = models.DateTimeField(pgettext_lazy("column", "joined"), default=timezone.now, editable=False)

    objects = UserManager()

    memberships: "RelatedManager[Membership]"
    authenticator_set: "RelatedManager[Authenticator]"

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return " ".join(self.name.split()) or self.email  # In sentences, mails among them, a name is one line.

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it. Who may not sign in is signed out everywhere [A21]."""
        self.email = self.email.lower()
        super().save(*args, **kwargs)
        if not self.is_active:
            sessions.end_others(self)

    def get_full_name(self) -> str:
        return str(self)

    @property
    def teams(self) -> "models.QuerySet[Team]":
        """The teams this person is in, by name."""
        from console.models.team import Team  # It knows people, as its members.

        return Team.objects.filter(memberships__user=self).order_by(Lower("name"))

    @property
    def teams_asking(self) -> "models.QuerySet[Team]":
        """The teams of this person that ask everybody in them for a second step."""
        return self.teams.filter(second_step_required=True)

    @property
    def second_steps(self) -> "models.QuerySet[Authenticator]":
        return self.authenticator_set.filter(type__in=SECOND_STEPS)

    @property
    def has_second_step(self) -> bool:
        return self.second_steps.exists()
