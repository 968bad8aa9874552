"""The machine client, served to whoever installs it. Source: product page, section 8."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from registries.machine import berth


@cache
def source() -> bytes:
    """Return the client as it was when this process first served it."""
    return Path(berth.__file__).read_bytes()


def _etag(request: HttpRequest) -> str:
    return f'"{sha256(source()).hexdigest()[:32]}"'


@login_not_required
@require_safe
@condition(etag_func=_etag)
def machine_client(request: HttpRequest) -> HttpResponse:
    """
    Answer with the one file of the client. It holds nothing of this installation, so anybody may have it.

    It is an attachment, so that no browser shows it as a page, and is called `.py` whatever fetches it: the client acts by
    its name without that ending.
    """
    return HttpResponse(
        source(),
        content_type="text/x-python; charset=utf-8",
        # A copy is kept, and asked about each time, so that nobody installs a client of before an update.
        headers={"Content-Disposition": 'attachment; filename="berth.py"', "Cache-Control": "no-cache"},
    )
