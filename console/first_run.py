"""
The one-time link that sets Berth up: printed on the terminal at the start while there is no user, and worth nothing after.

The token is not stored: it is an HMAC of the installation's id under the secret key, 32 bytes, so that every process
knows it and a copy of the database does not.
"""

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from console.models import Installation


def token() -> str:
    return salted_hmac("berth.first_run", str(Installation.this().pk), algorithm="sha256").hexdigest()


def link() -> str:
    """Return the address that sets Berth up."""
    return settings.BERTH_URL.geturl() + reverse("setup", args=[token()])


def opens(given: str) -> bool:
    """Tell whether a token opens the set-up now: it is right, and nobody came first."""
    return constant_time_compare(given, token()) and not Installation.this().is_set_up
