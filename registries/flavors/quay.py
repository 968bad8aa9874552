"""Quay.io, and Quay on a host of one's own. Source: reference page, section 3.8; its token service in 2.6 and 2.9."""

import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _

from console.sentences import say
from registries.distribution import Secret
from registries.flavors.base import PasswordFlavor, choice, secret, text
from registries.flavors.fields import no_colon, own_host, path_component
from registries.outcomes import Outcome

HOST = "quay.io"
# What stands in place of a user name, where the token says whose it is.
_USERNAMES = {"app": "$app", "oauth": "$oauthtoken"}
_ROBOT = re.compile(r"([^+\s]+)\+[^+\s]+")


@dataclass(frozen=True, kw_only=True)
class Quay(PasswordFlavor):
    """One organization or user of a Quay. Its token service makes a repository that is missing when asked for a push."""

    slug = "quay"
    order = 80
    own_hosts = True
    name = "Quay"
    full_name = say("Quay")
    hosts = HOST
    blank_address = f"{HOST}/…"
    example = f"{HOST}/example-org/app:1.4"
    monogram = "Q"
    where = say("Where to find the token")
    steps = (
        say("In the organization, open <strong>Robot accounts</strong> and create one."),
        say("Give it <strong>Read</strong> on the repositories, or <strong>Write</strong> to push."),
        say("Select the robot to see its token."),
    )
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "Check the robot’s whole name, with its organization and the plus sign, and copy its token again."
        ),
        Outcome.NO_PULL_ACCESS: say(
            "Give the robot Read on the repository, or its owner where the token is one of an application. Quay also says "
            "so where the organization is disabled."
        ),
        Outcome.NO_PUSH_ACCESS: say(
            "Give the robot Write on the repository, or choose Pull. A quota that is used up also stops pushes."
        ),
        Outcome.IMAGE_NOT_FOUND: say("Check the test image. It has an organization and a name, as in acme/web:1.4."),
    }
    has_catalog = False  # Its token service answers 400 to the scope that a catalog needs.

    registry: str = text(say("Registry host"), help_text=say("Change it for your own Quay."), initial=HOST, tidy=own_host)
    namespace: str = text(
        say("Organization"),
        help_text=say("The organization or user that owns the repositories."),
        tidy=path_component(
            say("Organization"),
            host=HOST,
            pattern=re.compile(r".{2,255}", re.ASCII),
            rule=say(
                "An organization has 2 to 255 lower-case letters and digits, with dots, dashes or underscores between."
            ),
        ),
    )
    method: str = choice(
        say("Sign in with"),
        (
            ("robot", say("Robot account"), say("Recommended. Reads only what it is given.")),
            ("app", say("Application token"), say("An app-specific token. It signs in as $app.")),
            ("oauth", say("OAuth token"), say("It signs in as $oauthtoken.")),
        ),
    )
    username: str = text(
        say("Robot account"),
        help_text=say("Organization, a plus sign, then the robot’s name. The other tokens need none."),
        group="credentials",
        only_with={"method": ("robot",)},
        validators=[no_colon],
    )
    password: Secret = secret(say("Token"), help_text=say("Robot tokens do not expire."))

    def _judge(self) -> None:
        if self.method in _USERNAMES:
            self._settle(username=_USERNAMES[self.method])
        elif self.username and not _ROBOT.fullmatch(self.username):
            raise ValidationError(
                {"username": _("A robot’s name has its organization and a plus sign in front, such as acme+ci.")}
            )

    @property
    def advice(self) -> str:
        robot = _ROBOT.fullmatch(self.username)
        if robot and robot[1] != self.namespace:
            return format_html(
                _("The robot belongs to <code>{organization}</code>, not to <code>{namespace}</code>."),
                organization=robot[1],
                namespace=self.namespace,
            )
        return ""

    @classmethod
    def serves(cls, host: str) -> bool:
        return host == HOST

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        """A person's own name and `$token`, which is one application's for another, have no place in this form."""
        if robot := _ROBOT.fullmatch(username):
            return {"namespace": robot[1], "method": "robot", "username": username, "password": password}
        method = next((method for method, name in _USERNAMES.items() if name == username), "")
        return {"method": method, "password": password} if method else None
