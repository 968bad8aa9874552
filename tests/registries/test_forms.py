"""The form of a connection: what it asks, what it refuses, and when it opens a stored secret."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from registries.distribution import Secret
from registries.flavors import FLAVORS
from registries.flavors.base import inputs
from registries.forms import ConnectionForm
from tests.registries.flavor_table import AZURE, GCP, KEY, OTHER, PASSWORD, TABLE, Row, google_key, made

COMMON = {"name": "web", "description": "", "purpose": "pull", "test_image": "", "ca_certificate": "", "ends_on": ""}
rows = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.slug)


class FakeConnections:
    """The names that are taken in a team."""

    def __init__(self, *taken: str) -> None:
        self.taken = taken

    def name_taken(self, name: str, *, but: Any = None) -> Any:
        own = but.name if but else ""
        return next((SimpleNamespace(name=n) for n in self.taken if n.lower() == name.lower() and n != own), None)


class FakeTeam:
    slug = "northwind"

    def __init__(self, *taken: str) -> None:
        self.connections = FakeConnections(*taken)


def stored_connection(slug: str, typed: Mapping[str, str], **changes: Any) -> Any:
    registry = made(slug, typed)
    columns = {
        "name": "web",
        "description": "The web",
        "purpose": "pull",
        "test_image": "",
        "ca_certificate": "",
        "ends_on": None,
        "ends_at": None,
        "settings": registry.settings(),
        "address": registry.address,
        "version": 3,
        "locked": False,
        "secret_saved_at": datetime(2025, 11, 12, 9, tzinfo=UTC) if registry.secrets() else None,
        "secret_saved_by": "Mara Lindqvist",
    }
    return SimpleNamespace(**columns | changes)


def querydict(typed: Mapping[str, str]) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(typed)
    data._mutable = False
    return data


def form(slug: str, typed: Mapping[str, str] | None, *, team: Any = None, files: Any = None, **more: Any) -> ConnectionForm:
    data = querydict({**COMMON, **typed}) if typed is not None else None
    return ConnectionForm(data, files, flavor=FLAVORS[slug], team=cast("Any", team or FakeTeam()), **more)


class Vault:
    """Stored secrets that count how often they are opened."""

    def __init__(self, **secrets: str) -> None:
        self.secrets, self.opened = secrets, 0

    def __call__(self) -> dict[str, Secret]:
        self.opened += 1
        return {name: Secret(value) for name, value in self.secrets.items()}


def edit(
    slug: str, before: Mapping[str, str], typed: Mapping[str, str] | None, vault: Vault, **more: Any
) -> ConnectionForm:
    """Return the form of a stored connection; secrets that are not typed are blank."""
    if typed is not None:
        sealed = {name: "" for name, input_ in inputs(FLAVORS[slug]).items() if input_.sealed}
        typed = {"version": "3", **before, **sealed, **typed}
    connection = more.pop("connection", None) or stored_connection(slug, before)
    return form(slug, typed, connection=connection, stored=vault, **more)


def errors(made_form: ConnectionForm) -> dict[str, list[str]]:
    return {name: [str(sentence) for sentence in sentences] for name, sentences in made_form.errors.items()}


def page_of(made_form: ConnectionForm) -> str:
    return "".join(field.as_field_group() for group in made_form.groups for row in group.rows for field in row)


# Adding -------------------------------------------------------------------------------------------------------------


@rows
def test_a_valid_form_opens_the_registry(row: Row) -> None:
    filled = form(row.slug, row.typed)

    assert errors(filled) == {}
    assert filled.registry == made(row.slug, row.typed)
    assert filled.secrets_kept is False
    assert filled.details() == {
        "name": "web", "description": "", "purpose": "pull", "test_image": "", "ca_certificate": "", "ends_on": None,
    }  # fmt: skip


@rows
def test_an_empty_form_says_what_is_missing_and_opens_nothing(row: Row) -> None:
    blank = form(row.slug, {"name": ""})

    assert not blank.is_valid()
    assert blank.errors["name"] == ["Enter a name."]
    assert not hasattr(blank, "registry")
    assert all(sentence[:6] in ("Enter ", "Choose") for sentences in errors(blank).values() for sentence in sentences)


@rows
def test_the_fields_stand_in_groups_in_their_order(row: Row) -> None:
    groups = list(form(row.slug, None).groups)

    assert [group.title for group in groups] == ["", "Registry", "Credentials", "Test", "Network"]
    names = [field.name for group in groups for line in group.rows for field in line]
    assert sorted(names) == sorted(form(row.slug, None).fields)
    assert names[:2] == ["name", "description"]
    assert [field.name for line in groups[2].rows for field in line][-1] == "ends_on"
    assert [field.name for line in groups[3].rows for field in line] == ["purpose", "test_image"]


def test_neighbours_share_a_row() -> None:
    registry = list(form("gcp", None).groups)[1]

    assert [[field.name for field in row] for row in registry.rows] == [["region", "project"], ["repository"]]


@rows
def test_v36_fields_that_the_form_does_not_ask_for_change_nothing(row: Row) -> None:
    flavor = FLAVORS[row.slug]
    columns = ["team", "team_id", "id", "revision", "created_by", "is_staff", "origin", "host", "flavor", "paused"]
    smuggled = dict.fromkeys([*columns, "client_email", "key_project", "login_kind", "login_shape", "version"], "x")

    filled = form(row.slug, {**row.typed, **smuggled})

    assert errors(filled) == {}
    assert filled.registry == made(row.slug, row.typed)
    assert set(filled.details()) == {"name", "description", "purpose", "test_image", "ca_certificate", "ends_on"}
    assert set(filled.cleaned_data) == {*filled.details(), *inputs(flavor)}


@pytest.mark.parametrize("name", ["a", "7", "My-Example-GCR", "a.b_c-d", "A" * 64])
def test_names_that_workflow_files_can_use(name: str) -> None:
    assert errors(form("other", OTHER | {"name": name})) == {}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Enter a name."), ("-a", "start with"), (".a", "start with"), ("a b", "start with"), ("a/b", "start with"),
        ("ä", "start with"), ("a\nb", "start with"), ("١", "start with"), ("A" * 65, "at most 64"),
        ("add", "Choose another name."), ("Import", "Choose another name."), ("a<b>", "start with"),
    ],
)  # fmt: skip
def test_names_that_they_cannot_use(name: str, words: str) -> None:
    assert words in " ".join(errors(form("other", OTHER | {"name": name}))["name"])


def test_a_taken_name_is_refused_whatever_its_case_and_leads_to_its_owner() -> None:
    taken = form("other", OTHER | {"name": "GAR-training"}, team=FakeTeam("gar-training"))

    (sentence,) = errors(taken)["name"]
    assert "The name <strong>GAR-training</strong> is taken." in sentence
    assert '<a href="/teams/northwind/containers/gar-training/">Open that registry</a>, or choose another name.' in sentence


def test_a_test_works_before_a_name_is_given_and_looks_no_name_up() -> None:
    for name in ("", "taken", "half typed"):
        assert errors(form("other", OTHER | {"name": name}, team=FakeTeam("taken"), for_test=True)) == {}


def test_v25_a_failed_form_keeps_what_was_typed_but_no_secret() -> None:
    for row in TABLE:
        failed = form(row.slug, {**row.typed, "name": "no spaces", "description": "Kept"})

        assert not failed.is_valid()
        page = page_of(failed)
        assert PASSWORD not in page
        assert "Kept" in page
        sealed = {name for name, input_ in inputs(FLAVORS[row.slug]).items() if input_.sealed}
        assert failed.to_keep()[0].keys() == {name for name in sealed if row.typed.get(name)}
        assert all(failed[name].value() is None for name in sealed)


def test_an_address_with_a_login_in_it_is_not_shown_again() -> None:
    for address in (f"https://u:{PASSWORD}@h.example/", f"https://h.example/?token={PASSWORD}", f"u:{PASSWORD}＠h.example"):
        failed = form("other", OTHER | {"url": address, "password": "x"})

        assert not failed.is_valid()
        assert PASSWORD not in page_of(failed)
        assert PASSWORD not in str(errors(failed))


def test_a_key_file_is_taken_and_fills_in_the_project() -> None:
    upload = MultiValueDict({"key_file": [SimpleUploadedFile("key.json", KEY.encode())]})

    filled = form("gcp", GCP | {"key": "", "project": ""}, files=upload)

    assert errors(filled) == {}
    assert filled.registry.address == "us-west1-docker.pkg.dev/northwind-ml"
    assert filled.registry.account == "berth-pull@northwind-ml.iam.gserviceaccount.com"


def test_a_key_is_asked_for_by_a_file_and_by_a_text_area_with_ids_of_their_own() -> None:
    html = str(form("gcp", None)["key"])

    assert 'name="key_file"' in html
    assert 'id="id_key_file"' in html
    assert 'name="key"' in html
    assert 'id="id_key"' in html
    assert "required" not in html


def test_a_fault_across_fields_stands_beside_its_field() -> None:
    failed = form("gcp", GCP | {"region": "gcr.io", "repository": "apps"})

    assert list(errors(failed)) == ["repository"]


def test_the_username_is_needed_as_long_as_something_signs_in() -> None:
    nothing = OTHER | {"method": "none", "username": "", "password": ""}

    assert errors(form("other", nothing)) == {}
    assert errors(form("other", nothing | {"method": "basic"})) == {
        "username": ["Enter the username."],
        "password": ["Enter the password or token."],
    }
    assert errors(form("azure", AZURE | {"method": "admin", "username": ""})) == {}


@pytest.mark.parametrize(
    ("typed", "saved"),
    [
        ("registry.example.com/team/app:1", "registry.example.com/team/app:1"),
        ("https://registry.example.com/team/app", "registry.example.com/team/app"),
        ("REGISTRY.example.com/team/app", "registry.example.com/team/app"),
        ("team/app:1", "registry.example.com/team/app:1"),
        ("team/app@sha256:" + "f" * 64, "registry.example.com/team/app@sha256:" + "f" * 64),
        ("team", "registry.example.com/team"),
    ],
)
def test_a_test_image_is_read_with_and_without_its_host(typed: str, saved: str) -> None:
    filled = form("other", OTHER | {"namespace": "team", "test_image": typed})

    assert errors(filled) == {}
    assert filled.details()["test_image"] == saved


def test_a_test_image_of_docker_hub_may_use_any_of_its_names() -> None:
    for typed in ("acme/web", "docker.io/acme/web", "index.docker.io/acme/web", "registry-1.docker.io/acme/web"):
        filled = form("dockerhub", {"namespace": "acme", "username": "u", "password": "p", "test_image": typed})

        assert filled.is_valid(), errors(filled)
        assert filled.details()["test_image"] == "docker.io/acme/web"


@pytest.mark.parametrize(
    "typed",
    [
        "team-evil/app", "teams/app", "app", "evil.example/team/app", "registry.example.com.evil.example/team/app",
        "docker.io/team/app", "index.docker.io/team/app", "registry.example.com:5000/team/app",
        "xregistry.example.com/team/app",
        "registry.example.com/other/app", "registry.example.com", "u:p@registry.example.com/team/app", "Team/app",
        "team/App",
        "team/app:", "team//app", "team/app:a b", "team/../app", "f" * 64, "team/app@sha256:ff", "@", ":", "/",
        "team/" + "a" * 300, "é/app", "a" * 501,
    ],
)  # fmt: skip
def test_an_image_that_is_none_or_lies_elsewhere_is_refused(typed: str) -> None:
    failed = form("other", OTHER | {"namespace": "team", "test_image": typed})

    assert list(errors(failed)) == ["test_image"]


def test_the_day_that_the_login_ends_is_what_was_typed() -> None:
    ecr = OTHER | {"url": "123456789012.dkr.ecr.us-east-1.amazonaws.com", "username": "AWS"}

    for written, day in (("2026-11-30", date(2026, 11, 30)), ("", None)):
        typed = form("other", ecr | {"ends_on": written})
        assert typed.is_valid()
        assert typed.details()["ends_on"] == day
    assert errors(form("other", OTHER | {"ends_on": "next year"})) == {"ends_on": ["Enter a date, such as 2026-11-30."]}


ORIGINALS = [
    (
        "My-Example-DO-Registry", "digitalocean", {"registry": "your-registry-name", "token": PASSWORD},
        "registry.digitalocean.com/your-registry-name/image:tag",
    ),
    (
        "My-Example-DockerHub-Repository", "dockerhub",
        {"namespace": "example-repository", "username": "me", "password": PASSWORD},
        "example-repository/streamlit-app:latest",
    ),
    (
        "My-Example-GCR", "gcp", {"region": "us-west1", "project": "project-name", "key": KEY},
        "us-west1-docker.pkg.dev/project-name/repo-name/image:tag",
    ),
    (
        "My-Example-GHCR", "github", {"namespace": "example-org", "username": "me@example.com", "password": PASSWORD},
        "ghcr.io/example-org/streamlit-app:latest",
    ),
    (
        "My-Example-ACR", "other",
        OTHER | {"url": "https://example-registry.azurecr.io", "namespace": "/", "username": "_json_key"},
        "example-registry.azurecr.io/streamlit-app:latest",
    ),
    (
        "hub", "other", OTHER | {"url": "https://index.docker.io/v1/", "namespace": "myorganization"},
        "docker.io/myorganization/my_private_repo:latest",
    ),
    ("gcr", "other", OTHER | {"url": "gcr.io/my-project", "namespace": ""}, "gcr.io/my-project/image"),
    ("gcr", "gcp", {"region": "gcr.io", "project": "my-project", "key": KEY}, "gcr.io/my-project/image"),
    (
        "ecr", "other",
        OTHER
        | {
            "url": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mynamespace",
            "username": "AWS",
            "password": "eyJw\r\nYXls\n",
        },
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/mynamespace/img",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "slug", "typed", "image"), ORIGINALS)
def test_the_originals_own_examples_work_word_for_word(name: str, slug: str, typed: dict[str, str], image: str) -> None:
    filled = form(slug, {**typed, "name": name, "test_image": image})

    assert errors(filled) == {}
    assert filled.details()["name"] == name
    assert filled.details()["test_image"].endswith(image)


# The authority's certificate ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def certificate(key: ec.EllipticCurvePrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Northwind")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=3650))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def test_certificates_are_kept_and_what_stands_around_them_is_not(certificate: str) -> None:
    filled = form("other", OTHER | {"ca_certificate": f"subject=Northwind\r\n{certificate}\n# and again\n{certificate}"})

    assert errors(filled) == {}
    assert filled.details()["ca_certificate"] == certificate * 2


def test_what_is_no_certificate_is_refused_in_words(certificate: str, key: ec.EllipticCurvePrivateKey) -> None:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    damaged = certificate.replace("M", "N")
    pasted = {
        "hunter2": "not a PEM certificate",
        damaged: "not a PEM certificate",
        certificate[:-40]: "not a PEM certificate",
        certificate + private: "private key",
        certificate * 21: "more than 20",
        "x" * 65537: "64 KB",
        "é\x00": "Null characters",
    }

    for text, words in pasted.items():
        (sentence,) = errors(form("other", OTHER | {"ca_certificate": text}))["ca_certificate"]
        assert words in sentence
        assert private not in sentence


# Editing ------------------------------------------------------------------------------------------------------------


@rows
def test_v30_the_form_of_a_stored_connection_shows_and_opens_no_secret(row: Row) -> None:
    vault = Vault()

    shown = edit(row.slug, row.typed, None, vault)
    page = page_of(shown)

    assert PASSWORD not in page
    assert "<b>Saved 12 Nov 2025 by Mara Lindqvist.</b> Leave blank to keep it." in page
    assert "The web" in page
    assert shown["version"].value() == 3
    assert shown.address_preview == made(row.slug, row.typed).address
    assert vault.opened == 0


@rows
def test_v31_saving_the_form_unchanged_keeps_the_secret(row: Row) -> None:
    registry = made(row.slug, row.typed)
    vault = Vault(**{name: secret.reveal() for name, secret in registry.secrets().items()})

    unchanged = edit(row.slug, row.typed, {}, vault)

    assert errors(unchanged) == {}
    assert unchanged.registry == registry
    assert unchanged.secrets_kept is True
    assert unchanged.cleaned_data["version"] == 3
    assert vault.opened == 1


@rows
def test_a_secret_that_is_typed_replaces_the_stored_one_which_stays_closed(row: Row) -> None:
    vault = Vault()
    new = {name: row.typed[name] for name, input_ in inputs(FLAVORS[row.slug]).items() if input_.sealed}

    changed = edit(row.slug, row.typed, new, vault)

    assert errors(changed) == {}
    assert changed.secrets_kept is False
    assert vault.opened == 0


TEMPORARY = {
    "registry": "123456789012", "region": "eu-west-1", "method": "key", "access_key": "ASIA" + "A" * 16,
    "secret_key": PASSWORD.ljust(40, "x"), "session_token": PASSWORD * 10,
}  # fmt: skip


def test_a_session_token_stays_with_its_key_and_goes_with_it() -> None:
    registry = made("aws", TEMPORARY)
    vault = Vault(**{name: secret.reveal() for name, secret in registry.secrets().items()})

    unchanged = edit("aws", TEMPORARY, {}, vault)
    another_key = edit("aws", TEMPORARY, {"secret_key": "k" * 40}, vault)

    assert errors(unchanged) == errors(another_key) == {}
    assert unchanged.registry == registry
    assert unchanged.secrets_kept is True
    assert another_key.registry.secrets().keys() == {"secret_key"}
    assert "<b>A saved one stays</b> as long as no other secret is entered." in page_of(edit("aws", TEMPORARY, None, vault))


MOVES = [
    ("gcp", GCP, {"region": "us-east1"}),
    ("gcp", GCP, {"region": "gcr.io"}),
    ("azure", AZURE, {"registry": "northwindvision2"}),
    ("azure", AZURE, {"registry": "northwindvision.azurecr.cn"}),
    ("other", OTHER, {"url": "https://registry.example.com:8443"}),
    ("other", OTHER, {"url": "http://registry.example.com"}),
    ("other", OTHER, {"url": "https://registry.example.com.evil.example"}),
    ("other", OTHER, {"url": "docker.io"}),
    ("other", OTHER, {"url": "evil.example", "test_image": "registry.example.com/a"}),
]


@pytest.mark.parametrize(("slug", "before", "typed"), MOVES)
@pytest.mark.parametrize("for_test", [False, True])
def test_v02_a_changed_address_needs_every_secret_again(slug: str, before: Any, typed: Any, for_test: bool) -> None:
    vault = Vault(key=KEY, password=PASSWORD)

    moved = edit(slug, before, typed, vault, for_test=for_test)

    assert not moved.is_valid()
    name = "key" if slug == "gcp" else "password"
    assert moved.errors[name] == ["Enter the secret again, because the address changed."]
    assert not hasattr(moved, "registry")
    assert vault.opened == 0


def test_a_path_or_a_default_port_is_no_other_address() -> None:
    for url in ("https://registry.example.com:443/v2/", "https://registry.example.com/team", "REGISTRY.EXAMPLE.COM"):
        vault = Vault(password=PASSWORD)

        kept = edit("other", OTHER, {"url": url}, vault)

        assert errors(kept) == {}
        assert kept.secrets_kept


def test_a_changed_address_with_the_secret_typed_again_is_valid() -> None:
    vault = Vault(password=PASSWORD)

    moved = edit("other", OTHER, {"url": "https://b.example", "password": "new"}, vault)

    assert errors(moved) == {}
    assert moved.registry.host == "b.example"
    assert vault.opened == 0


@pytest.mark.parametrize(
    "fault",
    [
        {"name": "a b"},
        {"name": "taken"},
        {"test_image": "evil.example/a"},
        {"ca_certificate": "x"},
        {"purpose": "all"},
        {"username": ""},
    ],
)
def test_no_secret_is_opened_for_a_form_with_a_fault(fault: dict[str, str]) -> None:
    vault = Vault(password=PASSWORD)

    failed = edit("other", OTHER, fault, vault, team=FakeTeam("web", "taken"))

    assert list(errors(failed)) == list(fault)
    assert vault.opened == 0


def test_no_secret_is_opened_for_a_fault_across_fields() -> None:
    vault = Vault(key=KEY)

    failed = edit("gcp", GCP | {"region": "gcr.io"}, {"repository": "apps"}, vault)

    assert list(errors(failed)) == ["repository"]
    assert vault.opened == 0


def test_ones_own_name_is_not_taken() -> None:
    assert edit("other", OTHER, {"name": "WEB"}, Vault(password=PASSWORD), team=FakeTeam("web")).is_valid()


def test_without_a_login_there_is_no_secret_to_keep_and_later_one_to_type() -> None:
    before = OTHER | {"method": "none", "username": "", "password": ""}
    vault = Vault()

    unchanged = edit("other", before, {}, vault)
    signing_in = edit("other", before, {"method": "basic", "username": "puller"}, vault)

    assert unchanged.is_valid()
    assert unchanged.secrets_kept
    assert errors(signing_in) == {"password": ["Enter the password or token."]}
    assert vault.opened == 0


def test_giving_up_the_login_gives_up_its_secret() -> None:
    vault = Vault(password=PASSWORD)

    open_now = edit("other", OTHER, {"method": "none"}, vault)

    assert errors(open_now) == {}
    assert (open_now.registry.secrets(), open_now.secrets_kept) == ({}, False)
    assert vault.opened == 0


def test_a_secret_that_cannot_be_opened_is_typed_again() -> None:
    locked = stored_connection("other", OTHER, locked=True)

    assert errors(edit("other", OTHER, {}, Vault(), connection=locked)) == {"password": ["Enter the password or token."]}
    assert errors(edit("other", OTHER, {}, Vault())) == {
        "password": ["Enter the secret again, because the saved one cannot be opened."]
    }


def test_the_project_stays_that_of_the_key_although_the_key_stays_closed() -> None:
    vault = Vault(key=google_key())

    blank = edit("gcp", GCP, {"project": "", "test_image": "northwind-ml/apps/web"}, vault)

    assert errors(blank) == {}
    assert blank.registry.prefix == "northwind-ml"
    assert blank.details()["test_image"] == "us-west1-docker.pkg.dev/northwind-ml/apps/web"


def test_a_stale_form_keeps_what_was_typed_and_takes_the_present_version() -> None:
    connection = stored_connection("other", OTHER)
    stale = edit("other", OTHER, {"version": "2", "description": "Mine"}, Vault(password=PASSWORD), connection=connection)
    assert stale.is_valid()

    again = stale.based_on_now()

    assert again["version"].value() == 3
    assert again["description"].value() == "Mine"
    assert ConnectionForm.as_saved(connection)["description"] == "The web"


def test_a_version_that_is_none_is_older_than_any() -> None:
    for version in ("", "0"):
        assert edit("other", OTHER, {"version": version}, Vault(password=PASSWORD)).is_valid()
    for version in ("x", "-1", "9" * 30):
        assert list(errors(edit("other", OTHER, {"version": version}, Vault(password=PASSWORD)))) == ["version"]


def test_the_summary_leads_to_each_field_with_a_fault() -> None:
    failed = form("azure", AZURE | {"name": "", "method": "x"})
    failed.is_valid()

    assert failed.error_summary() == [("id_name", "Enter a name."), ("id_method_0", "Choose one of these.")]
