"""Where the request that is being answered comes from, for the record of what happened. Set by the middleware."""

from contextvars import ContextVar, Token
from ipaddress import ip_address

from django.http import HttpRequest

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


def enter(request: HttpRequest) -> "Token[HttpRequest | None]":
    """Remember the request until `leave` is called with what is returned."""
    return _request.set(request)


def leave(token: "Token[HttpRequest | None]") -> None:
    _request.reset(token)


def address() -> str | None:
    """Return the IP address of whoever asks; None outside of a request, or where it came by a socket that has none."""
    from allauth.account.adapter import get_adapter  # It needs the models, and they need this.

    request = _request.get()
    return None if request is None else as_stored(get_adapter(request).get_client_ip(request))


def as_stored(text: str) -> str | None:
    """Return an IP address in the one form in which it is stored, None for what is none."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)
