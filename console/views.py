"""Pages of the house: where people land, their teams, the first-run set-up, the theme, and the answers to faults."""

import logging
import secrets
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import defaults
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from console import first_run
from console.access import TeamRequest, member
from console.context import THEMES
from console.forms import SetUpForm, TeamForm
from console.models import AlreadySetUp, Installation
from console.problems import from_a_machine, problem

log = logging.getLogger("berth")

YEAR_SECONDS = 365 * 24 * 60 * 60


@login_not_required
def index(request: Any) -> HttpResponse:
    """Lead to the last team's containers, to the person's teams, to sign-in, or to the first-run set-up."""
    if request.user.is_authenticated:
        last = request.user.teams.filter(slug=request.session.get("team")).first() or request.user.teams.first()
        return redirect("connection_list", last.slug) if last else redirect("team_list")
    if Installation.this().is_set_up:
        return redirect("account_login")
    # People who change the code have the link at hand; DEBUG is refused wherever others could see it.
    return render(request, "console/set_up_first.html", {"link": first_run.link() if settings.DEBUG else ""})


@login_not_required
@sensitive_post_parameters()
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first owner and team, for whoever holds the link from the terminal, once."""
    if not first_run.opens(token):
        raise Http404
    form = SetUpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            team = form.set_up()
        except AlreadySetUp:
            raise Http404 from None
        owner = team.memberships.select_related("user").get().user
        login(request, owner, backend="allauth.account.auth_backends.AuthenticationBackend")
        return redirect("connection_list", team.slug)
    return render(request, "console/setup.html", {"form": form}, status=422 if form.errors else 200)


def team_list(request: Any) -> HttpResponse:
    """Show the teams a person is in."""
    return render(request, "console/team_list.html", {"memberships": memberships(request), "form": TeamForm()})


@require_POST
def team_create(request: Any) -> HttpResponse:
    """Make a team; whoever makes it owns it."""
    form = TeamForm(request.POST)
    if form.is_valid():
        return redirect("connection_list", form.found(by=request.user).slug)
    return render(request, "console/team_list.html", {"memberships": memberships(request), "form": form}, status=422)


def memberships(request: Any) -> Any:
    return request.user.memberships.select_related("team").order_by("team__name")


@member()
def team_detail(request: TeamRequest) -> HttpResponse:
    """Lead to what a team has."""
    return redirect("connection_list", request.team.slug)


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice of theme in a cookie; without one the system's choice holds."""
    chosen, back = request.POST.get("theme", ""), request.POST.get("next", "")
    if request.headers.get("HX-Request") or request.headers.get("X-Requested-With") == "fetch":
        response = HttpResponse(status=204)
    else:
        here = {request.get_host()}
        safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, here, require_https=request.is_secure())
        response = HttpResponseRedirect(back if safe else reverse("index"))
    if chosen in THEMES:
        response.set_cookie(
            "berth-theme", chosen, max_age=YEAR_SECONDS, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    else:
        response.delete_cookie("berth-theme", samesite="Lax")
    return response


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """Answer where allauth would offer an open sign-up, which Berth does not have."""
    raise Http404


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Refuse what cannot be read, and quote nothing of it."""
    if from_a_machine(request):
        return problem(400, "bad_request", "This request cannot be read.")
    return defaults.bad_request(request, exception)


@login_not_required
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is nothing here."""
    if from_a_machine(request):
        return problem(404, "unknown_address", "There is nothing at this address of the API.")
    return defaults.page_not_found(request, exception)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours, with a reference that the log has too."""
    reference = "-".join(secrets.token_hex(2) for _ in range(3))
    kind = sys.exc_info()[0]
    log.error("fault %s: %s at %s %a", reference, kind.__name__ if kind else "unknown", request.method, request.path)
    # The database is away or busy, and mostly comes back by itself.
    comes_back = kind is not None and issubclass(kind, OperationalError)
    status, headers = (503, {"Retry-After": "5"}) if comes_back else (500, {})
    if from_a_machine(request):
        code = "unavailable" if comes_back else "internal_error"
        return problem(status, code, f"A fault of Berth’s own. Its log has it under {reference}.", headers=headers)
    return HttpResponse(render_to_string("500.html", {"reference": reference}), status=status, headers=headers)


@login_not_required
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say why a form was not taken, and how to send it again."""
    return render(request, "403_csrf.html", status=403)
