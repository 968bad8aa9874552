"""What is handed out: the right key for each flavor, whatever a login holds, and names that Kubernetes takes."""

import base64
import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from registries.distribution import Credential, Secret
from registries.formats import (
    InvalidName,
    Login,
    SharedHost,
    as_json,
    as_yaml,
    auth_json,
    check_kubernetes_name,
    check_namespace,
    docker_config,
    docker_config_key,
    docker_login,
    kubernetes_name,
    path_key,
    pull_secret,
)
from registries.pasted.docker_config import read_config
from registries.pasted.login import Login as Pasted
from tests.registries.flavor_table import TABLE, made

CANARY = "CANARY-formats-9d41"
# Written out after the rule of Kubernetes' own documentation, and not taken from the code.
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
NAMES = ("1e3", "0x1f", "0o17", "1_000", "12", "1.5", "y", "n", "on", "no", "null", "true", "~", "2001-01-01", "1:30")
ODD = (
    ("robot$acme+ci", 'pass: "wörd"'),
    ("o'brien", "it's:all:colons:"),
    ("two words", "  spaces at both ends  "),
    ("_json_key", '{"type": "service_account", "private_key": "-----BEGIN\\nKEY-----\\n"}'),
    ("数据", "\\ `id` $(id) ${HOME} ; | & ü 🔑"),
    ("AWS", "=" * 2500),
)


def login(
    registry: str = "web", *, host: str = "ghcr.io", prefix: str = "", username: str = "puller", password: str = CANARY
) -> Login:
    credential = Credential(host=host, username=username, password=Secret(password))
    return Login(registry=registry, credential=credential, prefix=prefix)


def as_docker_reads(entry: Mapping[str, str]) -> tuple[str, str]:
    """Docker's own rule: base64 with padding, cut at the first colon, NULs at the end dropped."""
    username, colon, password = base64.b64decode(entry["auth"], validate=True).decode().partition(":")
    assert colon
    return username, password.rstrip("\0")


def inside(secret: Mapping[str, Any]) -> Any:
    return json.loads(base64.b64decode(secret["data"][".dockerconfigjson"], validate=True))


# Keys ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "typed", "host", "prefix"),
    [(row.slug, good.typed, good.host, good.prefix) for row in TABLE for good in row.good],
)
def test_every_flavor_is_found_under_its_host(slug: str, typed: Mapping[str, str], host: str, prefix: str) -> None:
    registry = made(slug, typed)
    there = login(host=registry.host, prefix=registry.prefix)
    address = f"{host}/{prefix}" if prefix else host

    assert list(docker_config([there])["auths"]) == ["https://index.docker.io/v1/" if host == "docker.io" else host]
    assert list(auth_json([there])["auths"]) == [address]


def test_the_hub_has_two_names() -> None:
    assert docker_config_key("docker.io") == "https://index.docker.io/v1/"
    assert path_key("docker.io", "acme") == "docker.io/acme"
    assert path_key("docker.io", "") == "docker.io"


@pytest.mark.parametrize("host", ["127.0.0.1:5000", "[::1]:5000", "registry-1.docker.io", "docker.io:443", "localhost"])
def test_every_other_host_is_its_own_key(host: str) -> None:
    assert docker_config_key(host) == host
    assert path_key(host, "acme/ml") == f"{host}/acme/ml"


# Files -----------------------------------------------------------------------------------------------------------------


def test_a_config_holds_each_login_as_docker_stores_it() -> None:
    config = docker_config([login(prefix="acme"), login("hub", host="docker.io", username="acme")])

    assert config == {
        "auths": {
            "ghcr.io": {"auth": base64.b64encode(f"puller:{CANARY}".encode()).decode()},
            "https://index.docker.io/v1/": {"auth": base64.b64encode(f"acme:{CANARY}".encode()).decode()},
        }
    }


@pytest.mark.parametrize(("username", "password"), ODD)
def test_an_odd_login_comes_back_as_docker_reads_it(username: str, password: str) -> None:
    odd = login(username=username, password=password)

    for text in (as_json(docker_config([odd])), as_json(auth_json([odd]))):
        assert as_docker_reads(json.loads(text)["auths"]["ghcr.io"]) == (username, password)


