"""Signing in after a first password, and what the activity of a person's teams says of a sign-in: from where, and how."""

from functools import reduce

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.http import HttpRequest

from console.models import Event, User, Verb
from console.sentences import say

WAYS = {
    "password": say("a password"),
    "password_reset": say("a link to a new password"),
    "socialaccount": say("single sign-on"),
    "totp": say("a code"),
    "recovery_codes": say("a recovery code"),
    "webauthn": say("a passkey"),
}


def let_in(request: HttpRequest, user: User) -> None:
    """Sign in somebody who has just chosen their password here. That counts as typing it: nothing asks again at once."""
    record_authentication(request, user, "password")
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")


def record(request: HttpRequest | None, user: User) -> None:
    """Record a sign-in in each team of the person."""
    Event.record_of_person(user, Verb.SIGNED_IN, "", by=user, detail=_how(request, user))


def _how(request: HttpRequest | None, user: User) -> str:
    """Return "With a password and a code.", "" where nothing tells it, as at the first-run set-up."""
    records = get_authentication_records(request, user) if request is not None else []
    ways = [WAYS.get(str(record.get("type") or record["method"])) for record in records]
    known = list(dict.fromkeys(filter(None, ways)))
    if not known:
        return ""
    all_of_them = reduce(lambda ways, way: say("{ways} and {way}", ways=ways, way=way), known)
    return say("With {ways}.", ways=all_of_them)
