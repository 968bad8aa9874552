"""
One row for each flavor: what people type and what must come of it, and what must be refused.

The contract that every flavor keeps is run over this table by `test_flavors`. What is typed goes through the form
fields, as a person's typing does.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from registries.flavors import FLAVORS
from registries.flavors.base import Flavor, inputs

PASSWORD = "s3cret-canary-7Qx"
UUID = "7d0a3f52-91c4-4f0e-a6f1-52b8f1a9c33d"


def google_key(**changes: Any) -> str:
    """Return a service account key as Google writes it, with some of its fields changed; None leaves one out."""
    key = {
        "type": "service_account",
        "project_id": "northwind-ml",
        "private_key_id": "8c1f02",
        "private_key": f"-----BEGIN PRIVATE KEY-----\n{PASSWORD}\n-----END PRIVATE KEY-----\n",
        "client_email": "berth-pull@northwind-ml.iam.gserviceaccount.com",
        "client_id": "104",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    return json.dumps({name: value for name, value in (key | changes).items() if value is not None}, indent=2)


KEY = google_key()


@dataclass(frozen=True, kw_only=True)
class Good:
    """What is typed, and the registry that it makes. `login` is (user name, password), None where there is none."""

    typed: Mapping[str, str]
    host: str
    prefix: str = ""
    origin: str = ""
    account: str = ""
    login: tuple[str, str] | None = None
    realms: tuple[str, ...] = ()
    advice: str = ""  # words that the advice must hold; "" is no advice at all


@dataclass(frozen=True, kw_only=True)
class Row:
    """A flavor's row. `refused` are (field that is at fault, what is typed instead, words of the sentence)."""

    slug: str
    typed: Mapping[str, str]
    good: Sequence[Good]
    refused: Sequence[tuple[str, Mapping[str, str], str]]
    serves: Sequence[str] = ()
    look_alikes: Sequence[str] = ()


def cleaned(flavor: type[Flavor], typed: Mapping[str, str]) -> dict[str, Any]:
    """Clean what was typed by each form field on its own; raises ValidationError({field: …})."""
    values = {}
    for name, input_ in inputs(flavor).items():
        raw: Any = typed.get(name, input_.form_field.initial or "")
        if hasattr(input_.form_field.widget, "decompress"):
            raw = [None, raw]
        try:
            values[name] = input_.form_field.clean(raw)
        except ValidationError as error:
            raise ValidationError({name: error}) from None
    return values


def made(slug: str, typed: Mapping[str, str]) -> Flavor:
    """Return the registry that is made of what was typed; raises ValidationError({field: …})."""
    flavor = FLAVORS[slug]
    return flavor(**cleaned(flavor, typed))


def login(registry: Flavor) -> tuple[str, str] | None:
    credential = registry.credential()
    return (credential.username, credential.password.reveal()) if credential else None


DO = {"registry": "your-registry-name", "token": PASSWORD}
HUB = {"namespace": "example-repository", "username": "acmeci", "password": PASSWORD}
GCP = {"region": "us-west1", "project": "northwind-ml", "repository": "", "key": KEY}
GITHUB = {"namespace": "example-org", "username": "octo@example.com", "password": PASSWORD}
AZURE = {"registry": "northwindvision", "namespace": "", "method": "sp", "username": UUID, "password": PASSWORD}
OTHER = {
    "url": "https://registry.example.com",
    "namespace": "/",
    "method": "basic",
    "username": "puller",
    "password": PASSWORD,
}

