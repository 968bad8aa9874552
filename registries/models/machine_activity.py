"""
What of the machines' asking is worth a line in the team's activity: the day's first login, the day's first refusal, and an
address that a token had not come from before. Each single request is in the ledger (`registries.models.hand_out`).

One machine may have a whole /64 of IPv6, and go through it: that counts as one address. And a token has so many such lines
a day at most, since whoever holds it could come from anywhere.

A machine asks many times a second and the record is written a line at a time, so each process remembers what it has seen.
"""

from collections import OrderedDict
from ipaddress import ip_network
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from console.models import Event, Head, Team, Verb
from console.whereabouts import as_stored

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from registries.models.machine_token import MachineToken

REMEMBERED = 10_000

ELSEWHERE_A_DAY = 20
"""How many new addresses of one token are told a day."""

_seen: "OrderedDict[Any, None]" = OrderedDict()
_lock = Lock()


def notice(token: "MachineToken", team: Team, address: str, *, given: bool, detail: str) -> None:
    """Record what is new about a request of a machine. Raises DatabaseError; then it counts as not seen."""
    stored = as_stored(address)
    key = (token.pk, _network(stored), given, timezone.localdate())
    with _lock:
        if key in _seen:
            _seen.move_to_end(key)
            return
    _record(token, team, stored, given=given, detail=detail)
    with _lock:
        _seen[key] = None
        while len(_seen) > REMEMBERED:
            _seen.popitem(last=False)


def forget() -> None:
    """Start anew, as a new process does."""
    with _lock:
        _seen.clear()


def _record(token: "MachineToken", team: Team, address: str | None, *, given: bool, detail: str) -> None:
    verb = Verb.CREDENTIALS_READ if given else Verb.CREDENTIALS_REFUSED
    told: dict[str, Any] = {"who": token.name, "login": token.shown_id, "about": token.public_id, "address": address}
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    with transaction.atomic():
        Head.locked(team.pk)  # Of several processes that see it at once, one records it.
        mine = Event.objects.filter(team=team, about=token.public_id)
        told_today = mine.filter(verb=Verb.READ_FROM_ELSEWHERE, at__gte=midnight)
        elsewhere = given and address and told_today.count() < ELSEWHERE_A_DAY and _is_new(mine, address)
        if not mine.filter(verb=verb, at__gte=midnight).exists():
            Event.record(team, verb, "", detail=detail, **told)
        if elsewhere:
            Event.record(team, Verb.READ_FROM_ELSEWHERE, "", detail=detail, **told)


def _is_new(mine: "QuerySet[Event]", address: str) -> bool:
    """Whether a token came from other addresses before, and never from this one or its network."""
    reads = mine.filter(verb__in=(Verb.CREDENTIALS_READ, Verb.READ_FROM_ELSEWHERE)).order_by()
    known = set(reads.values_list("address", flat=True).distinct())
    return bool(known) and _network(address) not in {_network(as_stored(other or "")) for other in known}


def _network(address: str | None) -> str | None:
    """Return what stands for an address in its stored form: of IPv6 its /64, which is what one machine may have."""
    return str(ip_network((address, 64), strict=False)) if address and ":" in address else address