@given(
    username=st.text(st.characters(codec="utf-8", exclude_characters=":"), min_size=1),
    password=st.text(st.characters(codec="utf-8", exclude_characters="\0")),
)
def test_any_login_comes_back_as_docker_reads_it(username: str, password: str) -> None:
    odd = login(username=username, password=password)

    entry = inside(pull_secret([odd], name="web"))["auths"]["ghcr.io"]

    assert as_docker_reads(entry) == (username, password)
    assert (entry["username"], entry["password"]) == (username, password)


@pytest.mark.parametrize(("username", "password"), ODD)
def test_what_is_handed_out_is_what_the_paste_page_reads(username: str, password: str) -> None:
    odd = login(host="docker.io", username=username, password=password)

    [read] = read_config(json.loads(as_json(docker_config([odd]))))

    assert isinstance(read, Pasted)
    assert (read.host, read.username) == ("docker.io", username)
    assert read.password == Secret(password)


def test_two_logins_of_one_host_are_refused_by_their_names() -> None:
    logins = [login("web", prefix="acme"), login("ML", prefix="acme/ml"), login("hub", host="docker.io")]

    for given_in_order in (logins, logins[::-1]):
        with pytest.raises(SharedHost) as refused:
            docker_config(given_in_order)

        assert refused.value.names == ("ML", "web")
        assert refused.value.host == "ghcr.io"
        assert str(refused.value) == (
            "ML and web share ghcr.io, and this file holds one login for each address. Ask for one of them."
        )
        assert CANARY not in repr(refused.value)


def test_two_logins_of_one_host_have_their_paths_where_the_file_has_paths() -> None:
    logins = [login("web", prefix="acme"), login("ml", prefix="acme/ml"), login("all", host="ghcr.io")]

    assert list(auth_json(logins)["auths"]) == ["ghcr.io/acme", "ghcr.io/acme/ml", "ghcr.io"]


@pytest.mark.parametrize("write", [auth_json, lambda logins: pull_secret(logins, name="web")])
def test_two_logins_of_one_path_are_refused_where_the_file_has_paths(write: Any) -> None:
    logins = [login("a", prefix="acme"), login("b", prefix="acme"), login("c", prefix="acme"), login("d", prefix="ml")]

    with pytest.raises(SharedHost, match=r"^a, b and c share ghcr\.io/acme") as refused:
        write(logins)

    assert refused.value.names == ("a", "b", "c")


def test_no_login_is_an_empty_file() -> None:
    assert docker_config([]) == auth_json([]) == {"auths": {}}


# Pull secrets ----------------------------------------------------------------------------------------------------------


def test_a_pull_secret_is_a_secret_of_kubernetes() -> None:
    secret = pull_secret([login(prefix="acme")], name="berth-pull", namespace="ml")

    assert {name: value for name, value in secret.items() if name != "data"} == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "berth-pull", "namespace": "ml"},
        "type": "kubernetes.io/dockerconfigjson",
    }
    assert list(secret["data"]) == [".dockerconfigjson"]
    auth = base64.b64encode(f"puller:{CANARY}".encode()).decode()
    assert inside(secret) == {"auths": {"ghcr.io": {"username": "puller", "password": CANARY, "auth": auth}}}


def test_a_pull_secret_leaves_the_namespace_to_kubectl() -> None:
    assert pull_secret([login()], name="web")["metadata"] == {"name": "web"}


def test_a_pull_secret_has_paths_only_where_two_logins_share_a_host() -> None:
    logins = [
        login("hub", host="docker.io", prefix="acme"),
        login("web", prefix="acme"),
        login("ml", prefix="acme/ml"),
        login("quay", host="quay.io", prefix="acme"),
    ]

    keys = list(inside(pull_secret(logins, name="all"))["auths"])

    assert keys == ["https://index.docker.io/v1/", "ghcr.io/acme", "ghcr.io/acme/ml", "quay.io"]


def test_two_logins_of_the_hub_have_paths_that_the_kubelet_finds() -> None:
    logins = [login("a", host="docker.io", prefix="acme"), login("b", host="docker.io", prefix="ml")]

    assert list(inside(pull_secret(logins, name="hub"))["auths"]) == ["docker.io/acme", "docker.io/ml"]


