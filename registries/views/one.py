"""The pages of one connection, and its verbs."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from console import languages
from console.access import TeamRequest, member
from console.models import Role
from registries import conflicts
from registries.bulkhead import wait
from registries.forms import DeleteForm
from registries.models import Check, Connection, NameTaken, Referrers, Stale
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
)
from registries.views.use import download, use_context


def history(connection: Connection | None) -> dict[str, Any]:
    """Return how the tests of a stored connection went so far: spans of one status, and when it last worked."""
    if connection is None:
        return {}
    worked = connection.checks.filter(outcome=Outcome.CONNECTED)
    return {
        "timeline": Check.objects.timeline(connection),
        "worked_at": worked.values_list("finished_at", flat=True).first(),
    }


def links(request: TeamRequest, connections: Iterable[Connection]) -> SafeString:
    """Name connections, each with a link to its page."""
    pages = [(reverse("connection_detail", args=[request.team.slug, one.name]), one.name) for one in connections]
    named = languages.listed([format_html('<a href="{}">{}</a>', page, name) for page, name in pages])
    return mark_safe(named)  # noqa: S308 - each was escaped


def alone(request: TeamRequest) -> bool:
    """Say whether htmx asks from the page of a single test, where there is nothing else that a result would change."""
    try:
        return resolve(urlsplit(request.htmx.current_url_abs_path or "").path).url_name == "check_detail"
    except (Resolver404, ValueError):
        return False


@member()
@require_http_methods(["GET", "HEAD"])
def connection_detail(request: TeamRequest, name: str) -> HttpResponse:
    """Show how to use a connection, how its test went, and its facts."""
    connection = found(request, name)
    if connection.name != name:
        return redirect("connection_detail", request.team.slug, connection.name)
    if "file" in request.GET:
        return download(request, connection)
    use = use_context(request, connection)
    if request.htmx.target == "use":
        return render(request, "registries/_use.html", {"connection": connection, **use})
    latest = up_to_date(connection.checks.first())
    if (request.htmx.target or "").startswith("registry-"):
        return render(request, "registries/_connection.html", {"connection": found(request, name)})
    context = {
        **check_context(request, latest, connection),
        **history(connection),
        **use,
        # Which machines fetch what is the activity, and that is for admins.
        "referrers": Referrers.of(connection) if request.membership.is_admin else None,
        "former_names": connection.former_names.filter(until__gt=timezone.now()),
        "twins": links(request, connection.twins()),
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
            form.add_error("name", _("Somebody took this name just now. Choose another one."))
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
    context = {**check_context(request, connection.checks.first(), connection), **history(connection)}
    return render(request, "registries/_check.html", {**context, "alone": alone(request)})


@member(at_least=Role.ADMIN)
@require_POST
def connection_pause(request: TeamRequest, name: str) -> HttpResponse:
    """Pause a connection, or let it work again."""
    connection = found(request, name)
    wanted = request.POST.get("paused")
    if wanted not in ("yes", "no"):
        messages.error(
            request, _("Nothing is changed. It was not said whether {name} is to be paused.").format(name=connection.name)
        )
    elif connection.pause(wanted == "yes", by=request.user) and wanted == "no":
        # That it is paused, its page says as long as it is so.
        messages.success(request, format_html(_("<b>{name} works again.</b>"), name=connection.name))
    return see(request, reverse("connection_detail", args=[request.team.slug, connection.name]))


def deleted(connection: Connection, referrers: Referrers) -> SafeString:
    """Say that a connection is gone, and what referred to it."""
    if not referrers.count:
        return format_html(_("<b>{name} is deleted.</b>"), name=connection.name)
    named = ", ".join(referrers.names)
    if referrers.more:
        named = _("{names} and {number} more").format(names=named, number=referrers.more)
    sentence = ngettext(
        "<b>{name} is deleted.</b> {count} thing referred to it: {names}.",
        "<b>{name} is deleted.</b> {count} things referred to it: {names}.",
        referrers.count,
    )
    return format_html(sentence, name=connection.name, count=referrers.count, names=named)


@member(at_least=Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def connection_delete(request: TeamRequest, name: str) -> HttpResponse:
    """Say what deleting takes, and do it."""
    connection = found(request, name)
    referrers = Referrers.of(connection)
    form = DeleteForm(request.POST if request.method == "POST" else None, connection=connection, referrers=referrers)
    if request.method == "POST" and form.is_valid():
        connection.remove(by=request.user)
        messages.success(request, deleted(connection, referrers))
        return see(request, reverse("connection_list", args=[request.team.slug]))
    part = request.htmx and request.method == "GET"
    template = "registries/_delete.html" if part else "registries/connection_delete.html"
    context = {"connection": connection, "form": form, "referrers": referrers}
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
    past = history(connection) if request.htmx and check.state == "done" else {}
    context = {**check_context(request, check, connection), **past, "alone": alone(request)}
    return render(request, template, context)
