"""GitLab Container Registry. Source: reference page, section 3.7; its token service in 2.2, 2.4, 2.6 and 2.9."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from console.sentences import say
from registries.distribution import Http, Secret
from registries.flavors.base import PasswordFlavor, choice, noted, secret, text
from registries.flavors.ends import ask, day_written, in_a_header, told
from registries.flavors.fields import no_colon, own_host, pasted_path, without_host
from registries.outcomes import Outcome

HOST = "registry.gitlab.com"
SITE = "gitlab.com"
# An instance may put a prefix of its own in front of these, so they are looked for and never asked for.
_KINDS = {"gldt-": "deploy", "glpat-": "access", "gloas-": "application"}
_METHODS = {"deploy": "deploy", "access": "personal"}  # what kind of token is signed in with how
_JOB = "gitlab-ci-token"
_DEPLOY = "gitlab+deploy-token-"  # with a number, unless whoever made the token chose another name


def _registry(value: str) -> str:
    host = own_host(value)
    return HOST if host == SITE else host


def _tells(token: str) -> Mapping[str, str]:
    return {"login_kind": next((kind for mark, kind in _KINDS.items() if token.startswith(mark)), "")}


@dataclass(frozen=True, kw_only=True)
class GitLab(PasswordFlavor):
    """
    A group or project of GitLab, at gitlab.com or self-managed. The token service stands on GitLab's own host.

    It answers HTTP 401 to a wrong login, and HTTP 403 to one that it knows and that has no right to the registry.
    """

    slug = "gitlab"
    order = 70
    own_hosts = True
    name = "GitLab"
    full_name = say("GitLab Container Registry")
    hosts = HOST
    blank_address = f"{HOST}/…"
    example = f"{HOST}/example-group/project/app:1.4"
    where = say("Where to find the token")
    steps = (
        say(
            "On the group or project, open <strong>Settings</strong>, <strong>Repository</strong>, then <strong>Deploy "
            "tokens</strong>."
        ),
        say("Tick <strong>read_registry</strong>, and <strong>write_registry</strong> to push."),
        say("Set an expiry and enter the same date under <strong>Credential ends</strong>."),
    )
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "The token most likely ended or was revoked, or the username is not the one that GitLab shows next to it. An "
            "account’s password does not work where it has a second factor."
        ),
        Outcome.NO_PULL_ACCESS: say(
            "Give the token the scope read_registry, and check that it belongs to this group or project."
        ),
        Outcome.NO_PUSH_ACCESS: say(
            "Give the token the scope write_registry beside read_registry, or choose Pull. GitLab also says so where the "
            "repository’s path is protected."
        ),
        Outcome.IMAGE_NOT_FOUND: say(
            "Check the test image. It begins with the whole path of its project, as in group/project/image:1.4."
        ),
        Outcome.NOT_A_REGISTRY: say("Check the registry host. GitLab also answers so where its registry is switched off."),
    }
    forbidden_at_token = Outcome.NO_PULL_ACCESS
    has_catalog = False  # It is for the administrators of the instance alone.

    registry: str = text(
        say("Registry host"),
        help_text=say("Change it for a self-managed GitLab."),
        initial=HOST,
        side_by_side=True,
        tidy=_registry,
    )
    gitlab_host: str = text(
        say("GitLab host"),
        help_text=say("Only for a self-managed GitLab: where people open it. Logins are checked there."),
        required=False,
        side_by_side=True,
        tidy=own_host,
    )
    namespace: str = text(say("Group or project"), help_text=say("The path as in the project’s address."), tidy=pasted_path)
    method: str = choice(
        say("Sign in with"),
        (
            ("deploy", say("Deploy token"), say("Recommended. It reads the registry and cannot call GitLab’s API.")),
            ("group", say("Project or group access token"), say("Belongs to a project or group instead of a person.")),
            ("personal", say("Personal access token"), say("Reaches whatever its owner reaches.")),
        ),
    )
    username: str = text(
        say("Token username"),
        help_text=say(
            "GitLab shows it next to a deploy token. With a personal access token it is your own GitLab username."
        ),
        group="credentials",
        validators=[no_colon],
    )
    password: Secret = secret(say("Token"), help_text=say("With the scope <code>read_registry</code>."), tells=_tells)
    login_kind: str = noted()

    def _judge(self) -> None:
        if self.registry == HOST:
            if self.gitlab_host not in ("", SITE):
                raise ValidationError(
                    {
                        "gitlab_host": _("Leave this blank: {registry} checks logins at {site}.").format(
                            registry=HOST, site=SITE
                        )
                    }
                )
            self._settle(gitlab_host="")
        self._settle(namespace=without_host(self.namespace, self.registry, self.gitlab_host or SITE))

    @property
    def _site(self) -> str:
        """The host of GitLab itself, "" where it is not known."""
        return SITE if self.registry == HOST else self.gitlab_host

    @property
    def realms(self) -> Sequence[str]:
        return (f"https://{self._site}",) if self._site else ()

    @property
    def reach(self) -> str:
        return f"{self.origin} {self.gitlab_host}".strip()

    @property
    def advice(self) -> str:
        if self.login_kind == "application":
            return _("This is the secret of an OAuth application, which has no access to the registry.")
        if self.login_kind == "deploy" and self.method != "deploy":
            return _("This looks like a deploy token, which signs in with the username that GitLab shows next to it.")
        if self.login_kind == "access" and self.method == "deploy":
            return _("This looks like an access token. Choose which kind it is, and check the username.")
        if self.registry != HOST and not self.gitlab_host:
            return _(
                "GitLab mostly checks logins on another host than its registry’s. Without the GitLab host, Berth sends "
                "the login to the registry alone."
            )
        return ""

    @classmethod
    def serves(cls, host: str) -> bool:
        return host == HOST

    @classmethod
    def filled_from(cls, host: str, parts: Sequence[str]) -> dict[str, str]:
        """Where a project's path ends and its images' begins, an address does not tell: all of it is the namespace."""
        return {"registry": host, "namespace": "/".join(parts)} if parts else {"registry": host}

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        """What kind of login it is, the token tells, else its user name; the token of a job ends with the job."""
        if username == _JOB:
            return None
        kind = _tells(password.reveal())["login_kind"] or ("deploy" if username.startswith(_DEPLOY) else "")
        filled = {"username": username, "password": password}
        return {**filled, "method": _METHODS[kind]} if kind in _METHODS else filled

    def read_end(self, http: Http) -> datetime | None:
        """Ask the token about itself: it ends with the midnight, UTC, that begins the date. A deploy token may not ask."""
        token = in_a_header(self.password)
        if not (token and self._site) or self.method == "deploy" or self.login_kind in ("deploy", "application"):
            return None
        url = f"https://{self._site}/api/v4/personal_access_tokens/self"
        return day_written(told(ask(http, "GET", url, {"PRIVATE-TOKEN": token})).get("expires_at"))
