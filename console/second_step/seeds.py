"""
How the seeds of code apps and of recovery codes lie in the database: sealed, so that its copy alone gives no code.

AES-256-GCM under a key of its own, which HKDF (RFC 5869) derives from Django's secret key; that one is in no table. What
was sealed under another secret key does not open: whoever has only that as a second step needs `reset_second_step`.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_FORMAT = "s1:"
_NONCE_BYTES = 12
_ABOUT = b"berth/second-step/s1"


class SeedLost(Exception):
    """A seed does not open: the secret key is another one than when it was sealed, or somebody changed the row."""


def sealed(text: str) -> str:
    """Return a text as it may be stored."""
    nonce = os.urandom(_NONCE_BYTES)
    box = AESGCM(_key()).encrypt(nonce, text.encode(), _ABOUT)
    return _FORMAT + base64.urlsafe_b64encode(nonce + box).decode("ascii")


def opened(stored: str) -> str:
    """Return what was sealed. Raises SeedLost, also for what was never sealed: nothing counts as a seed as it stands."""
    try:
        if not stored.startswith(_FORMAT):
            raise ValueError
        box = base64.urlsafe_b64decode(stored.removeprefix(_FORMAT))
        return AESGCM(_key()).decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], _ABOUT).decode()
    except (InvalidTag, ValueError):
        raise SeedLost from None


def _key() -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_ABOUT).derive(settings.SECRET_KEY.encode())
