"""What holds for every answer: none to a signed-in person is kept by a cache, and no request is larger than a form."""

from collections.abc import Callable

from django.conf import settings
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


def limit_body(get_response: Handler) -> Handler:
    """Refuse a request larger than any form of ours, files included, before anything reads it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return render(request, "413.html", {"limit_kib": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024}, status=413)
        return get_response(request)

    return middleware
