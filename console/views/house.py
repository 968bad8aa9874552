"""Where people land, the first-run set-up, the theme and the language."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from console import first_run, languages, sign_ins
from console.context import THEMES
from console.forms import SetUpForm
from console.languages import YEAR_SECONDS
from console.models import AlreadySetUp, Installation


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
@never_cache
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
        sign_ins.let_in(request, owner)
        return redirect("connection_list", team.slug)
    return render(request, "console/setup.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice of theme in a cookie; without one the system's choice holds."""
    chosen = request.POST.get("theme", "")
    by_script = request.headers.get("HX-Request") or request.headers.get("X-Requested-With") == "fetch"
    response = HttpResponse(status=204) if by_script else _back(request)
    if chosen in THEMES:
        response.set_cookie(
            "berth-theme", chosen, max_age=YEAR_SECONDS, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    else:
        response.delete_cookie("berth-theme", samesite="Lax")
    return response


@login_not_required
@require_POST
def language(request: Any) -> HttpResponse:
    """Keep the choice of a language in a cookie, and with the account of who is signed in. Other words change nothing."""
    chosen, response = request.POST.get("language", ""), _back(request)
    if chosen in dict(settings.LANGUAGES):
        languages.keep(response, chosen, secure=request.is_secure())
        if request.user.is_authenticated:
            request.user.language = chosen
            request.user.save(update_fields=["language"])
    return response


def _back(request: HttpRequest) -> HttpResponse:
    """Lead back to the page of ours on which somebody chose."""
    back, here = request.POST.get("next", ""), {request.get_host()}
    safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, here, require_https=request.is_secure())
    return HttpResponseRedirect(back if safe else reverse("index"))


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """Answer where allauth would offer an open sign-up, which Berth does not have."""
    raise Http404
