"""What an operator says of their provider. Nothing of it, or all that belongs together: the rest stops the start."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy

from console import environment

LONGEST_ISSUER = 200
"""What the column of a linked identity holds."""

_ADDRESS = re.compile(r"[!-~]+", re.ASCII)
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+", re.ASCII)
_SLUG = re.compile(r"[a-z0-9_-]{1,50}", re.ASCII)
_ROLES = ("member", "admin")
_AT_HOME = ("localhost", "127.0.0.1", "::1")


class Place(NamedTuple):
    """The team that a domain’s people join, by its slug, and their role there."""

    team: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Provider:
    """An OpenID Connect provider, and what the operator trusts it with. `only` closes passwords; `teams` is by domain."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    only: bool = False
    teams: Mapping[str, Place] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What identities are kept under: a `sub` is somebody at this issuer, and may be somebody else at another one."""
        return self.issuer.rstrip("/")


def configured() -> Provider:
    """Return the provider that is set. Only what stands behind a door that looked whether there is one may ask."""
    from django.conf import settings  # This module is read while the settings are made.

    return cast(Provider, settings.BERTH_OIDC)


def provider() -> Provider | None:
    """Read the provider from the environment; None where none is set. Raises ImproperlyConfigured with a sentence."""
    issuer = environment.text(
        "BERTH_OIDC_ISSUER",
        "",
        "The issuer of an OpenID Connect provider to sign in with, such as `https://sso.example.com/realms/main`.",
    )
    client_id = environment.text("BERTH_OIDC_CLIENT_ID", "", "What the provider knows Berth as.")
    client_secret = environment.text("BERTH_OIDC_CLIENT_SECRET", "", "What Berth proves that with.")
    name = environment.text(
        "BERTH_OIDC_NAME", "", "What people call the provider: the button says “Sign in with” and this name."
    )
    only = environment.flag(
        "BERTH_OIDC_ONLY", False, "Whether the provider is the only way in. Superusers keep their passwords."
    )
    entries = environment.words(
        "BERTH_OIDC_TEAMS",
        "",
        "Which team the people of a mail domain join, such as `northwind.example=northwind, acme.example=acme:admin`.",
    )
    if not issuer:
        _refuse_the_rest(client_id=client_id, client_secret=client_secret, name=name, only=only, entries=entries)
        return None
    for variable, value in (("CLIENT_ID", client_id), ("CLIENT_SECRET", client_secret)):
        if not value:
            raise ImproperlyConfigured(f"BERTH_OIDC_ISSUER is set, and BERTH_OIDC_{variable} is not. Set both, or neither.")
    return Provider(
        issuer=_issuer(issuer),
        client_id=client_id,
        client_secret=client_secret,
        name=_name(name) if name else cast(str, gettext_lazy("single sign-on")),
        only=only,
        teams=_teams(entries),
    )


def _refuse_the_rest(**values: object) -> None:
    variables = {"entries": "TEAMS"}
    for name, value in values.items():
        if value:
            variable = variables.get(name, name.upper())
            raise ImproperlyConfigured(f"BERTH_OIDC_{variable} is set, and BERTH_OIDC_ISSUER is not. Set both, or neither.")


def _issuer(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    plain = _ADDRESS.fullmatch(value) and not {*value} & {*"?#@\\"} and len(value) <= LONGEST_ISSUER
    if not (plain and environment.HOST.fullmatch(host) and parts.scheme in ("https", "http")):
        raise ImproperlyConfigured("BERTH_OIDC_ISSUER is not an address such as https://sso.example.com/realms/main.")
    if parts.scheme == "http" and host not in _AT_HOME:
        raise ImproperlyConfigured("BERTH_OIDC_ISSUER is an http address. It has to be https, but on this machine itself.")
    return value


def _name(value: str) -> str:
    if not value.isprintable() or len(value) > 40:
        raise ImproperlyConfigured("BERTH_OIDC_NAME is too long for a button, or has something that cannot be seen.")
    return value


def _teams(entries: list[str]) -> dict[str, Place]:
    teams: dict[str, Place] = {}
    for word in entries:
        domain, place = _entry(word)
        if domain in teams:
            raise ImproperlyConfigured(f"BERTH_OIDC_TEAMS has {domain} twice. A domain leads to one team.")
        teams[domain] = place
    return teams


def _entry(word: str) -> tuple[str, Place]:
    domain, _, place = word.partition("=")
    team, _, role = place.strip().partition(":")
    domain, team, role = domain.strip().lower(), team.strip().lower(), role.strip().lower() or "member"
    if not (_DOMAIN.fullmatch(domain) and _SLUG.fullmatch(team)):
        raise ImproperlyConfigured(f"BERTH_OIDC_TEAMS has “{word}”, which is not like northwind.example=northwind.")
    if role not in _ROLES:
        raise ImproperlyConfigured(f"BERTH_OIDC_TEAMS has “{word}”: the role of who joins is member or admin.")
    return domain, Place(team, role)