ADDRESSES_REFUSED = (
    # A login within the address, in each place where a parser might find or miss it.
    "https://user:pass@registry.example.com", "user:pass@registry.example.com", "https://token@registry.example.com/",
    "https://registry.example.com@evil.example", "https://evil.example\\@registry.example.com",
    "https://registry.example.com:pass@evil.example/", "https://user:pa/ss@registry.example.com",
    "https://registry.example.com/?token=abc", "https://registry.example.com/#abc", "https://a.example?.b.example",
    # Other schemes, and none that is one.
    "ftp://registry.example.com", "file:///etc/passwd", "gopher://a.example", "javascript:alert(1)", "data:text/html,x",
    "unix:///run/docker.sock", "oci://registry.example.com", "//registry.example.com", "https:registry.example.com",
    "https:///registry.example.com", "https://", "http://", "://a.example", "/acme",
    # Control characters and spaces, which parsers drop.
    "https://registry.example.com\r\nX: y/", "https://registry.ex\x00ample.com", "https://registry.ex\tample.com",
    "https://registry example.com", "https://registry.example.com/a b", "https://reg\u200bistry.example.com",
    "https://registry.exa\u2028mple.com", "https://registry.example.com/\x7f",
    # Backslashes and percent signs.
    "https:\\\\registry.example.com", "https://registry.example.com\\evil", "https://registry%2eexample.com",
    "https://registry.example.com/%2e%2e", "https://registry.example.com%00.evil.example",
    # Letters that only look plain.
    "https://regіstry.example.com", "https://ｒegistry.example.com", "https://registry。example.com", "https://bücher.example",
    "https://127。0。0。1", "https://①②⑦.0.0.1", "https://gcr.ıo", "https://\u212aubernetes.example", "https://gcr.io\u00ad",
    # What is no host.
    "registry_1.example.com", "-registry.example.com", "registry-.example.com", "registry..example.com", ".internal.test",
    "registry.example.com.", "https://harbor", "harbor", "[::1", "::1", "[fe80::1%25eth0]:5000", "[::g]:5000",
    "[1:2:3]:5000", "https://" + "a" * 64 + ".example.com", "https://" + "a." * 130 + "example.com",
    # What is no port.
    "registry.example.com:", "registry.example.com:0", "registry.example.com:65536", "registry.example.com:999999",
    "registry.example.com:http", "registry.example.com:-1", "registry.example.com:5000:5000",
    # What is no path of an image.
    "https://registry.example.com/a/../b", "https://registry.example.com/./a", "https://registry.example.com/a//b",
    "https://registry.example.com/-a", "https://registry.example.com/a___b", "ghcr.io/o/i:latest", "https://hub.docker.com/r/acme",
)  # fmt: skip

