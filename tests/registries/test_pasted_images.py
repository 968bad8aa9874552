"""An image that was pasted finds its flavor and fills its form, and so does a login that Docker stored."""

import json
import re
from collections.abc import Mapping
from string import ascii_lowercase, digits
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.distribution import InvalidReference, Reference, Secret
from registries.flavors import ANYWHERE, FLAVORS, flavor_of
from registries.flavors.base import Flavor, inputs
from registries.pasted.image import bare, read_image
from tests.registries.flavor_table import KEY, OTHER, PASSWORD, TABLE, Row, login, made
from tests.registries.flavor_table.rows import DIGEST

CANARY = "c4nary7qx"

KNOWN = [row for row in TABLE if row.serves]
known = pytest.mark.parametrize("row", KNOWN, ids=lambda row: row.slug)
images = pytest.mark.parametrize(
    ("row", "text", "filled"),
    [pytest.param(row, text, filled, id=f"{row.slug}-{text}") for row in TABLE for text, filled in row.images],
)
logins = pytest.mark.parametrize(
    ("row", "username", "password", "filled"),
    [
        pytest.param(row, username, password, filled, id=f"{row.slug}-{username}-{n}")
        for row in TABLE
        for n, (username, password, filled) in enumerate(row.logins)
    ],
)


def images_at_look_alikes(row: Row) -> list[str]:
    """Return an image at each of a row's look-alike hosts that the grammar takes for a host at all."""
    named = []
    for host in dict.fromkeys(row.look_alikes):
        try:
            reference = Reference.parse(f"{host}/acme/apps/web:1.4")
        except InvalidReference:
            continue
        if reference.host == host:
            named.append(f"{host}/acme/apps/web:1.4")
    return named


look_alikes = pytest.mark.parametrize(
    ("row", "text"),
    [pytest.param(row, text, id=f"{row.slug}-{text}") for row in KNOWN for text in images_at_look_alikes(row)],
)


