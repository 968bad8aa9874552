"""Django system checks of the room: the key ring is well formed, and every stored login's key is there."""

from collections.abc import Sequence
from typing import Any

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


@register(Tags.database)
def ring_opens_what_is_stored(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Stop the start where a key has other bytes than before, or where a key that rows need is missing [C9, C10]."""
    from registries.models import SealingKey  # Models are not loaded yet when checks register.

    if not databases or SealingKey._meta.db_table not in database.introspection.table_names():
        return []
    return [Error(fault, id="berth.E011") for fault in SealingKey.faults()]
