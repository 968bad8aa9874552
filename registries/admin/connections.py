"""
A connection, as support staff see it: its settings, its last test step by step, its history, who got its login, and which
secret it has, told by a fingerprint. Acting staff may test, pause and resume it; nobody here edits it.
"""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from console.acts import Act, Acting, Overtaken
from console.admin import ReadOnly
from console.languages import said
from console.models import User, Verb
from registries.admin import ledger
from registries.admin.health import ByEnd, ByHealth
from registries.bulkhead import wait
from registries.models import Check, Connection
from registries.models.fingerprint import Told
from registries.outcomes import BEFORE_A_CHECK

WAIT_SECONDS = 1.5  # for a test, so that a quick one is there at once
TESTS_SHOWN = 20


def _check(connection: Connection, by: User, reason: str) -> tuple[int, str]:
    """Test the stored connection, by the limits that people have."""
    check = Check.objects.ask(connection, by=by)
    if check.state == "done":  # It was refused before it began.
        step = check.steps[0]
        why = " ".join(filter(None, (said(step.fact), said(step.fix))))
        return messages.WARNING, gettext("Berth did not test {name}. {why}").format(name=connection, why=why)
    connection.record(Verb.STAFF_CHECKED, by=by)
    wait(Check.run_queued(), WAIT_SECONDS)
    check.refresh_from_db()
    if check.state != "done":
        return messages.INFO, gettext("The test of {name} runs. Reload the page to see how it goes.").format(
            name=connection
        )
    level = messages.SUCCESS if check.status_kind == "ok" else messages.WARNING
    words = gettext("The test of {name} has ended. {summary}.")
    return level, words.format(name=connection, summary=said(check.summary))


def _pause(connection: Connection, by: User, reason: str) -> tuple[int, str]:
    if not connection.pause(True, by=by, reason=reason):
        raise Overtaken
    return messages.SUCCESS, gettext("Paused {name}. The team reads why on its page.").format(name=connection)


def _resume(connection: Connection, by: User, reason: str) -> tuple[int, str]:
    if not connection.pause(False, by=by, reason=reason):
        raise Overtaken
    return messages.SUCCESS, gettext("Resumed {name}: it is handed out and tested again.").format(name=connection)


@admin.register(Connection)
class ConnectionAdmin(Acting, ReadOnly, admin.ModelAdmin):
    seen_as = gettext_noop("the registry {name}")
    change_form_template = "admin/registries/connection/change_form.html"
    allowed_lookups = frozenset({"outcome__exact", "flavor__exact", "paused__exact", "health", "ends", "team__id__exact"})
    list_display = ("name", "team", "flavor", "address", "outcome", "paused", "ends_on")
    list_filter = (ByHealth, ByEnd, "outcome", "flavor", "paused")
    list_select_related = ("team",)
    search_fields = ("name", "host", "prefix", "team__name", "team__slug")
    ordering = ("team__name", "name")
    fields = readonly_fields = (
        "name", "team", "description", "flavor", "settings", "host", "prefix", "account", "purpose", "test_image",
        "token_hosts", "ends_on", "paused", "pause_reason", "outcome", "outcome_since", "reason", "created_at",
        "created_by", "changed_at", "changed_by",
    )  # fmt: skip
    acts = (
        Act(
            slug="check", words=_("Test again"), do=_check, asks=False, offered=lambda connection: not connection.paused,
            sentence=_("{name} is tested with its stored settings and its stored secret."),
        ),
        Act(
            slug="pause", words=_("Pause"), do=_pause, offered=lambda connection: not connection.paused,
            sentence=_(
                "{name} is not handed out and not tested any more, so whatever pulls with it stops. "
                "The team sees the reason on its page."
            ),
        ),
        Act(
            slug="resume", words=_("Resume"), do=_resume, offered=lambda connection: connection.paused,
            sentence=_("{name} is handed out and tested again."),
        ),
    )  # fmt: skip

    @admin.display(description=_("address"))
    def address(self, connection: Connection) -> str:
        return connection.address

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if connection := kwargs.get("obj"):
            context |= told_of(connection)
        return super().render_change_form(request, context, *args, **kwargs)


def told_of(connection: Connection) -> dict[str, Any]:
    """Return what a connection's page shows beside its columns."""
    tests = connection.checks.select_related("by")
    secret = Told.of(connection)
    check = tests.first()
    if check is not None:
        check.give_up_if_lost()
    return {
        "check": check,
        "steps": check.steps if check else BEFORE_A_CHECK,
        "timeline": Check.objects.timeline(connection),
        "tests": tests.defer("steps_json")[:TESTS_SHOWN],
        "secret": secret,
        "twins": format_html_join(", ", '<a href="{}">{}</a>', ((_page(twin), twin.name) for twin in secret.twins)),
        **ledger.latest(connection=connection),
    }


def _page(connection: Connection) -> str:
    return reverse("admin:registries_connection_change", args=[connection.pk])


@admin.register(Check)
class CheckAdmin(ReadOnly, admin.ModelAdmin):
    seen_as = gettext_noop("a test of {name}")
    change_form_template = "admin/registries/check/change_form.html"
    allowed_lookups = frozenset({"outcome__exact", "team__id__exact", "connection__id__exact"})
    list_display = ("queued_at", "team", "connection", "host", "outcome", "by")
    list_filter = ("outcome",)
    list_select_related = ("team", "connection", "by")
    search_fields = ("host", "connection__name", "team__name", "team__slug")
    fields = readonly_fields = (
        "team", "connection", "host", "by", "queued_at", "started_at", "finished_at", "outcome",
    )  # fmt: skip

    def seen_by_name(self, thing: Check) -> str:
        return thing.host

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if check := kwargs.get("obj"):
            context |= {"check": check, "steps": check.steps}
        return super().render_change_form(request, context, *args, **kwargs)
