"""
What of the machines' asking is worth a line in the team's activity: the day's first login, the day's first refusal, and an
address that a token had not come from before. Each single request is in the ledger (`registries.models.hand_out`).

A machine asks many times a second and the record is written a line at a time, so each process remembers what it has seen.
"""

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from console.models import Event, Head, Team, Verb
from console.whereabouts import as_stored

if TYPE_CHECKING:
    from registries.models.machine_token import MachineToken

REMEMBERED = 10_000

_seen: "OrderedDict[Any, None]" = OrderedDict()
_lock = Lock()


def notice(token: "MachineToken", team: Team, address: str, *, given: bool, detail: str) -> None:
    """Record what is new about a request of a machine. Raises DatabaseError; then it counts as not seen."""
    key = (token.pk, address, given, timezone.localdate())
    with _lock:
        if key in _seen:
            _seen.move_to_end(key)
            return
    _record(token, team, as_stored(address), given=given, detail=detail)
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
        reads = mine.filter(verb__in=(Verb.CREDENTIALS_READ, Verb.READ_FROM_ELSEWHERE))
        elsewhere = given and address and reads.exists() and not reads.filter(address=address).exists()
        if not mine.filter(verb=verb, at__gte=midnight).exists():
            Event.record(team, verb, "", detail=detail, **told)
        if elsewhere:
            Event.record(team, Verb.READ_FROM_ELSEWHERE, "", detail=detail, **told)
