"""
Alibaba Cloud Container Registry. Source: reference page, section 3.16.

The token service of the personal editions is Alibaba's own in one region for all, as their challenges say.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from console.sentences import say
from registries.distribution import Secret
from registries.flavors.base import PasswordFlavor, choice, secret, text
from registries.flavors.fields import no_colon, own_host, path_component
from registries.outcomes import Outcome

_REGION = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(
    rf"registry(?:-vpc)?\.{_REGION}\.aliyuncs\.com|crpi-[a-z0-9]{{1,53}}(?:-vpc)?\.{_REGION}\.personal\.cr\.aliyuncs\.com",
    re.ASCII,
)
_TEMPORARY = ("cr_temp_user", "temp_user_cr")  # alibabacloud.com help, "GetAuthorizationToken"
_ACCESS_KEY = re.compile(r"LTAI[a-zA-Z0-9]{17,21}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Alibaba(PasswordFlavor):
    """
    A namespace of a registry at Alibaba Cloud.

    The hosts of personal editions have known shapes. That of an enterprise edition is taken as its console shows it.
    """

    slug = "alibaba"
    order = 160
    name = "Alibaba Cloud"
    full_name = say("Alibaba Cloud Container Registry")
    hosts = "registry.*.aliyuncs.com"
    blank_address = "….aliyuncs.com/…"
    example = "registry.cn-hangzhou.aliyuncs.com/example-namespace/app:1.4"
    monogram = "ALI"
    where = say("Where to find these")
    steps = (
        say("In the Container Registry console, open the instance and copy its host."),
        say(
            "Open <strong>Access Credential</strong>, then <strong>Set Password</strong>. It is not the console’s password."
        ),
        say("The username is the account’s or a RAM user’s. A RAM user needs the right to pull from the namespace."),
    )
    realms = ("https://dockerauth.cn-hangzhou.aliyuncs.com",)
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "Check that the password is the one set under Access Credential, which is not the console’s. A temporary "
            "token ends within the hour, and a RAM role has nothing else."
        ),
        Outcome.NO_PULL_ACCESS: say("Give the RAM user the right to pull from this namespace."),
        Outcome.NO_PUSH_ACCESS: say("Give the RAM user the right to push to this namespace, or choose Pull."),
        Outcome.UNREACHABLE: say(
            "Check the host. One with -vpc answers only inside its own network, and a personal instance’s public endpoint "
            "has limits."
        ),
        Outcome.IMAGE_NOT_FOUND: say("Check the test image. It begins with the namespace, as in acme/web:1.4."),
    }
    hint_fields = {Outcome.UNREACHABLE: ["registry"]}

    registry: str = text(
        say("Registry host"),
        help_text=say("As the console shows it, such as <code>registry.cn-hangzhou.aliyuncs.com</code>."),
        tidy=own_host,
    )
    namespace: str = text(
        say("Namespace"),
        help_text=say("The namespace in front of the image’s name."),
        tidy=path_component(say("Namespace")),
    )
    method: str = choice(
        say("Sign in with"),
        (
            ("fixed", say("Fixed password"), say("Recommended. Set in the registry’s console.")),
            ("temporary", say("Temporary token"), say("Ends an hour after it was made.")),
        ),
    )
    username: str = text(
        say("Username"),
        help_text=say("The account’s or the RAM user’s."),
        group="credentials",
        validators=[no_colon],
    )
    password: Secret = secret(
        say("Password or token"), help_text=say("The registry’s own, not the console’s."), strip=False
    )

    @property
    def ends_after_hours(self) -> int | None:
        return 1 if self.method == "temporary" else None

    @property
    def advice(self) -> str:
        if _ACCESS_KEY.fullmatch(self.username):
            return _("This username looks like the ID of an access key, which does not sign in to the registry by itself.")
        if self.method == "temporary":
            return _("A temporary token ends an hour after it was made.")
        return ""

    @classmethod
    def serves(cls, host: str) -> bool:
        return bool(_HOST.fullmatch(host))

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        method = "temporary" if username in _TEMPORARY else "fixed"
        return {"method": method, "username": username, "password": password}
