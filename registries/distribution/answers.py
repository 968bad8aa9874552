"""
What a registry answers: one HTTP answer, and how its status and its error body are read.

Source: distribution-spec, "Error Codes". A body is taken only where it says something that is listed here, because a
hostile registry can put our own login into any text that it sends.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Self

from console.sentences import say
from registries.distribution.errors import (
    AccessDenied,
    NotARegistry,
    NotFound,
    RateLimited,
    RegistryError,
    SignInRefused,
    Unreachable,
)

_CODES = frozenset({
    "BLOB_UNKNOWN", "BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DENIED", "DIGEST_INVALID",
    "MANIFEST_BLOB_UNKNOWN", "MANIFEST_INVALID", "MANIFEST_UNKNOWN", "MANIFEST_UNVERIFIED", "NAME_INVALID",
    "NAME_UNKNOWN", "PAGINATION_NUMBER_INVALID", "RANGE_INVALID", "SIZE_INVALID", "TAG_EXPIRED", "TAG_INVALID",
    "TOOMANYREQUESTS", "UNAUTHORIZED", "UNAVAILABLE", "UNKNOWN", "UNSUPPORTED"
})  # fmt: skip
# Sent with HTTP 400 for names that nothing can have.
_NAMES_NOTHING = frozenset({"DIGEST_INVALID", "NAME_INVALID", "TAG_INVALID"})
_LONGEST_WAIT = timedelta(days=1)


def is_a_fault(status: int) -> bool:
    """Whether a status says that the server could not do it now: any 5xx, and two that its proxies send for one."""
    return status in (408, 499) or status >= 500


@dataclass(frozen=True)
class Answer:
    """An HTTP answer as it came: header names are lower case, and no encoding of the body was undone."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return the first header of this lower-case name, or ""."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """Return every header of this lower-case name, in order."""
        return [value for key, value in self.headers if key == name]

    def json(self) -> Any:
        """Return the body read as JSON; raise `ValueError` where it is not."""
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("This JSON is nested too deeply.") from None

    @property
    def code(self) -> str:
        """The registry's error code where it is one of the field's own, else ""."""
        try:
            code = self.json()["errors"][0]["code"]
        except (ValueError, LookupError, TypeError):
            return ""
        return code if isinstance(code, str) and code in _CODES else ""

    def checked(self, host: str, now: Callable[[], datetime]) -> Self:
        """Return the answer itself where it is a success that can be read, else raise what it says instead."""
        if self.header("content-encoding").lower() not in ("", "identity"):
            raise NotARegistry(
                say("The host answers in an encoding that was not asked for."), host=host, status=self.status
            )
        if 200 <= self.status < 300:
            return self
        raise self._error(host, now)

    def _error(self, host: str, now: Callable[[], datetime]) -> RegistryError:
        status, code = self.status, self.code
        if status == 401:
            return SignInRefused(host=host, status=status, code=code)
        if status in (402, 403):  # 402 asks for a subscription, which is a right like any other.
            return AccessDenied(host=host, status=status, code=code)
        if status == 404 or (status == 400 and code in _NAMES_NOTHING):
            return NotFound(host=host, status=status, code=code)
        if status == 429:
            return RateLimited(host=host, status=status, code=code, retry_after_seconds=self._retry_after_seconds(now))
        if is_a_fault(status):
            return Unreachable(say("The registry has a fault of its own."), host=host, status=status, code=code)
        return NotARegistry(host=host, status=status, code=code)

    def _retry_after_seconds(self, now: Callable[[], datetime]) -> int | None:
        text = self.header("retry-after").strip()
        if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
            wait = timedelta(seconds=int(text))
        else:
            try:
                moment = parsedate_to_datetime(text)
            except ValueError:
                return None
            wait = moment.replace(tzinfo=moment.tzinfo or UTC) - now()
        return round(min(max(wait, timedelta()), _LONGEST_WAIT).total_seconds())
