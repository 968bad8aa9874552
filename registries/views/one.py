"""The pages of one connection, and its verbs."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from console.access import TeamRequest, member
from console.models import Role
from registries import conflicts, snippets
from registries.forms import DeleteForm
from registries.models import Check, NameTaken, Stale
from registries.outcomes import Outcome
from registries.views.answers import (
    QUICK_SECONDS,
    check_context,
    edit_form,
    form_page,
    found,
    saved,
    see,
    tried,
    up_to_date,
    wait,
)

HISTORY_ROWS = 10


@member()
@require_http_methods(["GET", "HEAD"])
def connection_detail(request: TeamRequest, name: str) -> HttpResponse:
    """Show how to use a connection, how its test went, and its facts."""
    connection = found(request, name)
    if connection.name != name:
        return redirect("connection_detail", request.team.slug, connection.name)
    latest = up_to_date(connection.checks.first())
    if (request.htmx.target or "").startswith("registry-"):
        return render(request, "registries/_connection.html", {"connection": found(request, name)})
    snippet = snippets.workflow(connection)
    context = {
        **check_context(request, latest, connection),
        "history": connection.checks.exclude(finished_at=None).exclude(started_at=None).select_related("by")[:HISTORY_ROWS],
        "worked_at": connection.checks.filter(outcome=Outcome.CONNECTED).values_list("finished_at", flat=True).first(),
        "snippet": snippets.highlighted(snippet),
        "snippet_text": snippet,
        "former_names": connection.former_names.filter(until__gt=timezone.now()),
        "twins": connection.twins(),
    }
    return render(request, "registries/connection_detail.html", context)


@member(at_least=Role.ADMIN)
@sensitive_post_parameters()
def connection_edit(request: TeamRequest, name: str) -> HttpResponse:
    """Change a connection; the status starts over, and the changed one is tested."""
    connection = found(request, name)
    form = edit_form(request, connection)
    if request.method == "POST" and form.is_valid():
        try:
            connection.replace(
                form.registry,
                by=request.user,
                version=form.cleaned_data["version"],
                keep_secrets=form.secrets_kept,
                **form.details(),
            )
        except NameTaken:
            form.add_error("name", "Somebody took this name just now. Choose another one.")
        except Stale:
            connection.refresh_from_db()
            conflict = conflicts.between(connection, form)
            return form_page(request, form.based_on_now(), connection, conflict=conflict)
        else:
            if form.draft:
                form.draft.delete()
            return saved(request, connection, form, "kept" if form.secrets_kept else "replaced")
    return form_page(request, form, connection)


@member(at_least=Role.ADMIN)
@sensitive_post_parameters()
def connection_try_edit(request: TeamRequest, name: str) -> HttpResponse:
    """Test what is typed into the form of a stored connection; its stored secret goes only where it went before."""
    connection = found(request, name)
    if request.method != "POST":
        return redirect("connection_edit", request.team.slug, connection.name)
    return tried(request, edit_form(request, connection, for_test=True), connection)


@member(at_least=Role.ADMIN)
@require_POST
def connection_check(request: TeamRequest, name: str) -> HttpResponse:
    """Test a stored connection: its saved settings, its saved secret, whatever else was posted."""
    connection = found(request, name)
    if not connection.paused:
        check = Check.objects.ask(connection, by=request.user)
        wait(Check.run_queued(), QUICK_SECONDS)
        check.refresh_from_db()
    if not request.htmx:
        return redirect(reverse("connection_detail", args=[request.team.slug, connection.name]) + "#check")
    connection = request.team.connections.get(pk=connection.pk)
    if (request.htmx.target or "").startswith("registry-"):
        return render(request, "registries/_connection.html", {"connection": connection})
    return render(request, "registries/_check.html", check_context(request, connection.checks.first(), connection))


@member(at_least=Role.ADMIN)
@require_POST
def connection_pause(request: TeamRequest, name: str) -> HttpResponse:
    """Pause a connection, or let it work again."""
    connection = found(request, name)
    connection.pause(request.POST.get("paused") == "yes", by=request.user)
    if not connection.paused:  # That it is paused, its page says as long as it is so.
        messages.success(request, format_html("<b>{} works again.</b>", connection.name))
    return see(request, reverse("connection_detail", args=[request.team.slug, connection.name]))


@member(at_least=Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def connection_delete(request: TeamRequest, name: str) -> HttpResponse:
    """Say what deleting takes, and do it."""
    connection = found(request, name)
    form = DeleteForm(request.POST if request.method == "POST" else None, connection=connection)
    if request.method == "POST" and form.is_valid():
        connection.remove(by=request.user)
        messages.success(request, format_html("<b>{} is deleted.</b>", connection.name))
        return see(request, reverse("connection_list", args=[request.team.slug]))
    part = request.htmx and request.method == "GET"
    template = "registries/_delete.html" if part else "registries/connection_delete.html"
    context = {"connection": connection, "form": form, "referrers": form.referrers}
    return render(request, template, context, status=422 if form.errors else 200)


@member()
@require_http_methods(["GET", "HEAD"])
def check_detail(request: TeamRequest, pk: Any) -> HttpResponse:
    """Show a check as it stands: any of a stored connection, and one's own of what was only typed."""
    visible = Q(connection__isnull=False) | Q(by=request.user)
    check = get_object_or_404(request.team.checks.filter(visible), pk=pk)
    up_to_date(check)
    connection = request.team.connections.filter(checks=check).first()
    template = "registries/_check.html" if request.htmx else "registries/check_detail.html"
    return render(request, template, check_context(request, check, connection))
