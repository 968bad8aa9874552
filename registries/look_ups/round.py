"""
One request's look-ups: the images it wants, the visits that they make, and the time that all of it may take.

Visits are made by threads of the bulkhead. The request waits for them, and so takes a thread that serves pages: only while
a visit of its own is under way, for so many seconds at most, and with so many others at most that half of the threads are
left to everybody else. What is not known by then is told as that.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from django.conf import settings

from console.models import Team, User
from registries.distribution import Reference
from registries.health import Sight
from registries.look_ups import words
from registries.models import Check, Connection, ConnectionQuerySet, Sealed, Visit
from registries.resolution import canonical_host
from registries.specs.verdicts import Looked

MOST_IMAGES = 20
"""How many images of a file are looked up at once."""

SECONDS = 25.0
"""How long a request waits for its look-ups."""

FOR_A_PLACE_SECONDS = 1.0
POLL_SECONDS = 0.05

Key = tuple[str, str]
"""An image in full as it was written, and the name of the connection whose login it gets, or ""."""


@dataclass(frozen=True)
class Wanted:
    """An image to be looked up, and the connection whose login it gets; None where it is public."""

    image: Reference
    connection: Connection | None

    @property
    def key(self) -> Key:
        return str(self.image), self.connection.name if self.connection else ""

    @property
    def place(self) -> Key:
        """Who is asked, and with whose login."""
        return canonical_host(self.image.host), self.key[1]

    @property
    def asked_for(self) -> Key:
        """What the registry is asked for: two references may name the same image."""
        return self.image.repository, self.image.target


def look_up(
    wanted: Sequence[Wanted], connections: ConnectionQuerySet, *, team: Team, by: User | None
) -> Mapping[Key, Looked]:
    """
    Look images up, each once, and return what is said of each; past the first 20 only that they were not looked up.

    Logins are those of `connections`, whatever else `wanted` has. `by` is who wants it, None for a machine of the team.
    Raises nothing of what a registry does.
    """
    each = list({one.key: one for one in wanted}.values())
    first, rest = each[:MOST_IMAGES], each[MOST_IMAGES:]
    told = {one.key: words.not_looked_up(words.too_many(MOST_IMAGES)) for one in rest}
    if not first:
        return told
    waiting = _waiting()
    if not waiting.acquire(blocking=False):
        return {one.key: words.not_looked_up(words.NO_PLACE) for one in first} | told
    try:
        return Round(first, connections, team=team, by=by).look() | told
    finally:
        waiting.release()


@lru_cache(maxsize=1)
def _waiting() -> threading.BoundedSemaphore:
    """As many requests of a process wait for look-ups at once as leave half of its threads to everybody else."""
    return threading.BoundedSemaphore(max(1, settings.BERTH_THREADS // 2))


class Round:
    """What one request looks up."""

    def __init__(
        self,
        wanted: Sequence[Wanted],
        connections: ConnectionQuerySet,
        *,
        team: Team,
        by: User | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._team, self._by, self._clock = team, by, clock
        self._give_up_at = clock() + SECONDS
        self._wanted = wanted
        self._changed = threading.Condition()
        self._running = 0
        self._told: dict[tuple[Key, Key], Looked] = {}  # by place, and by what was asked for there
        self._visits = self._planned(connections)

    def _planned(self, connections: ConnectionQuerySet) -> dict[Key, Visit]:
        """Return a visit for each place, with the connections as they are now and their payloads, in one query."""
        keys = {one.connection.pk for one in self._wanted if one.connection}
        # None that was paused, deleted or led elsewhere a moment ago.
        awake = Sealed.objects.read_with(connections.filter(pk__in=keys, paused=False)) if keys else []
        logins: dict[Key, Connection] = {(canonical_host(row.host), row.name): row for row in awake}
        images: dict[Key, dict[Key, Reference]] = {}
        for one in self._wanted:
            images.setdefault(one.place, {}).setdefault(one.asked_for, one.image)
        own = self._own_hosts(connections) if self._by is None else set()
        visits: dict[Key, Visit] = {}
        for place, there in images.items():
            if place in logins:
                visits[place] = Visit(tuple(there.values()), logins[place])
            elif not place[1]:
                # Else whoever writes files for a machine could have it try the ports of the operator's networks.
                inside = self._by is not None or place[0] in own
                visits[place] = Visit(tuple(there.values()), None, public_only=not inside)
        return visits

    def _own_hosts(self, connections: ConnectionQuerySet) -> set[str]:
        """Return the hosts of the connections that a machine may have, where any of its images gets no login."""
        if all(one.connection for one in self._wanted):
            return set()
        return {canonical_host(host) for host in connections.order_by().values_list("host", flat=True)}

    def look(self) -> dict[Key, Looked]:
        """Make the visits, wait for them, and return what is known by then."""
        Check.objects.drop_old(self._team)
        begun = set(takewhile(self._found_room, self._visits))
        in_time = self._clock() < self._give_up_at
        with self._changed:
            self._changed.wait_for(lambda: not self._running, timeout=max(0.0, self._give_up_at - self._clock()))
            told = dict(self._told)

        def missing(one: Wanted) -> Looked:
            if one.place not in self._visits:
                return words.not_looked_up(words.gone(one.key[1]))
            if one.place in begun:
                return words.not_looked_up(words.TOO_LATE)
            return words.not_looked_up(words.NO_PLACE if in_time else words.NO_TIME)

        return {one.key: told.get((one.place, one.asked_for)) or missing(one) for one in self._wanted}

    def _found_room(self, place: Key) -> bool:
        """
        Let a thread make the visit to a place, and tell whether one does.

        While other visits of this round are under way, it is waited for; else for a moment, since others wait too.
        """
        until = self._clock() + FOR_A_PLACE_SECONDS
        while self._clock() < self._give_up_at:
            with self._changed:
                self._running += 1
            if Check.enter(lambda: self._make(place)):
                return True
            with self._changed:
                self._running -= 1
                if self._running:
                    until = self._clock() + FOR_A_PLACE_SECONDS
                elif self._clock() >= until:
                    return False
                self._changed.wait(POLL_SECONDS)
        return False

    def _make(self, place: Key) -> None:
        """Make the visit to a place, in a thread of the bulkhead."""
        visit = self._visits[place]

        def tell(image: Reference, sight: Sight) -> None:
            one = Wanted(image, visit.connection)
            with self._changed:
                self._told[place, one.asked_for] = words.looked(image, sight, place[1], public_only=visit.public_only)

        try:
            if (seconds := self._give_up_at - self._clock()) > 0:
                visit.make(team=self._team, by=self._by, seconds=seconds, tell=tell)
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()
