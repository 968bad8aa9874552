"""Oracle Cloud Infrastructure Registry. Source: reference page, section 3.13."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _

from console.sentences import say
from registries.distribution import Credential, Secret
from registries.flavors.base import Flavor, choice, secret, text
from registries.flavors.fields import PATH_COMPONENT, no_colon, own_host, path_component
from registries.outcomes import Outcome

REGIONS = ("phx", "iad", "fra", "lhr", "bom", "mel")
FEDERATION = "oracleidentitycloudservice"
_REGION = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_HOST = re.compile(rf"({_REGION.pattern})\.ocir\.io", re.ASCII)


def _region(value: str) -> str:
    """Return a region's key or identifier, from itself or from its host."""
    if value.isascii() and _REGION.fullmatch(value.lower()):
        return value.lower()
    if host := _HOST.fullmatch(own_host(value)):
        return host[1]
    raise ValidationError(_("Enter a region’s key or identifier, such as phx or ap-mumbai-1."), code="region")


@dataclass(frozen=True, kw_only=True)
class Oracle(Flavor):
    """A tenancy's repositories in one region of Oracle's cloud; the password is an auth token."""

    slug = "oracle"
    order = 130
    name = "Oracle"
    full_name = say("Oracle Cloud Infrastructure Registry")
    hosts = "*.ocir.io"
    blank_address = "….ocir.io/…"
    example = "phx.ocir.io/example-tenancy/app:1.4"
    monogram = "ORA"
    where = say("Where to find the token")
    steps = (
        say("In the Oracle Cloud console, open your user’s settings, then <strong>Auth Tokens</strong>."),
        say("Generate a token. It takes the place of your console password, which does not work here."),
        say("A policy has to give the user’s group <strong>repos</strong>, such as <strong>manage repos</strong> to push."),
    )
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "Check that the password is an auth token, and that the tenancy’s object storage namespace is entered, which "
            "is not its name."
        ),
        Outcome.NO_PULL_ACCESS: say(
            "Give the user’s group a policy on repos in this tenancy, and check the tenancy’s namespace and the region: "
            "each region has its own repositories."
        ),
        Outcome.NO_PUSH_ACCESS: say("Give the user’s group the policy manage repos, or choose Pull."),
        Outcome.IMAGE_NOT_FOUND: say(
            "Check the test image. It begins with the tenancy’s namespace, and each region has its own repositories."
        ),
    }
    hint_fields = {
        Outcome.SIGN_IN_REFUSED: ["password", "namespace"],
        Outcome.NO_PULL_ACCESS: ["namespace", "region"],
        Outcome.IMAGE_NOT_FOUND: ["test_image", "region"],
    }

    region: str = text(
        say("Region"),
        help_text=say("Its key, such as <code>phx</code>, or its identifier, such as <code>ap-mumbai-1</code>."),
        suggestions=REGIONS,
        side_by_side=True,
        tidy=_region,
    )
    namespace: str = text(
        say("Tenancy namespace"),
        help_text=say("The object storage namespace, not the tenancy’s name."),
        side_by_side=True,
        tidy=path_component(say("Tenancy namespace")),
    )
    method: str = choice(
        say("The user is"),
        (
            ("local", say("A user of the tenancy"), say("Signs in with an auth token.")),
            (
                "federated",
                say("A federated user"),
                say("Also with an auth token. Oracle puts {federation} in front of the name.", federation=FEDERATION),
            ),
        ),
    )
    username: str = text(
        say("Username"),
        help_text=say("Berth puts the tenancy namespace in front. The whole name works too."),
        group="credentials",
        validators=[no_colon],
    )
    password: Secret = secret(say("Auth token"), help_text=say("Not the password of the console."))

    @property
    def host(self) -> str:
        return f"{self.region}.ocir.io"

    @property
    def account(self) -> str:
        """The whole name that Oracle asks for: tenancy, perhaps the federation, user."""
        user = self.username
        if self.method == "federated" and "/" not in user:
            user = f"{FEDERATION}/{user}"
        return f"{self.namespace}/{user}" if "/" not in user or user.startswith(f"{FEDERATION}/") else user

    @property
    def advice(self) -> str:
        tenancy = self.account.partition("/")[0]
        if tenancy.lower() != self.namespace:
            return format_html(
                _("The username belongs to <code>{tenancy}</code>, not to <code>{namespace}</code>."),
                tenancy=tenancy,
                namespace=self.namespace,
            )
        return ""

    @classmethod
    def serves(cls, host: str) -> bool:
        return bool(_HOST.fullmatch(host))

    @classmethod
    def filled_from(cls, host: str, parts: Sequence[str]) -> dict[str, str]:
        """The region's field takes its host too."""
        return {"region": host, "namespace": parts[0]} if parts else {"region": host}

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        """The user name stays whole, tenancy and all: Oracle asks for no other, so one without a tenancy is none."""
        tenancy, slash, user = username.partition("/")
        if not slash or tenancy == FEDERATION:
            return None
        named = {"namespace": tenancy} if PATH_COMPONENT.fullmatch(tenancy) else {}
        method = "federated" if user.startswith(f"{FEDERATION}/") else "local"
        return {**named, "method": method, "username": username, "password": password}

    def credential(self) -> Credential:
        return Credential(host=self.host, username=self.account, password=self.password)
