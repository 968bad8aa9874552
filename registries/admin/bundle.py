"""
A report about a team to send on, without secrets: one JSON file that a person can read before it leaves.

Every line of it is named here: nothing is a model without some columns. Secrets are sealed in another table, which nothing
here reads; and every text of the finished report loses what looks like a token, or like a password in an address, wherever
it stands.
Each part is cut off at so many rows, the latest kept, and says so.
"""

import platform
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import django
from django.conf import settings
from django.db import connection as database
from django.db.models import Count
from django.db.models.functions import Lower
from django.utils import timezone, translation
from django.utils.functional import Promise

from console.languages import ENGLISH
from console.models import Event, Team
from console.redaction import redacted
from registries.flavors import tokens
from registries.flavors.base import inputs
from registries.models import Check, Connection, HandOut, MachineToken, SealingKey

LOOK_BACK = timedelta(days=30)
MOST = {"connections": 1000, "tests": 5, "hand_outs": 5000, "activity": 5000, "machine_tokens": 1000}
"""How many of each there may be at most; of tests, of each connection."""

SETTINGS: Mapping[str, Callable[[Any], Any]] = {
    "BERTH_CHECKS_AT_ONCE": int,
    "BERTH_CHECKS_PER_TEAM": int,
    "BERTH_CHECKS_PER_HOST": int,
    "BERTH_HANDOUTS_PER_TOKEN": int,
    "BERTH_ACTIVITY_DAYS": int,
    "BERTH_WORKERS": int,
    "BERTH_THREADS": int,
    "BERTH_PROXIES": int,
    "BERTH_EGRESS_ALLOW": lambda networks: [str(network) for network in networks],
    "BERTH_EGRESS_PROXY": bool,  # Its address may hold a password.
    "BERTH_EGRESS_PROXY_NAMES": bool,
}
"""The settings that are told, each with how. There is no other."""

_TOKEN = re.compile(
    r"(?:(?<![\w-])|(?<=%[0-9A-Fa-f]{2}))(?:"
    + "|".join(kind.pattern.pattern for kind in tokens.KINDS if kind.belongs)
    + r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*)[\w-]*",
    re.ASCII | re.DOTALL,
)
"""What some provider's token looks like, anywhere in a text: behind a quote, an equals sign or `%3A` as well as a space."""

_LOGIN_IN_AN_ADDRESS = re.compile(r"//[^/@\s]+@")
NOT_TOLD = "(not told: it looks like a secret)"


def bundle(team: Team) -> dict[str, Any]:
    """Return the report, made of plain values that JSON has, in English whoever asks for it."""
    with translation.override(ENGLISH):
        return dict(plain(_told(team)))


def _told(team: Team) -> dict[str, Any]:
    since = timezone.now() - LOOK_BACK
    return {
        "report": "Berth, about one team, without secrets",
        "made_at": timezone.now().isoformat(),
        "versions": _versions(),
        "settings": {name: told(getattr(settings, name)) for name, told in SETTINGS.items()},
        "sealing_keys": sorted(SealingKey.objects.values_list("key_id", flat=True)),
        "team": {"id": str(team.pk), "name": team.name, "slug": team.slug, "members": _members(team)},
        "connections": _cut("connections", _connection, team.connections.order_by(Lower("name"))),
        "machine_tokens": _cut("machine_tokens", _token, MachineToken.objects.filter(team=team).order_by(Lower("name"))),
        "hand_outs_of_30_days": _cut("hand_outs", _hand_out, HandOut.objects.filter(team=team, at__gt=since)),
        "activity_of_30_days": _cut("activity", _event, Event.objects.filter(team=team, at__gt=since)),
    }


def _cut(part: str, told: Callable[[Any], dict[str, Any]], rows: Any) -> dict[str, Any]:
    """Return as many rows as there may be, each told, and whether there were more."""
    most = MOST[part]
    found = list(rows[: most + 1])
    return {"rows": [told(row) for row in found[:most]], "cut_off": len(found) > most}


