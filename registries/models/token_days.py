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

    def words(self, when: str) -> str:
        """Say it: "gar-training, ghcr-northwind. 38 times today." `when` is "today" or "that day"."""
        named = ", ".join(self.registries[:REGISTRIES_NAMED])
        if (more := len(self.registries) - REGISTRIES_NAMED) > 0:
            named += f" and {more} more"
        times = f"{self.times:,} times" if self.times > 1 else "once"
        often = times.capitalize() if self.all_counted else f"At least {times}"
        return f"{named}. {often} {when}."


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
