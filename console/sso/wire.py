"""
How the provider is asked: few at a time, within a deadline, up to a size, and nobody but whom was meant.

The operator names the provider, so it may stand in a private network. Everything else is as on the way to registries: no
redirect is followed, no encoding undone, nothing taken from the environment or `.netrc`, the system’s authorities trusted
(security page, section 0, item 5; V20, V46).
"""

import io
import ipaddress
import socket
import ssl
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

SECONDS = 10.0
"""What one question may take, from the first byte to the last."""

MOST_BYTES = 256 * 1024
AT_ONCE = 2
"""How many questions a process has under way, so that a provider that hangs does not take all its threads."""

PATIENCE_SECONDS = 3.0
"""How long a question waits for its turn."""

_places = threading.BoundedSemaphore(AT_ONCE)


class Session(requests.Session):
    """A session that asks one question as all others here."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.headers.update({"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Berth"})
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Adapter())

    def request(self, method: str, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        options |= {"allow_redirects": False, "timeout": SECONDS, "proxies": _way_to(str(url))}
        return super().request(method, url, *args, **options)


class _Adapter(HTTPAdapter):
    """Sends, and has the whole answer in memory once it returns."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, ssl_context=_context())

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        return super().proxy_manager_for(proxy, **options, ssl_context=_context())

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        used = settings.BERTH_EGRESS_PROXY
        return {"Proxy-Authorization": used.authorization} if used and used.authorization else {}

    def send(self, *args: Any, **options: Any) -> requests.Response:
        deadline = time.monotonic() + SECONDS
        if not _places.acquire(timeout=PATIENCE_SECONDS):
            raise requests.Timeout("as many as may be are waiting for the provider")
        try:
            response = super().send(*args, **{**options, "stream": True})
            with response.raw as answer:
                if 300 <= response.status_code < 400:
                    raise requests.TooManyRedirects("the provider leads elsewhere")
                response.raw = io.BytesIO(_body(answer, deadline))
        finally:
            _places.release()
        return response


def _body(answer: Any, deadline: float) -> bytes:
    """Read an answer piece by piece, since the time limit of a socket counts anew with each."""
    body = b""
    try:
        while piece := answer.read1(64 * 1024, decode_content=False):
            body += piece
            if len(body) > MOST_BYTES or time.monotonic() > deadline:
                raise requests.ReadTimeout("the provider’s answer is too large, or takes too long")
    except requests.ReadTimeout:
        raise
    except (OSError, HTTPError) as error:
        raise requests.ConnectionError(type(error).__name__) from None
    return body


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _way_to(url: str) -> dict[str, str]:
    """Return the operator’s proxy where it is the way to an address: not within what may be reached directly."""
    proxy, parts = settings.BERTH_EGRESS_PROXY, urlsplit(url)
    if proxy is None or _is_near(parts.hostname or "", parts.port):
        return {}
    return {parts.scheme: f"{proxy.scheme}://{proxy.address}"}


def _is_near(host: str, port: int | None) -> bool:
    try:
        found = {ipaddress.ip_address(where[4][0]) for where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError, ValueError):
        return False  # The proxy may know the name.
    return all(
        address.is_loopback or any(address in network for network in settings.BERTH_EGRESS_ALLOW) for address in found
    )
