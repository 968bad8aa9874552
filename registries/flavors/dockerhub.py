"""Docker Hub. Source: reference page, sections 3.2 and 1.3; known challenge in 2.2."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from console.sentences import say
from registries.distribution import Http, Secret
from registries.flavors.base import PasswordFlavor, noted, secret, text
from registries.flavors.ends import ask, in_a_header, moment_written, told
from registries.flavors.fields import no_colon, path_component
from registries.outcomes import Outcome

WEB = "hub.docker.com"
ALIASES = ("docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", WEB)
SIGN_IN = f"https://{WEB}/v2/auth/token"
TOKENS = f"https://{WEB}/v2/access-tokens?page_size=100"


def _tells(token: str) -> Mapping[str, str]:
    return {"login_kind": "organization" if token.startswith("dckr_oat_") else ""}


@dataclass(frozen=True, kw_only=True)
class DockerHub(PasswordFlavor):
    """One namespace of Docker Hub: images say docker.io, the API answers elsewhere, and so does its token service."""

    slug = "dockerhub"
    order = 20
    name = "Docker Hub"
    full_name = say("Docker Hub")
    hosts = "docker.io"
    blank_address = "docker.io/…"
    example = "example-org/app:1.4"
    where = say("Where to find the token")
    steps = (
        say("On Docker Hub, open <strong>Account settings</strong>, then <strong>Personal access tokens</strong>."),
        say("Choose <strong>Read-only</strong> unless Berth should test pushing."),
        say("Signed-in pulls get a higher rate limit, so connecting helps even for public images."),
    )
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "Check the Docker ID, which is not the email address. An account with a second factor or single sign-on needs "
            "an access token instead of its password. A token that ended has to be replaced."
        ),
        Outcome.NO_PULL_ACCESS: say(
            "Give the token Read-only access; a token for public repositories does not read private ones. Docker Hub "
            "answers the same where the repository does not exist, so check the test image too."
        ),
        Outcome.NO_PUSH_ACCESS: say("Give the token Read & Write access, or choose Pull."),
        Outcome.IMAGE_NOT_FOUND: say("Check the test image. Its namespace comes first, as in docker.io/acme/web:1.4."),
    }
    hint_fields = {Outcome.NO_PULL_ACCESS: ["test_image"]}
    host = "docker.io"
    origin = "https://registry-1.docker.io"
    realms = ("https://auth.docker.io",)
    has_catalog = False

    namespace: str = text(
        say("Namespace"),
        help_text=say("The user or organization in front of the image name."),
        before="docker.io/",
        tidy=path_component(say("Namespace"), host="docker.io"),
    )
    username: str = text(
        say("Username"),
        help_text=say("Your Docker ID, not your email address."),
        group="credentials",
        validators=[no_colon],
    )
    password: Secret = secret(
        say("Access token"),
        help_text=say(
            "Use a personal or organization access token instead of your password. It starts with <code>dckr_</code>."
        ),
        strip=False,
        tells=_tells,
    )
    login_kind: str = noted()

    @property
    def advice(self) -> str:
        if "@" in self.username:
            return _("Docker Hub signs in with the Docker ID. An email address in its place is mostly refused.")
        if self.login_kind == "organization" and self.username.lower() != self.namespace:
            return format_html(
                _(
                    "The token belongs to an organization, so the username has to be the organization’s name, such as "
                    "<code>{organization}</code>."
                ),
                organization=self.namespace,
            )
        return ""

    @classmethod
    def serves(cls, host: str) -> bool:
        return host in ALIASES

    def is_at(self, host: str) -> bool:
        return self.serves(host.lower())

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        """Under the name `<token>` Docker keeps a token of a browser's sign-in, which is no password."""
        return None if username == "<token>" else super().filled_by(username, password)

    def read_end(self, http: Http) -> datetime | None:
        """
        Ask Docker Hub for the account's tokens, which only a personal access token may.

        The list does not say which of them this one is, so an end is known where all that are active have the same.
        """
        if not self.password.reveal().startswith("dckr_pat_"):
            return None
        login = json.dumps({"identifier": self.username, "secret": self.password.reveal()}).encode()
        signed_in = told(ask(http, "POST", SIGN_IN, {"Content-Type": "application/json"}, login))
        access = in_a_header(signed_in.get("access_token"))
        return _common_end(told(ask(http, "GET", TOKENS, {"Authorization": f"Bearer {access}"}))) if access else None


def _common_end(page: Mapping[str, Any]) -> datetime | None:
    """Return the moment at which all active tokens of a list end; None where they differ, or the list goes on."""
    tokens = page.get("results")
    if page.get("next") or not isinstance(tokens, list) or not all(isinstance(token, dict) for token in tokens):
        return None
    ends = {moment_written(token.get("expires_at")) for token in tokens if token.get("is_active") is not False}
    return ends.pop() if len(ends) == 1 else None
