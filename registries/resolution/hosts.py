"""
Which texts name one host: in an image, in a connection, and where Docker or Podman asks a credential helper.

Sources: reference page, sections 1.1 (the grammar of hosts), 1.3 and 3.2 (Docker Hub), 3.6 (ECR Public), 4.1 and 4.3 (what
clients ask a helper for). Hosts are compared whole, never by a pattern: a login that goes to a look-alike is lost.
"""

import re
import string
import unicodedata

from registries.distribution.reference import HUB

# Hosts that serve the same images to the same logins. AWS calls the second host of ECR Public its dual-stack endpoint.
_ALIASES = {
    "index.docker.io": HUB,
    "registry-1.docker.io": HUB,
    "registry.hub.docker.com": HUB,
    "hub.docker.com": HUB,
    "ecr-public.aws.com": "public.ecr.aws",
}

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"(?P<name>{_LABEL}(?:\.{_LABEL})*|\[[a-f0-9:]+\])(?::(?P<port>[0-9]+))?", re.ASCII)
_SCHEME = re.compile(r"https?://", re.ASCII | re.IGNORECASE)
_API_ROOTS = ("", "v1", "v1/", "v2", "v2/")
_DEFAULT_PORT = "443"
_LONGEST_SERVER = 300  # a name of 253 characters with scheme, port and path
_LONGEST_LABEL = 63
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


class InvalidServer(ValueError):
    """The text names no server; the message is one sentence that quotes nothing of it."""


def canonical_host(text: str) -> str:
    """
    Return the one spelling of a host: lower case, no `:443`, `docker.io` for Docker Hub, international names as `xn--`.

    What is no host by the grammar comes back as it is but for its case, and so is equal to no host.
    """
    lower = text.translate(_LOWER)
    parts = _parts(lower)
    if parts is None:
        return lower
    name, port = parts["name"], parts["port"]
    return _ALIASES.get(name, name) if port in (None, _DEFAULT_PORT) else f"{name}:{port}"


def server_host(text: str) -> str:
    """
    Return the canonical host of a server as a client names it: `https://index.docker.io/v1/`, `ghcr.io`, `host:5000/v2/`.

    Raises `InvalidServer` for all else: a path of another kind, a login, a line break, another scheme.
    """
    if not text:
        raise InvalidServer("Name a server, such as ghcr.io.")
    if len(text) > _LONGEST_SERVER:
        raise InvalidServer("This is too long for a server.")
    # Judged as raw text, before anything else: what a parser drops or folds could name another host (CVE-2020-5260).
    if not text.isprintable() or " " in text:
        raise InvalidServer("A server has no spaces, line breaks or control characters.")
    if "@" in text:
        raise InvalidServer("Leave the login out of the server.")
    address = text[scheme.end() :] if (scheme := _SCHEME.match(text)) else text
    if "://" in address:
        raise InvalidServer("A server is asked for by its host, or with https:// in front.")
    host, _, below = address.partition("/")
    if _parts(host.translate(_LOWER)) is None:
        raise InvalidServer("This is not a host, such as ghcr.io or registry.example.com:5000.")
    # Docker keeps its own tokens under longer addresses of Docker Hub, and must not find a team's login there.
    if below not in _API_ROOTS:
        raise InvalidServer("A server is a host alone, or with /v1/ or /v2/ behind it.")
    return canonical_host(host)


def _parts(lower: str) -> re.Match[str] | None:
    """Return the name and the port of a host whose plain letters are in lower case; None where it is no host."""
    if not lower.isascii():
        name, colon, port = lower.partition(":")
        lower = ".".join(map(_a_label, name.split("."))) + colon + port
    return _HOST.fullmatch(lower)


def _a_label(label: str) -> str:
    """
    Return a label of an international name as `xn--…`, or "" where it is none.

    Nothing is folded into plain letters, as the older IDNA does: `ｇhcr` is not `ghcr`, and `ß` is not `ss`.
    """
    if label.isascii():
        return label
    letters = all(mark == "-" or unicodedata.category(mark)[0] in "LMN" for mark in label)
    if not letters or len(label) > _LONGEST_LABEL or unicodedata.normalize("NFKC", label) != label:
        return ""
    return "xn--" + label.lower().encode("punycode").decode("ascii")
