"""This installation of Berth, and how it is set up."""

import uuid

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from console.models.team import Team
from console.models.user import User


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
            return Team.objects.found(team, by=owner, first=True)
