"""Red Hat's registries that ask for a login. Source: reference page, section 3.12."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from console.sentences import say
from registries.distribution import Secret
from registries.flavors.base import PasswordFlavor, choice, secret, text
from registries.flavors.fields import no_colon, own_host, pasted_path, without_host
from registries.outcomes import Outcome

HOSTS = ("registry.redhat.io", "registry.connect.redhat.com")
OPEN_HOST = "registry.access.redhat.com"
_SERVICE_ACCOUNT = re.compile(r"[0-9]+\|[^|\s]+")


def _registry(value: str) -> str:
    host = own_host(value)
    if host == OPEN_HOST:
        raise ValidationError(_("Images of this host need no login, so they need no connection."), code="open")
    if host not in HOSTS:
        raise ValidationError(
            _("Enter {host}, or {partners} for partners’ images.").format(host=HOSTS[0], partners=HOSTS[1]), code="registry"
        )
    return host


@dataclass(frozen=True, kw_only=True)
class RedHat(PasswordFlavor):
    """One of Red Hat's two registries for customers. They are for pulling only."""

    slug = "redhat"
    order = 120
    name = "Red Hat"
    full_name = say("Red Hat container registry")
    hosts = HOSTS[0]
    blank_address = f"{HOSTS[0]}/…"
    example = f"{HOSTS[0]}/ubi9/ubi:latest"
    monogram = "RH"
    where = say("Where to find the token")
    steps = (
        say("At <strong>access.redhat.com/terms-based-registry</strong>, choose <strong>New Service Account</strong>."),
        say("Copy the username as it stands there: a number, a bar, then the name you chose."),
        say("Regenerating or deleting the token later ends it for everything that uses it."),
    )
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "Check the username, which begins with a number and a bar. A token that was regenerated or deleted has to be "
            "replaced here too."
        ),
        Outcome.NO_PULL_ACCESS: say(
            "Red Hat’s images are for its customers: check that the account’s owner may have this one."
        ),
        Outcome.NO_PUSH_ACCESS: say("Red Hat’s registries are for pulling only. Choose Pull."),
        Outcome.IMAGE_NOT_FOUND: say("Check the test image, such as ubi9/ubi:latest."),
    }

    registry: str = text(
        say("Registry host"),
        help_text=say(
            "Partners’ images are at <code>registry.connect.redhat.com</code>, which is a connection of its own."
        ),
        initial=HOSTS[0],
        suggestions=HOSTS,
        tidy=_registry,
    )
    namespace: str = text(
        say("Path"),
        help_text=say("Limit this connection to repositories below a path, such as <code>ubi9</code>."),
        required=False,
        tidy=lambda value: without_host(pasted_path(value), *HOSTS),
    )
    method: str = choice(
        say("Sign in with"),
        (
            ("service", say("Registry service account"), say("Recommended. Made for machines.")),
            ("person", say("Customer Portal login"), say("A person’s own login. Not for production.")),
        ),
    )
    username: str = text(
        say("Username"),
        help_text=say("A service account’s has a number and a bar in front, such as <code>12345678|berth</code>."),
        group="credentials",
        validators=[no_colon],
    )
    password: Secret = secret(say("Token or password"), help_text=say("The whole token, as one line."), strip=False)

    def _judge(self) -> None:
        if self.method == "service" and self.username and not _SERVICE_ACCOUNT.fullmatch(self.username):
            raise ValidationError(
                {"username": _("A service account’s username has a number and a bar in front, such as 12345678|berth.")}
            )

    @classmethod
    def serves(cls, host: str) -> bool:
        return host in HOSTS

    @classmethod
    def filled_from(cls, host: str, parts: Sequence[str]) -> dict[str, str]:
        """The path stays blank, because a login reaches the whole registry."""
        return {"registry": host}

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        method = "service" if _SERVICE_ACCOUNT.fullmatch(username) else "person"
        return {"method": method, "username": username, "password": password}
