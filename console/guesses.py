"""
By what guesses at a password are counted: five in five minutes for an account, however it is asked for [A1].

allauth counts by the host name of the request and the address as it was typed. A host name may carry any port, and a person
may have two addresses while one waits to be confirmed; each would be five guesses more.
"""

from typing import Any

from allauth.account import app_settings
from allauth.core.internal import ratelimit
from django.http import HttpRequest

from console.models import User

ACTION = "login_failed"


def counted_as(email: str) -> str:
    """Return what guesses at an address count for: the login of whose it is, or itself. One query for both."""
    theirs = User.objects.filter(emailaddress__email=email.lower()).order_by("-emailaddress__verified", "pk")
    return theirs.values_list("email", flat=True).first() or email.lower()


def forget(request: HttpRequest, email: str) -> None:
    """
    Let an account whose password was set anew be signed in to at once.

    allauth would forget the guesses of this client too, at whatever accounts they were [V48].
    """
    rates: dict[str, Any] = app_settings.RATE_LIMITS
    of_account = ",".join(rate for rate in (rates[ACTION] or "").split(",") if rate.endswith("/key"))
    ratelimit.clear(request, app="allauth.account", action=ACTION, config={ACTION: of_account}, key=counted_as(email))
