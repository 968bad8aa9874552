"""
A connection, as support staff see it: its settings, its last test step by step, its history, who got its login, and which
secret it has, told by a fingerprint. Acting staff may test, pause and resume it; nobody here edits it.
"""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse

from console.acts import Act, Acting, Overtaken
from console.admin import ReadOnly
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
        return messages.WARNING, f"Berth did not test {connection}. {step.fact} {step.fix}".rstrip()
    connection.record(Verb.STAFF_CHECKED, by=by)
    wait(Check.run_queued(), WAIT_SECONDS)
    check.refresh_from_db()
    if check.state != "done":
        return messages.INFO, f"The test of {connection} runs. Reload the page to see how it goes."
    level = messages.SUCCESS if check.status_kind == "ok" else messages.WARNING
    return level, f"The test of {connection} has ended. {check.summary}."


def _pause(connection: Connection, by: User, reason: str) -> tuple[int, str]:
    if not connection.pause(True, by=by, reason=reason):
        raise Overtaken
    return messages.SUCCESS, f"Paused {connection}. The team reads why on its page."


def _resume(connection: Connection, by: User, reason: str) -> tuple[int, str]:
    if not connection.pause(False, by=by, reason=reason):
        raise Overtaken
    return messages.SUCCESS, f"Resumed {connection}: it is handed out and tested again."


@admin.register(Connection)
class ConnectionAdmin(Acting, ReadOnly, admin.ModelAdmin):
    seen_as = "the registry {}"
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
            slug="check", words="Test again", do=_check, asks=False, offered=lambda connection: not connection.paused,
            sentence="{} is tested with its stored settings and its stored secret.",
        ),
        Act(
            slug="pause", words="Pause", do=_pause, offered=lambda connection: not connection.paused,
            sentence="{} is not handed out and not tested any more, so whatever pulls with it stops. "
            "The team sees the reason on its page.",
        ),
        Act(
            slug="resume", words="Resume", do=_resume, offered=lambda connection: connection.paused,
            sentence="{} is handed out and tested again.",
        ),
    )  # fmt: skip

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if connection := kwargs.get("obj"):
            context |= told_of(connection)
        return super().render_change_form(request, context, *args, **kwargs)


def told_of(connection: Connection) -> dict[str, Any]:
    """Return what a connection's page shows beside its columns."""
    tests = connection.checks.select_related("by")
    check = tests.first()
    if check is not None:
        check.give_up_if_lost()
    return {
        "check": check,
        "steps": check.steps if check else BEFORE_A_CHECK,
        "timeline": Check.objects.timeline(connection),
        "tests": tests.defer("steps_json")[:TESTS_SHOWN],
        "secret": Told.of(connection),
        **ledger.latest(connection=connection),
    }


@admin.register(Check)
class CheckAdmin(ReadOnly, admin.ModelAdmin):
    seen_as = "a test of {0.host}"
    change_form_template = "admin/registries/check/change_form.html"
    allowed_lookups = frozenset({"outcome__exact", "team__id__exact", "connection__id__exact"})
    list_display = ("queued_at", "team", "connection", "host", "outcome", "by")
    list_filter = ("outcome",)
    list_select_related = ("team", "connection", "by")
    search_fields = ("host", "connection__name", "team__name", "team__slug")
    fields = readonly_fields = (
        "team", "connection", "host", "by", "queued_at", "started_at", "finished_at", "outcome",
    )  # fmt: skip

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if check := kwargs.get("obj"):
            context |= {"check": check, "steps": check.steps}
        return super().render_change_form(request, context, *args, **kwargs)