def test_a_pull_secret_checks_its_names() -> None:
    with pytest.raises(InvalidName, match="name of a Secret"):
        pull_secret([login()], name="Web")
    with pytest.raises(InvalidName, match="name of a namespace"):
        pull_secret([login()], name="web", namespace="a.b")


# Names -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("connection", "name"),
    [
        ("My-Example.GHCR_1", "my-example.ghcr-1"),
        ("web", "web"),
        ("a_.b", "a.b"),
        ("a..b", "a.b"),
        ("a--b", "a--b"),
        ("9-", "9"),
        ("_", "registry"),
        ("x" * 252 + "-y", "x" * 252),
    ],
)
def test_a_secret_is_called_after_its_connection(connection: str, name: str) -> None:
    assert kubernetes_name(connection) == name


@given(
    st.one_of(st.text(), st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True), st.text("aB.-_", max_size=400))
)
def test_whatever_a_connection_is_called_kubernetes_takes_the_name(text: str) -> None:
    name = kubernetes_name(text)

    assert SUBDOMAIN.fullmatch(name)
    assert len(name) <= 253
    check_kubernetes_name(name)


@given(st.from_regex(SUBDOMAIN, fullmatch=True).filter(lambda name: len(name) <= 253))
def test_a_name_that_kubernetes_takes_is_left_as_it_is(name: str) -> None:
    check_kubernetes_name(name)

    assert kubernetes_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "Web", "a_b", "-a", "a-", ".a", "a.", "a..b", "a.-b", "a b", "a\n", "\na", "ä", "١", "a/b", "a: b", "x" * 254],
)
def test_a_name_that_kubernetes_refuses_is_refused(name: str) -> None:
    with pytest.raises(InvalidName, match=r"^The name of a Secret has .*\.$"):
        check_kubernetes_name(name)


@pytest.mark.parametrize("namespace", ["", "ML", "a.b", "a_b", "-a", "a-", "a\n", "ä", "x" * 64])
def test_a_namespace_that_kubernetes_refuses_is_refused(namespace: str) -> None:
    with pytest.raises(InvalidName, match=r"^The name of a namespace has .*\.$"):
        check_namespace(namespace)


@pytest.mark.parametrize("namespace", ["ml", "default", "a", "9", "a--b", "x" * 63])
def test_a_namespace_that_kubernetes_takes_is_taken(namespace: str) -> None:
    check_namespace(namespace)


# Writing ---------------------------------------------------------------------------------------------------------------


def test_yaml_is_in_blocks_and_in_order() -> None:
    lines = as_yaml(pull_secret([login()], name="web", namespace="ml")).splitlines()

    assert lines[:5] == ["apiVersion: v1", "kind: Secret", "metadata:", "  name: web", "  namespace: ml"]
    assert lines[5:7] == ["type: kubernetes.io/dockerconfigjson", "data:"]
    assert lines[7].startswith("  .dockerconfigjson: eyJ")
    assert len(lines) == 8


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_looks_like_another_type_stands_in_quotes(name: str) -> None:
    written = as_yaml({"name": name})

    assert written[len("name: ")] in "\"'"
    assert yaml.safe_load(written) == {"name": name}


@pytest.mark.parametrize("text", ["ghcr.io/acme/app:1", "123456789012.dkr.ecr.us-east-1.amazonaws.com/a", "web", "5m"])
def test_plain_words_stand_without_quotes(text: str) -> None:
    assert as_yaml({"image": text}) == f"image: {text}\n"


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.lists(st.text()))))
def test_what_is_written_as_yaml_or_json_is_read_again(document: dict[str, Any]) -> None:
    assert yaml.safe_load(as_yaml(document)) == document
    assert json.loads(as_json(document)) == document


# The shell -------------------------------------------------------------------------------------------------------------


def test_a_robot_is_quoted() -> None:
    assert docker_login("ghcr.io", "robot$acme+ci") == "docker login ghcr.io --username 'robot$acme+ci' --password-stdin"


@given(server=st.text(), username=st.text())
def test_a_command_is_the_same_words_again(server: str, username: str) -> None:
    words = shlex.split(docker_login(server, username))

    assert words == ["docker", "login", server, "--username", username, "--password-stdin"]
