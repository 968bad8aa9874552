"""Which codes were used: an app's code holds for as long as its neighbours do, and opens once (RFC 6238, section 5.2)."""

import hashlib

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from django.core.cache import cache

from console.models import User


def was_used(user: User, code: str) -> bool:
    return cache.get(_key(user, code)) is not None


def use(user: User, code: str) -> bool:
    """Note that a code was used; False where it was before. Of two at once, one gets True."""
    held_seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    return bool(cache.add(_key(user, code), True, timeout=held_seconds))


def _key(user: User, code: str) -> str:
    """Return a key of fixed length that does not tell the code."""
    digest = hashlib.sha256(f"{user.pk}:{normalize_user_code(code)}".encode()).hexdigest()
    return f"second-step:{digest}"
