"""Who may have done something in a team: whoever is in it, and whoever left while what they did is still kept."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from console.models.event import Event
from console.models.verb import Verb

if TYPE_CHECKING:
    from console.models.team import Team

GONE = (Verb.LEFT, Verb.REMOVED)


def who_left(team: "Team") -> Mapping[UUID, str]:
    """
    Return those who are not in a team any more, in order of name: id → what they were called when they went.

    Whoever goes leaves a row that says so, which is younger than all that they did: while any of that is kept, it is too.
    What they are called today is not the business of a team that they left.
    """
    rows = Event.objects.filter(team=team, verb__in=GONE).exclude(about="").order_by("number")
    called = {UUID(about): subject or who for about, subject, who in rows.values_list("about", "subject", "who")}
    back = set(team.memberships.filter(user__in=called).values_list("user", flat=True))
    return {pk: called[pk] for pk in sorted(called.keys() - back, key=lambda pk: called[pk].lower())}
