"""
The staff's view: status, history and the ledger, never a secret or its hash, and nothing to add, change or delete.

The catalogue alone is theirs to keep: it belongs to no team.
"""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.db import models
from django.db.models import Max, OuterRef, Subquery
from django.forms import ModelForm
from django.http import HttpRequest

from console.admin import ForStaff, ReadOnly
from registries.models import Check, Connection, Container, HandOut, MachineToken


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


@admin.register(Container)
class ContainerAdmin(ForStaff, admin.ModelAdmin):
    """
    The catalogue: all of staff look at it, and those change it who have Django's own rights for that, as superusers do.

    Every change is in the admin's log, with who made it.
    """

    allowed_lookups = frozenset({"hidden__exact"})
    list_display = ("name", "reference", "framework", "order", "hidden")
    list_editable = ("order", "hidden")
    list_filter = ("hidden",)
    search_fields = ("name", "reference", "framework", "contents")
    ordering = ("order", "name")
    fields = ("name", "reference", "framework", "contents", "order", "hidden")
    formfield_overrides = {
        models.CharField: {"widget": AdminTextInputWidget(attrs={"class": "vLargeTextField"})},
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})},
    }

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Put a new one behind the others."""
        last = Container.objects.aggregate(last=Max("order"))["last"] or 0
        return {"order": last + 10} | super().get_changeform_initial_data(request)

    def save_model(self, request: HttpRequest, obj: Container, form: ModelForm, change: bool) -> None:
        """Save it, and say what is doubtful about a reference that was just typed."""
        super().save_model(request, obj, form, change)
        if "reference" in form.changed_data and obj.doubt:
            self.message_user(request, obj.doubt, messages.WARNING)
