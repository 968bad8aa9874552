"""What somebody holds who has a second step: an app that knows a seed, and says the code of a moment."""

import base64
import time

from allauth.account.internal.flows import login
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from console.models import User

SEED = base64.b32encode(b"a seed of 20 bytes..").decode()
PERIOD_SECONDS = 30


def code_of(seed: str = SEED, *, periods_later: int = 0) -> str:
    """Return what an app shows now, or some periods from now."""
    return str(format_hotp_value(hotp_value(seed, int(time.time()) // PERIOD_SECONDS + periods_later)))


def give_code_app(user: User) -> None:
    """Let somebody have a code app with SEED as their second step."""
    TOTP.activate(user, SEED)


def was_asked_again(client: Client, user: User) -> None:
    """Let a client be as after a fresh sign-in at a provider, for somebody who has no password."""
    session = client.session
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "socialaccount", "at": time.time(), "reauthenticated": True}
    ]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()


def give_passkey(user: User, name: str = "Laptop") -> Authenticator:
    """Let somebody have a passkey that nobody holds, for what pages say of it."""
    credential = {"clientExtensionResults": {"credProps": {"rk": True}}}
    passkey: Authenticator = Authenticator.objects.create(
        user=user, type="webauthn", data={"name": name, "credential": credential}
    )
    return passkey
