"""The pages and partials of a team's connections. Each finds, asks the form, calls one verb, and answers."""

from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from console.access import TeamRequest, member
from console.models import Role
from registries import conflicts, snippets
from registries.flavors import FLAVORS
from registries.flavors.base import Flavor
from registries.forms import ConnectionForm, DeleteForm
from registries.models import Check, Connection, NameTaken, Stale
from registries.outcomes import BEFORE_A_CHECK, Outcome

PAGE_ROWS = 50
HISTORY_ROWS = 10
# How long an answer waits for a test, so that a quick one is there at once. Only as many wait as the bulkhead holds.
QUICK_SECONDS = 1.5
# What is only typed cannot be looked at by another request without JavaScript, so there the answer waits to the end.
WHOLE_SECONDS = 25


def found(request: TeamRequest, name: str) -> Connection:
    """Return the team's connection of this name, or of this former name; 404 where there is none."""
    try:
        connection: Connection = request.team.connections.named(name)
    except Connection.DoesNotExist:
        raise Http404 from None
    return connection


def flavor_of(slug: str) -> type[Flavor]:
    """Return the flavor of this slug; 404 where there is none."""
    if slug not in FLAVORS:
        raise Http404
    return FLAVORS[slug]


def posted(request: HttpRequest) -> tuple[Any, Any]:
    """Return what a form is bound to: what was posted, even where that is nothing; None where nothing was."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def wait(future: "Future[None] | None", seconds: float) -> None:
    """Wait for a check that runs in this process, but no longer than this."""
    if future is not None:
        try:
            future.result(timeout=seconds)
        except NotYet:
            return


def up_to_date(check: Check | None) -> Check | None:
    """Return a check as it stands: one whose process was killed has ended, and one that waits for nobody is run."""
    if check is not None:
        check.give_up_if_lost()
        if check.state == "queued":
            Check.run_queued()
    return check


def see(request: TeamRequest, url: str) -> HttpResponse:
    """Lead to another page, for htmx too."""
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


# The list -----------------------------------------------------------------------------------------------------------


@member()
def connection_list(request: TeamRequest) -> HttpResponse:
    """List a team's connections: by name, searched and filtered, 50 a page."""
    q, show = request.GET.get("q", "").strip()[:200], request.GET.get("show", "")
    connections = request.team.connections
    rows = connections.search(q).showing(show).for_list()
    context = {
        "page": Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page")),
        "counts": connections.counts(),
        "q": q,
        "show": show,
    }
    part = request.htmx and not request.htmx.history_restore_request
    return render(request, "registries/_connection_list.html" if part else "registries/connection_list.html", context)


# Adding -------------------------------------------------------------------------------------------------------------


@member(at_least=Role.ADMIN)
def connection_add(request: TeamRequest) -> HttpResponse:
    """Choose where the registry lives."""
    return render(request, "registries/connection_add.html", {"flavors": FLAVORS.values()})


@member(at_least=Role.ADMIN)
@sensitive_post_parameters()
def connection_new(request: TeamRequest, flavor: str) -> HttpResponse:
    """Fill in the form of one flavor; a valid one is saved, then tested."""
    form = ConnectionForm(*posted(request), flavor=flavor_of(flavor), team=request.team)
    if request.method == "POST" and form.is_valid():
        try:
            connection = request.team.connections.connect(**form.details(), registry=form.registry, by=request.user)
        except NameTaken:
            form.add_error("name", "Somebody took this name just now. Choose another one.")
        else:
            return saved(request, connection, form.registry, "new")
    return form_page(request, form)


@member(at_least=Role.ADMIN)
@sensitive_post_parameters()
def connection_try(request: TeamRequest, flavor: str) -> HttpResponse:
    """Test what is typed, before it is saved and before it has a name."""
    if request.method != "POST":  # Somebody came back to the address of an answer.
        return redirect("connection_new", request.team.slug, flavor)
    form = ConnectionForm(request.POST, request.FILES, flavor=flavor_of(flavor), team=request.team, for_test=True)
    return tried(request, form)


