"""
The sessions of people: begun, seen, listed and ended. The one door to both tables that are about them.

Source: security page, A8 to A10, A21, V43 and V44. Django keeps what a session holds, allauth whose it is, from where and
with what. What ends sessions is wired in `console.receivers`, and stands in `User.save`, `Membership.save` and `.delete`;
how long one lasts is in `console.lifetime`.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from allauth.core import context
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

if TYPE_CHECKING:
    from console.models import User

BEGAN, SEEN = "began_at", "seen_at"
"""Where a session keeps when it began and when it was last used, in seconds since 1970."""

IDLE = timedelta(hours=1)
"""How long a session lasts without use."""


def begin(request: HttpRequest, user: "User") -> None:
    """Write down a session that begins: the person has just signed in, and the session has a key of its own by that."""
    request.session[BEGAN] = int(time.time())
    if not request.session.session_key:
        request.session.save()
    see(request, user)


def see(request: HttpRequest, user: "User") -> None:
    """Write down that a session is used, from where and with what."""
    from allauth.account.adapter import get_adapter
    from allauth.usersessions.models import UserSession

    request.session[SEEN] = int(time.time())
    longest = UserSession._meta.get_field("user_agent").max_length
    details = {
        "user": user,
        "ip": get_adapter().get_client_ip(request),
        "user_agent": request.headers.get("User-Agent", "")[:longest],
        "created_at": datetime.fromtimestamp(request.session[BEGAN], UTC),  # Also where its key has changed since.
        "last_seen_at": timezone.now(),
    }
    UserSession.objects.update_or_create(session_key=request.session.session_key, defaults=details)


def acting() -> str | None:
    """Return the key of the session whose request is being answered; None outside of one, as in a command."""
    session = getattr(context.request, "session", None)
    return getattr(session, "session_key", None)


@transaction.atomic
def end_others(user: "User", *, keep: str | None = None) -> None:
    """
    End all sessions of a person, but for the one with this key.

    What is no session of theirs yet, and a browser that is known, ends by the moment of this: see `second_step.stages`.
    """
    from allauth.usersessions.models import UserSession

    user.signed_out_at = timezone.now()
    get_user_model().objects.filter(pk=user.pk).update(signed_out_at=user.signed_out_at)
    for session in UserSession.objects.filter(user=user).exclude(session_key=keep):
        if session.session_key == acting():
            end_this(context.request)  # Else the answer would want to keep what is not there any more, and fail.
        else:
            session.end()


def end_this(request: HttpRequest) -> None:
    """End the session whose request is being answered; the request goes on as that of a visitor."""
    forget(request)
    request.session.flush()


def forget(request: HttpRequest) -> None:
    """Write down that the session of a request is none of anybody's any more: the person signs out."""
    from allauth.usersessions.models import UserSession

    UserSession.objects.filter(session_key=request.session.session_key).delete()


def of(user: "User") -> list[Any]:
    """Return the sessions of a person that go on, the one used last first; those that do not are cleared away."""
    from allauth.usersessions.models import UserSession

    now, going_on = timezone.now(), []
    for session in UserSession.objects.purge_and_list(user):
        if now - session.last_seen_at >= IDLE or now - session.created_at >= longest():
            session.end()
        else:
            going_on.append(session)
    return sorted(going_on, key=lambda session: session.last_seen_at, reverse=True)


def longest() -> timedelta:
    """Return how long a session lasts at most, however it is used."""
    return timedelta(seconds=settings.SESSION_COOKIE_AGE)
