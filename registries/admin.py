"""The staff's view of connections: status and history, never a secret, and nothing to add, change or delete."""

from django.contrib import admin
from django.http import HttpRequest

from console.admin import ReadOnly
from registries.models import Check, Connection


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
        "ends_on", "paused", "outcome", "outcome_since", "reason", "created_at", "created_by", "changed_at", "changed_by",
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
