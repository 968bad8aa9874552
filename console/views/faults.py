"""Answers to faults, ours and others', for people and for machines. None quotes what was sent."""

import logging
import secrets
import sys

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

from console.problems import from_a_machine, problem
from console.redaction import redacted

log = logging.getLogger("berth")


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Refuse what cannot be read, and quote nothing of it."""
    if from_a_machine(request):
        return problem(400, "bad_request", "This request cannot be read.")
    return defaults.bad_request(request, exception)


@login_not_required
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is nothing here."""
    if from_a_machine(request):
        return problem(404, "unknown_address", "There is nothing at this address of the API.")
    return defaults.page_not_found(request, exception)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours, with a reference that the log has too."""
    reference = "-".join(secrets.token_hex(2) for _ in range(3))
    kind = sys.exc_info()[0]
    where = redacted(ascii(request.path))
    log.error("fault %s: %s at %s %s", reference, kind.__name__ if kind else "unknown", request.method, where)
    # The database is away or busy, and mostly comes back by itself.
    comes_back = kind is not None and issubclass(kind, OperationalError)
    status, headers = (503, {"Retry-After": "5"}) if comes_back else (500, {})
    if from_a_machine(request):
        code = "unavailable" if comes_back else "internal_error"
        return problem(status, code, f"A fault of Berth’s own. Its log has it under {reference}.", headers=headers)
    return HttpResponse(render_to_string("500.html", {"reference": reference}), status=status, headers=headers)


@login_not_required
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say why a form was not taken, and how to send it again."""
    return render(request, "403_csrf.html", status=403)
