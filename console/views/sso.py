"""
The round trip to the operator’s provider, and who one is there. Where no provider is set, nothing of it exists.

A form leads to the provider by a page of ours that leads on, because a browser applies `form-action` of the Content
Security Policy to every redirect after a form, and nobody knows where a provider leads people next.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as allauth_views
from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ReauthenticationRequired
from allauth.decorators import rate_limit
from allauth.socialaccount.forms import DisconnectForm
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from requests import RequestException

from console.sso import reauthentication
from console.sso.claims import Untrusted
from console.sso.configuration import configured
from console.sso.problems import Problem, Stopped
from console.sso.provider import REAUTHENTICATE, OpenIDConnect

log = logging.getLogger("berth")

NEXT = "berth-next"
"""
A cookie: where somebody is led once they come back. It may be the link of an invitation, which only its holder is to have,
so the session in the database does not get it.
"""

NEXT_SECONDS, NEXT_LENGTH = 10 * 60, 2000

CONFIRMED = "sso_confirmed"
"""In the session: a fresh sign-in at the provider was recorded, and what waited for it may go on, once."""

View = Callable[..., HttpResponse]


def _configured(*, signed_in: bool) -> Callable[[View], View]:
    """Answer 404 where no provider is set; then ask for a sign-in, where that is needed; say what stopped somebody."""

    def decorator(view: View) -> View:
        @login_not_required
        @never_cache
        @wraps(view)
        def door(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if settings.BERTH_OIDC is None:
                raise Http404
            if signed_in and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            try:
                return view(request, *args, **kwargs)
            except Stopped as stopped:
                return _told(request, stopped)
            except RequestException as error:
                log.warning("single sign-on: the provider does not answer: %s", type(error).__name__)
                return _told(request, Stopped(Problem.NO_ANSWER))
            except Untrusted as error:
                log.warning("single sign-on: %s", error)
                return _told(request, Stopped(Problem.UNTRUSTED))

        return door

    return decorator


# The way there ---------------------------------------------------------------------------------------------------------


@_configured(signed_in=False)
@require_POST
@rate_limit(action="sso")  # type: ignore[untyped-decorator]
def sso_login(request: Any) -> HttpResponse:
    """Lead to the provider, to sign in."""
    if request.user.is_authenticated:
        return redirect(get_next_redirect_url(request) or "index")
    return _lead_away(request, AuthProcess.LOGIN)


@_configured(signed_in=True)
@require_POST
@reauthentication_required(app="allauth.socialaccount")  # type: ignore[untyped-decorator]
def sso_connect(request: Any) -> HttpResponse:
    """Lead to the provider, to connect who one is there with the account here."""
    if reauthentication.identities(request.user).exists():
        raise Stopped(Problem.CONNECTED_ALREADY)
    return _lead_away(request, AuthProcess.CONNECT)


@_configured(signed_in=True)
@require_http_methods(["GET", "HEAD", "POST"])
def sso_reauthenticate(request: Any) -> HttpResponse:
    """Ask for a fresh sign-in at the provider, lead there, and go on with what waited for it."""
    if request.method == "POST":
        answer: HttpResponse = rate_limit(action="sso")(_lead_away)(request, REAUTHENTICATE)
        return answer
    if request.session.pop(CONFIRMED, False):
        return resume_request(request) or redirect("index")
    ways = [way for way in get_adapter().get_reauthentication_methods(request.user) if way["url"] != request.path]
    context = {"ways": ways, "next": get_next_redirect_url(request), "known": reauthentication.identities(request.user)}
    return render(request, "console/sso_reauthenticate.html", context)


def _lead_away(request: Any, process: str) -> HttpResponse:
    by = request.user if request.user.is_authenticated else None
    url = OpenIDConnect(request).begin(request, process, by)
    response = render(request, "console/sso_leave.html", {"url": url})
    there = iri_to_uri(get_next_redirect_url(request) or "")
    response.set_cookie(
        NEXT, there if len(there) <= NEXT_LENGTH else "", max_age=NEXT_SECONDS, path=reverse("sso_callback"),
        secure=settings.HTTPS, httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


# The way back ----------------------------------------------------------------------------------------------------------


@_configured(signed_in=False)
@require_GET
def sso_callback(request: Any) -> HttpResponse:
    """Take what the provider answered, once, in the session that asked."""
    provider = OpenIDConnect(request)
    state = _state(request, provider)
    login, claims = provider.finish(request, request.GET["code"], state)
    there = request.COOKIES.get(NEXT, "")
    there = there if get_adapter().is_safe_url(there) else ""
    if state["process"] == REAUTHENTICATE:
        reauthentication.record(request, claims, since=state["since"])
        request.session[CONFIRMED] = True
        return redirect(f"{reverse('sso_reauthenticate')}?{urlencode({'next': there or reverse('index')})}")
    login.state = {"process": state["process"], "next": there if state["process"] == AuthProcess.LOGIN else ""}
    answer: HttpResponse = complete_social_login(request, login)  # It asks our adapter whether somebody may come in.
    answer.delete_cookie(NEXT, path=reverse("sso_callback"))
    return answer


def _state(request: Any, provider: OpenIDConnect) -> dict[str, Any]:
    """Return what was remembered when the round trip began, once, or raise Stopped where it may not go on."""
    state_id = request.GET.get("state", "")
    state: dict[str, Any] | None = statekit.unstash_state(request, provider_id=provider.sub_id, state_id=state_id)
    if state is None:
        raise Stopped(Problem.NOT_BEGUN_HERE)
    if not request.GET.get("code") or "error" in request.GET:
        denied = request.GET.get("error") == "access_denied"
        raise Stopped(Problem.DENIED if denied else Problem.AT_THE_PROVIDER)
    if state["process"] != AuthProcess.LOGIN and state["by"] != str(request.user.pk):
        raise Stopped(Problem.SIGNED_OUT)
    return state


# Who one is there ------------------------------------------------------------------------------------------------------


@_configured(signed_in=True)
@require_http_methods(["GET", "HEAD", "POST"])
def sso_connections(request: Any) -> HttpResponse:
    """Show who somebody is at the provider, and disconnect that."""
    form = DisconnectForm(request.POST if request.method == "POST" else None, request=request)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("sso_connections")
    return render(request, "console/sso_connections.html", {"form": form}, status=422 if form.errors else 200)


def password_set(request: Any) -> HttpResponse:
    """
    Let somebody who was asked again just now give their account its first password.

    allauth lets anybody with the session do that, and the password would then stand for a recent sign-in. Who has to be
    asked is asked before they type: what is posted would wait in the session meanwhile [V43].
    """
    try:
        answer: HttpResponse = reauthentication_required(allauth_views.password_set)(request)
    except ReauthenticationRequired:
        if request.method == "POST":
            return redirect("account_set_password")
        raise
    return answer


def _told(request: Any, stopped: Stopped) -> HttpResponse:
    words = stopped.problem.value
    filled = {"name": configured().name, "email": stopped.email}
    context = {"title": _(words.title).format(**filled), "text": _(words.text).format(**filled)}
    response = render(request, "console/sso_stopped.html", context, status=words.status)
    # It is no fault of Berth’s, so no operator gets a mail of each.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
