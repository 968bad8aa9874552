"""How connections are, in the five words that the front page counts them by; the list is filtered by the same words."""

from typing import Any

from django.contrib import admin
from django.db.models import Q

from registries.outcomes import Outcome

TEMPORARY = [outcome for outcome in Outcome if outcome.is_temporary]

HEALTH: dict[str, tuple[str, Q]] = {
    "connected": ("Connected", Q(paused=False, outcome=Outcome.CONNECTED)),
    "failing": ("Failing", Q(paused=False) & ~Q(outcome__in=["", Outcome.CONNECTED, *TEMPORARY])),
    "unknown": ("Could not check", Q(paused=False, outcome__in=TEMPORARY)),
    "unchecked": ("Not checked yet", Q(paused=False, outcome="")),
    "paused": ("Paused", Q(paused=True)),
}
"""By a word for addresses: what people read, and which connections it is. Each connection is in one of them."""


def health_of(outcome: str, paused: bool) -> str:
    """Return the word for a connection with these columns."""
    if paused or not outcome:
        return "paused" if paused else "unchecked"
    return "connected" if outcome == Outcome.CONNECTED else "unknown" if outcome in TEMPORARY else "failing"


class ByHealth(admin.SimpleListFilter):
    title, parameter_name = "health", "health"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(word, label) for word, (label, _) in HEALTH.items()]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(HEALTH[word][1]) if (word := self.value()) in HEALTH else queryset
