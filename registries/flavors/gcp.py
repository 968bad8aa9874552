"""Google Artifact Registry, and the gcr.io names that it serves. Source: reference page, sections 3.3, 2.2 and 2.9."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from console.sentences import say
from registries.distribution import Credential, Secret
from registries.flavors.base import Flavor, key_file, noted, text
from registries.flavors.fields import PATH_COMPONENT, ascii_only, path_component
from registries.flavors.key_file import KeyFileField, service_account_key, tells
from registries.outcomes import Outcome

GCR_HOSTS = ("gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io", "marketplace.gcr.io")
MULTI_REGIONS = ("us", "europe", "asia")
REGIONS = (
    *MULTI_REGIONS,
    "africa-south1", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3", "asia-south1",
    "asia-south2", "asia-southeast1", "asia-southeast2", "asia-southeast3", "australia-southeast1", "australia-southeast2",
    "europe-central2", "europe-north1", "europe-north2", "europe-southwest1", "europe-west1", "europe-west2",
    "europe-west3",
    "europe-west4", "europe-west6", "europe-west8", "europe-west9", "europe-west10", "europe-west12", "me-central1",
    "me-central2", "me-west1", "northamerica-northeast1", "northamerica-northeast2", "northamerica-south1",
    "southamerica-east1", "southamerica-west1", "us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1",
    "us-west2", "us-west3", "us-west4", "us-west8",
)  # fmt: skip
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_REGION = re.compile(r"us|europe|asia|[a-z]+-[a-z]+[0-9]{1,2}", re.ASCII)
_ZONE = re.compile(r"([a-z]+-[a-z]+[0-9]{1,2})-[a-z]", re.ASCII)
_HOST = re.compile(rf"{_LABEL}-docker\.pkg\.dev|docker\.{_LABEL}\.rep\.pkg\.dev|(?:{_LABEL}\.)?gcr\.io", re.ASCII)
_REGIONAL_HOST = re.compile(r"(.+)-docker\.pkg\.dev", re.ASCII)
_ENDPOINT_HOST = re.compile(r"docker\.(.+)\.rep\.pkg\.dev", re.ASCII)


def _region(value: str) -> str:
    """Return a region, a gcr.io host, or the host of a regional endpoint; the usual host of a region becomes the region."""
    place = ascii_only(value).removeprefix("https://").rstrip("/")
    if "/" in place:
        raise ValidationError(
            _("Enter the region alone. The project and the repository have fields of their own."), code="slash"
        )
    if place in GCR_HOSTS:
        return place
    if endpoint := _ENDPOINT_HOST.fullmatch(place):
        if _REGION.fullmatch(endpoint[1]):
            return place
    elif regional := _REGIONAL_HOST.fullmatch(place):
        place = regional[1]
    if zone := _ZONE.fullmatch(place):
        raise ValidationError(_("This is a zone. Enter its region, {region}.").format(region=zone[1]), code="zone")
    if not _REGION.fullmatch(place):
        raise ValidationError(
            _("Enter a region such as us-west1, one of us, europe and asia, or a gcr.io host such as eu.gcr.io."),
            code="region",
        )
    return place


def _project(value: str) -> str:
    """Return a project ID as it was typed, in lower case: `acme-prod`, or `example.com:acme-prod` within a domain."""
    project = ascii_only(value).strip("/").replace("/", ":", 1)
    parts = project.split(":")
    if len(parts) > 2 or not all(PATH_COMPONENT.fullmatch(part) for part in parts):
        raise ValidationError(
            _("A project ID has lower-case letters, digits and dashes, such as acme-prod. Its display name does not work."),
            code="project",
        )
    return project


@dataclass(frozen=True, kw_only=True)
class GCP(Flavor):
    """
    A project of Google Artifact Registry, or one repository of it; the login is a service account's JSON key.

    Its token service answers HTTP 403 to an account that is known and lacks the permission, so that means "no pull access".
    """

    slug = "gcp"
    order = 30
    name = "Google"
    full_name = say("Google Artifact Registry")
    hosts = "*-docker.pkg.dev, gcr.io"
    blank_address = "…-docker.pkg.dev/…"
    example = "us-west1-docker.pkg.dev/example-project/repository/app:1.4"
    where = say("Where to find the key")
    steps = (
        say("In the Google Cloud console, open <strong>IAM &amp; Admin</strong>, then <strong>Service accounts</strong>."),
        say("Give the account the role <strong>Artifact Registry Reader</strong>, or <strong>Writer</strong> to push."),
        say("Under <strong>Keys</strong>, add a key of type <strong>JSON</strong>. The browser downloads one file."),
    )
    hints = {
        Outcome.SIGN_IN_REFUSED: say(
            "The key was most likely deleted or disabled. Add a new one under Service accounts, Keys."
        ),
        Outcome.NO_PULL_ACCESS: say(
            "Give the account the role Artifact Registry Reader on the repository, then test again. Google answers the "
            "same where the region, the project or the repository does not exist."
        ),
        Outcome.NO_PUSH_ACCESS: say(
            "Give the account the role Artifact Registry Writer on the repository, or choose Pull. The repository must "
            "exist: a push does not create it."
        ),
        Outcome.IMAGE_NOT_FOUND: say(
            "Check the test image. It needs a project, a repository and a name: project/repository/image."
        ),
    }
    hint_fields = {Outcome.NO_PULL_ACCESS: ["region", "project", "repository"]}
    realms = ("https://gcr.io",)
    forbidden_at_token = Outcome.NO_PULL_ACCESS

    region: str = text(
        say("Region"),
        help_text=say("Such as <code>us-west1</code>, or <code>gcr.io</code>."),
        suggestions=(*REGIONS, *GCR_HOSTS),
        side_by_side=True,
        tidy=_region,
    )
    project: str = text(
        say("Project"),
        help_text=say("The project ID, not its display name. Left blank, it is read from the key."),
        required=False,
        max_length=100,
        side_by_side=True,
        tidy=_project,
    )
    repository: str = text(
        say("Repository"),
        help_text=say("Leave blank to cover every repository in the project."),
        required=False,
        max_length=100,
        tidy=path_component(say("Repository")),
    )
    key: Secret = key_file(
        say("Service account JSON key"),
        form_field=KeyFileField,
        help_text=say("The whole file, as downloaded. Its project fills in the field above."),
        tells=tells,
    )
    client_email: str = noted()
    key_project: str = noted()

    def _judge(self) -> None:
        if self.repository and self.host in GCR_HOSTS:
            raise ValidationError(
                {"repository": _("Images at gcr.io stand under the project itself, so leave the repository blank there.")}
            )
        if not self.project and self.key_project:
            self._settle(project=_project(self.key_project))
        if not self.project and self.key:
            raise ValidationError({"project": _("Enter the project.")})

    @property
    def host(self) -> str:
        return self.region if "." in self.region else f"{self.region}-docker.pkg.dev"

    @property
    def prefix(self) -> str:
        project = (self.project or self.key_project).replace(":", "/")
        return f"{project}/{self.repository}" if self.repository else project

    @property
    def account(self) -> str:
        return self.client_email

    login_name = "_json_key"

    @property
    def example_image(self) -> str:
        whole_project = not self.repository and self.host not in GCR_HOSTS
        return f"{self.address}/repository/image:tag" if whole_project else f"{self.address}/image:tag"

    @property
    def advice(self) -> str:
        hints = []
        if self.key_project and self.key_project != self.project:
            hints.append(
                format_html(
                    _(
                        "The key belongs to the project <code>{its_own}</code>. It works for <code>{project}</code> where "
                        "its account has a role there."
                    ),
                    its_own=self.key_project,
                    project=self.project,
                )
            )
        if _REGION.fullmatch(self.region) and self.region not in REGIONS:
            hints.append(
                format_html(
                    _("Berth does not know the region <code>{region}</code>. A new one works all the same."),
                    region=self.region,
                )
            )
        return format_html_join(" ", "{}", ((hint,) for hint in hints))

    @classmethod
    def serves(cls, host: str) -> bool:
        return bool(_HOST.fullmatch(host))

    @classmethod
    def filled_from(cls, host: str, parts: Sequence[str]) -> dict[str, str]:
        """The region's field takes its host too. A project within a domain is two parts of a path: `example.com/proj`."""
        length = 2 if parts and "." in parts[0] else 1
        project, below = ":".join(parts[:length]), parts[length:]
        filled = {"region": host, "project": project} if project else {"region": host}
        return {**filled, "repository": below[0]} if below and host not in GCR_HOSTS else filled

    @classmethod
    def filled_by(cls, username: str, password: Secret) -> dict[str, Any] | None:
        """The other user names, such as `oauth2accesstoken`, stand for tokens that end within the hour."""
        if username not in ("_json_key", "_json_key_base64"):
            return None
        try:
            return {"key": Secret(service_account_key(password.reveal()))}
        except ValidationError:
            return None

    def credential(self) -> Credential:
        return Credential(host=self.host, username=self.login_name, password=self.key)
