"""
What a report of a fault may carry: the traceback's files and lines, and the request's method and path.

Django's own report mails posted values and the local variables of every frame, passwords among them (security page,
section 0, item 8). Ours leaves out both, and headers, cookies, settings and query strings too.
"""

import logging
from collections.abc import ItemsView
from traceback import extract_tb
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.log import AdminEmailHandler
from django.utils.safestring import SafeString, mark_safe
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from console.redaction import redacted

HIDDEN = "(not reported)"


class Filter(SafeExceptionReporterFilter):
    """Hide every posted value, every frame variable, every header and every setting, whatever its name."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return dict.fromkeys(request.POST, HIDDEN) if request is not None else {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> ItemsView[str, Any]:
        return {}.items()

    def get_safe_settings(self) -> dict[str, Any]:
        return {}

    def get_safe_request_meta(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_safe_cookies(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}


class Line(logging.Formatter):
    """
    Log a fault as where it happened and of what kind it was: its words may quote what was posted.

    Any line may quote an address, so tokens are taken out of all.
    """

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802  # The name is the standard library's.
        kind, _, trace = ei
        frames = "".join(f'\n  File "{at.filename}", line {at.lineno}, in {at.name}' for at in extract_tb(trace))
        return f"{kind.__name__ if kind else 'fault'} at{frames}"


class Reporter(ExceptionReporter):
    """Report a fault as plain text of our own: where it happened, never with what."""

    def get_traceback_text(self) -> SafeString:
        frames = [
            f'  File "{frame["filename"]}", line {frame["lineno"]}, in {frame["function"]}'
            for frame in self.get_traceback_frames()
            if "filename" in frame  # A cause that was itself never raised has no place.
        ]
        where = f"{self.request.method} {redacted(ascii(self.request.path))}" if self.request else "outside a request"
        kind = getattr(self.exc_type, "__name__", "fault")
        return mark_safe("\n".join([f"{kind} at {where}", *frames, ""]))  # noqa: S308  # Plain text; as HTML it is escaped.

    def get_traceback_html(self) -> SafeString:
        return format_html("<pre>{}</pre>", str(self.get_traceback_text()))


class Mail(AdminEmailHandler):
    """Mail a fault. Its subject is the line of the log, which quotes the address."""

    def format_subject(self, subject: str) -> str:
        return super().format_subject(redacted(subject))
