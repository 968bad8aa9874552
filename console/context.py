"""What the frame of every page shows: the team, the person's other teams, the theme."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from console import VERSION

THEMES = ("light", "dark")


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
        "theme": theme if theme in THEMES else "",
        "version": VERSION,
        "sso": settings.BERTH_OIDC,
        "host_name": settings.BERTH_URL.netloc,
    }
