"""Any registry that speaks the protocol. Source: reference page, sections 3.17, 5.6 and 1.1 (hosts)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from console.sentences import say
from registries import flavors  # Only the package: the list in it is made by importing this module.
from registries.distribution import Credential, Secret
from registries.flavors.base import Flavor, PasswordFlavor, choice, secret, text
from registries.flavors.ecr import password_end
from registries.flavors.fields import no_colon, path, read_address
from registries.outcomes import Outcome

_OWN_MACHINE = re.compile(r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?", re.ASCII)
_API_ROOT = re.compile(r"^v[12](?=/|$)|(?:^|/)v[12]$", re.ASCII)
HUB_WEB_PAGE = "hub.docker.com"
HUB = "docker.io"
GOOGLE = "gcr.io"
ECR = "public.ecr.aws"


def _address(value: str) -> str:
    """Return an address as `scheme://host[:port][/path]`, in lower case."""
    scheme, host, below = read_address(value)
    if ":" in below:
        raise ValidationError(_("Leave out the image’s tag. An address is a host, perhaps with a path."))
    below = path(_API_ROOT.sub("", below).strip("/"))
    if known := _known(host):
        if host == HUB_WEB_PAGE and below:
            raise ValidationError(
                _("This is a page of Docker Hub’s web site. Enter docker.io here, and the namespace below.")
            )
        if known.serves(HUB):
            scheme, host = "https", HUB
    return f"{scheme}://{host}/{below}" if below else f"{scheme}://{host}"


def _known(host: str) -> type[Flavor] | None:
    return flavors.flavor_of(host)


@dataclass(frozen=True, kw_only=True)
class Other(PasswordFlavor):
    """
    A registry at any address, with a user name and a password or with no login at all.

    Where the host belongs to a flavor Berth knows, that flavor's token service, hints and readings of errors hold here too.
    """

    slug = "other"
    order = 1000
    any_host = True
    name = say("Other")
    full_name = say("another registry")
    hosts = say("any OCI registry")
    blank_address = "https://…"
    example = "registry.example.com/team/app:1.4"
    where = say("What Berth needs")
    steps = (
        say("A registry that speaks the OCI distribution API (the <code>/v2/</code> endpoint)."),
        say("An account that may pull. Pushing is only needed if the team publishes images."),
    )

    url: str = text(
        say("Registry URL"),
        help_text=say(
            "The address that answers on <code>/v2/</code>. A path after the host is kept as the start of every image."
        ),
        max_length=600,
        tidy=_address,
    )
    namespace: str = text(
        say("Namespace"), help_text=say("Leave blank to cover the whole registry."), required=False, tidy=path
    )
    method: str = choice(
        say("Sign in with"),
        (
            ("basic", say("Username and password"), say("Or a username and token.")),
            ("none", say("Nothing"), say("A private network is the only lock.")),
        ),
    )
    username: str = text(say("Username"), group="credentials", only_with={"method": ("basic",)}, validators=[no_colon])
    password: Secret | None = secret(
        say("Password or token"),
        help_text=say("A token with read access is enough."),
        strip=False,
        only_with={"method": ("basic",)},
    )

    def _judge(self) -> None:
        if len(self.prefix) > 255:
            raise ValidationError(
                {"namespace": _("The path and the namespace are longer than the 255 characters of an image.")}
            )
        if self.method == "none":
            self._settle(username="", password=None)

    @property
    def host(self) -> str:
        return self.url.partition("://")[2].partition("/")[0]

    @property
    def prefix(self) -> str:
        return "/".join(filter(None, [self.url.partition("://")[2].partition("/")[2], self.namespace]))

    @property
    def origin(self) -> str:
        known = self._as_known
        return known.origin if known and known.is_at(HUB) else f"{self.url.partition('://')[0]}://{self.host}"

    @classmethod
    def filled_from(cls, host: str, parts: Sequence[str]) -> dict[str, str]:
        # As Docker does, which speaks plain http to its own machine. An operator has to allow it all the same.
        scheme = "http" if _OWN_MACHINE.fullmatch(host) else "https"
        return {"url": f"{scheme}://{host}", "namespace": "/".join(parts)}

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        return {"method": "basic", "username": username, "password": password}

    @property
    def advice(self) -> str:
        hints: list[str] = []
        if self.username.startswith("_json_key") and self.better is not _known(GOOGLE):
            hints.append(mark_safe(_("<code>_json_key</code> is the username of Google’s registries.")))  # noqa: S308
        if self.better:
            hints.append(
                format_html(_("{registry} has a form of its own, which asks for what it needs."), registry=self.better.name)
            )
        if self._is_ecr and self.username == "AWS":
            hints.append(_("A password of Amazon ECR ends 12 hours after it was made."))
        elif self._is_ecr and self.method == "basic":
            hints.append(mark_safe(_("Amazon ECR knows one username only: <code>AWS</code>, in capitals.")))  # noqa: S308
        if self.url.startswith("http://"):
            hints.append(
                _(
                    "Over plain http the network can read the login. Berth uses it only in networks that an operator "
                    "allowed."
                )
            )
        return format_html_join(" ", "{}", ((hint,) for hint in hints))

    @property
    def better(self) -> type[Flavor] | None:
        return _known(self.host)

    @property
    def _as_known(self) -> Flavor | None:
        known = self.better
        return known.without_secrets({}) if known else None

    @property
    def _is_ecr(self) -> bool:
        return self.better is not None and self.better is _known(ECR)

    @property
    def ends_at(self) -> datetime | None:
        return password_end(self.password) if self.password and self._is_ecr else super().ends_at

    @property
    def ends_after_hours(self) -> int | None:
        return 12 if self._is_ecr and self.username == "AWS" else None

    def is_at(self, host: str) -> bool:
        known = self._as_known
        return super().is_at(host) or bool(known and known.is_at(HUB) and known.is_at(host))

    @property
    def realms(self) -> Sequence[str]:
        return self._as_known.realms if self._as_known else ()

    @property
    def forbidden_at_token(self) -> Outcome:
        return self._as_known.forbidden_at_token if self._as_known else super().forbidden_at_token

    @property
    def bad_request_at_token(self) -> Outcome:
        return self._as_known.bad_request_at_token if self._as_known else super().bad_request_at_token

    @property
    def forbidden_at_sign_in(self) -> Outcome:
        return self._as_known.forbidden_at_sign_in if self._as_known else super().forbidden_at_sign_in

    @property
    def has_catalog(self) -> bool:
        return self._as_known.has_catalog if self._as_known else super().has_catalog

    @property
    def push_scope_is_harmless(self) -> bool:
        """
        As the specification of tokens has it, unless it is a registry that is known to differ.

        A Quay or a GitLab of somebody's own may stand here, whose token services create a repository that is missing. It is
        asked about no other than the one whose image was just read.
        """
        return self._as_known.push_scope_is_harmless if self._as_known else True

    @property
    def hints(self) -> Mapping[Outcome, str]:
        return self._as_known.hints if self._as_known and self.method == "basic" else {}

    @property
    def hint_fields(self) -> Mapping[Outcome, Sequence[str]]:
        return self._as_known.hint_fields if self._as_known else {}

    def credential(self) -> Credential | None:
        return super().credential() if self.method == "basic" else None
