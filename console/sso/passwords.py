"""
What is closed where the provider is the only way in: passwords, for everybody but superusers.

A superuser is the way in while the provider is down: only who reaches the server makes one, by `manage.py createsuperuser`,
and helps one who forgot the password, by `manage.py changepassword`. Nobody’s password is set by mail.
"""

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse

from console.models import User

_BY_MAIL = "account_reset_password"
_ONES_OWN = ("account_change_password", "account_set_password")
_OTHER_WAYS_IN = ("account_confirm_login_code", "account_request_login_code", "mfa_login_webauthn")


def are_closed() -> bool:
    return settings.BERTH_OIDC is not None and settings.BERTH_OIDC.only


def is_closed_for(user: User | AnonymousUser) -> bool:
    """Tell whether somebody’s password opens nothing here."""
    return are_closed() and not user.is_superuser


def judged(credentials: dict[str, Any]) -> dict[str, Any]:
    """
    Return what is to be tried: for who has no password here any more, one that is wrong whatever was typed.

    So it takes as long as a wrong one, reads like it and counts like it.
    """
    if not are_closed():
        return credentials
    email = str(credentials.get("email", "")).lower()
    if User.objects.filter(email=email, is_superuser=True).exists():
        return credentials
    return {**credentials, "password": secrets.token_urlsafe()}


def close(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Close the pages of passwords, and every other way in that a library brings along."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        closed = name.startswith(_BY_MAIL) or name in _OTHER_WAYS_IN
        if are_closed() and (closed or (name in _ONES_OWN and is_closed_for(request.user))):
            raise Http404

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware
