"""
Checking a workload file against a team's connections: read, judged, and where that is asked for looked up.

Sources: product page, sections 6 and 7. A page checks against all connections of a team, a machine against those that its
token may have. Nothing of the file is stored, logged or run, and the number of queries has nothing to do with how many
images or connections there are.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone

from console.models import Team, User
from registries import look_ups
from registries.known import KnownConnection, known
from registries.look_ups import Wanted
from registries.models import Connection, ConnectionQuerySet, Container
from registries.specs.judging import Facts, judge, to_look_up
from registries.specs.reading import read
from registries.specs.spec import Spec
from registries.specs.verdicts import Level, Looked, Verdict


@dataclass(frozen=True, kw_only=True)
class Report:
    """What is said of a file: its images with their verdicts, against how many registries they were judged, and when."""

    spec: Spec
    verdicts: tuple[Verdict[KnownConnection], ...]
    registries: int
    checked_at: datetime

    @property
    def ok(self) -> bool:
        """Whether no image has an error."""
        return not self.counts[Level.ERROR]

    @property
    def counts(self) -> Mapping[Level, int]:
        """How many images there are of each level."""
        found = Counter(verdict.level for verdict in self.verdicts)
        return {level: found[level] for level in Level}


def check_spec(
    text: str,
    connections: "models.QuerySet[Connection]",
    *,
    team: Team,
    needed_until: date | None = None,
    look_up: bool = False,
    by: User | None = None,
) -> Report:
    """
    Check a file against connections: those of a team, or those that a token may have.

    `by` is the person who asks, None where a machine does. `needed_until` is the day on which each login still has to work.
    With `look_up` each image that resolves is asked for at its registry. That counts in the limits of the team, takes up to
    `look_ups.SECONDS`, and is for those people alone who may check a connection. Raises `SpecFault` where the file cannot
    be read, and `PermissionDenied`.
    """
    if look_up and by is not None and not _may_look_up(team, by):
        raise PermissionDenied
    spec = read(text)
    now = timezone.now()
    bare = Connection.bare.filter(pk__in=connections.order_by().values("pk"))  # Pages read more of each than is judged.
    everything = known(bare, now)
    facts = Facts(
        connections=everything,
        now=now,
        former=_former_names(bare, now) if any(use.named for use in spec.uses) else {},
        catalogue=Container.objects.known(),
        needed_until=needed_until,
    )
    verdicts = judge(spec, facts)
    if look_up:
        looked = _looked(verdicts, bare, team=team, by=by)
        verdicts = judge(spec, replace(facts, looked=looked)) if looked else verdicts
    return Report(spec=spec, verdicts=verdicts, registries=len(everything), checked_at=now)


def _may_look_up(team: Team, person: User) -> bool:
    membership = team.memberships.filter(user=person).first()
    return membership is not None and membership.is_admin


def _former_names(connections: ConnectionQuerySet, now: datetime) -> dict[str, str]:
    """Return the names that connections had and still answer to, in lower case. Asking by one does not count as a use."""
    former = connections.filter(former_names__until__gt=now).values_list("former_names__name", "name")
    return {old.lower(): name for old, name in former}


def _looked(
    verdicts: Sequence[Verdict[KnownConnection]], connections: ConnectionQuerySet, *, team: Team, by: User | None
) -> Mapping[tuple[str, str], Looked]:
    """Look up what resolves. Where something has to be mended first, as a login that has ended, nothing is asked for."""
    sound = [to_look_up(verdict) for verdict in verdicts if verdict.level is not Level.ERROR]
    wanted = [Wanted(image, one.row if one else None) for image, one in filter(None, sound)]
    return look_ups.look_up(wanted, connections, team=team, by=by)
