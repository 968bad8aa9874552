"""
The step of a sign-in that asks for the code or the passkey: when it is passed over, and when what began it counts no more.

A sign-in that waits for its second step stands in a visitor's session, where nothing that ends sessions finds it,
and a known browser in a cookie. Both are measured against the moment at which the person's sessions were ended last [A10].
"""

from typing import Any

from allauth.account.stages import LoginStage
from allauth.mfa.internal.flows import trust
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal.flows import did_use_passwordless_login
from django.http import HttpRequest

from console.models import User


class Authenticate(AuthenticateStage):  # type: ignore[misc]  # allauth carries no types.
    def _should_handle(self, request: HttpRequest) -> bool:
        """Ask also in a browser that is known since before the person's sessions were ended."""
        user = self.login.user
        if super()._should_handle(request):
            return True
        passed_over = user is not None and user.has_second_step and not did_use_passwordless_login(request, user)
        return bool(passed_over and _is_known_of_old(request, user))


def _is_known_of_old(request: HttpRequest, user: User) -> bool:
    """Whether a browser is let in for being known, and became so before the person's sessions were ended."""
    ended_at = user.signed_out_at
    if ended_at is None or not trust.is_trusted_browser(request, user):
        return False
    theirs = trust.create_config_fingerprint(user)
    known = [known.at for known in trust.decode_trust_cookie(request) if known.fingerprint == theirs]
    return bool(max(known) <= ended_at.timestamp())


def is_over(stage: LoginStage) -> bool:
    """Whether a sign-in that waits for its second step counts no more, since the person's sessions were ended meanwhile."""
    user: Any = stage.login.user
    ended_at = user.signed_out_at
    begun_before = ended_at is not None and stage.login.initiated_at < ended_at.timestamp()
    return begun_before or not user.is_active or not user.has_second_step