def revealed(filled: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Return what a login fills in with its secrets in plain, as a person would type them."""
    if filled is None:
        return None
    return {name: value.reveal() if isinstance(value, Secret) else value for name, value in filled.items()}


def holds(registry: Flavor, reference: Reference) -> bool:
    """Say whether a registry reaches an image. One that has no path above its name leaves the prefix to be typed."""
    below = "/" not in reference.repository or f"{reference.repository}/".startswith(f"{registry.prefix}/")
    return registry.is_at(reference.host) and (not registry.prefix or below)


# Images --------------------------------------------------------------------------------------------------------------


@images
def test_an_image_finds_its_flavor_and_fills_its_form(row: Row, text: str, filled: Mapping[str, str]) -> None:
    found = read_image(text)

    assert found.flavor is FLAVORS[row.slug]
    assert found.filled == filled
    assert found.known == (found.flavor is not ANYWHERE)


@images
def test_the_form_that_was_filled_makes_a_registry_that_holds_the_image(
    row: Row, text: str, filled: Mapping[str, str]
) -> None:
    found = read_image(text)

    registry = made(row.slug, {**row.typed, **found.filled})

    assert holds(registry, found.reference)


@images
def test_what_was_read_is_shown_with_the_image_below_its_path(row: Row, text: str, filled: Mapping[str, str]) -> None:
    found = read_image(text)

    shown = found.parts

    assert [value for _, value in shown[:-1]] == [value for value in filled.values() if value]
    assert shown[-1] == ("Test image", found.short)
    assert str(found.reference).endswith(f"/{found.short}")


@known
def test_twenty_shapes_are_told_apart_for_each_flavor_that_has_hosts(row: Row) -> None:
    own, others = {text for text, _ in row.images}, set(row.look_alikes)

    assert len(own) >= 10
    assert len(others) >= 10
    assert len(images_at_look_alikes(row)) >= 5


@look_alikes
def test_an_image_at_a_host_that_only_looks_alike_is_not_matched(row: Row, text: str) -> None:
    try:
        found = read_image(text)
    except InvalidReference:
        return

    assert found.flavor is not FLAVORS[row.slug]


@known
def test_the_look_alikes_are_read_and_lead_elsewhere(row: Row) -> None:
    """Were each of them refused, the test above would prove nothing."""
    led_to = {read_image(text).flavor for text in images_at_look_alikes(row)}

    assert ANYWHERE in led_to


@pytest.mark.parametrize(
    "host",
    [
        "evil.azurecr.io.attacker.com", "gcr.io.example", "ghcr.io.example", "docker.io.example", "xquay.io",
        "evil.registry.digitalocean.com.attacker.com", "us-west1-docker.pkg.dev.example", "nvcr.io.example",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com.attacker.com", "registry.gitlab.com.example",
    ],
)  # fmt: skip
def test_a_look_alike_fills_the_form_for_any_host_with_its_own_name(host: str) -> None:
    found = read_image(f"{host}/acme/web:1.4")

    assert found.flavor is ANYWHERE
    assert found.filled == {"url": f"https://{host}", "namespace": "acme"}


@pytest.mark.parametrize("slug", FLAVORS)
def test_the_example_of_a_flavor_is_read_as_that_flavor(slug: str) -> None:
    flavor = FLAVORS[slug]

    found = read_image(flavor.example)

    assert found.flavor is flavor or (flavor.own_hosts and found.flavor is ANYWHERE)
    assert found.filled
    assert bare(flavor.example) == flavor.example


@pytest.mark.parametrize(
    "text",
    [
        "ghcr.io/acme/web:1.4", "  ghcr.io/acme/web:1.4\n", "docker pull ghcr.io/acme/web:1.4",
        "$docker pull ghcr.io/acme/web:1.4",
        "# sudo podman image push ghcr.io/acme/web:1.4", "docker run --rm -it ghcr.io/acme/web:1.4",
        "docker pull --platform linux/arm64 -q ghcr.io/acme/web:1.4",
        "docker pull --platform=linux/arm64 ghcr.io/acme/web:1.4", "FROM ghcr.io/acme/web:1.4",
        "from ghcr.io/acme/web:1.4 as build", "FROM --platform=$BUILDPLATFORM ghcr.io/acme/web:1.4 AS b",
        "image: ghcr.io/acme/web:1.4", "- image: 'ghcr.io/acme/web:1.4'", 'containerImage: "ghcr.io/acme/web:1.4" # pinned',
        '"image": "ghcr.io/acme/web:1.4",', "'ghcr.io/acme/web:1.4'", "`ghcr.io/acme/web:1.4`",
        "https://ghcr.io/acme/web:1.4", "docker://ghcr.io/acme/web:1.4", "OCI://ghcr.io/acme/web:1.4", "podman pull docker://ghcr.io/acme/web:1.4",
    ],
)  # fmt: skip
def test_what_was_copied_along_with_an_image_is_left_out(text: str) -> None:
    assert bare(text) == "ghcr.io/acme/web:1.4"


@pytest.mark.parametrize(
    ("page", "image"),
    [
        ("https://hub.docker.com/r/acme/web", "docker.io/acme/web"),
        ("https://hub.docker.com/r/acme/web/tags?page=1", "docker.io/acme/web"),
        ("https://hub.docker.com/repository/docker/acme/web/general", "docker.io/acme/web"),
        ("hub.docker.com/_/ubuntu", "docker.io/library/ubuntu"),
        ("https://quay.io/repository/acme/web?tab=tags", "quay.io/acme/web"),
    ],
)
def test_the_page_of_an_image_is_read_as_the_image(page: str, image: str) -> None:
    found = read_image(page)

    assert str(found.reference) == image
    assert found.known


def test_a_port_that_is_the_default_one_is_left_out_as_the_form_leaves_it_out() -> None:
    found = read_image("registry.example.com:443/team/app:1.4")

    assert str(found.reference) == "registry.example.com/team/app:1.4"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("quay.io", "names a host"),
        ("https://quay.io/", "names a host"),
        ("registry.example.com:5000", "names a host"),
        ("localhost:5000", "names a host"),
        (DIGEST, "ID of an image"),
        ("0123456789abcdef" * 4, "This is"),
        ("https://hub.docker.com/u/acme", "page of a web site"),
        ("hub.docker.com/r/acme", "page of a web site"),
        ("MyUser/app", "No registry can stand"),
        ("registry.example.com:99999/app", "No registry can stand"),
        ("[1:2:3]:5000/app", "No registry can stand"),
        ("evil.example/x FROM ghcr.io/acme/web", "not an image"),
        ("evil.example/image: ghcr.io/acme/web", "not an image"),
        ("evil.https://ghcr.io/acme/web", "not an image"),
        ("docker run -p 80:80 ghcr.io/acme/web", "not an image"),
        ("FROM ghcr.io/acme/web\nRUN true", "not an image"),
        ("image: ghcr.io/acme/web\nimage: ghcr.io/acme/api", "not an image"),
        ("", "not an image"),
    ],
)
def test_what_names_no_image_is_refused_with_a_reason(text: str, words: str) -> None:
    with pytest.raises(InvalidReference, match=words):
        read_image(text)


@pytest.mark.parametrize(
    "text",
    [
        f"docker login -u mara -p {CANARY} ghcr.io",
        f"echo {CANARY} | docker login ghcr.io -u mara --password-stdin",
        f"docker pull https://mara:{CANARY}@ghcr.io/acme/web",
        f"mara:{CANARY}@ghcr.io/acme/web:1.4",
        json.dumps({"auths": {"ghcr.io": {"auth": CANARY}}}),
        json.dumps({"type": "service_account", "private_key": CANARY}, indent=2),
        f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----\n",
        f"ghp_{CANARY}ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        f"dop_v1_{CANARY}{'0123456789abcdef' * 4}",
        f"{CANARY}-91c4-4f0e-a6f1-52b8f1a9c33d-0123",
        f"eyJhbGciOiJIUzI1NiJ9.{CANARY}.sig",
        f"AQoDYXdzE{CANARY}/Ab+c/" * 30,
        f"{CANARY} " * 1000,
        CANARY * 1200,
        f"{CANARY}/" * 1200,
        f"ghcr.io/{CANARY}/" + "a" * 256,
        f"ghcr.io/acme/web@{CANARY}:" + "f" * 64,
        f"ghcr.io/acme/{CANARY.upper()}",
        f"MY{CANARY}/app",
        f"{CANARY}\x00/web",
    ],
    ids=lambda text: text[:30],
)
def test_a_text_that_is_no_image_is_refused_without_a_word_of_it(text: str) -> None:
    with pytest.raises(InvalidReference) as refused:
        read_image(text)

    assert CANARY in text.lower()
    assert CANARY not in str(refused.value).lower()
    assert str(refused.value).endswith(".")


@given(st.text())
def test_any_text_is_an_image_or_refused(text: str) -> None:
    try:
        found = read_image(text)
    except InvalidReference:
        return

    assert holds(made(found.flavor.slug, {**typed_for(found.flavor), **found.filled}), found.reference)


near_images = st.lists(
    st.sampled_from(
        [
            "docker pull ", "FROM ", "image: ", "https://", "'", '"', " ", "\n", "/", ":", "@", ".", "-", "_", "A", "a",
            "0", "docker.io", "index.docker.io", "hub.docker.com/r/", "gcr.io", "us-west1-docker.pkg.dev",
            "acme01.azurecr.io", "quay.io", "registry.gitlab.com", "phx.ocir.io", "rg.fr-par.scw.cloud", "us.icr.io",
            "acme.jfrog.io", "localhost", ":5000", ":443", ":0443", ":70000", "[::1]", "[", DIGEST, "google.com", "é",
        ]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(near_images)
def test_what_is_nearly_an_image_is_one_or_refused(text: str) -> None:
    try:
        found = read_image(text)
    except InvalidReference:
        return

    assert found.reference == read_image(str(found.reference)).reference
    assert holds(made(found.flavor.slug, {**typed_for(found.flavor), **found.filled}), found.reference)


def typed_for(flavor: type[Flavor]) -> Mapping[str, str]:
    return next(row.typed for row in TABLE if row.slug == flavor.slug)


label = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,12}[a-z0-9])?", fullmatch=True)
last_label = label.filter(lambda text: not re.fullmatch("[0-9]+|0x[0-9a-f]*", text))  # Or it may be read as an address.
names = st.tuples(st.lists(label, min_size=1, max_size=3), last_label).map(lambda parts: ".".join([*parts[0], parts[1]]))
addresses = st.ip_addresses(v=6).map(lambda address: f"[{address.compressed}]")
unknown_hosts = st.one_of(names, addresses).filter(lambda host: flavor_of(host) is None)
ports = st.one_of(st.just(""), st.integers(1, 65535).map(lambda port: f":{port}"))
component = st.from_regex(r"[a-z0-9]{1,6}(?:(?:[._]|__|-{1,3})[a-z0-9]{1,6}){0,2}", fullmatch=True)
paths = st.lists(component, min_size=1, max_size=5).map("/".join)
tags = st.one_of(st.just(""), st.text(ascii_lowercase + digits, min_size=1, max_size=8).map(lambda tag: f":{tag}"))
hashes = st.sampled_from(["", f"@{DIGEST}"])


@given(host=unknown_hosts, port=ports, path=paths, tag=tags, digest=hashes)
def test_an_image_of_an_unknown_host_fills_the_form_for_any_host(
    host: str, port: str, path: str, tag: str, digest: str
) -> None:
    found = read_image(f"{host}{port}/{path}{tag}{digest}")

    assert found.flavor is ANYWHERE
    assert set(found.filled) == {"url", "namespace"}
    registry = made("other", {**OTHER, **found.filled})
    assert holds(registry, found.reference)
    assert registry.prefix == path.rpartition("/")[0]
    assert found.reference.repository == path


# Logins --------------------------------------------------------------------------------------------------------------


@logins
def test_a_stored_login_fills_the_form_of_its_flavor(
    row: Row, username: str, password: str, filled: Mapping[str, str] | None
) -> None:
    assert revealed(FLAVORS[row.slug].filled_by(username, Secret(password))) == filled


# Where a form keeps a login in another shape than Docker did: what is sent instead.
RESHAPED = {
    ("gcp", "_json_key_base64"): ("_json_key", KEY),  # the key is kept decoded
    ("digitalocean", "mara@northwind.example"): (PASSWORD, PASSWORD),  # the token is the user name too
}


@logins
def test_the_form_that_a_login_filled_signs_in_with_that_login(
    row: Row, username: str, password: str, filled: Mapping[str, str] | None
) -> None:
    if filled is None:
        return

    registry = made(row.slug, {**row.typed, **filled})

    assert login(registry) == RESHAPED.get((row.slug, username), (username, password))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.slug)
def test_each_flavor_says_what_comes_of_a_login(row: Row) -> None:
    assert any(filled is not None for _, _, filled in row.logins)


@pytest.mark.parametrize("slug", FLAVORS)
@given(username=st.text(max_size=40), password=st.text(min_size=1, max_size=40))
def test_any_login_is_held_or_not_and_no_flavor_stumbles(slug: str, username: str, password: str) -> None:
    filled = FLAVORS[slug].filled_by(username, Secret(password))

    if filled is not None:
        assert set(filled) <= set(inputs(FLAVORS[slug]))
        assert [value.reveal() for value in filled.values() if isinstance(value, Secret)] == [password]
