"""Who was in a team and is not any more."""

from django.db import models
from django.utils import timezone

from console.models.user import User


class Departure(models.Model):
    """Somebody left a team, or was removed. No provider's word takes them in again; an invitation does."""

    team = models.ForeignKey("Team", models.CASCADE, related_name="departures")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_departure_per_team")]

    def __str__(self) -> str:
        return f"{self.user} from {self.team}"
