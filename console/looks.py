"""
Every look of support staff at a team stands in that team's activity, where its admins see it.

Once an hour for each person and team is enough, so that reloading a page does not flood the record. A look that cannot be
recorded is not had: the page fails.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from console.models import Event, Head, Team, User, Verb

ONCE_IN = timedelta(hours=1)


def teams_of(thing: models.Model) -> Iterable[Team]:
    """Return the teams that something tells of: its own, or those that a person is in; none of what has no team."""
    if isinstance(thing, Team):
        return [thing]
    if isinstance(thing, User):
        return thing.teams
    team_id = getattr(thing, "team_id", None)
    return Team.objects.filter(pk=team_id) if team_id else []


def record(teams: Iterable[Team], *, by: Any, at: str, about: object = "") -> None:
    """Record that a person of support staff looks at something, in words for the team's activity."""
    for team in teams:
        mine = Event.objects.filter(team=team, verb=Verb.STAFF_LOOKED, by=by)
        if not _lately(mine):
            with transaction.atomic():
                Head.locked(team.pk)  # Of two pages that are opened at once, one records it.
                if not _lately(mine):
                    Event.record(team, Verb.STAFF_LOOKED, at, by=by, about=about)


def _lately(events: "models.QuerySet[Event]") -> bool:
    return events.filter(at__gt=timezone.now() - ONCE_IN).exists()
