"""GitHub Container Registry. Source: reference page, section 3.4; the 403 of its token service in 2.4 and 2.9."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from console.sentences import say
from registries.distribution import Http, Secret
from registries.flavors.base import PasswordFlavor, noted, secret, text
from registries.flavors.ends import ask, in_a_header, moment_written
from registries.flavors.fields import no_colon, path_component
from registries.outcomes import Outcome

HOST = "ghcr.io"
WHO_AM_I = "https://api.github.com/user"


def _tells(token: str) -> Mapping[str, str]:
    return {"login_kind": "fine-grained" if token.startswith("github_pat_") else ""}


@dataclass(frozen=True, kw_only=True)
class GitHub(PasswordFlavor):
    """
    The packages of one GitHub user or organization.

    Its token service answers HTTP 403 `DENIED` to a wrong or ended token, which is why that means "sign-in refused" here.
    """

    slug = "github"
    order = 40
    name = "GitHub"
    full_name = say("GitHub Container Registry")
    hosts = HOST
    blank_address = f"{HOST}/…"
    example = f"{HOST}/example-org/app:1.4"
    where = say("Where to find the token")
    steps = (
        say(
            "On GitHub, open <strong>Settings</strong>, <strong>Developer settings</strong>, then <strong>Tokens "
            "(classic)</strong>."
        ),
        say("Tick <strong>read:packages</strong>, and <strong>write:packages</strong> if Berth should test pushing."),
        say("If the organization uses single sign-on, authorize the token for it. Otherwise pulls answer “denied”."),
    )
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "The token most likely ended, or is not a classic one. Make a classic token with read:packages. If the "
            "organization uses single sign-on, authorize the token for it."
        ),
        Outcome.NO_PULL_ACCESS: say(
            "Give the token read:packages, and give its account access to the package: each package has an access list of "
            "its own. If the organization uses single sign-on, authorize the token for it."
        ),
        Outcome.NO_PUSH_ACCESS: say(
            "Give the token write:packages and its account the writing role on the package, or choose Pull."
        ),
        Outcome.IMAGE_NOT_FOUND: say(
            "Check the test image. GitHub also says so where the account may not see the package."
        ),
    }
    hint_fields = {Outcome.SIGN_IN_REFUSED: ["password"]}
    host = HOST
    forbidden_at_token = Outcome.SIGN_IN_REFUSED
    has_catalog = False

    namespace: str = text(
        say("Organization or user"),
        help_text=say("The owner of the packages, in lower case."),
        before=f"{HOST}/",
        tidy=path_component(say("Organization or user"), host=HOST),
    )
    username: str = text(
        say("Username"),
        help_text=say("The account the token belongs to. Its email address works too."),
        group="credentials",
        validators=[no_colon],
    )
    password: Secret = secret(
        say("Personal access token"),
        help_text=say("A classic token with <code>read:packages</code>. Fine-grained tokens cannot read packages yet."),
        tells=_tells,
    )
    login_kind: str = noted()

    @property
    def advice(self) -> str:
        if self.login_kind == "fine-grained":
            return mark_safe(  # noqa: S308
                _(
                    "This is a fine-grained token. GitHub documents only classic ones for packages: make one under "
                    "<strong>Tokens (classic)</strong> with <strong>read:packages</strong>."
                )
            )
        return ""

    @classmethod
    def serves(cls, host: str) -> bool:
        return host == HOST

    def read_end(self, http: Http) -> datetime | None:
        """Read the header that GitHub sends to every request with a token that ends."""
        token = in_a_header(self.password)
        answer = ask(http, "GET", WHO_AM_I, {"Authorization": f"Bearer {token}"}) if token else None
        return moment_written(answer.header("github-authentication-token-expiration")) if answer else None
