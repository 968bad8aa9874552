"""
Which language somebody reads, and how what is kept is said in it.

People have the language that they chose, which a cookie holds, or the first of their browser's that Berth speaks. The
account keeps it too, that of the first sign-in or the choice: mails go by it, and signing in brings it to another browser.
What machines read is English.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise, lazy
from django.utils.text import get_text_list

from console.problems import from_a_machine
from console.sentences import Fill, Sentence

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

ENGLISH = "en"
BROUGHT = "berth_language"
YEAR_SECONDS = 365 * 24 * 60 * 60


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer people in their language, and machines in English."""
    answer_people = in_the_readers(get_response)

    def answer(request: HttpRequest) -> HttpResponse:
        if not from_a_machine(request):
            return answer_people(request)
        with translation.override(ENGLISH):
            return get_response(request)

    return answer


def in_the_readers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer in the language of whoever asks, and tell caches that a page is one of several."""

    def answer(request: HttpRequest) -> HttpResponse:
        with translation.override(translation.get_language_from_request(request)):
            response = get_response(request)
            spoken = response.headers.get("Content-Type", "").startswith("text/html")
            if spoken:
                response.headers.setdefault("Content-Language", translation.get_language())
        if brought := getattr(request, BROUGHT, ""):
            keep(response, brought, secure=request.is_secure())
        if spoken:  # What is no page, such as a style sheet, is the same for everybody.
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response

    return answer


def bring(request: HttpRequest, language: str) -> None:
    """Go on in a language that an account has, in this answer and in all that follow. One that is gone changes nothing."""
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
        setattr(request, BROUGHT, language)


def keep(response: HttpResponse, language: str, *, secure: bool) -> None:
    """Let the browser keep the choice of a language."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR_SECONDS, samesite="Lax", httponly=True, secure=secure
    )


def of(language: str) -> str:
    """Return the language to write to somebody in who chose this one, or chose none."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def said(text: str) -> str:
    """Say a text that is kept in the language of whoever reads it now. What is no `Sentence` stays as it is."""
    if not isinstance(text, Sentence) or (translation.get_language() or ENGLISH) == ENGLISH:
        return text
    return text.in_words(translation.gettext, translation.ngettext, _written)


def kept(label: "str | StrPromise") -> str:
    """Return a label that is said at once, as those of fields and choices are, so that it can be kept and said later."""
    if not isinstance(label, Promise):
        return label
    with translation.override(ENGLISH):
        return Sentence(str(label))


def day(moment: date, *, year: bool = True) -> str:
    """Write a day so that no reader takes the month for the day: 12 Nov 2026."""
    return date_format(moment, "DATE_FORMAT" if year else "MONTH_DAY_FORMAT")


def minute(moment: datetime) -> str:
    """Write a moment to the minute, in the time zone of the house: 12 Nov 2026, 14:05."""
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def listed(things: Sequence[str]) -> str:
    """Put things in a row: "a, b and c"."""
    return get_text_list(list(things), translation.gettext("and"))


said_later = lazy(said, str)
"""Say a text whenever it is read: for what is made once, as the choices of a column are."""


def _written(fill: Fill) -> str:
    if isinstance(fill, str):
        return said(fill)
    return day(fill) if isinstance(fill, date) else number_format(fill)
