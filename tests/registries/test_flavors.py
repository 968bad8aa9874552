"""The contract that every flavor keeps, run over the table."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.safestring import SafeString

from console.sentences import Sentence
from registries import flavors
from registries.distribution import Reference, Secret
from registries.flavors import FLAVORS, choices, flavor_of
from registries.flavors.base import Flavor, inputs, noted_names
from registries.flavors.key_file import KeyFileField
from registries.outcomes import Outcome
from tests.registries.flavor_table import KEY, OTHER, PASSWORD, TABLE, Good, Row, google_key, login, made, registry_of

FOLDER = Path(flavors.__file__).parent
STATIC = FOLDER.parent.parent / "static" / "flavors"
# Names that every form has already.
COMMON = {"name", "description", "ends_on", "purpose", "test_image", "ca_certificate", "version"}

rows = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.slug)
goods = pytest.mark.parametrize(
    ("row", "good"), [pytest.param(row, good, id=f"{row.slug}-{n}") for row in TABLE for n, good in enumerate(row.good)]
)
refusals = pytest.mark.parametrize(
    ("row", "refusal"),
    [
        pytest.param(row, refusal, id=f"{row.slug}-{refusal[0]}-{n}")
        for row in TABLE
        for n, refusal in enumerate(row.refused)
    ],
)


def test_every_flavor_has_a_row_and_stands_in_the_order_of_the_chooser() -> None:
    assert list(FLAVORS) == [
        "digitalocean", "dockerhub", "gcp", "github", "azure", "aws", "gitlab", "quay", "jfrog", "harbor", "ngc", "redhat",
        "oracle", "ibm", "scaleway", "alibaba", "other",
    ]  # fmt: skip
    assert {row.slug for row in TABLE} == set(FLAVORS)
    assert choices()[2] == ("gcp", "Google")


def test_the_list_of_flavors_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        FLAVORS["mine"] = Flavor  # type: ignore[index]


@rows
def test_the_slug_is_the_name_of_the_file(row: Row) -> None:
    assert FLAVORS[row.slug].slug == row.slug
    assert (FOLDER / f"{row.slug}.py").exists()


@rows
def test_it_has_a_logo_or_a_monogram(row: Row) -> None:
    assert (STATIC / f"{row.slug}.svg").exists() != bool(FLAVORS[row.slug].monogram)


@rows
def test_it_says_what_it_is_and_where_to_find_the_login(row: Row) -> None:
    flavor = FLAVORS[row.slug]

    assert all([flavor.name, flavor.full_name, flavor.hosts, flavor.blank_address, flavor.where])
    assert all(step.endswith(".") for step in flavor.steps)
    assert flavor.steps
    assert all(input_.form_field.label for input_ in inputs(flavor).values())


@rows
def test_its_words_can_be_said_in_other_languages(row: Row) -> None:
    flavor = FLAVORS[row.slug]
    words: list[Any] = [flavor.full_name, flavor.where, *flavor.steps, *registry_of(row).hints.values()]
    for input_ in inputs(flavor).values():
        field: Any = input_.form_field
        words += [field.label, field.help_text, *dict(getattr(field, "choices", ())).values(), *input_.sentences.values()]

    assert [one for one in words if one and not isinstance(one, Sentence)] == []


@rows
def test_its_fields_have_names_of_their_own(row: Row) -> None:
    flavor = FLAVORS[row.slug]

    assert COMMON.isdisjoint([*inputs(flavor), *noted_names(flavor)])
    assert {input_.group for input_ in inputs(flavor).values()} == {"registry", "credentials"}


@rows
def test_its_hints_are_sentences_for_outcomes(row: Row) -> None:
    hints = registry_of(row).hints

    assert all(isinstance(outcome, Outcome) for outcome in hints)
    assert all(hint.endswith(".") and "<" not in hint for hint in hints.values())


@goods
def test_what_is_typed_makes_the_registry(row: Row, good: Good) -> None:
    registry = made(row.slug, good.typed)

    assert (registry.host, registry.prefix, registry.origin) == (
        good.host,
        good.prefix,
        good.origin or f"https://{good.host}",
    )
    assert registry.account == good.account
    assert login(registry) == good.login
    assert tuple(registry.realms) == good.realms
    assert good.advice in registry.advice if good.advice else registry.advice == ""
    assert isinstance(registry.advice, SafeString) or "<" not in registry.advice  # Else people would read the tags.


@goods
def test_what_was_stored_opens_as_the_same_registry(row: Row, good: Good) -> None:
    registry = made(row.slug, good.typed)

    opened = FLAVORS[row.slug].open({**registry.settings(), "a later key": "x"}, registry.secrets())

    assert opened == registry
    assert all(isinstance(value, str) for value in registry.settings().values())
    assert all(isinstance(value, Secret) for value in registry.secrets().values())


@goods
def test_a_page_sees_the_registry_without_its_secrets(row: Row, good: Good) -> None:
    registry = made(row.slug, good.typed)

    seen = FLAVORS[row.slug].without_secrets(registry.settings())

    shown = ("host", "prefix", "origin", "account", "address", "advice", "example_image", "better", "hints")
    assert [getattr(seen, name) for name in shown] == [getattr(registry, name) for name in shown]
    assert seen.secrets() == {}


@goods
def test_a_page_knows_the_user_name_of_the_login_unless_it_is_a_secret(row: Row, good: Good) -> None:
    registry = made(row.slug, good.typed)
    seen, credential = FLAVORS[row.slug].without_secrets(registry.settings()), registry.credential()
    secrets = [value.reveal() for value in registry.secrets().values() if value.reveal() != registry.account]

    assert seen.login_name == registry.login_name
    assert credential is None or seen.login_name == ("" if credential.username in secrets else credential.username)


@goods
def test_no_secret_shows_in_anything_but_the_login(row: Row, good: Good) -> None:
    registry = made(row.slug, good.typed)

    shown = [
        repr(registry),
        str(registry.settings()),
        registry.account,
        registry.advice,
        registry.address,
        registry.example_image,
    ]
    shown.append(repr(registry.credential()))
    for secret in (value.reveal() for value in registry.secrets().values() if value.reveal() != registry.account):
        assert not any(secret in text for text in shown)
        assert not any(PASSWORD in text for text in shown)


@goods
def test_two_parsers_read_the_same_host_and_images_can_name_it(row: Row, good: Good) -> None:
    registry = made(row.slug, good.typed)

    assert urlsplit(f"https://{registry.host}").netloc == registry.host
    assert urlsplit(registry.origin).netloc in (registry.host, "registry-1.docker.io")
    reference = Reference.parse(registry.example_image)
    assert reference.host == registry.host
    assert reference.repository.startswith(registry.prefix)


@refusals
def test_what_cannot_be_right_is_refused_beside_its_field(row: Row, refusal: tuple[str, dict[str, str], str]) -> None:
    name, typed, words = refusal

    with pytest.raises(ValidationError) as refused:
        made(row.slug, {**row.typed, **typed})

    assert list(refused.value.error_dict) == [name]
    (sentence,) = refused.value.message_dict[name]
    assert words in sentence
    assert sentence.endswith(".")
    assert PASSWORD not in sentence
    assert not any(value and len(value) > 6 and value in sentence for value in typed.values())


@rows
def test_a_wrong_registry_cannot_be_constructed_either(row: Row) -> None:
    flavor = FLAVORS[row.slug]
    registry = registry_of(row)

    with pytest.raises(ValidationError):
        flavor.open(registry.settings(), {})
    with pytest.raises(ValidationError):
        flavor.open({**registry.settings(), "registry": "a b", "namespace": "a b", "region": "a b"}, registry.secrets())


@rows
def test_it_serves_its_own_hosts_and_no_look_alikes(row: Row) -> None:
    flavor = FLAVORS[row.slug]

    assert [host for host in row.serves if not flavor.serves(host)] == []
    assert [host for host in row.look_alikes if flavor.serves(host)] == []


@pytest.mark.parametrize(("host", "slug"), [(host, row.slug) for row in TABLE for host in row.serves])
def test_a_host_is_served_only_as_a_whole(host: str, slug: str) -> None:
    loose = [
        f"{host}\n", f" {host}", f"{host} ", f"{host}\x00", f"{host}/", f"https://{host}", f"{host}:443", f"{host}.",
        f".{host}", f"{host}.evil.example", f"{host}@evil.example", f"user@{host}", f"evil.example/{host}", f"{host}?",
        host.upper(), host.replace(".", "\u3002"), "",
    ]  # fmt: skip

    assert [one for one in loose if FLAVORS[slug].serves(one)] == []


@pytest.mark.parametrize(("host", "slug"), [(host, row.slug) for row in TABLE for host in row.serves])
def test_other_knows_what_the_flavor_of_its_host_knows(host: str, slug: str) -> None:
    other = made("other", OTHER | {"url": host})
    known = FLAVORS[slug].without_secrets({})

    assert other.better is FLAVORS[slug] is flavor_of(host)
    assert (other.realms, other.forbidden_at_token, other.hints) == (known.realms, known.forbidden_at_token, known.hints)


@pytest.mark.parametrize(
    "host", [host for row in TABLE for host in row.look_alikes if host.isascii() and host[-1] not in ".-"]
)
def test_other_trusts_no_look_alike_with_a_token_service(host: str) -> None:
    try:
        other = made("other", OTHER | {"url": host})
    except ValidationError:
        return

    # A default port that is written out is the same host, and a look-alike of one flavor may be another's own.
    own = flavor_of(other.host)
    assert other.realms == (own.without_secrets({}).realms if own else ())
    assert host.endswith(":443") or own is None or host in ("ghcr.io", "gcr.io")


@pytest.mark.parametrize(
    "address",
    [
        "docker.io", "https://docker.io", "http://docker.io/", "index.docker.io", "https://index.docker.io/v1/",
        "https://index.docker.io/v2/",
        "registry-1.docker.io", "https://registry-1.docker.io/v2/", "registry.hub.docker.com", "https://hub.docker.com/",
        "DOCKER.IO", "docker.io:443",
    ],
)  # fmt: skip
def test_any_form_of_docker_hubs_address_is_docker_hub(address: str) -> None:
    other = made("other", OTHER | {"url": address, "namespace": "acme"})

    assert (other.host, other.prefix, other.origin) == ("docker.io", "acme", "https://registry-1.docker.io")
    assert other.is_at("index.docker.io")
    assert not other.is_at("docker.io.evil.example")


def test_a_password_of_amazon_ecr_is_known_to_end_in_twelve_hours() -> None:
    ecr = OTHER | {"url": "123456789012.dkr.ecr.us-east-1.amazonaws.com", "username": "AWS"}

    assert made("other", ecr).ends_after_hours == 12
    assert made("other", OTHER | {"username": "AWS"}).ends_after_hours is None


def test_a_password_of_amazon_ecr_tells_its_end_in_any_form() -> None:
    end = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    password = base64.b64encode(json.dumps({"payload": "x", "expiration": int(end.timestamp())}).encode()).decode()
    ecr = OTHER | {"url": "123456789012.dkr.ecr.us-east-1.amazonaws.com", "username": "AWS", "password": password}

    assert made("other", ecr).ends_at == end
    assert made("other", ecr | {"url": "registry.example.com"}).ends_at is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b" \n", "empty"),
        (KEY.encode("utf-16"), "not UTF-8"),
        (b"\xff\xfe", "not UTF-8"),
        (b"x" * (64 * 1024 + 1), "64 KB"),
        (b"PK\x03\x04", "not JSON"),
    ],
)
def test_a_file_that_is_no_key_is_refused_in_words(content: bytes, words: str) -> None:
    upload = SimpleUploadedFile("key.json", content)

    with pytest.raises(ValidationError) as refused:
        KeyFileField(label="Key").clean([upload, ""])

    assert words in refused.value.messages[0]


def test_a_key_comes_as_a_file_and_what_is_pasted_beside_it_wins() -> None:
    pasted = google_key(client_id="105")
    upload = SimpleUploadedFile("key.json", b"\xef\xbb\xbf" + KEY.encode())

    assert KeyFileField(label="Key").clean([upload, " "]).reveal() == KEY
    upload.seek(0)
    assert KeyFileField(label="Key").clean([upload, pasted]).reveal() == pasted
