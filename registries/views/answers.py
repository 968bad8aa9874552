"""Answers that several pages share: a form with its faults, a test of what is typed, what follows a save."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from console.access import TeamRequest
from console.languages import said
from registries import conflicts
from registries.bulkhead import wait
from registries.flavors import FLAVORS
from registries.flavors.base import Flavor
from registries.forms import ConnectionForm
from registries.models import Check, Connection, Draft
from registries.outcomes import BEFORE_A_CHECK, State

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


def drafted(request: TeamRequest, flavor: type[Flavor], connection: Connection | None = None) -> Draft | None:
    """Return the draft that a form or a link to it names, if it is this person's, for this form, and not expired."""
    named = request.POST.get("draft") or request.GET.get("draft") or ""
    return Draft.objects.for_form(named, team=request.team, person=request.user, flavor=flavor, connection=connection)


def keep_secrets(request: TeamRequest, form: ConnectionForm) -> None:
    """Keep the secrets of a form that is shown again, for this person and this form alone."""
    secrets, reach = form.to_keep()
    if form.draft:
        if not form.draft.renew(secrets, reach=reach):
            form.draft = None  # It was dropped meanwhile, and what was dropped stays so.
    elif secrets:
        form.draft = Draft.objects.keep(
            request.team, form.flavor, secrets, by=request.user, reach=reach, connection=form.connection
        )
    form.show_kept()


def edit_form(request: TeamRequest, connection: Connection, *, for_test: bool = False) -> ConnectionForm:
    return ConnectionForm(
        *posted(request),
        flavor=connection.flavor_class,
        team=request.team,
        connection=connection,
        stored=connection.secrets_if_they_open,
        draft=drafted(request, connection.flavor_class, connection),
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
    if form.is_bound:
        keep_secrets(request, form)
    context = {
        "form": form,
        "flavor": form.flavor,
        "connection": connection,
        "conflict": conflict,
        "error_summary": form.error_summary(),
        **check_context(request, check, connection),
        "hints": hints(request, form) if check else [],
        "gone": bool(request.GET.get("draft")) and form.draft is None,
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
        token_hosts=tuple(connection.token_hosts_for(form.registry)) if connection else (),
    )
    wait(future, QUICK_SECONDS if request.htmx else WHOLE_SECONDS)
    check.refresh_from_db()
    if request.htmx:
        context = {**check_context(request, check, None), "hints": hints(request, form)}
        return render(request, "registries/_check.html", context)
    return form_page(request, form, connection, check=check)


def saved(request: TeamRequest, connection: Connection, form: ConnectionForm, how: str) -> HttpResponse:
    """Test what was just saved, and lead to its page, which says whether it works."""
    if not connection.paused:
        Check.objects.ask(connection, by=request.user)
        wait(Check.run_queued(), QUICK_SECONDS)
    for hint in hints(request, form):
        messages.info(request, hint)
    return see(request, reverse("connection_detail", args=[request.team.slug, connection.name]) + f"?saved={how}")


def hints(request: TeamRequest, form: ConnectionForm) -> list[str]:
    """
    Return what was mended in what was typed and what is doubtful about it, HTML that quotes no secret.

    Where another flavor has a form that fits better, it is linked.
    """
    registry = getattr(form, "registry", None)
    if registry is None or not registry.advice:
        return [*form.hints]
    if registry.better is None:
        return [*form.hints, said(registry.advice)]
    page = reverse("connection_new", args=[request.team.slug, registry.better.slug])
    link = format_html(_('<a href="{page}">Open the form for {flavor}</a>.'), page=page, flavor=said(registry.better.name))
    return [*form.hints, format_html("{} {}", said(registry.advice), link)]


def check_context(request: TeamRequest, check: Check | None, connection: Connection | None) -> dict[str, Any]:
    """Return what the panel of a test shows, and the notice that a save left above it."""
    may_run = connection is not None and request.membership.is_admin and not connection.paused
    how = request.GET.get("saved", "")
    poll = reverse("check_detail", args=[request.team.slug, check.pk]) if check else ""
    return {
        "check": check,
        "steps": (steps := check.steps if check else BEFORE_A_CHECK),
        "failed_at": next((step.step.label for step in steps if step.state == State.FAILED), ""),
        "connection": connection,
        "check_url": f"{poll}?saved={how}" if how in ("new", "kept", "replaced") else poll,
        "run_url": reverse("connection_check", args=[request.team.slug, connection.name]) if connection and may_run else "",
        "saved": how if how in ("new", "kept", "replaced") else "",
    }
