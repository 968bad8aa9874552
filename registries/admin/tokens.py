"""Machine tokens, as support staff see them: what each may have and when it was used. Acting staff may revoke one."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from console.acts import Act, Acting, Overtaken
from console.admin import ReadOnly
from console.models import User
from registries.admin import ledger
from registries.models import HandOut, MachineToken


def _revoke(token: MachineToken, by: User, reason: str) -> tuple[int, str]:
    if not token.revoke(by=by, reason=reason):
        raise Overtaken
    return messages.SUCCESS, gettext("Revoked {name}. Whoever asks with it gets nothing.").format(name=token)


@admin.register(MachineToken)
class MachineTokenAdmin(Acting, ReadOnly, admin.ModelAdmin):
    seen_as = gettext_noop("the machine token {name}")
    allowed_lookups = frozenset({"team__id__exact"})
    change_form_template = "admin/registries/machinetoken/change_form.html"
    acts = (
        Act(
            slug="revoke", words=_("Revoke"), do=_revoke, offered=lambda token: token.in_force,
            sentence=_("{name} stops working at once, for every machine that has it. Nobody can undo that."),
        ),
    )  # fmt: skip
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

    @admin.display(description=_("shown id"))
    def shown_id(self, token: MachineToken) -> str:
        return token.shown_id

    @admin.display(description=_("last use"))
    def last_use(self, token: MachineToken):  # type: ignore[no-untyped-def]
        """The moment of its latest row in the ledger, refused ones too."""
        return token.last_asked_at or gettext("Never")  # type: ignore[attr-defined]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if token := kwargs.get("obj"):
            context |= ledger.latest(token=token)
        return super().render_change_form(request, context, *args, **kwargs)
