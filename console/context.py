"""What the frame of every page shows: the team, the person's other teams, the theme."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, gettext, gettext_noop

from console import VERSION
from console.languages import ENGLISH

THEMES = ("light", "dark")
WORDS = (
    gettext_noop("Berth answered with HTTP {status}. Load the page again to see where things stand."),
    gettext_noop("Berth did not answer. Look at the connection, then load the page again."),
    gettext_noop("Copied."),
    gettext_noop("Read {name}."),
    gettext_noop("The lines were joined into one."),
    gettext_noop("The theme is changed on this page only."),
)
"""What our scripts say. They know it in English, so a page brings it in the languages besides."""


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what `base.html` needs, for signed-in people and for visitors."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("berth-theme", "")
    return {
        "team": getattr(request, "team", None),
        "membership": getattr(request, "membership", None),
        "my_teams": user.teams if user is not None and user.is_authenticated else [],
        "people_make_teams": settings.BERTH_TEAMS_BY_PEOPLE,
        "languages": settings.LANGUAGES,
        "language": get_language(),
        "words": {} if get_language() == ENGLISH else {words: gettext(words) for words in WORDS},
        "theme": theme if theme in THEMES else "",
        "this_page": _this_page(request),
        "version": VERSION,
        "sso": settings.BERTH_OIDC,
        "host_name": settings.BERTH_URL.netloc,
    }


def _this_page(request: HttpRequest) -> str:
    """Return the address to come back to: the page’s, or where that answers a form, and may take forms only, the form’s."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    form = urlsplit(request.headers.get("Referer", ""))
    return form._replace(scheme="", netloc="").geturl() if form.netloc == request.get_host() else ""