TABLE: Sequence[Row] = (
    Row(
        slug="digitalocean",
        typed=DO,
        good=(
            Good(
                typed=DO,
                host="registry.digitalocean.com",
                prefix="your-registry-name",
                account="API token",
                login=(PASSWORD, PASSWORD),
                realms=("https://api.digitalocean.com",),
            ),
            Good(
                typed=DO | {"registry": " https://registry.digitalocean.com/Acme/ ", "token": f"  {PASSWORD}\n"},
                host="registry.digitalocean.com",
                prefix="acme",
                account="API token",
                login=(PASSWORD, PASSWORD),
                realms=("https://api.digitalocean.com",),
            ),
        ),
        refused=(
            ("registry", {"registry": ""}, "Enter the registry name."),
            ("registry", {"registry": "a/b"}, "alone"),
            ("registry", {"registry": "with_underscore"}, "letters, digits and dashes"),
            ("registry", {"registry": "dotted.name"}, "letters, digits and dashes"),
            ("registry", {"registry": "-edge"}, "letters, digits and dashes"),
            ("registry", {"registry": "a" * 64}, "63 at most"),
            ("registry", {"registry": "r\u0435gistry"}, "plain letters"),
            ("registry", {"registry": "acme\r\nX: y"}, "letters, digits and dashes"),
            ("token", {"token": ""}, "Enter the API token."),
            ("token", {"token": "  \n"}, "Enter the API token."),
            ("token", {"token": "dop_v1\x00"}, "control character"),
            ("token", {"token": "dop\tv1"}, "control character"),
            ("token", {"token": "x" * 4097}, "at most 4096"),
        ),
        serves=("registry.digitalocean.com",),
        look_alikes=(
            "digitalocean.com",
            "registry-digitalocean.com",
            "registry.digitalocean.com.evil.example",
            "registry.digitalocean.co",
            "xregistry.digitalocean.com",
            "a.registry.digitalocean.com",
            "registry.digitalocean.com:443",
        ),
    ),
    Row(
        slug="dockerhub",
        typed=HUB,
        good=(
            Good(
                typed=HUB,
                host="docker.io",
                prefix="example-repository",
                origin="https://registry-1.docker.io",
                account="acmeci",
                login=("acmeci", PASSWORD),
                realms=("https://auth.docker.io",),
            ),
            Good(
                typed=HUB | {"namespace": "docker.io/Acme", "username": "ci@acme.example"},
                host="docker.io",
                prefix="acme",
                origin="https://registry-1.docker.io",
                account="ci@acme.example",
                login=("ci@acme.example", PASSWORD),
                realms=("https://auth.docker.io",),
                advice="Docker ID",
            ),
            Good(
                typed=HUB | {"password": "dckr_oat_abc"},
                host="docker.io",
                prefix="example-repository",
                account="acmeci",
                origin="https://registry-1.docker.io",
                login=("acmeci", "dckr_oat_abc"),
                realms=("https://auth.docker.io",),
                advice="organization’s name",
            ),
            Good(
                typed=HUB | {"password": "a : b "},
                host="docker.io",
                prefix="example-repository",
                account="acmeci",
                origin="https://registry-1.docker.io",
                login=("acmeci", "a : b "),
                realms=("https://auth.docker.io",),
            ),
        ),
        refused=(
            ("namespace", {"namespace": "/"}, "Enter the namespace."),
            ("namespace", {"namespace": "acme/web"}, "alone"),
            ("namespace", {"namespace": "a..b"}, "letters and digits"),
            ("namespace", {"namespace": "acme:latest"}, "letters and digits"),
            ("username", {"username": ""}, "Enter the username."),
            ("username", {"username": "a:b"}, "colon"),
            ("username", {"username": "a\r\nb"}, "control character"),
            ("username", {"username": "a\x00b"}, "control character"),
            ("username", {"username": "a" * 256}, "at most 255"),
            ("password", {"password": ""}, "Enter the access token."),
        ),
        serves=("docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com"),
        look_alikes=(
            "docker.io.evil.example",
            "xdocker.io",
            "docker.iо",
            "registry-2.docker.io",
            "auth.docker.io",
            "docker.com",
            "d0cker.io",
            "docker.io:443",
            "hub.docker.com.evil.example",
            "docker-io.example",
        ),
    ),
    Row(
        slug="gcp",
        typed=GCP,
        good=(
            Good(
                typed=GCP | {"project": "project-name"},
                host="us-west1-docker.pkg.dev",
                prefix="project-name",
                account="berth-pull@northwind-ml.iam.gserviceaccount.com",
                login=("_json_key", KEY),
                realms=("https://gcr.io",),
                advice="<code>northwind-ml</code>",
            ),
            Good(
                typed=GCP | {"project": "", "repository": "Training"},
                host="us-west1-docker.pkg.dev",
                prefix="northwind-ml/training",
                account="berth-pull@northwind-ml.iam.gserviceaccount.com",
                login=("_json_key", KEY),
                realms=("https://gcr.io",),
            ),
            Good(
                typed=GCP | {"region": "gcr.io"},
                host="gcr.io",
                prefix="northwind-ml",
                login=("_json_key", KEY),
                account="berth-pull@northwind-ml.iam.gserviceaccount.com",
                realms=("https://gcr.io",),
            ),
            Good(
                typed=GCP | {"region": "https://EUROPE-docker.pkg.dev/", "key": base64.b64encode(KEY.encode()).decode()},
                host="europe-docker.pkg.dev",
                prefix="northwind-ml",
                login=("_json_key", KEY),
                account="berth-pull@northwind-ml.iam.gserviceaccount.com",
                realms=("https://gcr.io",),
            ),
            Good(
                typed=GCP | {"region": "docker.europe-west1.rep.pkg.dev", "key": f"\ufeff\n{KEY}\n"},
                host="docker.europe-west1.rep.pkg.dev",
                prefix="northwind-ml",
                login=("_json_key", KEY),
                account="berth-pull@northwind-ml.iam.gserviceaccount.com",
                realms=("https://gcr.io",),
            ),
            Good(
                typed=GCP | {"project": "example.com:proj", "key": google_key(project_id="example.com:proj")},
                host="us-west1-docker.pkg.dev",
                prefix="example.com/proj",
                realms=("https://gcr.io",),
                account="berth-pull@northwind-ml.iam.gserviceaccount.com",
                login=("_json_key", google_key(project_id="example.com:proj")),
            ),
            Good(
                typed=GCP | {"region": "us-west99"},
                host="us-west99-docker.pkg.dev",
                prefix="northwind-ml",
                account="berth-pull@northwind-ml.iam.gserviceaccount.com",
                login=("_json_key", KEY),
                realms=("https://gcr.io",),
                advice="does not know the region",
            ),
        ),
        refused=(
            ("region", {"region": ""}, "Enter the region."),
            ("region", {"region": "us-west1-a"}, "zone"),
            ("region", {"region": "eu"}, "Enter a region"),
            ("region", {"region": "evil.gcr.io"}, "Enter a region"),
            ("region", {"region": "gcr.io.evil.example"}, "Enter a region"),
            ("region", {"region": "us-west1-docker.pkg.dev.evil.example"}, "Enter a region"),
            ("region", {"region": "evil.example/us-west1-docker.pkg.dev"}, "alone"),
            ("region", {"region": "us-west1-docker.pkg.dev/p/r"}, "alone"),
            ("region", {"region": "user@us-west1"}, "Enter a region"),
            ("region", {"region": "us-west1:443"}, "Enter a region"),
            ("region", {"region": "docker.evil.rep.pkg.dev"}, "Enter a region"),
            ("region", {"region": "us-wеst1"}, "plain letters"),
            ("project", {"project": "My Project"}, "display name"),
            ("project", {"project": "a:b:c"}, "display name"),
            ("project", {"project": "a/b/c"}, "display name"),
            ("repository", {"repository": "apps/web"}, "alone"),
            ("repository", {"region": "gcr.io", "repository": "apps"}, "leave the repository blank"),
            ("repository", {"region": "eu.gcr.io", "repository": "apps"}, "leave the repository blank"),
            ("key", {"key": ""}, "Enter the service account JSON key."),
            ("key", {"key": "  \n "}, "Enter the service account JSON key."),
            ("key", {"key": "hunter2"}, "This is not JSON. Paste the whole file, from the first { to the last }."),
            ("key", {"key": KEY[:-20]}, "This is not JSON."),
            ("key", {"key": KEY + "x"}, "This is not JSON."),
            ("key", {"key": "[]"}, "not a service account key"),
            ("key", {"key": '"text"'}, "not a service account key"),
            ("key", {"key": "{}"}, "not a service account key"),
            ("key", {"key": "null"}, "not a service account key"),
            ("key", {"key": "[" * 60_000}, "nested too deeply"),
            ("key", {"key": '{"a":' * 10_000 + "1" + "}" * 10_000}, "nested too deeply"),
            ("key", {"key": '{"type": "service_account", "type": "x"}'}, "twice"),
            ("key", {"key": '{"type": NaN}'}, "NaN"),
            ("key", {"key": '{"type": -Infinity}'}, "NaN"),
            ("key", {"key": '{"n": ' + "9" * 5000 + "}"}, "This is not JSON."),
            ("key", {"key": KEY.replace("{", "{\x00", 1)}, "NUL"),
            ("key", {"key": " " * 70_000 + KEY}, "64 KB"),
            ("key", {"key": "ü" * 40_000}, "64 KB"),
            ("key", {"key": google_key(type="authorized_user")}, "credential of a person"),
            ("key", {"key": google_key(type="external_account")}, "not a service account key"),
            ("key", {"key": google_key(type=["service_account"])}, "not a service account key"),
            ("key", {"key": '{"installed": {"client_id": "x"}}'}, "OAuth client file"),
            ("key", {"key": '{"web": {"client_id": "x"}}'}, "OAuth client file"),
            ("key", {"key": f"-----BEGIN PRIVATE KEY-----\n{PASSWORD}\n-----END PRIVATE KEY-----"}, "only the private key"),
            ("key", {"key": google_key(private_key=None)}, "<code>private_key</code>"),
            ("key", {"key": google_key(client_email="")}, "<code>client_email</code>"),
            ("key", {"key": google_key(project_id=7)}, "<code>project_id</code>"),
            ("key", {"key": google_key(client_email="<b>@x.example")}, "damaged"),
            (
                "key",
                {"key": google_key(private_key="-----BEGIN PRIVATE KEY----- x -----END PRIVATE KEY-----")},
                "line breaks",
            ),
            ("key", {"key": KEY.replace("\\n", "\n")}, "line breaks"),
            ("key", {"key": base64.b64encode(b'{"type": "authorized_user"}').decode()}, "credential of a person"),
        ),
        serves=(
            "us-west1-docker.pkg.dev",
            "europe-docker.pkg.dev",
            "gcr.io",
            "eu.gcr.io",
            "us.gcr.io",
            "marketplace.gcr.io",
            "docker.europe-west1.rep.pkg.dev",
        ),
        look_alikes=(
            "evil-gcr.io",
            "xgcr.io",
            "gcr.io.evil.example",
            "a.b.gcr.io",
            "pkg.dev",
            "docker.pkg.dev",
            "-docker.pkg.dev",
            "us-west1-docker.pkg.dev.evil.example",
            "us-west1-docker-pkg.dev",
            "us.west1-docker.pkg.dev",
            "ghcr.io",
            "gcr.i0",
            "gcr.io.",
            "rep.pkg.dev",
            "docker.x.y.rep.pkg.dev",
            "us-west1-npm.pkg.dev",
            "gcr.io:443",
            "mirror-gcr.io",
            "us-gcr.io",
            "g.cr.io",
        ),
    ),
    Row(
        slug="github",
        typed=GITHUB,
        good=(
            Good(
                typed=GITHUB,
                host="ghcr.io",
                prefix="example-org",
                account="octo@example.com",
                login=("octo@example.com", PASSWORD),
            ),
            Good(
                typed=GITHUB | {"namespace": "ghcr.io/Example-Org/", "username": "octocat", "password": f"{PASSWORD} \r\n"},
                host="ghcr.io",
                prefix="example-org",
                account="octocat",
                login=("octocat", PASSWORD),
            ),
            Good(
                typed=GITHUB | {"password": "github_pat_abc"},
                host="ghcr.io",
                prefix="example-org",
                account="octo@example.com",
                login=("octo@example.com", "github_pat_abc"),
                advice="fine-grained",
            ),
        ),
        refused=(
            ("namespace", {"namespace": ""}, "Enter the organization or user."),
            ("namespace", {"namespace": "acme/web"}, "alone"),
            ("namespace", {"namespace": "https://evil.example/acme"}, "alone"),
            ("namespace", {"namespace": "@acme"}, "letters and digits"),
            ("username", {"username": "octo:cat"}, "colon"),
            ("password", {"password": ""}, "Enter the personal access token."),
            ("password", {"password": "ghp_\x1b[0m"}, "control character"),
        ),
        serves=("ghcr.io",),
        look_alikes=(
            "gcr.io",
            "ghcr.io.evil.example",
            "xghcr.io",
            "ghcr.io:443",
            "ghcr.lo",
            "ghrc.io",
            "docker.pkg.github.com",
            "a.ghcr.io",
            "ghcr-io.example",
            "github.com",
        ),
    ),
    Row(
        slug="azure",
        typed=AZURE,
        good=(
            Good(typed=AZURE, host="northwindvision.azurecr.io", account=UUID, login=(UUID, PASSWORD)),
            Good(
                typed=AZURE | {"registry": "https://NorthWindVision.azurecr.io/", "namespace": "/vision/"},
                host="northwindvision.azurecr.io",
                prefix="vision",
                account=UUID,
                login=(UUID, PASSWORD),
            ),
            Good(
                typed=AZURE | {"registry": "acme01.azurecr.cn", "method": "token", "username": "ci-pull"},
                host="acme01.azurecr.cn",
                account="ci-pull",
                login=("ci-pull", PASSWORD),
            ),
            Good(
                typed=AZURE | {"registry": "acme01-h4sh", "method": "admin", "username": ""},
                host="acme01-h4sh.azurecr.io",
                account="acme01",
                login=("acme01", PASSWORD),
            ),
            Good(
                typed=AZURE | {"registry": "acme01.azurecr.us", "method": "admin", "username": "acme01"},
                host="acme01.azurecr.us",
                account="acme01",
                login=("acme01", PASSWORD),
            ),
            Good(
                typed=AZURE | {"password": UUID},
                host="northwindvision.azurecr.io",
                account=UUID,
                login=(UUID, UUID),
                advice="secret’s ID",
            ),
        ),
        refused=(
            ("registry", {"registry": ""}, "Enter the registry name."),
            ("registry", {"registry": "acme"}, "5 to 50"),
            ("registry", {"registry": "with_underscore"}, "5 to 50"),
            ("registry", {"registry": "acme01.azurecr.io.evil.example"}, "5 to 50"),
            ("registry", {"registry": "acme01.azurecr.com"}, "5 to 50"),
            ("registry", {"registry": "acme01.eastus.data.azurecr.io"}, "5 to 50"),
            ("registry", {"registry": "acme01.azurecr.io:443"}, "5 to 50"),
            ("registry", {"registry": "user@acme01.azurecr.io"}, "5 to 50"),
            ("registry", {"registry": "acme01.azurecr.io/vision"}, "alone"),
            ("registry", {"registry": "аcme01"}, "plain letters"),
            ("namespace", {"namespace": "a//b"}, "single slashes"),
            ("namespace", {"namespace": "../a"}, "single slashes"),
            ("method", {"method": "anything"}, "Choose one"),
            ("username", {"username": "octocat"}, "UUID"),
            ("username", {"username": f"{UUID}0"}, "UUID"),
            ("username", {"username": ""}, "Enter the application (client) ID"),
            ("username", {"username": "", "method": "token"}, "Enter the application (client) ID"),
            ("username", {"username": "a:b", "method": "token"}, "colon"),
            ("password", {"password": ""}, "Enter the client secret"),
        ),
        serves=(
            "acme01.azurecr.io",
            "acme01.azurecr.cn",
            "acme01-h4sh.azurecr.io",
            "acme01.eastus.geo.azurecr.io",
            "acme01.azurecr.de",
        ),
        look_alikes=(
            "azurecr.io",
            "acme01.azurecr.io.evil.example",
            "acme01-azurecr.io",
            "acme01.azurecr.com",
            "acme01.azurecr.io:443",
            "a.acme01.azurecr.io",
            "acme01.xazurecr.io",
            "acme01.azurecr.i0",
            "acme01.eastus.data.azurecr.io",
            "mcr.microsoft.com",
        ),
    ),
    Row(
        slug="other",
        typed=OTHER,
        good=(
            Good(typed=OTHER, host="registry.example.com", account="puller", login=("puller", PASSWORD)),
            Good(
                typed=OTHER | {"url": "https://art.example.com/artifactory/api/docker/repo/", "namespace": ""},
                host="art.example.com",
                prefix="artifactory/api/docker/repo",
                account="puller",
                login=("puller", PASSWORD),
            ),
            Good(
                typed=OTHER | {"url": "gcr.io/my-project"},
                host="gcr.io",
                prefix="my-project",
                account="puller",
                login=("puller", PASSWORD),
                realms=("https://gcr.io",),
                advice="Google has a form of its own",
            ),
            Good(
                typed=OTHER | {"url": "https://index.docker.io/v1/", "namespace": "myorganization"},
                host="docker.io",
                prefix="myorganization",
                origin="https://registry-1.docker.io",
                account="puller",
                login=("puller", PASSWORD),
                realms=("https://auth.docker.io",),
                advice="Docker Hub has a form of its own",
            ),
            Good(
                typed=OTHER | {"url": "https://example-registry.azurecr.io", "username": "_json_key"},
                host="example-registry.azurecr.io",
                account="_json_key",
                login=("_json_key", PASSWORD),
                advice="<code>_json_key</code> is the username of Google’s registries. Azure has a form of its own",
            ),
            Good(
                typed=OTHER | {"url": "gcr.io/p", "username": "_json_key"},
                host="gcr.io",
                prefix="p",
                account="_json_key",
                login=("_json_key", PASSWORD),
                realms=("https://gcr.io",),
                advice="Google has a form of its own",
            ),
            Good(
                typed=OTHER
                | {
                    "url": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mynamespace",
                    "username": "AWS",
                    "password": "eyJw\r\nYXls\nb2Fk\n",
                },
                host="123456789012.dkr.ecr.us-east-1.amazonaws.com",
                prefix="mynamespace",
                account="AWS",
                login=("AWS", "eyJwYXlsb2Fk"),
                advice="12 hours",
            ),
            Good(
                typed=OTHER | {"url": "123456789012.dkr.ecr.us-east-1.amazonaws.com", "username": "aws"},
                host="123456789012.dkr.ecr.us-east-1.amazonaws.com",
                account="aws",
                login=("aws", PASSWORD),
                advice="<code>AWS</code>, in capitals",
            ),
            Good(
                typed=OTHER | {"url": "http://10.0.0.7:5000", "method": "none"},
                host="10.0.0.7:5000",
                origin="http://10.0.0.7:5000",
                advice="plain http",
            ),
            Good(typed=OTHER | {"method": "none", "username": "", "password": ""}, host="registry.example.com"),
            Good(
                typed=OTHER | {"url": "HTTPS://Registry.Example.COM:443/V2/", "namespace": "/Team/App/"},
                host="registry.example.com",
                prefix="team/app",
                account="puller",
                login=("puller", PASSWORD),
            ),
            Good(
                typed=OTHER | {"url": "http://registry.example.com:80/acme/v2", "username": "ü"},
                host="registry.example.com",
                prefix="acme",
                origin="http://registry.example.com",
                account="ü",
                login=("ü", PASSWORD),
                advice="plain http",
            ),
            Good(
                typed=OTHER | {"url": "localhost:5000"}, host="localhost:5000", account="puller", login=("puller", PASSWORD)
            ),
            Good(typed=OTHER | {"url": "localhost"}, host="localhost", account="puller", login=("puller", PASSWORD)),
            Good(
                typed=OTHER | {"url": "registry:5000"}, host="registry:5000", account="puller", login=("puller", PASSWORD)
            ),
            Good(typed=OTHER | {"url": "registry:443"}, host="registry:443", account="puller", login=("puller", PASSWORD)),
            Good(
                typed=OTHER | {"url": "[2001:db8::1]:5000/a"},
                host="[2001:db8::1]:5000",
                prefix="a",
                account="puller",
                login=("puller", PASSWORD),
            ),
            Good(
                typed=OTHER | {"url": "xn--bcher-kva.example"},
                host="xn--bcher-kva.example",
                account="puller",
                login=("puller", PASSWORD),
            ),
            Good(
                typed=OTHER | {"password": " two words: and a colon "},
                host="registry.example.com",
                account="puller",
                login=("puller", " two words: and a colon "),
            ),
        ),
        refused=(
            *(("url", {"url": address}, "") for address in ADDRESSES_REFUSED),
            ("url", {"url": ""}, "Enter the registry URL."),
            ("url", {"url": "https://u:" + PASSWORD + "@h.example/"}, "Leave the login out of the address."),
            ("namespace", {"namespace": "a b"}, "single slashes"),
            ("namespace", {"namespace": "a/../b"}, "single slashes"),
            ("namespace", {"namespace": "ns+robot"}, "single slashes"),
            ("namespace", {"url": "https://h.example/" + "a" * 200, "namespace": "b" * 200}, "255"),
            ("method", {"method": "oauth"}, "Choose one"),
            ("username", {"username": ""}, "Enter the username."),
            ("username", {"username": "a:b"}, "colon"),
            ("username", {"username": "a\nb"}, "control character"),
            ("password", {"password": ""}, "Enter the password or token."),
            ("password", {"password": "a\x00b"}, "control character"),
        ),
    ),
)


def registry_of(row: Row) -> Flavor:
    """Return the registry of a row's plain typing."""
    return made(row.slug, row.typed)
