"""
Origins: the scheme, host and port that a login belongs to.

A URL that a server names is read here and nowhere else. Its text is judged before it is parsed, because Python's
parser silently drops line breaks and tabs, and would then judge another host than the one that was written. What it
takes for the authority is judged too, because it passes over whatever stands beside the brackets of an IPv6 address.
"""

import re
from ipaddress import IPv6Address
from urllib.parse import SplitResult, urljoin, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST_URL = 2048
_AUTHORITY = re.compile(r"(?:[a-z0-9._-]{1,253}|\[(?P<v6>[0-9a-f:.]{2,45})\])(?::[0-9]{0,5})?", re.ASCII | re.IGNORECASE)
_PLAIN = re.compile(r"[!-\[\]-~]+", re.ASCII)  # visible ASCII without the backslash, which some parsers take for a slash


def origin_of(url: str) -> str:
    """
    Return a URL's origin in its one spelling, such as `https://ghcr.io` or `http://[::1]:5000`.

    "" is returned where the text is not an absolute http(s) URL, or carries a user, a fragment or anything else that
    two parsers could read differently.
    """
    parts = _split(url)
    if parts is None or parts.scheme not in _DEFAULT_PORTS or "#" in url:
        return ""
    host = host_of(url)
    try:
        port = _DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    except ValueError:
        return ""
    if not host or not port:
        return ""
    authority = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{authority}" + (f":{port}" if port != _DEFAULT_PORTS[parts.scheme] else "")


def same_origin_url(base: str, location: str) -> str:
    """
    Return `location`, which a server named in its answer to `base`, as an absolute URL; "" where it leads elsewhere.

    It begins with the origin in its one spelling, however the server wrote it, so that it can be taken off again.
    """
    if not location or _split(location) is None:
        return ""
    url = urljoin(base, location)
    parts, origin = _split(url), origin_of(url)
    if parts is None or not origin or origin != origin_of(base):
        return ""
    return origin + url.partition("://")[2].removeprefix(parts.netloc)


def host_of(url: str) -> str:
    """Return the host that a URL names, to be told to people; "" where it names none that looks like one."""
    parts = _split(url)
    return (parts.hostname or "") if parts else ""


def _split(url: str) -> SplitResult | None:
    if len(url) > _LONGEST_URL or not _PLAIN.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if not parts.netloc or _is_authority(parts.netloc) else None


def _is_authority(text: str) -> bool:
    """Whether this is a host and perhaps a port, and nothing more: no user, and nothing beside the brackets."""
    found = _AUTHORITY.fullmatch(text)
    try:
        IPv6Address((found and found["v6"]) or "::")
    except ValueError:
        return False
    return found is not None
