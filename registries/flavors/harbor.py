"""Harbor, on a host of one's own. Source: reference page, section 3.10; known challenge in 2.2, its deviations in 2.9."""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from console.sentences import say
from registries.distribution import Secret
from registries.flavors.base import PasswordFlavor, choice, secret, text
from registries.flavors.fields import no_colon, own_host, path_component
from registries.outcomes import Outcome


@dataclass(frozen=True, kw_only=True)
class Harbor(PasswordFlavor):
    """A project of a Harbor. It may stand at any host, and its token service stands on the same one."""

    slug = "harbor"
    order = 100
    own_hosts = True
    name = "Harbor"
    full_name = say("Harbor")
    hosts = say("your own host")
    blank_address = "…/…"
    example = "harbor.example.com/project/app:1.4"
    where = say("Where to find the secret")
    steps = (
        say("In the project, open <strong>Robot accounts</strong> and add one."),
        say("Give it <strong>Pull repository</strong>, and <strong>Push repository</strong> to push."),
        say("Set an expiry and enter the same date under <strong>Credential ends</strong>."),
    )
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "Look at the robot in Harbor: one that ended, one that is disabled and a wrong secret all look the same from "
            "here. A user who signs in through single sign-on needs the CLI secret."
        ),
        Outcome.NO_PULL_ACCESS: say("Give the robot Pull repository in this project."),
        Outcome.NO_PUSH_ACCESS: say(
            "Give the robot Push repository beside Pull repository, or choose Pull. The project must exist: a push does "
            "not create it."
        ),
        Outcome.IMAGE_NOT_FOUND: say(
            "Check the test image. It begins with its project, as in apps/web:1.4, and the project must exist."
        ),
    }
    push_scope_is_harmless = True  # A project has to exist, and a token lists what the robot may do in it.

    registry: str = text(say("Registry host"), help_text=say("With a port if it is not 443."), tidy=own_host)
    namespace: str = text(say("Project"), help_text=say("The Harbor project."), tidy=path_component(say("Project")))
    method: str = choice(
        say("Sign in with"),
        (
            ("robot", say("Robot account"), say("Recommended. Has only the rights it is given.")),
            ("user", say("User"), say("With single sign-on, by the CLI secret and not by the password.")),
        ),
    )
    username: str = text(
        say("Robot name or username"),
        help_text=say("A robot’s with its prefix, as Harbor shows it."),
        group="credentials",
        validators=[no_colon],
    )
    password: Secret = secret(say("Secret or password"), help_text=say("Harbor shows a robot’s secret once."), strip=False)

    @property
    def advice(self) -> str:
        if self.method == "robot" and self.username and "$" not in self.username:
            return mark_safe(  # noqa: S308
                _(
                    "The name of a robot mostly begins with <code>robot$</code>, unless Harbor’s administrator chose "
                    "another prefix."
                )
            )
        return ""

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        """A robot's prefix may be any, so the plus sign between project and name tells one too, but in no address."""
        robot = "$" in username or ("+" in username and "@" not in username)
        return {"method": "robot" if robot else "user", "username": username, "password": password}
