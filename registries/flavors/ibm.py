"""IBM Cloud Container Registry. Source: reference page, section 3.14; the 400 of its token service in 2.4 and 2.9."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from console.sentences import say
from registries.distribution import Credential, Secret
from registries.flavors.base import Flavor, choice, noted, secret, text
from registries.flavors.fields import own_host, path_component
from registries.outcomes import Outcome

GLOBAL = "icr.io"
REGIONS = ("au", "br", "ca", "ca2", "de", "es", "in", "in2", "jp", "jp2", "uk", "us")
_HOST = re.compile(rf"(?:private\.)?(?:(?:{'|'.join(REGIONS)})\.)?icr\.io", re.ASCII)
_API_KEY = re.compile(r"[A-Za-z0-9_-]{44}", re.ASCII)
_USERNAMES = {"key": "iamapikey", "bearer": "iambearer"}


def _registry(value: str) -> str:
    """Return the registry's host; a region alone becomes its host."""
    region = value.lower() if value.isascii() else ""
    host = f"{region}.{GLOBAL}" if region in REGIONS else own_host(value)
    if not _HOST.fullmatch(host):
        raise ValidationError(_("Enter icr.io, or the host of a region, such as us.icr.io."), code="registry")
    return host


def _tells(password: str) -> Mapping[str, str]:
    return {"login_shape": "key" if _API_KEY.fullmatch(password) else ""}


@dataclass(frozen=True, kw_only=True)
class IBM(Flavor):
    """
    A namespace of IBM's registry, global or of one region; the login is an API key.

    Its token service answers HTTP 400 to a wrong login, which is why that means "sign-in refused" here.
    """

    slug = "ibm"
    order = 140
    name = "IBM Cloud"
    full_name = say("IBM Cloud Container Registry")
    hosts = "icr.io, *.icr.io"
    blank_address = "….icr.io/…"
    example = f"us.{GLOBAL}/example-namespace/app:1.4"
    monogram = "IBM"
    where = say("Where to find the key")
    steps = (
        say("In the IBM Cloud console, open <strong>Access (IAM)</strong>, then <strong>API keys</strong>."),
        say("Create a key and copy it."),
        say("Its owner needs the role <strong>Reader</strong> on the registry, or <strong>Writer</strong> to push."),
    )
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "The API key most likely was deleted, or was not copied whole. Create a new one under Access (IAM), API keys."
        ),
        Outcome.NO_PULL_ACCESS: say(
            "Give the key’s owner the role Reader on the namespace, and check the region of the host."
        ),
        Outcome.NO_PUSH_ACCESS: say(
            "Give the key’s owner the role Writer on the namespace, or choose Pull. A quota that is used up also stops "
            "pushes."
        ),
        Outcome.IMAGE_NOT_FOUND: say("Check the test image, and the region of the host."),
    }
    hint_fields = {
        Outcome.NO_PULL_ACCESS: ["registry"],
        Outcome.IMAGE_NOT_FOUND: ["test_image", "registry"],
    }
    bad_request_at_token = Outcome.SIGN_IN_REFUSED

    registry: str = text(
        say("Registry host"),
        help_text=say("A region’s, such as <code>us.icr.io</code>, or the global <code>icr.io</code>."),
        suggestions=(GLOBAL, *(f"{region}.{GLOBAL}" for region in REGIONS)),
        side_by_side=True,
        tidy=_registry,
    )
    namespace: str = text(
        say("Namespace"),
        help_text=say("The registry namespace in front of the image’s name."),
        side_by_side=True,
        tidy=path_component(say("Namespace")),
    )
    method: str = choice(
        say("Sign in with"),
        (
            ("key", say("API key"), say("Recommended. It signs in as iamapikey.")),
            ("bearer", say("IAM access token"), say("Short-lived. It signs in as iambearer.")),
        ),
    )
    password: Secret = secret(say("API key or access token"), help_text=say("An API key has 44 characters."), tells=_tells)
    login_shape: str = noted()

    @property
    def account(self) -> str:
        return _USERNAMES.get(self.method, "")

    @property
    def advice(self) -> str:
        if self.method == "bearer" and self.login_shape == "key":
            return _("This looks like an API key. Choose API key above.")
        if self.method == "bearer":
            return _("An access token ends soon. An API key keeps the connection working.")
        return ""

    @classmethod
    def serves(cls, host: str) -> bool:
        return bool(_HOST.fullmatch(host))

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        method = next((method for method, name in _USERNAMES.items() if name == username), "")
        return {"method": method, "password": password} if method else None

    def credential(self) -> Credential:
        return Credential(host=self.host, username=self.account, password=self.password)