def plain(told: Any) -> Any:
    """Return a text, or a tree with texts in it, without what looks like a secret; what is no text is left as it is."""
    if isinstance(told, Mapping):
        return {name: plain(value) for name, value in told.items()}
    if isinstance(told, list):
        return [plain(value) for value in told]
    if isinstance(told, Promise):  # Words that are said in the reader's language as late as they are written.
        told = str(told)
    if not isinstance(told, str):
        return told
    if _TOKEN.fullmatch(told):
        return NOT_TOLD
    return _LOGIN_IN_AN_ADDRESS.sub("//…@", _TOKEN.sub("…", redacted(told)))


def _members(team: Team) -> dict[str, int]:
    return dict(team.memberships.order_by("role").values_list("role").annotate(Count("pk")))


def _connection(connection: Connection) -> dict[str, Any]:
    asked = inputs(connection.flavor_class)
    plain_fields = [name for name, input_ in asked.items() if not input_.sealed]
    return {
        "id": str(connection.pk),
        "name": connection.name,
        "flavor": connection.flavor,
        "settings": {name: connection.settings[name] for name in plain_fields if name in connection.settings},
        "host": connection.host,
        "prefix": connection.prefix,
        "account": connection.account,
        "purpose": connection.purpose,
        "test_image": connection.test_image,
        "authorities": [authority.subject for authority in connection.authorities],
        "approved_token_hosts": list(connection.token_origins),
        "ends": _moment(connection.ends),
        "ends_known_from": connection.ends_source,
        "paused": connection.paused,
        "pause_reason": connection.pause_reason,
        "status": connection.status_label,
        "status_since": _moment(connection.outcome_since),
        "reason": connection.reason,
        "secret_saved_at": _moment(connection.secret_saved_at),
        "sealed_with": connection.sealed_with,
        "last_used_at": _moment(connection.last_used_at),
        "created_at": _moment(connection.created_at),
        "changed_at": _moment(connection.changed_at),
        "tests": [_check(check) for check in connection.checks.all()[: MOST["tests"]]],
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "queued_at": _moment(check.queued_at),
        "started_at": _moment(check.started_at),
        "finished_at": _moment(check.finished_at),
        "host": check.host,
        "outcome": check.outcome,
        "steps": [
            {
                "step": step.step, "state": step.state, "fact": step.fact, "fix": step.fix,
                "said": step.said, "ms": step.ms,
            }
            for step in check.steps
        ],
    }  # fmt: skip


def _token(token: MachineToken) -> dict[str, Any]:
    return {
        "name": token.name,
        "begins_with": token.shown_id,
        "every_registry": token.everything,
        "registries": list(token.connections.order_by(Lower("name")).values_list("name", flat=True)[: MOST["connections"]]),
        "created_at": _moment(token.created_at),
        "ends_at": _moment(token.ends_at),
        "revoked_at": _moment(token.revoked_at),
    }


def _hand_out(row: HandOut) -> dict[str, Any]:
    return {
        "at": _moment(row.at),
        "who": row.who,
        "from": row.address,
        "program": row.program,
        "kind": row.kind,
        "asked": row.asked,
        "registry": row.registry,
        "revision": row.revision,
        "result": row.result,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "at": _moment(event.at),
        "number": event.number,
        "verb": event.verb,
        "who": event.who,
        "subject": event.subject,
        "detail": event.detail,
        "from": event.address,
    }


def _versions() -> dict[str, str]:
    try:
        berth = version("berth")
    except PackageNotFoundError:  # It runs from a folder that nobody installed.
        berth = "not installed as a package"
    with database.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if database.vendor == "sqlite" else "SHOW server_version")
        [number] = cursor.fetchone()
    return {
        "berth": berth,
        "python": platform.python_version(),
        "django": django.get_version(),
        "database": f"{database.display_name} {number}",
    }


def _moment(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
