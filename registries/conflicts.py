"""Two people who edit one connection at once: what the one saved, beside what the other typed."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from console.models import User
from registries.models import Connection

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

    from registries.forms import ConnectionForm


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Who saved meanwhile, when, and the plain fields that differ: (label, as saved now, as typed). Never a secret."""

    by: User | None
    at: datetime | None
    changes: "tuple[tuple[str | StrPromise, str, str], ...]"


def between(connection: Connection, form: "ConnectionForm") -> Conflict:
    """Compare what is saved now with what was typed into a form that was based on an older version."""
    now = form.as_saved(connection)
    typed = {**form.registry.settings(), **form.details()}
    differing = [
        name for name, value in now.items() if name in form.fields and str(typed.get(name) or "") != str(value or "")
    ]
    return Conflict(
        by=connection.changed_by,
        at=connection.changed_at,
        changes=tuple(
            (form.fields[name].label or "", str(now[name] or ""), str(typed.get(name) or "")) for name in differing
        ),
    )
