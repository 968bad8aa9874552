"""
How long a session lasts [A9]: an hour without use, and 12 hours in all.

Django counts its own 12 hours anew whenever something is written to a session. So both times stand in the session, and
are judged here, where the person can be told why they are to sign in again.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from console import sessions

SEEN_EVERY_SECONDS = 3 * 60
"""How often it is written down that a session is used, so that not every page writes."""

IDLE = _("You were signed out after an hour without use.")
OLD = _("You were signed out, 12 hours after you had signed in.")
GONE = _("You were signed out: that session has ended.")


def end_in_time(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """End a session whose time is over, and say so on the next page; write down that any other one is used."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if why := _why_it_ends(request):
            sessions.end_this(request)
            messages.info(request, why)
        elif SESSION_KEY in request.session and _is_use(request) and request.user.is_authenticated:
            sessions.see(request, request.user)
        return get_response(request)

    return middleware


def _why_it_ends(request: HttpRequest) -> str:
    session, now = request.session, time.time()
    if SESSION_KEY not in session:
        return str(GONE) if request.COOKIES.get(settings.SESSION_COOKIE_NAME) and session.is_empty() else ""
    if sessions.BEGAN not in session or sessions.SEEN not in session:
        return str(GONE)  # Nobody wrote down that it began.
    if now - session[sessions.BEGAN] >= sessions.longest().total_seconds():
        return str(OLD)
    return str(IDLE) if now - session[sessions.SEEN] >= sessions.IDLE.total_seconds() else ""


def _is_use(request: HttpRequest) -> bool:
    """Whether a request says that somebody is there, and that was not written down lately. A page may ask by itself."""
    by_itself = "Berth-By-Itself" in request.headers
    return not by_itself and time.time() - request.session[sessions.SEEN] >= SEEN_EVERY_SECONDS
