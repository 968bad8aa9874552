"""
How machines are told that something is wrong: `application/problem+json` (RFC 9457), with a `code` that stays as it is.

Whatever is wrong with a request below /api/, it gets no page, because nobody there reads one.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

MACHINES = "/api/"


def from_a_machine(request: HttpRequest) -> bool:
    """Whether a request is for the machines' API, by its address alone."""
    return request.path_info.startswith(MACHINES)


def problem(status: int, code: str, detail: str, *, headers: Mapping[str, str] = {}, **more: Any) -> HttpResponse:
    """Return the answer. `detail` is a sentence for people, `more` stands beside it. No cache keeps it."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail}
    return HttpResponse(
        json.dumps(body | more, ensure_ascii=False),
        status=status,
        headers={"Cache-Control": "no-store", **headers},
        content_type="application/problem+json",
    )
