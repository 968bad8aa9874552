"""
The doors. Who may enter a team's pages, decided in one place.

A visitor is sent to sign in, a stranger to the team gets 404, so that nobody learns which teams exist, and a member whose
role is too low gets 403. Where the team asks for a second step, a member without one is led to set it up.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect
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

NOT_DONE = _("Nothing was changed. Sign in, then do it again.")


class SignInFirst(LoginRequiredMiddleware):
    """Send visitors to sign in, and from there back to the page where they were."""

    def handle_no_permission(self, request: Any, view_func: Callable[..., HttpResponseBase]) -> Any:
        only_looks = request.method in ("GET", "HEAD")
        if not only_looks:
            messages.info(request, NOT_DONE)
        elif not request.htmx:
            return super().handle_no_permission(request, view_func)
        to_sign_in = redirect_to_login(_page(request), resolve_url(self.get_login_url(view_func)))
        return HttpResponseClientRedirect(to_sign_in.url) if request.htmx else to_sign_in


def _page(request: HttpRequest) -> str:
    """Return the address of the page from which a form was sent, or a part was asked for: it can be opened again."""
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return reverse("index")
    return urlunsplit(urlsplit(came_from)._replace(scheme="", netloc="", fragment="")) or reverse("index")


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
