"""Azure Container Registry. Source: reference page, section 3.5."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from console.sentences import say
from registries.distribution import Secret
from registries.flavors.base import PasswordFlavor, choice, noted, secret, text
from registries.flavors.fields import ascii_only, no_colon, path
from registries.outcomes import Outcome

_NAME = r"[a-z0-9]{5,50}(?:-[a-z0-9]{1,12})?"
_LOGIN_SERVER = re.compile(rf"({_NAME})((?:\.[a-z0-9]+\.geo)?\.azurecr\.(?:io|cn|us|de))", re.ASCII)
_NOBODY = "00000000-0000-0000-0000-000000000000"  # beside the token of a person
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def _registry(value: str) -> str:
    """Return a registry's name, or its whole login server where that does not end in `.azurecr.io`."""
    server = ascii_only(value).removeprefix("https://").rstrip("/")
    if "/" in server:
        raise ValidationError(_("Enter the registry alone. A path below it has a field of its own."), code="slash")
    if re.fullmatch(_NAME, server):
        return server
    if login_server := _LOGIN_SERVER.fullmatch(server):
        return login_server[1] if login_server[2] == ".azurecr.io" else server
    raise ValidationError(
        _(
            "Enter the registry’s name, which has 5 to 50 letters and digits, or its whole login server, such as "
            "acme01.azurecr.io."
        ),
        code="registry",
    )


def _tells(password: str) -> Mapping[str, str]:
    return {"login_shape": "uuid" if _UUID.fullmatch(password) else ""}


@dataclass(frozen=True, kw_only=True)
class Azure(PasswordFlavor):
    """A registry at Azure, in any of its clouds, with one of the three logins that last."""

    slug = "azure"
    order = 50
    name = "Azure"
    full_name = say("Azure Container Registry")
    hosts = "*.azurecr.io"
    blank_address = "….azurecr.io"
    example = "exampleregistry.azurecr.io/app:1.4"
    monogram = "ACR"
    where = say("Where to find these")
    steps = (
        say(
            "In the Azure portal, open <strong>Microsoft Entra ID</strong>, then <strong>App registrations</strong>, and "
            "register an app."
        ),
        say(
            "On the registry, open <strong>Access control (IAM)</strong> and give the app <strong>AcrPull</strong>, or "
            "<strong>AcrPush</strong> to push."
        ),
        say(
            "Under <strong>Certificates &amp; secrets</strong>, add a client secret. It lasts 24 months at most, so enter "
            "its date under <strong>Credential ends</strong>."
        ),
    )
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "A client secret most likely ended: replace it, by its value and not its ID. Check that the ID is the "
            "application’s and not the object’s."
        ),
        Outcome.NO_PULL_ACCESS: say(
            "Give the app the role AcrPull, or Container Registry Repository Reader where the registry uses ABAC. A "
            "repository token needs content/read."
        ),
        Outcome.NO_PUSH_ACCESS: say(
            "Give the app the role AcrPush, or Container Registry Repository Writer where the registry uses ABAC. A "
            "repository token needs content/write too. Or choose Pull."
        ),
        Outcome.UNREACHABLE: say(
            "Check the registry’s name, and that its network rules let Berth’s server in. One with a private endpoint "
            "answers only inside its own network."
        ),
        Outcome.IMAGE_NOT_FOUND: say("Check the test image: the repository and its tag, as the portal shows them."),
    }
    hint_fields = {Outcome.UNREACHABLE: ["registry"]}
    # A firewall's answer to any login, whichever part of the registry gives it.
    forbidden_at_token = Outcome.UNREACHABLE
    forbidden_at_sign_in = Outcome.UNREACHABLE

    registry: str = text(
        say("Registry name"),
        help_text=say("The first part of the login server. The whole login server works too."),
        after=".azurecr.io",
        tidy=_registry,
    )
    namespace: str = text(
        say("Path"),
        help_text=say("Limit this connection to repositories below a path, such as <code>vision</code>."),
        required=False,
        tidy=path,
    )
    method: str = choice(
        say("Sign in with"),
        (
            ("sp", say("Service principal"), say("Recommended. Its own identity with the AcrPull role.")),
            ("token", say("Repository token"), say("Limited to chosen repositories.")),
            ("admin", say("Admin user"), say("One shared password with full access. Avoid where you can.")),
        ),
    )
    username: str = text(
        say("Application (client) ID or token name"),
        help_text=say(
            "The application’s UUID is its username, not a secret. The admin user needs none: it is the registry’s name."
        ),
        group="credentials",
        only_with={"method": ("sp", "token")},
        validators=[no_colon],
    )
    password: Secret = secret(
        say("Client secret or password"),
        help_text=say("The secret’s <strong>value</strong>, not its ID. Azure shows it once."),
        tells=_tells,
    )
    login_shape: str = noted()

    def _judge(self) -> None:
        if self.method == "sp" and self.username and not _UUID.fullmatch(self.username):
            raise ValidationError(
                {"username": _("An application ID is a UUID, such as 7d0a3f52-91c4-4f0e-a6f1-52b8f1a9c33d.")}
            )
        if self.method == "admin":
            # The hash that Azure adds to some login servers is not part of the registry's name.
            self._settle(username=self.registry.partition(".")[0].partition("-")[0])

    @property
    def host(self) -> str:
        return self.registry if "." in self.registry else f"{self.registry}.azurecr.io"

    @property
    def advice(self) -> str:
        if self.method == "sp" and self.login_shape == "uuid":
            return mark_safe(  # noqa: S308
                _(
                    "The client secret looks like a UUID, so it may be the secret’s ID. Azure asks for its "
                    "<strong>value</strong>."
                )
            )
        return ""

    @classmethod
    def serves(cls, host: str) -> bool:
        return bool(_LOGIN_SERVER.fullmatch(host))

    @classmethod
    def filled_from(cls, host: str, parts: Sequence[str]) -> dict[str, str]:
        """The path stays blank, because a login mostly reaches the whole registry."""
        return {"registry": host}

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        """A UUID is an application; the one of zeros is none, and what stands beside it ends within hours."""
        if username == _NOBODY:
            return None
        method = "sp" if _UUID.fullmatch(username) else "token"
        return {"method": method, "username": username, "password": password}
