"""A person's teams, and the settings of one. Source: product page, section 2."""

import logging
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from console.access import TeamRequest, member
from console.forms import DeleteTeamForm, TeamForm, TeamSettingsForm
from console.models import NoSecondStep, NotAllowed, Role, SlugTaken

log = logging.getLogger("berth")


def team_list(request: Any) -> HttpResponse:
    """Show the teams a person is in."""
    return _list(request, TeamForm())


@require_POST
def team_create(request: Any) -> HttpResponse:
    """Make a team, where people may; whoever makes it owns it."""
    if not settings.BERTH_TEAMS_BY_PEOPLE:
        raise PermissionDenied
    form = TeamForm(request.POST)
    if form.is_valid():
        return redirect("connection_list", form.found(by=request.user).slug)
    return _list(request, form, status=422)


@member()
@require_http_methods(["GET", "HEAD", "POST"])
def team_detail(request: TeamRequest) -> HttpResponse:
    """Show an owner what may be changed about the team, and change it; lead others to what it has."""
    if not request.membership.is_owner:
        if request.method == "POST":
            raise PermissionDenied
        return redirect("connection_list", request.team.slug)
    form = TeamSettingsForm(request.POST if request.method == "POST" else None, team=request.team)
    if request.method == "POST" and form.is_valid():
        answer: HttpResponse = _renamed(request, form)
        return answer
    return _settings(request, form)


@reauthentication_required  # type: ignore[untyped-decorator]
def _renamed(request: TeamRequest, form: TeamSettingsForm) -> HttpResponse:
    try:
        request.team.rename(form.cleaned_data["name"], form.cleaned_data["slug"], by=request.user)
    except NotAllowed:
        raise PermissionDenied from None
    except SlugTaken:
        form.add_error("slug", _("Another team has this address, or had it. Choose another one."))
        return _settings(request, form)
    messages.success(request, _("Saved."))
    return redirect("team_detail", request.team.slug)


def _settings(request: TeamRequest, form: TeamSettingsForm) -> HttpResponse:
    context = {
        "form": form,
        "people": request.team.memberships.count(),
        "without": request.team.without_second_step().count(),
        "may_ask": request.user.has_second_step,
    }
    return render(request, "console/team_detail.html", context, status=422 if form.errors else 200)


@member(at_least=Role.OWNER)
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def team_second_step(request: TeamRequest) -> HttpResponse:
    """Ask everybody in the team for a second step, or stop asking."""
    asked = request.POST.get("asked") == "yes"
    try:
        request.team.ask_for_second_step(asked, by=request.user)
    except NotAllowed:
        raise PermissionDenied from None
    except NoSecondStep:
        messages.error(request, _("Set up a second step for yourself first. Nothing is changed."))
    else:
        begun, ended = _("Everybody in the team needs a second step now."), _("The team asks for no second step any more.")
        messages.success(request, begun if asked else ended)
    return redirect("team_detail", request.team.slug)


@member(at_least=Role.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def team_delete(request: TeamRequest) -> HttpResponse:
    """Ask whether the team goes with all that it has, and delete it."""
    form = DeleteTeamForm(request.POST if request.method == "POST" else None, team=request.team)
    if request.method == "POST" and form.is_valid():
        answer: HttpResponse = _deleted(request)
        return answer
    status = 422 if form.errors else 200
    return render(request, "console/team_delete.html", {"form": form, "takes": request.team.takes_with_it()}, status=status)


@reauthentication_required  # type: ignore[untyped-decorator]
def _deleted(request: TeamRequest) -> HttpResponse:
    team = request.team
    try:
        team.remove(by=request.user)
    except NotAllowed:
        raise PermissionDenied from None
    log.warning("the team %s was deleted by %s", team.slug, request.user.pk)
    messages.success(request, _("{team} is deleted.").format(team=team.name))
    return redirect("team_list")


def _list(request: Any, form: TeamForm, *, status: int = 200) -> HttpResponse:
    memberships = request.user.memberships.select_related("team").order_by("team__name")
    context = {"memberships": memberships, "form": form if settings.BERTH_TEAMS_BY_PEOPLE else None}
    return render(request, "console/team_list.html", context, status=status)
