"""
The front page of support: how many teams, people and connections there are, how these are, and who needs somebody now.

As many queries however many rows there are: connections are counted in groups, and what is listed is cut off. The refusals
of a week are found by an index of their own, since they are few beside what is given.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from console.languages import said
from console.models import Team, User
from registries import flavors
from registries.admin.health import ENDS_WITHIN, HEALTH, ends_soon, health_of
from registries.models import Connection, HandOut, MachineToken
from registries.models.hand_out import HURTING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

LISTED = 10
LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number on the front page, and the list of what was counted."""

    words: "str | StrPromise"
    count: int
    url: str


def numbers() -> dict[str, Any]:
    """Return what the front page shows."""
    by_health: Counter[str] = Counter()
    by_flavor: Counter[str] = Counter()
    groups = Connection.bare.values_list("flavor", "outcome", "paused").annotate(rows=Count("pk")).order_by()
    for flavor, outcome, paused, rows in groups:
        by_health[health_of(outcome, paused)] += rows
        by_flavor[flavor] += rows
    return {
        "totals": [
            Number(words=_("Teams"), count=Team.objects.count(), url=_list("console_team")),
            Number(words=_("People"), count=User.objects.count(), url=_list("console_user")),
            Number(words=_("Registries"), count=sum(by_health.values()), url=_list("registries_connection")),
        ],
        "by_health": [
            Number(words=label, count=by_health[word], url=_list("registries_connection", health=word))
            for word, (label, which) in HEALTH.items()
        ],
        "by_flavor": [
            Number(words=_flavor(slug), count=rows, url=_list("registries_connection", flavor__exact=slug))
            for slug, rows in by_flavor.most_common()
        ],
        "refused_most": refused_most(),
        "failing_longest": failing_longest(),
        "ending": ending(),
        "ending_url": _list("registries_connection", ends="soon"),
        "tokens_ending": tokens_ending(),
    }


def refused_most() -> list[dict[str, Any]]:
    """Return the teams and registries whose hand-outs failed most within seven days, most first."""
    lately = HandOut.objects.filter(HURTING, at__gt=timezone.now() - LOOK_BACK)
    rows: Any = lately.order_by().values("team", "team__name", "connection", "connection__name").annotate(rows=Count("pk"))
    return list(rows.order_by("-rows", "team__name", "connection__name")[:LISTED])


def failing_longest() -> list[Connection]:
    """Return the connections that have been failing for the longest time."""
    failing = Connection.bare.filter(HEALTH["failing"][1], outcome_since__isnull=False)
    return list(failing.select_related("team").order_by("outcome_since")[:LISTED])


def ending() -> list[Connection]:
    """Return the connections whose login ends within 30 days, the next to end first."""
    return list(Connection.bare.filter(ends_soon()).select_related("team").order_by("ends_on", "name")[:LISTED])


def tokens_ending() -> list[MachineToken]:
    """Return the machine tokens that end within 30 days, the next to end first."""
    now = timezone.now()
    tokens = MachineToken.objects.filter(revoked_at=None, ends_at__gt=now, ends_at__lte=now + ENDS_WITHIN)
    return list(tokens.select_related("team").order_by("ends_at")[:LISTED])


def _list(name: str, **narrowed: str) -> str:
    return reverse(f"admin:{name}_changelist") + (f"?{urlencode(narrowed)}" if narrowed else "")


def _flavor(slug: str) -> str:
    return said(flavors.FLAVORS[slug].name) if slug in flavors.FLAVORS else slug
