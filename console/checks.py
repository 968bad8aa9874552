"""Django system checks of the house: settings that are well formed each, and wrong together."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def debug_stays_at_home(**kwargs: Any) -> list[CheckMessage]:
    """Refuse DEBUG, which shows faults with their values to anybody, on an address that others can reach [L4]."""
    local = {"localhost", "127.0.0.1", "[::1]", "testserver"}
    if settings.DEBUG and (
        not set(settings.ALLOWED_HOSTS) <= local or settings.BERTH_BIND not in ("127.0.0.1", "::1", "localhost")
    ):
        return [
            Error("DEBUG is on, and BERTH_URL, BERTH_HOSTS or BERTH_BIND reaches beyond this machine.", id="berth.E001")
        ]
    return []
