"""The site's addresses and one that only the bench's server has: the bytes of a hand-out, without any of the work."""

from functools import lru_cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from console import urls


@lru_cache(maxsize=1)
def answer() -> bytes:
    """Return what the bench wrote down: the body of a hand-out."""
    return (settings.HOME / "answer.json").read_bytes()


@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(answer(), content_type="application/json; charset=utf-8", headers=headers)


urlpatterns = [path("bare/", bare), *urls.urlpatterns]
handler500 = urls.handler500
