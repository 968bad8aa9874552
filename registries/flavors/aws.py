"""Amazon ECR, private and public. Source: reference page, sections 3.6 and 3.0 (hosts and regions)."""

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
from registries.distribution import Credential, Http, Secret
from registries.flavors.aws_places import (
    PUBLIC,
    PUBLIC_HOSTS,
    PUBLIC_REGION,
    REGIONS,
    Address,
    Place,
    partition_of,
    usual_address,
)
from registries.flavors.base import Flavor, choice, noted, secret, text
from registries.flavors.ecr import USERNAME, AccessKey, mint, password_end
from registries.flavors.fields import ascii_only, path
from registries.outcomes import Outcome

_ACCOUNT = re.compile(r"[0-9]{12}|[0-9]{4}-[0-9]{4}-[0-9]{4}", re.ASCII)
_ROLE = re.compile(r"arn:aws[a-z-]{0,20}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
_KEY_ID = re.compile(r"(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}", re.ASCII)
_SECRET_KEY = re.compile(r"[A-Za-z0-9+/]{40}", re.ASCII)
_TEMPORARY, _LASTING = "ASIA", "AKIA"


def _registry(value: str) -> str:
    """Return an account's twelve digits, the whole address of a registry, or the host of ECR Public."""
    registry = ascii_only(value).removeprefix("https://").rstrip("/")
    if _ACCOUNT.fullmatch(registry):
        return registry.replace("-", "")
    if "/" in registry:
        raise ValidationError(_("Enter the registry alone. A path below it has a field of its own."), code="slash")
    if registry in PUBLIC_HOSTS:
        return PUBLIC
    if not Address.read(registry):
        raise ValidationError(
            _(
                "Enter the account’s twelve digits, the registry’s whole address, such as "
                "123456789012.dkr.ecr.eu-west-1.amazonaws.com, or public.ecr.aws."
            ),
            code="registry",
        )
    return registry


def _region(value: str) -> str:
    region = ascii_only(value)
    if not partition_of(region):
        raise ValidationError(_("Enter a region’s code, such as eu-west-1."), code="region")
    return region


def _key_id(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_]{1,128}", value, re.ASCII) or _SECRET_KEY.fullmatch(value):
        # What is entered here is shown, so a secret must not stay.
        raise ValidationError(
            _("An access key ID has 20 letters and digits. The secret access key has a field of its own."),
            code="holds_secret",
        )
    return value


def _role(value: str) -> str:
    if not _ROLE.fullmatch(value):
        raise ValidationError(
            _("Enter the role’s ARN, such as arn:aws:iam::123456789012:role/registry-reader."), code="role"
        )
    return value


def _secret_key_tells(value: str) -> Mapping[str, str]:
    return {"secret_shape": "" if _SECRET_KEY.fullmatch(value) else "unknown"}


def _session_tells(value: str) -> Mapping[str, str]:
    return {"session": "yes"}


@dataclass(frozen=True, kw_only=True)
class AWS(Flavor):
    """
    A registry of one AWS account in one region, or ECR Public.

    An access key is no login of a registry: it buys a password for twelve hours, in the key's own account or another one.
    """

    slug = "aws"
    order = 60
    name = "AWS"
    full_name = say("Amazon Elastic Container Registry")
    hosts = "*.dkr.ecr.*.amazonaws.com"
    blank_address = "….dkr.ecr.….amazonaws.com"
    example = "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app:1.4"
    monogram = "ECR"
    where = say("Where to find the keys")
    steps = (
        say("In the AWS console, open <strong>IAM</strong> and create a user for Berth."),
        say("Attach <strong>AmazonEC2ContainerRegistryReadOnly</strong>, or <strong>PowerUser</strong> to push."),
        say("Under <strong>Security credentials</strong>, create an access key."),
    )
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "Check in IAM that the access key is active and its secret is the one that belongs to it; a temporary key "
            "needs its session token. A pasted password works for 12 hours: make a new one."
        ),
        Outcome.NO_PULL_ACCESS: say(
            "Attach AmazonEC2ContainerRegistryReadOnly to the user or role. Its policy has to allow "
            "ecr:GetAuthorizationToken on all resources, and on the repository ecr:BatchGetImage and "
            "ecr:GetDownloadUrlForLayer; a role also has to trust the user. The registry of another account has to let it "
            "in too. ECR Public asks for ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken."
        ),
        Outcome.NO_PUSH_ACCESS: say(
            "Attach AmazonEC2ContainerRegistryPowerUser to the user or role, or choose Pull. The repository must exist: a "
            "push does not create it."
        ),
        Outcome.IMAGE_NOT_FOUND: say(
            "Check the test image, the account and the region: each region has its own repositories."
        ),
        Outcome.UNREACHABLE: say(
            "Check the region. Berth’s server has to reach the registry, and AWS’s API in that region."
        ),
    }
    hint_fields = {
        Outcome.SIGN_IN_REFUSED: ["secret_key", "access_key", "session_token", "password"],
        Outcome.IMAGE_NOT_FOUND: ["test_image", "registry", "region"],
        Outcome.UNREACHABLE: ["region"],
    }
    forbidden_at_token = Outcome.NO_PULL_ACCESS

    registry: str = text(
        say("Account ID"),
        help_text=say("Twelve digits, or the registry’s whole address."),
        side_by_side=True,
        tidy=_registry,
    )
    region: str = text(
        say("Region"),
        help_text=say("Where the registry lives."),
        required=False,
        max_length=40,
        suggestions=REGIONS,
        side_by_side=True,
        tidy=_region,
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
            (
                "key",
                say("Access key"),
                say("Recommended. Berth asks AWS for the 12-hour password, and again before it ends."),
            ),
            ("password", say("Password"), say("From aws ecr get-login-password. It ends 12 hours after it was made.")),
        ),
    )
    access_key: str = text(
        say("Access key ID"),
        help_text=say("Starts with <code>AKIA</code>."),
        group="credentials",
        max_length=128,
        only_with={"method": ("key",)},
        tidy=_key_id,
    )
    secret_key: Secret | None = secret(
        say("Secret access key"),
        help_text=say("ECR passwords last 12 hours. Berth asks for a new one when it needs it."),
        only_with={"method": ("key",)},
        tells=_secret_key_tells,
    )
    session_token: Secret | None = secret(
        say("Session token"),
        help_text=say("Only for a temporary key, which starts with <code>ASIA</code>."),
        max_length=16384,
        required=False,
        only_with={"method": ("key",)},
        tells=_session_tells,
    )
    role: str = text(
        say("Role to assume"),
        help_text=say("An ARN, if the key has to assume a role first."),
        group="credentials",
        required=False,
        max_length=600,
        only_with={"method": ("key",)},
        tidy=_role,
    )
    password: Secret | None = secret(
        say("Password"),
        help_text=say("What <code>aws ecr get-login-password</code> prints."),
        max_length=16384,
        only_with={"method": ("password",)},
    )
    secret_shape: str = noted()
    session: str = noted()

    def _judge(self) -> None:
        self._settle_region()
        if self.method == "password":
            self._settle(access_key="", secret_key=None, session_token=None, role="", secret_shape="", session="")
        else:
            self._settle(password=None)

    def _settle_region(self) -> None:
        if self.registry == PUBLIC:
            self._settle(region="")
        elif address := Address.read(self.registry):
            if self.region and self.region != address.place.region:
                raise ValidationError(
                    {"region": _("The registry’s address names another region. Leave this blank, or enter the same one.")}
                )
            self._settle(region=address.place.region, registry=address.account if address.is_usual else self.registry)
        elif not self.region:
            raise ValidationError({"region": ValidationError(_("Enter the region."), code="required")})

    @property
    def host(self) -> str:
        return self.registry if "." in self.registry else usual_address(self.registry, self.region)

    @property
    def account(self) -> str:
        if self.method == "password":
            return USERNAME
        return f"{self.access_key[:4]}…{self.access_key[-4:]}" if self.access_key else ""

    login_name = USERNAME

    @property
    def advice(self) -> str:
        hints = self._advice_on_keys() if self.method == "key" else []
        if self.method == "password":
            hints.append(_("A password of Amazon ECR ends 12 hours after it was made. With an access key Berth renews it."))
        if self.region and self.region not in REGIONS:
            hints.append(
                format_html(
                    _("Berth does not know the region <code>{region}</code>. A new one works all the same."),
                    region=self.region,
                )
            )
        return format_html_join(" ", "{}", ((hint,) for hint in hints))

    def _advice_on_keys(self) -> list[str]:
        hints: list[str] = []
        if self.access_key.startswith(_TEMPORARY) and not self.session:
            hints.append(
                mark_safe(  # noqa: S308
                    _("A key that starts with <code>ASIA</code> is temporary, and works only with its session token.")
                )
            )
        elif self.access_key.startswith(_LASTING) and self.session:
            hints.append(
                mark_safe(  # noqa: S308
                    _("A key that starts with <code>AKIA</code> needs no session token, so Berth sends none with it.")
                )
            )
        elif self.access_key and not _KEY_ID.fullmatch(self.access_key):
            hints.append(_("This does not look like an access key ID, which has 20 capital letters and digits."))
        if self.secret_shape:
            hints.append(_("The secret access key does not look like one, which has 40 characters."))
        if self.session and not self.access_key.startswith(_LASTING):
            hints.append(
                mark_safe(  # noqa: S308
                    _(
                        "A session token ends within hours and does not say when: enter its end under <strong>Credential "
                        "ends</strong>."
                    )
                )
            )
        return hints

    @classmethod
    def serves(cls, host: str) -> bool:
        return host in PUBLIC_HOSTS or Address.read(host) is not None

    def is_at(self, host: str) -> bool:
        return super().is_at(host) or (self.host == PUBLIC and host.lower() in PUBLIC_HOSTS)

    @classmethod
    def filled_from(cls, host: str, parts: Sequence[str]) -> dict[str, str]:
        address = Address.read(host)
        filled = {"registry": PUBLIC if host in PUBLIC_HOSTS else host}
        if address:
            filled = {"registry": address.account if address.is_usual else host, "region": address.place.region}
        return {**filled, "namespace": parts[0]} if parts else filled

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        return {"method": "password", "password": password} if username == USERNAME else None

    @property
    def ends_at(self) -> datetime | None:
        return password_end(self.password) if self.password else None

    @property
    def ends_after_hours(self) -> int | None:
        return 12 if self.method == "password" else None

    def credential(self) -> Credential | None:
        """Return the pasted password; None with an access key, which `login()` turns into one."""
        if self.method == "key" or not self.password:
            return None
        return Credential(host=self.host, username=USERNAME, password=self.password, expires_at=self.ends_at)

    @property
    def mints(self) -> bool:
        return self.method == "key"

    def login(self, http: Http) -> Credential | None:
        if not self.mints:
            return self.credential()
        address = Address.read(self.host)
        place = address.place if address else Place(region=PUBLIC_REGION, public=True)
        # AWS refuses a lasting key that comes with the token of a temporary one.
        session_token = None if self.access_key.startswith(_LASTING) else self.session_token
        key = AccessKey(key_id=self.access_key, secret=self.secret_key or Secret(""), session_token=session_token)
        return mint(http, host=self.host, key=key, place=place, role=self.role)