# One connection -----------------------------------------------------------------------------------------------------


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
        "history": connection.checks.exclude(finished_at=None).select_related("by")[:HISTORY_ROWS],
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
            return saved(request, connection, form.registry, "kept" if form.secrets_kept else "replaced")
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


# Answers that several pages share -----------------------------------------------------------------------------------


def edit_form(request: TeamRequest, connection: Connection, *, for_test: bool = False) -> ConnectionForm:
    return ConnectionForm(
        *posted(request),
        flavor=connection.flavor_class,
        team=request.team,
        connection=connection,
        stored=connection.secrets_if_they_open,
        for_test=for_test,
    )


def form_page(
    request: TeamRequest,
    form: ConnectionForm,
    connection: Connection | None = None,
    *,
    conflict: "conflicts.Conflict | None" = None,
    check: Check | None = None,
) -> HttpResponse:
    """Answer with the form: 422 where it has faults, 409 where somebody else was faster."""
    context = {
        "form": form,
        "flavor": form.flavor,
        "connection": connection,
        "conflict": conflict,
        "error_summary": form.error_summary(),
        **check_context(request, check, connection),
    }
    template = "registries/connection_edit.html" if connection else "registries/connection_new.html"
    return render(request, template, context, status=409 if conflict else 422 if form.errors else 200)


def tried(request: TeamRequest, form: ConnectionForm, connection: Connection | None = None) -> HttpResponse:
    """Test a typed form and answer with the panel, or without JavaScript with the whole page once the test has ended."""
    if not form.is_valid():
        page = form_page(request, form, connection)
        if request.htmx:
            # The panel asked, but it is the form that has something to say.
            page["HX-Retarget"], page["HX-Reswap"], page["HX-Reselect"] = "#main", "outerHTML show:top", "#main"
        return page
    details = form.details()
    check, future = Check.try_out(
        form.registry,
        team=request.team,
        by=request.user,
        purpose=details["purpose"],
        test_image=details["test_image"],
        ca_certificate=details["ca_certificate"],
    )
    wait(future, QUICK_SECONDS if request.htmx else WHOLE_SECONDS)
    check.refresh_from_db()
    if request.htmx:
        return render(request, "registries/_check.html", check_context(request, check, None))
    return form_page(request, form, connection, check=check)


def saved(request: TeamRequest, connection: Connection, registry: Flavor, how: str) -> HttpResponse:
    """Test what was just saved, and lead to its page, which says whether it works."""
    if not connection.paused:
        Check.objects.ask(connection, by=request.user)
        wait(Check.run_queued(), QUICK_SECONDS)
    if registry.advice:
        messages.info(request, advice(request, registry))
    return see(request, reverse("connection_detail", args=[request.team.slug, connection.name]) + f"?saved={how}")


def advice(request: TeamRequest, registry: Flavor) -> str:
    """Return the hint about what was typed, with a link where another flavor has a form that fits better."""
    if registry.better is None:
        return registry.advice
    page = reverse("connection_new", args=[request.team.slug, registry.better.slug])
    return format_html('{} <a href="{}">Open the form for {}</a>.', registry.advice, page, registry.better.name)


def check_context(request: TeamRequest, check: Check | None, connection: Connection | None) -> dict[str, Any]:
    """Return what the panel of a test shows, and the notice that a save left above it."""
    may_run = connection is not None and request.membership.is_admin and not connection.paused
    how = request.GET.get("saved", "")
    poll = reverse("check_detail", args=[request.team.slug, check.pk]) if check else ""
    return {
        "check": check,
        "steps": check.steps if check else BEFORE_A_CHECK,
        "connection": connection,
        "check_url": f"{poll}?saved={how}" if how in ("new", "kept", "replaced") else poll,
        "run_url": reverse("connection_check", args=[request.team.slug, connection.name]) if connection and may_run else "",
        "saved": how if how in ("new", "kept", "replaced") else "",
    }
