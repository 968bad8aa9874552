"""Django system checks of the room: the key ring is well formed, every stored login's key is there, the proxy has work."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection as database

from registries import sealing


@register
def ring_is_well_formed(**kwargs: Any) -> list[CheckMessage]:
    try:
        sealing.ring()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="berth.E010")]
    return []


@register
def proxy_is_used(**kwargs: Any) -> list[CheckMessage]:
    """Refuse settings that are well formed each, and together lead past the proxy that the operator wants."""
    proxy, everything = settings.BERTH_EGRESS_PROXY, any(net.prefixlen == 0 for net in settings.BERTH_EGRESS_ALLOW)
    if proxy and everything:
        fault = "BERTH_EGRESS_ALLOW holds every address, so that BERTH_EGRESS_PROXY would never be used."
        return [Error(fault, id="berth.E012")]
    if settings.BERTH_EGRESS_PROXY_NAMES and not proxy:
        return [Error("BERTH_EGRESS_PROXY_NAMES is on, and BERTH_EGRESS_PROXY is not set.", id="berth.E013")]
    return []


@register(Tags.database)
def ring_opens_what_is_stored(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Stop the start where a key has other bytes than before, or where a key that rows need is missing [C9, C10]."""
    from registries.models import SealingKey  # Models are not loaded yet when checks register.

    if not databases or SealingKey._meta.db_table not in database.introspection.table_names():
        return []
    return [Error(fault, id="berth.E011") for fault in SealingKey.faults()]
