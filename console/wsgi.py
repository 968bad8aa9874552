"""
Berth as a WSGI application. Before the first request it runs the system checks, those that look into the database too.

`manage.py serve` has `console.rsgi` in front of it.
"""

import os
from collections.abc import Iterable
from io import StringIO
from typing import Any
from wsgiref.types import StartResponse

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from console.requests import UNREADABLE, in_utf8, refused

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

handler = get_wsgi_application()
call_command("check", databases=["default"], stdout=StringIO())  # It raises what it finds.


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer a request. One in an odd charset is marked first: Django would fail on it before any middleware sees it."""
    if not in_utf8(environ.get("CONTENT_TYPE", "")):
        environ = refused(environ, UNREADABLE)
    return handler(environ, start_response)
