"""The ledger, as support staff read it: who asked for a login, from where, for what image, and how it ended."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_noop

from console.admin import ReadOnly
from registries.models import HandOut

SHOWN = 20


def latest(**whose: Any) -> dict[str, Any]:
    """Return the latest rows of a team, a connection or a token, for its page, and the list that has them all."""
    [(name, whole)] = whose.items()
    return {
        "hand_outs": HandOut.objects.filter(**whose).select_related("connection")[:SHOWN],
        "hand_outs_query": f"{name}__id__exact={whole.pk}",
    }


@admin.register(HandOut)
class HandOutAdmin(ReadOnly, admin.ModelAdmin):
    """The ledger."""

    seen_as = gettext_noop("a hand-out")
    allowed_lookups = frozenset(
        {"result__exact", "kind__exact", "team__id__exact", "connection__id__exact", "token__id__exact"}
    )
    list_display = ("at", "team", "who", "address", "kind", "asked", "registry", "result")
    list_filter = ("result", "kind")
    list_select_related = ("team",)
    show_full_result_count = False  # Of a long ledger, counting all rows takes longer than showing some.
    search_fields = ("who", "registry", "team__name", "team__slug")
    fields = readonly_fields = (
        "at", "team", "who", "token", "person", "by_former_secret", "address", "program", "kind", "asked", "registry",
        "connection", "revision", "result",
    )  # fmt: skip
