"""
Token services beside a registry's own: which of them somebody may approve, and when the name of one may be told at all.

Source: security page, S9, V03 and V04. A name is chosen by the registry, which may know our login from an earlier request.
"""

import base64
import re
from urllib.parse import urlsplit

from registries.distribution.origin import host_of, origin_of

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter: 1.2.3.4, 127.1 and 0x7f.0x1 are addresses to one parser or another.
_NAME = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])", re.ASCII)
_THIS_MACHINE = (".localhost", ".localdomain")
_LOWEST_PORT = 1024  # but for 443: what is below belongs to services that are not of the web

_RUN_CHARACTERS = 12
_FEWEST_CHARACTERS = 4
_BETWEEN = re.compile(r"[^a-z0-9]+")


def may_be_approved(origin: str) -> bool:
    """
    Whether an origin, in its one spelling, could be a registry's token service: https, and a name of the public kind.

    Addresses, this machine's own names, names of one label, and ports of other services are refused for good.
    """
    if not origin.startswith("https://") or origin != origin_of(origin):
        return False
    name, port = host_of(origin), urlsplit(origin).port
    if not _NAME.fullmatch(name) or f".{name}".endswith(_THIS_MACHINE):
        return False
    return port is None or port >= _LOWEST_PORT


def spells(name: str, secret: str) -> bool:
    """
    Whether a name has a secret in it, or a run of twelve of its characters: as it is, in base64, base32 or hexadecimal.

    Case and separators do not count, since a name has only one case, and a long secret fills several labels.
    """
    raw = secret.encode("utf-8", "replace")
    written = (secret, base64.b64encode(raw).decode(), base64.b32encode(raw).decode(), raw.hex())
    squeezed = _squeezed(name)
    return any(_has_part_of(_squeezed(text), squeezed) for text in written)


def _has_part_of(secret: str, name: str) -> bool:
    if len(secret) <= _RUN_CHARACTERS:
        return len(secret) >= _FEWEST_CHARACTERS and secret in name
    runs = (name[start : start + _RUN_CHARACTERS] for start in range(len(name) - _RUN_CHARACTERS + 1))
    return any(run in secret for run in runs)


def _squeezed(text: str) -> str:
    return _BETWEEN.sub("", text.lower())
