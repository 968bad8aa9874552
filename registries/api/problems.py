"""How the API says no: `application/problem+json` (RFC 9457) with a stable `code`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse

from console.problems import problem
from registries.models import HandOutResult, Refused

STATUSES: Mapping[str, int] = {
    "bad_request": 400,
    "invalid_image": 400,
    "invalid_server": 400,
    "invalid_name": 400,
    HandOutResult.UNAUTHORIZED: 401,
    HandOutResult.PLAIN_HTTP: 403,
    HandOutResult.NOT_FOUND: 404,
    HandOutResult.NO_LOGIN: 404,
    "unknown_address": 404,
    "method_not_allowed": 405,
    "too_slow": 408,
    HandOutResult.PAUSED: 409,
    HandOutResult.AMBIGUOUS: 409,
    HandOutResult.DOES_NOT_FIT: 409,
    HandOutResult.SHARED_HOST: 409,
    HandOutResult.ENDED: 409,
    "too_large": 413,
    "invalid_request": 422,
    "unreadable_spec": 422,
    HandOutResult.RATE_LIMITED: 429,
    "internal_error": 500,
    HandOutResult.LOCKED: 503,
    HandOutResult.RENEWAL_REFUSED: 503,
    HandOutResult.REGISTRY_UNREACHABLE: 503,
    HandOutResult.BUSY: 503,
    "ledger_unavailable": 503,
    "unavailable": 503,
}
"""
The HTTP status of each code. Codes are promised to machines: they are added to, never changed.

The house itself answers with `bad_request`, `unknown_address`, `too_slow`, `too_large`, `internal_error` and
`unavailable`.
"""


class Problem(Exception):
    """The answer to a request that gets nothing; raised anywhere below the API's views."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        registries: tuple[str, ...] = (),
        retry_after_seconds: int = 0,
        line: int = 0,
        column: int = 0,
    ) -> None:
        """`line` and `column` are places in what was sent, from 1; 0 where it has none."""
        super().__init__(code)
        self.code, self.detail = str(code), detail
        self.registries, self.retry_after_seconds = registries, retry_after_seconds
        self.line, self.column = line, column

    @classmethod
    def of(cls, refused: Refused) -> "Problem":
        return cls(
            refused.result,
            refused.sentence,
            registries=refused.registries,
            retry_after_seconds=refused.retry_after_seconds,
        )

    @property
    def status(self) -> int:
        return STATUSES[self.code]

    def answer(self) -> HttpResponse:
        """Return the answer. It is not kept by caches, and quotes no secret that was sent with the request."""
        more: dict[str, Any] = {"registries": list(self.registries)} if self.registries else {}
        if self.line:
            more |= {"line": self.line, "column": self.column}
        headers = {"Retry-After": str(self.retry_after_seconds)} if self.retry_after_seconds else {}
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Bearer realm="Berth"'
        return problem(self.status, self.code, self.detail, headers=headers, **more)
