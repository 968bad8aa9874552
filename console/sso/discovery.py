"""
What the provider says of itself: its addresses and its keys. Asked for at most every few minutes.

Source: OpenID Connect Discovery 1.0, sections 3 and 4.3: the issuer it names has to be the one that was asked.
"""

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.cache import cache
from requests import Response

from console.sso.claims import Untrusted
from console.sso.configuration import Provider
from console.sso.wire import Session

KEPT_SECONDS = 10 * 60
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
ENDPOINTS = (*NEEDED, "userinfo_endpoint")


def configuration(provider: Provider) -> dict[str, Any]:
    """Return the provider’s addresses by name, each https where the issuer is. Raises RequestException and Untrusted."""
    kept = _kept("configuration", provider)
    return cache.get_or_set(kept, lambda: _asked(provider), KEPT_SECONDS)  # type: ignore[return-value]


def _asked(provider: Provider) -> dict[str, Any]:
    found = answer(provider.key + "/.well-known/openid-configuration")
    if str(found.get("issuer")).rstrip("/") != provider.key:
        raise Untrusted("the provider calls itself another issuer")
    told = {name: found[name] for name in ENDPOINTS if found.get(name)}
    if not set(NEEDED) <= set(told) or not all(_is_fit(address, provider) for address in told.values()):
        raise Untrusted("the provider’s configuration lacks an address, or has one that is not https")
    methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return {**told, "issuer": found["issuer"], "basic": isinstance(methods, list) and "client_secret_post" not in methods}


def keys(provider: Provider, *, afresh: bool = False) -> list[Mapping[str, Any]]:
    """Return the provider’s public keys, asked for again where `afresh`."""
    kept = _kept("keys", provider)
    if afresh:
        cache.delete(kept)
    address = configuration(provider)["jwks_uri"]
    return cache.get_or_set(kept, lambda: _keys(address), KEPT_SECONDS)  # type: ignore[return-value]


def _keys(address: str) -> list[Mapping[str, Any]]:
    found = answer(address).get("keys")
    if not isinstance(found, list) or not all(isinstance(key, dict) for key in found):
        raise Untrusted("the provider’s keys cannot be read")
    return found


def answer(address: str, **options: Any) -> dict[str, Any]:
    """Return the JSON object that an address answers with. Raises RequestException, and Untrusted for anything else."""
    with Session() as session:
        response = session.get(address, **options)
    response.raise_for_status()
    return read_object(response)


def read_object(response: Response) -> dict[str, Any]:
    """Return the JSON object that an answer is, or raise Untrusted."""
    try:
        value = response.json()
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Untrusted("the provider’s answer is no JSON object")
    return value


def _is_fit(address: object, provider: Provider) -> bool:
    try:
        parts = urlsplit(address) if isinstance(address, str) else None
    except ValueError:
        return False
    wanted = ("https",) if provider.issuer.startswith("https:") else ("https", "http")
    return parts is not None and parts.scheme in wanted and bool(parts.hostname)


def _kept(what: str, provider: Provider) -> str:
    return f"berth:sso:{what}:{hashlib.sha256(provider.key.encode()).hexdigest()}"
