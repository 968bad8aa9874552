"""
The doors. Who may enter a team's pages, decided in one place.

A visitor is sent to sign in (Django's LoginRequiredMiddleware), a stranger to the team gets 404, so that nobody learns
which teams exist, and a member whose role is too low gets 403. Where the team asks for a second step, a member without one
is led to set it up.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from console.models import Membership, Role, Team, User
from console.second_step.door import led_to_set_up


class TeamRequest(HttpRequest):
    """A request that came through the members' door: it knows the team, and who asks."""

    user: User
    team: Team
    membership: Membership
    htmx: HtmxDetails


View = Callable[..., HttpResponse]


def member(*, at_least: Role = Role.MEMBER) -> Callable[[View], View]:
    """Let members of the team in whose role is at least this one; set `request.team` and `request.membership`."""

    def decorator(view: View) -> View:
        @wraps(view)
        def door(request: Any, team: str, *args: Any, **kwargs: Any) -> HttpResponse:
            mine = request.user.memberships.select_related("team")
            membership = mine.filter(team__slug=team).first()
            if membership is None:
                membership = mine.filter(team__former_slugs__slug=team).first()
                if membership is None:
                    raise Http404
                if request.method in ("GET", "HEAD"):
                    return redirect(_moved(request, team, membership.team.slug))
                # What is posted was typed into a page of before: it is the same team, and nothing typed may be lost.
            if membership.team.second_step_required and not request.user.has_second_step:
                return led_to_set_up(request, instead=reverse("connection_list", args=[membership.team.slug]))
            request.team, request.membership = membership.team, membership
            if request.session.get("team") != membership.team.slug:  # Otherwise every page would write the session.
                request.session["team"] = membership.team.slug
            membership.saw()
            if not membership.may(at_least):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return door

    return decorator


def _moved(request: HttpRequest, old: str, new: str) -> str:
    """Return the address that was asked for, with the team's present one in it."""
    before, after = (reverse("team_detail", args=[slug]) for slug in (old, new))
    return request.get_full_path().replace(before, after, 1)
