"""
What refers to a connection, and stops working without it. Source: product page, section 3.

These are the machine tokens that are limited to it, what was fetched through it within 30 days, and the former names by
which it was asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registries.distribution import InvalidReference, Reference
from registries.models.connection import Connection
from registries.models.former_name import FormerName
from registries.models.hand_out import HandOut
from registries.models.machine_token import MachineToken
from registries.resolution import InvalidServer, server_host

LOOK_BACK = timedelta(days=30)
MOST_SHOWN = 10
MOST_READ = 5000
"""How many hand-outs are looked at, the latest first, so that a busy ledger holds up no page."""

_WITHOUT_AN_IMAGE = {
    HandOut.Kind.CREDENTIAL: _("The login, by its name"),
    HandOut.Kind.DOCKER_CONFIG: _("A config.json"),
    HandOut.Kind.PULL_SECRET: _("A pull secret"),
    HandOut.Kind.REVEAL: _("The login, shown to a person"),
}


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """Something fetched through a connection: an image without host and tag, else what it was; by whom last, and when."""

    what: str
    is_image: bool
    who: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Referrers:
    """What refers to a connection. `fetched` has at most 10, the latest first, and `more` counts the others."""

    tokens: tuple[MachineToken, ...]
    fetched: tuple[Fetched, ...]
    more: int
    former_names: tuple[FormerName, ...]

    @classmethod
    def of(cls, connection: Connection) -> Self:
        """Find what refers to a connection, in three queries."""
        now = timezone.now()
        tokens = connection.machine_tokens.filter(everything=False, revoked_at=None, ends_at__gt=now)
        given = HandOut.objects.given().filter(connection=connection, at__gt=now - LOOK_BACK).order_by("-at", "-pk")
        fetched = _together(connection.host, given.only("asked", "kind", "who", "at")[:MOST_READ])
        return cls(
            tokens=tuple(tokens.order_by(Lower("name"))),
            fetched=tuple(fetched[:MOST_SHOWN]),
            more=len(fetched[MOST_SHOWN:]),
            former_names=tuple(connection.former_names.filter(until__gt=now, uses__gt=0)),
        )

    @property
    def count(self) -> int:
        return len(self.tokens) + len(self.fetched) + self.more + len(self.former_names)

    @property
    def names(self) -> list[str]:
        """All that is shown of them, in words."""
        tokens, former = [token.name for token in self.tokens], [name.name for name in self.former_names]
        return [*tokens, *(one.what for one in self.fetched), *former]


def _together(host: str, rows: Iterable[HandOut]) -> list[Fetched]:
    """Put the hand-outs of one image together, whatever its tag; of each the first is kept, which is the latest."""
    found: dict[str, Fetched] = {}
    seen = set()
    for row in rows:
        if (question := (row.kind, row.asked)) not in seen:  # Few of the many are different, and reading one takes a while.
            seen.add(question)
            what, is_image = _what(row, host)
            found.setdefault(what, Fetched(what=what, is_image=is_image, who=row.who, at=row.at))
    return list(found.values())


def _what(row: HandOut, host: str) -> tuple[str, bool]:
    """Return what a hand-out was for, and whether that is an image."""
    if not row.asked:
        return str(_WITHOUT_AN_IMAGE.get(HandOut.Kind(row.kind), row.get_kind_display())), False
    try:
        if server_host(row.asked) == host:
            return gettext("The login, by its host"), False
    except InvalidServer:
        pass  # Then it has a path, as images do.
    try:
        reference = Reference.parse(row.asked)
    except InvalidReference:
        return row.asked, False
    return reference.repository, True  # The host is the connection’s own.
