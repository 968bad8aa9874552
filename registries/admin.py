"""The staff's view: status, history and the ledger, never a secret or its hash, and nothing to add, change or delete."""

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest

from console.admin import ReadOnly
from registries.models import Check, Connection, HandOut, MachineToken


class ChecksOfConnection(ReadOnly, admin.TabularInline):
    model = Check
    fields = readonly_fields = ("queued_at", "finished_at", "outcome", "by")
    ordering = ("-queued_at",)
    show_change_link = True

    def get_queryset(self, request: HttpRequest):  # type: ignore[no-untyped-def]
        return super().get_queryset(request).select_related("by")


@admin.register(Connection)
class ConnectionAdmin(ReadOnly, admin.ModelAdmin):
    allowed_lookups = frozenset({"outcome__exact", "flavor__exact", "paused__exact"})
    list_display = ("name", "team", "flavor", "address", "outcome", "paused", "ends_on")
    list_filter = ("outcome", "flavor", "paused")
    list_select_related = ("team",)
    search_fields = ("name", "host", "prefix", "team__name", "team__slug")
    ordering = ("team__name", "name")
    fields = readonly_fields = (
        "name", "team", "description", "flavor", "settings", "host", "prefix", "account", "purpose", "test_image",
        "token_hosts", "ends_on", "paused", "outcome", "outcome_since", "reason", "created_at", "created_by", "changed_at",
        "changed_by",
    )  # fmt: skip
    inlines = (ChecksOfConnection,)


@admin.register(Check)
class CheckAdmin(ReadOnly, admin.ModelAdmin):
    allowed_lookups = frozenset({"outcome__exact"})
    list_display = ("queued_at", "team", "connection", "host", "outcome", "by")
    list_filter = ("outcome",)
    list_select_related = ("team", "connection", "by")
    search_fields = ("host", "connection__name", "team__name", "team__slug")
    fields = readonly_fields = (
        "team",
        "connection",
        "host",
        "by",
        "queued_at",
        "started_at",
        "finished_at",
        "outcome",
        "steps_json",
    )


@admin.register(MachineToken)
class MachineTokenAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("name", "team", "shown_id", "ends_at", "revoked_at", "last_use")
    list_select_related = ("team",)
    search_fields = ("name", "team__name", "team__slug")
    ordering = ("team__name", "name")
    fields = readonly_fields = (
        "name", "team", "shown_id", "everything", "connections", "ends_at", "revoked_at", "former_until",
        "created_at", "created_by", "last_use",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest):  # type: ignore[no-untyped-def]
        latest = HandOut.objects.filter(token=OuterRef("pk")).order_by("-at")
        return super().get_queryset(request).annotate(last_asked_at=Subquery(latest.values("at")[:1]))

    @admin.display(description="last use", empty_value="Never")
    def last_use(self, token: MachineToken):  # type: ignore[no-untyped-def]
        """The moment of its latest row in the ledger, refused ones too."""
        return token.last_asked_at  # type: ignore[attr-defined]


@admin.register(HandOut)
class HandOutAdmin(ReadOnly, admin.ModelAdmin):
    """The ledger."""

    allowed_lookups = frozenset({"result__exact", "kind__exact"})
    list_display = ("at", "team", "who", "address", "kind", "registry", "result")
    list_filter = ("result", "kind")
    list_select_related = ("team",)
    show_full_result_count = False  # Of a long ledger, counting all rows takes longer than showing some.
    search_fields = ("who", "registry", "team__name", "team__slug")
    fields = readonly_fields = (
        "at", "team", "who", "token", "person", "by_former_secret", "address", "program", "kind", "asked", "registry",
        "connection", "revision", "result",
    )  # fmt: skip
