"""NVIDIA NGC. Source: reference page, section 3.11; the 403 of its token service in 2.4 and 2.9."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.sentences import say
from registries.distribution import Credential, Secret
from registries.flavors.base import Flavor, secret, text
from registries.flavors.fields import pasted_path, without_host
from registries.outcomes import Outcome

HOST = "nvcr.io"


@dataclass(frozen=True, kw_only=True)
class NGC(Flavor):
    """
    An organization or team of NVIDIA NGC; the login is an API key.

    A key may sign in and still have no right to an image, which the token service answers with HTTP 403.
    """

    slug = "ngc"
    order = 110
    name = "NVIDIA NGC"
    full_name = say("NVIDIA NGC")
    hosts = HOST
    blank_address = f"{HOST}/…"
    example = f"{HOST}/example-org/team/app:1.4"
    where = say("Where to find the key")
    steps = (
        say("On NGC, select your name, then <strong>Setup</strong>."),
        say("Generate a personal key with the service <strong>NGC Catalog</strong>."),
        say("Tick <strong>Private Registry</strong> too for an organization’s private images."),
    )
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "The key most likely ended or was revoked: generate a new personal key on NGC. A key of build.nvidia.com "
            "looks the same and is for something else."
        ),
        Outcome.NO_PULL_ACCESS: say(
            "Give the key the service NGC Catalog, or Private Registry for a private image. Some images also ask the "
            "organization to accept their licence first."
        ),
        Outcome.NO_PUSH_ACCESS: say("Give the key the service Private Registry, or choose Pull."),
        Outcome.IMAGE_NOT_FOUND: say(
            "Check the test image. It begins with its organization, as in nvidia/pytorch:23.05-py3."
        ),
    }
    host = HOST
    account = "$oauthtoken"
    forbidden_at_token = Outcome.NO_PULL_ACCESS

    namespace: str = text(
        say("Organization or team"),
        help_text=say("<code>nvidia</code> for NVIDIA’s own images."),
        before=f"{HOST}/",
        tidy=lambda value: without_host(pasted_path(value), HOST),
    )
    password: Secret = secret(
        say("API key"),
        help_text=say(
            "It starts with <code>nvapi-</code>. The username is always <code>$oauthtoken</code>: NGC reads the user from "
            "the key."
        ),
    )

    @classmethod
    def serves(cls, host: str) -> bool:
        return host == HOST

    @classmethod
    def filled_from(cls, host: str, parts: Sequence[str]) -> dict[str, str]:
        """An organization, and the team within it where there is one."""
        return {"namespace": "/".join(parts)} if parts else {}

    def credential(self) -> Credential:
        return Credential(host=self.host, username=self.account, password=self.password)
