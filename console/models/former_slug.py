"""Addresses that teams had before, which lead to where they are now."""

from django.db import models
from django.utils import timezone

from console.models.team import Team


class FormerSlug(models.Model):
    """An address of a team from before it was changed. It stays the team's, so that no other takes over its links."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="former_slugs")
    slug = models.SlugField(max_length=50, unique=True)
    left_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.slug
