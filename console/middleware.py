"""What holds for every answer: none to a signed-in person is kept by a cache; and for every request: its size and shape."""

import threading
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from console.problems import from_a_machine, problem
from console.requests import BODY_SECONDS, MARK, TOO_SLOW, UNREADABLE, fits, in_utf8

Handler = Callable[[HttpRequest], HttpResponse]


def no_store(get_response: Handler) -> Handler:
    """Forbid caches to keep what a signed-in person sees. Part and page share a URL, so answers vary by htmx's header."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        user = getattr(request, "user", None)  # Static files are answered before there is one.
        if user is not None:
            patch_vary_headers(response, ["HX-Request"])
            if user.is_authenticated or request.method not in ("GET", "HEAD"):
                add_never_cache_headers(response)
        return response

    return middleware


def judge_request(get_response: Handler) -> Handler:
    """Refuse a request that no page of ours makes: too large, too slow, with NUL, or not in UTF-8. Nothing has read it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\0" in request.path_info + query or "%00" in query:
            return _unreadable(request)  # PostgreSQL stores no NUL, and would fail on it.
        if request.META.get(MARK) == UNREADABLE or not in_utf8(request.META.get("CONTENT_TYPE", "")):
            return _unreadable(request)
        if not fits(request.META.get("CONTENT_LENGTH") or "0"):
            return _too_large(request)
        if request.META.get(MARK) == TOO_SLOW:
            return _too_slow(request)
        return get_response(request)

    return middleware


def _unreadable(request: HttpRequest) -> HttpResponse:
    """Answer as Django would if this were raised, but log no error: the operator gets no mail of what scanners send."""
    from console.views import bad_request  # The views need the models, which are not there yet.

    return bad_request(request, BadRequest())


def _too_large(request: HttpRequest) -> HttpResponse:
    limit_kib = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024
    if from_a_machine(request):
        return problem(413, "too_large", f"A request may hold {limit_kib} KiB.")
    return render(request, "413.html", {"limit_kib": limit_kib}, status=413)


def _too_slow(request: HttpRequest) -> HttpResponse:
    """Say that the body did not come in time. What is left of it may still come, so the connection ends here."""
    if from_a_machine(request):
        return problem(408, "too_slow", f"The request was not complete within {BODY_SECONDS:.0f} seconds.")
    return render(request, "408.html", {"seconds": BODY_SECONDS}, status=408)


def machines_go_past(get_response: Handler) -> Handler:
    """Take a machine with a token past what only people have: sessions, forms, messages. It costs as much as a query."""
    inside = _way.inside

    def middleware(request: HttpRequest) -> HttpResponse:
        if not (from_a_machine(request) and "HTTP_AUTHORIZATION" in request.META):
            return get_response(request)
        request.user = AnonymousUser()  # A view that is not for everybody asks who is there.
        return inside(request)

    return middleware


def machines_come_in(get_response: Handler) -> Handler:
    """Mark where `machines_go_past` leads to. It has to stand last: Django starts there when it puts the chain together."""
    _way.inside = get_response
    return get_response


class _Way(threading.local):
    inside: Handler


_way = _Way()
