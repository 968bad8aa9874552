"""Scaleway Container Registry. Source: reference page, section 3.15; its token service: apple/container issue 2268."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from console.sentences import say
from registries.distribution import Credential, Secret
from registries.flavors.base import Flavor, noted, secret, text
from registries.flavors.fields import ascii_only, path_component
from registries.outcomes import Outcome

REGIONS = ("fr-par", "nl-ams", "pl-waw")
_HOST = re.compile(rf"rg\.({'|'.join(REGIONS)})\.scw\.cloud", re.ASCII)
_SECRET_KEY = re.compile(r"[0-9a-z]{8}-[a-z0-9]{4}-[a-z0-9]{4}-[0-9a-z]{4}-[0-9a-z]{12}", re.ASCII)


def _region(value: str) -> str:
    """Return a region, from itself or from the registry's host."""
    region = ascii_only(value).removeprefix("https://").rstrip("/")
    if host := _HOST.fullmatch(region):
        return host[1]
    if region not in REGIONS:
        raise ValidationError(_("Enter fr-par, nl-ams or pl-waw."), code="region")
    return region


def _tells(password: str) -> Mapping[str, str]:
    return {"login_shape": "" if _SECRET_KEY.fullmatch(password) else "unknown"}


@dataclass(frozen=True, kw_only=True)
class Scaleway(Flavor):
    """A namespace of Scaleway's registry in one region; the login is the secret key of an API key."""

    slug = "scaleway"
    order = 150
    name = "Scaleway"
    full_name = say("Scaleway Container Registry")
    hosts = "rg.*.scw.cloud"
    blank_address = "rg.….scw.cloud/…"
    example = "rg.fr-par.scw.cloud/example-namespace/app:1.4"
    monogram = "SCW"
    where = say("Where to find the key")
    steps = (
        say("In the Scaleway console, open <strong>IAM</strong>, then <strong>API keys</strong>, and generate one."),
        say("Copy its <strong>secret key</strong>. The access key beside it is not the password."),
        say("A policy has to give the key’s owner a permission set for <strong>Container Registry</strong>."),
    )
    realms = ("https://api.scaleway.com",)
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "Check that this is the secret key and not the access key. A key that ended or was deleted has to be replaced."
        ),
        Outcome.NO_PULL_ACCESS: say("Give the key’s owner a permission set that reads Container Registry."),
        Outcome.NO_PUSH_ACCESS: say(
            "Give the key’s owner a permission set that writes to Container Registry, or choose Pull."
        ),
        Outcome.IMAGE_NOT_FOUND: say(
            "Check the test image and the region. It begins with the namespace, as in acme/web:1.4."
        ),
    }
    hint_fields = {Outcome.IMAGE_NOT_FOUND: ["test_image", "region"]}
    account = "nologin"

    region: str = text(
        say("Region"),
        help_text=say("<code>fr-par</code>, <code>nl-ams</code> or <code>pl-waw</code>."),
        suggestions=REGIONS,
        side_by_side=True,
        tidy=_region,
    )
    namespace: str = text(
        say("Namespace"),
        help_text=say("The registry namespace in front of the image’s name."),
        side_by_side=True,
        tidy=path_component(say("Namespace")),
    )
    password: Secret = secret(
        say("Secret key"), help_text=say("Of an API key. The username is always <code>nologin</code>."), tells=_tells
    )
    login_shape: str = noted()

    @property
    def host(self) -> str:
        return f"rg.{self.region}.scw.cloud"

    @property
    def advice(self) -> str:
        if self.login_shape == "unknown":
            return _("A secret key looks like a UUID. This does not: it may be the access key.")
        return ""

    @classmethod
    def serves(cls, host: str) -> bool:
        return bool(_HOST.fullmatch(host))

    @classmethod
    def filled_from(cls, host: str, parts: Sequence[str]) -> dict[str, str]:
        """The region's field takes its host too."""
        return {"region": host, "namespace": parts[0]} if parts else {"region": host}

    def credential(self) -> Credential:
        return Credential(host=self.host, username=self.account, password=self.password)
