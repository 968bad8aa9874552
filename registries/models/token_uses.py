"""
What the ledger tells of machine tokens: when each was last used, from where and by what program.

A use is a request that came past the door, whatever it got behind it. What the door refused is told apart, because the id
of a token is no secret, and anybody can present it with a wrong one.
"""

from collections.abc import Iterable
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce, Lower

from console.models import Membership
from registries.models.connection import Connection
from registries.models.hand_out import HandOut
from registries.models.machine_token import OVERLAP, MachineToken

IN_FLIGHT = timedelta(minutes=1)
"""A request that was let in just before its token stopped working may be noted after that."""


def listed(tokens: "models.QuerySet[MachineToken]") -> list[MachineToken]:
    """
    Return tokens in order of name, each with its last uses, its connections, its maker and whether they are still there.

    Four queries at most, however many tokens there are. Each look into the ledger begins at a token's latest row and ends
    soon: one that stopped working is not searched where it can only have been refused.
    """
    duration: Any = models.DurationField()
    stopped = Coalesce("revoked_at", "ends_at") + models.Value(IN_FLIGHT, duration)
    rows = (
        tokens.annotate(stopped=models.ExpressionWrapper(stopped, models.DateTimeField()))
        .annotate(
            latest_id=_latest(),
            use_id=_latest(~models.Q(kind=HandOut.Kind.TOKEN), at__lte=models.OuterRef("stopped")),
            maker_there=models.Exists(
                Membership.objects.filter(team=models.OuterRef("team"), user=models.OuterRef("created_by"))
            ),
        )
        .select_related("created_by")
        .prefetch_related(models.Prefetch("connections", Connection.bare.only("name").order_by(Lower("name"))))
        .order_by(Lower("name"))
    )
    known: Any = list(rows)
    former_use_ids = _former_uses(known)
    wanted = {pk for row in known for pk in (row.latest_id, row.use_id) if pk} | set(former_use_ids.values())
    uses = HandOut.objects.in_bulk(wanted)
    for row in known:
        latest = uses.get(row.latest_id)
        row.maker_in_team = row.maker_there
        row.last_use, row.last_former_use = uses.get(row.use_id), uses.get(former_use_ids.get(row.pk))
        row.last_refusal = latest if latest and latest.kind == HandOut.Kind.TOKEN else None
    return list(known)


def _latest(*conditions: models.Q, **columns: Any) -> models.Subquery:
    """Return the latest row of a token's ledger, or the latest of some."""
    rows = HandOut.objects.filter(*conditions, token=models.OuterRef("pk"), **columns)
    return models.Subquery(rows.order_by("-at").values("pk")[:1])


def _former_uses(tokens: Iterable[MachineToken]) -> dict[int, int]:
    """
    Return the latest row that the secret of before left since it was rotated, by token, where that secret still works.

    Its moments are constants of the query: as columns of another table they would not be looked up in the index.
    """
    overlapping = {row.pk: row.former_until - OVERLAP for row in tokens if row.overlaps and row.former_until}
    if not overlapping:
        return {}
    since = reduce(or_, (models.Q(token=pk, at__gt=rotated_at) for pk, rotated_at in overlapping.items()))
    by_it = HandOut.objects.filter(since, by_former_secret=True).order_by().values_list("token")
    return dict(by_it.annotate(models.Max("pk")))
