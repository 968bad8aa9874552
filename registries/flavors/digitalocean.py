"""DigitalOcean Container Registry. Source: reference page, section 3.1."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from console.sentences import say
from registries.distribution import Credential, Secret
from registries.flavors.base import Flavor, secret, text
from registries.flavors.fields import path_component
from registries.outcomes import Outcome

HOST = "registry.digitalocean.com"


@dataclass(frozen=True, kw_only=True)
class DigitalOcean(Flavor):
    """A registry at DigitalOcean: one host for all, the registry's name in front of every image, an API token."""

    slug = "digitalocean"
    order = 10
    name = "DigitalOcean"
    full_name = say("DigitalOcean Container Registry")
    hosts = HOST
    blank_address = f"{HOST}/…"
    example = f"{HOST}/example-registry/app:1.4"
    where = say("Where to find the token")
    steps = (
        say("In the DigitalOcean control panel, open <strong>API</strong>, then <strong>Tokens</strong>."),
        say(
            "Generate a token with custom scopes and tick <strong>registry: read</strong>. Tick <strong>update</strong> "
            "too if Berth should test pushing."
        ),
        say("Set an expiry and enter the same date under <strong>Credential ends</strong>, so that Berth can warn you."),
    )
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "The token most likely ended or was deleted. Generate a new one with the scope registry: read, and enter it "
            "here."
        ),
        Outcome.NO_PULL_ACCESS: say("Generate a token with the scope registry: read, and check the registry name."),
        Outcome.NO_PUSH_ACCESS: say(
            "Generate a token with the scope registry: update too, or choose Pull. While DigitalOcean collects garbage "
            "the registry is read-only, and pushes work again afterwards."
        ),
        Outcome.IMAGE_NOT_FOUND: say("Check the test image: the registry name comes first, then the repository."),
    }
    hint_fields = {
        Outcome.NO_PULL_ACCESS: ["token", "registry"],
        Outcome.NO_PUSH_ACCESS: ["token", "purpose"],
    }
    host = HOST
    realms = ("https://api.digitalocean.com",)
    account = say("API token")

    registry: str = text(
        say("Registry name"),
        help_text=say("One name for the whole registry, as it shows in the control panel under Container Registry."),
        before=f"{HOST}/",
        tidy=path_component(
            say("Registry name"),
            host=HOST,
            pattern=re.compile(r"[a-z0-9-]{1,63}", re.ASCII),
            rule=say("A registry name has lower-case letters, digits and dashes, 63 at most."),
        ),
    )
    token: Secret = secret(
        say("API token"),
        help_text=say(
            "A personal access token with the <code>registry</code> read scope. It starts with <code>dop_v1_</code>."
        ),
    )

    login_name = ""  # It is the token itself.

    @property
    def prefix(self) -> str:
        return self.registry

    @classmethod
    def serves(cls, host: str) -> bool:
        return host == HOST

    @classmethod
    def filled_from(cls, host: str, parts: Sequence[str]) -> dict[str, str]:
        return {"registry": parts[0]} if parts else {}

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        """Beside a token, DigitalOcean takes as user name the token itself or the account's e-mail address."""
        return {"token": password} if username == password.reveal() or "@" in username else None

    def credential(self) -> Credential:
        # DigitalOcean takes the token as the user name too; it is the pair its own docker-credentials answer holds.
        return Credential(host=self.host, username=self.token.reveal(), password=self.token)
