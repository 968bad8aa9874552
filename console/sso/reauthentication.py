"""
A sign-in of just now, for people whom the provider vouches for: by a fresh one there.

allauth counts everybody without a password of theirs as having signed in just now, and knows no other way to ask them. Here
they go to the provider once more, which has to say (`auth_time`) that they signed in there anew.
"""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from console.models import User
from console.sso.claims import Untrusted, judge_age
from console.sso.passwords import are_closed, is_closed_for
from console.sso.problems import Problem, Stopped

PASSWORD = "reauthenticate"  # noqa: S105  # What allauth calls that way.


def identities(user: User | AnonymousUser) -> Any:
    """Return who somebody is at the provider; nothing where there is none."""
    key = settings.BERTH_OIDC.key if settings.BERTH_OIDC else None
    return SocialAccount.objects.filter(user=user, provider=key)


def ways(user: User | AnonymousUser, others: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return how somebody may show that it is still they: not by a password that is closed, and by the provider too."""
    found = [way for way in others if way["id"] != PASSWORD or not is_closed_for(user)]
    if not user.is_authenticated:
        return found
    if settings.BERTH_OIDC and identities(user).exists():
        again = _("Sign in with {name} again").format(name=settings.BERTH_OIDC.name)
        found.append({"id": "sso", "description": again, "url": reverse("sso_reauthenticate")})
    if not found:
        # They have nothing to show it with, and are told what to do.
        page = "sso_reauthenticate" if are_closed() else "account_reset_password"
        found.append({"id": "none", "description": "", "url": reverse(page)})
    return found


def demand(request: HttpRequest) -> None:
    """Raise ReauthenticationRequired for who has no other way than the provider, and was not there just now."""
    if not get_reauthentication_flows(request.user) and not _was_just_now(request):
        raise ReauthenticationRequired


def _was_just_now(request: HttpRequest) -> bool:
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    return any(record.get("reauthenticated") and record["at"] > since for record in records)


def record(request: HttpRequest, claims: dict[str, Any], *, since: float) -> None:
    """Take a fresh sign-in at the provider for one here, or raise Stopped."""
    identity = identities(request.user).filter(uid=claims["sub"]).first()
    if identity is None:
        raise Stopped(Problem.ANOTHER_PERSON)
    try:
        judge_age(claims, since=since)
    except Untrusted:
        raise Stopped(Problem.NOT_ANEW) from None
    facts = {"provider": identity.provider, "uid": identity.uid, "reauthenticated": True}
    record_authentication(request, request.user, "socialaccount", **facts)
