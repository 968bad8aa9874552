"""
How often machine tokens read logins on some days, and of which registries: what the team's activity adds from the ledger.

A busy token has a hundred thousand rows a day, so no more of a day are counted than a person wants to know of.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import ngettext

from console.models import Team
from registries.models.hand_out import HandOut

MOST_COUNTED = 1000
"""How many logins of a token and a day are counted."""

REGISTRIES_NAMED = 4

TokenDay = tuple[str, date]
"""The public id of a token, and a day by the calendar of the server's time zone."""


@dataclass(frozen=True, kw_only=True)
class Reads:
    """What a token read on a day: how many times, at least where not all was counted, and of which registries."""

    times: int
    all_counted: bool
    registries: tuple[str, ...] = ()

    def words(self, *, today: bool) -> str:
        """Say it: "gar-training, ghcr-northwind. 38 times today." It was today, or on the day that is spoken of."""
        named = ", ".join(self.registries[:REGISTRIES_NAMED])
        if (more := len(self.registries) - REGISTRIES_NAMED) > 0:
            named = ngettext("{names} and {count} more", "{names} and {count} more", more).format(names=named, count=more)
        times = number_format(self.times, force_grouping=True)
        return f"{named}. {self._often(today).format(times=times)}"

    def _often(self, today: bool) -> str:
        if self.all_counted and today:
            return ngettext("Once today.", "{times} times today.", self.times)
        if self.all_counted:
            return ngettext("Once that day.", "{times} times that day.", self.times)
        if today:
            return ngettext("At least once today.", "At least {times} times today.", self.times)
        return ngettext("At least once that day.", "At least {times} times that day.", self.times)


def reads(team: Team, wanted: Collection[TokenDay]) -> Mapping[TokenDay, Reads]:
    """Return what tokens of a team read on days, in one query; days of which the ledger has nothing are left out."""
    asked = list(dict.fromkeys(wanted))
    if not asked:
        return {}
    parts, values = [], list[Any]()
    for place, (public_id, day) in enumerate(asked):
        sql, put_in = _given(team, public_id, day).query.sql_with_params()
        # One look at the day counts its moments, since what is given at once counts once; the other names its registries.
        parts.append(f"SELECT {place}, '', COUNT(DISTINCT at), COUNT(*) FROM ({sql}) AS given")  # noqa: S608
        parts.append(f"SELECT {place}, registry, 0, 0 FROM ({sql}) AS given GROUP BY registry")  # noqa: S608
        values += [*put_in, *put_in]
    counted, names = dict[TokenDay, tuple[int, int]](), dict[TokenDay, list[str]]()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        for place, registry, times, logins in cursor.fetchall():
            if registry:
                names.setdefault(asked[place], []).append(registry)
            elif times:
                counted[asked[place]] = times, logins
    return {
        one: Reads(times=times, all_counted=logins <= MOST_COUNTED, registries=tuple(sorted(names.get(one, []))))
        for one, (times, logins) in counted.items()
    }


def _given(team: Team, public_id: str, day: date) -> "models.QuerySet[HandOut, tuple[str, datetime]]":
    """Return the latest logins that a token got on a day; lists and checks of files hold none."""
    begin = timezone.make_aware(datetime.combine(day, time.min))
    asked: Any = {"token__public_id": public_id, "at__gte": begin, "at__lt": begin + timedelta(days=1)}
    rows = HandOut.objects.given().filter(team=team, **asked).exclude(kind__in=[HandOut.Kind.LIST, HandOut.Kind.SPEC_CHECK])
    return rows.order_by("-at").values_list("registry", "at")[: MOST_COUNTED + 1]
