"""When a credential ends, where its own text says so. Source: RFC 7519, section 4.1.4 (`exp`)."""

from datetime import UTC, datetime

import jwt

from registries.distribution import Secret

_LONGEST = 16 * 1024
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def end_in(secret: Secret) -> datetime | None:
    """
    Return the `exp` of a JSON Web Token, aware UTC; None where the secret is none or names no end.

    Nothing is verified: whoever pasted a token may say what they like of its end.
    """
    token = secret.reveal()
    if not token.startswith("eyJ") or len(token) > _LONGEST:
        return None
    try:
        claims = jwt.decode(token, options={"verify_signature": False, "verify_exp": False})
    except (jwt.PyJWTError, RecursionError):
        return None
    return moment(claims.get("exp"))


def moment(seconds: object) -> datetime | None:
    """Return a number of seconds since 1970 as a moment, aware UTC; None for anything that cannot be one."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < _LATEST.timestamp():
        return None
    return datetime.fromtimestamp(int(seconds), UTC)
