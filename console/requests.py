"""
What a request has to be like before anything reads it: how large its body may be, in which charset, how soon it is there.

Where it comes in, in `console.rsgi` and `console.wsgi`, one that cannot go on as it is gets a mark instead of an answer;
`console.middleware.judge_request` answers it then, in the words and with the headers that all answers have.
"""

from typing import Any

from django.conf import settings
from django.utils.http import parse_header_parameters

BODY_SECONDS = 10.0
"""How long the whole body of a request may take. A form of 256 KiB needs a line of 26 KiB a second for that."""

MARK = "berth.refused"
"""Where the mark stands in a request's environ, which no header can reach."""

UNREADABLE, TOO_SLOW = "unreadable", "too slow"


def fits(length: str) -> bool:
    """Whether a length, as the request tells it, is a number that is not too large. Python reads none of 5000 digits."""
    return length.isdecimal() and len(length) < 20 and int(length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def in_utf8(content_type: str) -> bool:
    """Whether a body says that it is in UTF-8, or nothing. Some of Python's charsets decode no text at all."""
    try:
        _, parameters = parse_header_parameters(content_type)
    except (LookupError, ValueError):  # A parameter may bring a charset of its own (RFC 2231).
        return False
    return parameters.get("charset", "utf-8").lower() in ("utf-8", "utf8")


def refused(environ: dict[str, Any], why: str) -> dict[str, Any]:
    """Return an environ that Django can take, without what it cannot read, marked as refused."""
    return {**environ, "CONTENT_TYPE": "", MARK: why}
