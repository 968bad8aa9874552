"""JFrog Artifactory, in JFrog's cloud or on a host of one's own. Source: reference page, section 3.9; challenge in 2.2."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _

from console.sentences import say
from registries.distribution import Secret
from registries.flavors.base import PasswordFlavor, choice, noted, secret, text
from registries.flavors.fields import no_colon, own_host, path_component
from registries.outcomes import Outcome

_HOST = re.compile(r"[a-z0-9][a-z0-9-]{0,61}[a-z0-9]\.jfrog\.io", re.ASCII)


def _tells(token: str) -> Mapping[str, str]:
    return {"login_kind": "key" if token.startswith("AKCp") else ""}


@dataclass(frozen=True, kw_only=True)
class JFrog(PasswordFlavor):
    """
    One repository of an Artifactory, which asks for Basic authentication.

    Where its server gives each repository a host or a port of its own, the images hold no repository key.
    """

    slug = "jfrog"
    order = 90
    own_hosts = True
    name = "JFrog"
    full_name = say("JFrog Artifactory")
    hosts = "*.jfrog.io"
    blank_address = "….jfrog.io/…"
    example = "example.jfrog.io/docker-local/app:1.4"
    where = say("Where to find the token")
    steps = (
        say("In the JFrog Platform, select your name, then <strong>Edit profile</strong>."),
        say("Under <strong>Authentication settings</strong>, generate an identity token."),
        say("Its user needs <strong>Read</strong> on the repository, and <strong>Deploy/Cache</strong> to push."),
    )
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "Check that the username is the one of the token’s owner. A token that ended has to be replaced: generate a "
            "new identity token."
        ),
        Outcome.NO_PULL_ACCESS: say("Give the token’s user Read on the repository."),
        Outcome.NO_PUSH_ACCESS: say("Give the token’s user Deploy/Cache on the repository, or choose Pull."),
        Outcome.IMAGE_NOT_FOUND: say(
            "Check the test image. It begins with the repository key, as in docker-local/web:1.4, where the host does not "
            "stand for the repository."
        ),
        Outcome.NOT_A_REGISTRY: say(
            "Check the host: it is the one that JFrog shows under Set Up Client, Docker, without /artifactory and its port."
        ),
    }

    registry: str = text(
        say("Registry host"),
        help_text=say("Your platform’s host, without <code>/artifactory</code>."),
        tidy=partial(own_host, passed_over=("artifactory", "v1", "v2")),
    )
    namespace: str = text(
        say("Repository key"),
        help_text=say(
            "The Docker repository in Artifactory. Leave blank where the host or its port stands for the repository."
        ),
        required=False,
        tidy=path_component(say("Repository key")),
    )
    method: str = choice(
        say("Sign in with"),
        (
            ("token", say("Identity token"), say("Recommended. An access token or a reference token works too.")),
            ("key", say("API key"), say("From older servers. JFrog has announced the end of these.")),
        ),
    )
    username: str = text(
        say("Username"), help_text=say("The user the token belongs to."), group="credentials", validators=[no_colon]
    )
    password: Secret = secret(
        say("Identity token or API key"), help_text=say("A reference token is the shorter form."), tells=_tells
    )
    login_kind: str = noted()

    @property
    def advice(self) -> str:
        if self.login_kind == "key" or self.method == "key":
            return _("JFrog has announced the end of API keys. An identity token takes its place.")
        return ""

    @classmethod
    def serves(cls, host: str) -> bool:
        return bool(_HOST.fullmatch(host))

    @classmethod
    def filled_from(cls, host: str, parts: Sequence[str]) -> dict[str, str]:
        return {"registry": host, "namespace": parts[0] if parts else ""}
