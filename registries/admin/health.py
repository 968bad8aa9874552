"""How connections are, in the five words that the front page counts them by; the list is filtered by the same words."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registries.outcomes import Outcome

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

ENDS_WITHIN = timedelta(days=30)
TEMPORARY = [outcome for outcome in Outcome if outcome.is_temporary]

HEALTH: "dict[str, tuple[StrPromise, Q]]" = {
    "connected": (_("Connected"), Q(paused=False, outcome=Outcome.CONNECTED)),
    "failing": (_("Failing"), Q(paused=False) & ~Q(outcome__in=["", Outcome.CONNECTED, *TEMPORARY])),
    "unknown": (_("Could not check"), Q(paused=False, outcome__in=TEMPORARY)),
    "unchecked": (_("Not checked yet"), Q(paused=False, outcome="")),
    "paused": (_("Paused"), Q(paused=True)),
}
"""By a word for addresses: what people read, and which connections it is. Each connection is in one of them."""


def health_of(outcome: str, paused: bool) -> str:
    """Return the word for a connection with these columns."""
    if paused or not outcome:
        return "paused" if paused else "unchecked"
    return "connected" if outcome == Outcome.CONNECTED else "unknown" if outcome in TEMPORARY else "failing"


def ends_soon() -> Q:
    """Return which connections have a login that ends within 30 days: whatever tells the end, its day is stored."""
    today = timezone.localdate()
    return Q(paused=False, ends_on__gte=today, ends_on__lte=today + ENDS_WITHIN)


class ByEnd(admin.SimpleListFilter):
    title, parameter_name = _("end of the login"), "ends"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("soon", gettext("Within {days} days").format(days=ENDS_WITHIN.days))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(ends_soon()) if self.value() == "soon" else queryset


class ByHealth(admin.SimpleListFilter):
    title, parameter_name = _("health"), "health"

    def lookups(self, request: Any, model_admin: Any) -> "list[tuple[str, StrPromise]]":
        return [(word, label) for word, (label, which) in HEALTH.items()]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(HEALTH[word][1]) if (word := self.value()) in HEALTH else queryset
