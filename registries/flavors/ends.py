"""
When a credential ends: where its own text says so, and how providers write it when they are asked.

Sources: RFC 7519, section 4.1.4 (`exp`); reference page, the rows "Lifetime" of sections 3.2, 3.4 and 3.7. Whatever a
provider answers is bounded, and what is not exactly an end that is known is None.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt

from registries.distribution import Answer, Http, Secret
from registries.distribution.client import USER_AGENT

_LONGEST = 16 * 1024
_ANSWER_LIMIT_BYTES = 256 * 1024  # A hundred tokens of Docker Hub take about 50 KiB.
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_VISIBLE = re.compile(rf"[!-~]{{1,{_LONGEST}}}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(
    rf"(?P<day>{_DAY.pattern})[T ](?P<time>[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}})(?:\.[0-9]{{1,9}})? ?"
    r"(?:UTC|Z|(?P<offset>[+-][0-9]{2}:?[0-9]{2}))",
    re.ASCII,
)


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
    except (jwt.PyJWTError, ValueError, RecursionError):
        return None
    return moment(claims.get("exp"))


def moment(seconds: object) -> datetime | None:
    """Return a number of seconds since 1970 as a moment, aware UTC; None for anything that cannot be one."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    if not _EARLIEST.timestamp() <= seconds < _LATEST.timestamp():
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


# What providers answer ----------------------------------------------------------------------------------------------


def day_written(text: object) -> datetime | None:
    """Return the midnight with which a date such as `2026-12-03` begins, aware UTC; None for anything else."""
    return _read(f"{text}T00:00:00+00:00") if isinstance(text, str) and _DAY.fullmatch(text) else None


def moment_written(text: object) -> datetime | None:
    """Return a moment such as `2026-12-03T22:30:00Z` or `2026-12-03 22:30:00 UTC`, aware UTC; None without a zone."""
    parts = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    return _read(f"{parts['day']}T{parts['time']}{parts['offset'] or '+00:00'}") if parts else None


def _read(text: str) -> datetime | None:
    try:
        end = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return end if _EARLIEST <= end < _LATEST else None


# Asking one ---------------------------------------------------------------------------------------------------------


def in_a_header(token: object) -> str:
    """Return a token as a header can carry it; "" where it is none, or holds what no header does."""
    text = token.reveal() if isinstance(token, Secret) else token
    return text if isinstance(text, str) and _VISIBLE.fullmatch(text) else ""


def ask(http: Http, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer | None:
    """Ask a provider one thing; None where it answers anything but HTTP 200. Raises `RegistryError`."""
    asking = {"User-Agent": USER_AGENT, "Accept": "application/json", **headers}
    answer = http.request(method, url, asking, body, limit_bytes=_ANSWER_LIMIT_BYTES)
    return answer if answer.status == 200 else None


def told(answer: Answer | None) -> dict[str, Any]:
    """Return the JSON object of an answer; {} where there is none."""
    try:
        content = answer.json() if answer else None
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
