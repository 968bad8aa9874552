"""
What an ID token has to be before a word of it is believed.

Source: OpenID Connect Core 1.0, sections 3.1.3.7 and 2. allauth takes the signature of a token that came straight from the
provider for granted, and knows no nonce; both are asked for here, whatever way a token came.
"""

import time
from collections.abc import Mapping
from typing import Any

import jwt
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.crypto import constant_time_compare

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a key of the provider’s own. One made with the client secret would be anybody’s who has it."""

LEEWAY_SECONDS = 60
"""How far the provider’s clock may be off."""

LONGEST_SUBJECT = 191
"""What the column of a linked identity holds; the specification allows 255."""

LONGEST_EMAIL = 254


class Untrusted(OAuth2Error):  # type: ignore[misc]  # allauth carries no types.
    """What the provider answered is not what it has to be. The words are ours and hold nothing of the answer."""


def read(token: object, keys: list[Mapping[str, Any]], *, issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """Return the claims of an ID token that is the provider’s, for us, in time, and an answer to this question."""
    if not isinstance(token, str):
        raise Untrusted("no ID token")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(jwt.get_unverified_header(token), keys),
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=client_id,
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except Exception as error:  # noqa: BLE001  # Whatever it stumbles over, the token is not to be believed.
        raise Untrusted(f"the ID token is refused: {type(error).__name__}") from None
    if not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise Untrusted("the ID token answers another question: nonce")
    alone = claims["aud"] in (client_id, [client_id])
    if claims.get("azp", client_id if alone else None) != client_id:
        raise Untrusted("the ID token is for others too: azp, aud")
    sub = claims["sub"]
    if not (isinstance(sub, str) and 0 < len(sub) <= LONGEST_SUBJECT and sub.isascii() and sub.isprintable()):
        raise Untrusted("the ID token names nobody: sub")
    return claims


def knows_key(token: object, keys: list[Mapping[str, Any]]) -> bool:
    """Tell whether the key that a token names is among these; providers change theirs."""
    try:
        _key(jwt.get_unverified_header(str(token)), keys)
    except Exception:  # noqa: BLE001  # As above.
        return False
    return True


def _key(header: Mapping[str, Any], keys: list[Mapping[str, Any]]) -> jwt.PyJWK:
    algorithm, name = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise jwt.InvalidAlgorithmError
    fitting = [
        key
        for key in keys
        if (name is None or key.get("kid") == name)
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
    ]
    if len(fitting) != 1:
        raise jwt.InvalidKeyError
    return jwt.PyJWK.from_dict(dict(fitting[0]), algorithm)


def judge_age(claims: Mapping[str, Any], *, since: float) -> None:
    """Refuse what does not say that the person signed in at the provider after `since`, in seconds since the epoch."""
    at, now = claims.get("auth_time"), time.time()
    if not isinstance(at, int | float) or isinstance(at, bool):
        raise Untrusted("the ID token does not say when the person signed in: auth_time")
    if not since - LEEWAY_SECONDS <= at <= now + LEEWAY_SECONDS:
        raise Untrusted("the person did not sign in anew: auth_time")


def address_in(claims: Mapping[str, Any]) -> str:
    """Return the e-mail address that the provider vouches for, in lower case; "" where it vouches for none."""
    email, verified = claims.get("email"), claims.get("email_verified")
    # Some providers write it as text, and a text that says "false" is no yes either.
    if not isinstance(email, str) or (verified is not True and verified != "true"):
        return ""
    try:
        validate_email(email)
    except ValidationError:
        return ""
    # Beyond ASCII, two addresses that are not the same may become the same in lower case.
    return email.lower() if email.isascii() and len(email) <= LONGEST_EMAIL else ""
