"""What holds for every answer: none to a signed-in person is kept by a cache; and for every request: its size and shape."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_vary_headers

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
    """Refuse, before anything reads it, a request that no page of ours makes: too large, with NUL, or not in UTF-8."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise SuspiciousOperation("A NUL in the address.")  # PostgreSQL stores none, and would fail on it.
        if (request.encoding or "utf-8").lower() not in ("utf-8", "utf8"):
            raise SuspiciousOperation("A charset that no form of ours has.")  # Some of Python's decode no text at all.
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return render(request, "413.html", {"limit_kib": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024}, status=413)
        return get_response(request)

    return middleware
