"""What people paste: each snippet is read as its reader reads it, and none of them holds a secret in a command line."""

import html
import json
import re
import shlex
from typing import Any

import pytest
import yaml

from registries import snippets
from registries.machine import berth
from registries.models import Connection

ACME = Connection(name="My-Example.GHCR_1", host="ghcr.io", prefix="acme/ml", test_image="ghcr.io/acme/ml/ranker:2.4")
HUB = Connection(name="hub", host="docker.io", prefix="acme")
URL = "https://berth.northwind.example/"


def commands(line: str) -> list[list[str]]:
    """Return the words of each command of a pipe."""
    words = shlex.split(line.replace("\\\n", ""))
    pipes = [position for position, word in enumerate(words) if word == "|"]
    return [words[start:end] for start, end in zip([0, *(p + 1 for p in pipes)], [*pipes, len(words)], strict=True)]


def client_takes(words: list[str]) -> Any:
    """Return what the machine client understands of a command; a command that it does not know ends the test."""
    assert words[0] == "berth"
    return berth._parser().parse_args(words[1:])


# Workflow --------------------------------------------------------------------------------------------------------------


def test_a_workflow_names_the_registry_next_to_the_image() -> None:
    assert snippets.workflow(HUB) == "image: docker.io/acme/image:tag\ncontainerRegistry: hub\n"


@pytest.mark.parametrize("name", ["1.0", "1e3", "on", "null", "y"])
def test_a_registry_with_the_name_of_a_number_is_named_in_quotes(name: str) -> None:
    written = snippets.workflow(Connection(name=name, host="ghcr.io"))

    assert re.search(rf"""^containerRegistry: ["']{name}["']$""", written, re.MULTILINE)


# Docker and Podman -----------------------------------------------------------------------------------------------------


def test_docker_signs_in_with_what_the_client_fetches() -> None:
    fetch, sign_in = commands(snippets.docker_login(ACME, "robot$acme+ci"))

    asked = client_takes(fetch)
    assert (asked.registry, asked.password) == ("My-Example.GHCR_1", True)
    assert sign_in == ["docker", "login", "ghcr.io", "--username", "robot$acme+ci", "--password-stdin"]


def test_a_user_name_that_nobody_may_see_is_in_no_command_line() -> None:
    [write] = commands(snippets.docker_login(ACME, ""))

    asked = client_takes(write)
    assert (asked.names, asked.format, asked.merge) == (["My-Example.GHCR_1"], "docker", "~/.docker/config.json")


def test_curl_gets_the_token_on_its_standard_input() -> None:
    line = snippets.docker_login_by_curl(HUB, "acme", URL)

    say, curl, *_, sign_in = commands(line)
    assert say == ["printf", 'header = "Authorization: Bearer %s"\\n', "$BERTH_TOKEN"]
    assert curl == ["curl", "-fsS", "--config", "-", "https://berth.northwind.example/api/v1/credentials?registry=hub"]
    assert "TOKEN" not in " ".join(curl)
    assert sign_in == ["docker", "login", "docker.io", "--username", "acme", "--password-stdin"]


@pytest.mark.parametrize(
    ("connection", "docker", "containers"),
    [(ACME, "ghcr.io", "ghcr.io"), (HUB, "https://index.docker.io/v1/", "docker.io")],
)
def test_the_helper_is_asked_for_the_host(connection: Connection, docker: str, containers: str) -> None:
    assert json.loads(snippets.helper_config(connection)) == {"credHelpers": {docker: "berth"}}
    assert json.loads(snippets.containers_helper_config(connection)) == {"credHelpers": {containers: "berth"}}


def test_podman_gets_the_login_for_its_path() -> None:
    [write] = commands(snippets.containers_auth(ACME))

    asked = client_takes(write)
    assert (asked.names, asked.format) == (["My-Example.GHCR_1"], "containers")
    assert asked.merge == "~/.config/containers/auth.json"


def test_the_token_is_in_a_file_and_in_no_line_of_the_shell() -> None:
    lines = shlex.split(snippets.environment(URL))

    assert lines == ["export", "BERTH_URL=https://berth.northwind.example", "export", "BERTH_TOKEN_FILE=/etc/berth/token"]


# Kubernetes ------------------------------------------------------------------------------------------------------------


def test_kubectl_applies_what_the_client_writes() -> None:
    fetch, apply = commands(snippets.pull_secret(ACME))

    asked = client_takes(fetch)
    assert (asked.names, asked.namespace, asked.format) == (["My-Example.GHCR_1"], "ml", "yaml")
    assert apply == ["kubectl", "apply", "-f", "-"]


def test_a_pod_names_the_secret_and_the_image() -> None:
    assert yaml.safe_load(snippets.pod(ACME, "training")) == {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "ranker", "namespace": "training"},
        "spec": {
            "imagePullSecrets": [{"name": "my-example.ghcr-1"}],
            "containers": [{"name": "ranker", "image": "ghcr.io/acme/ml/ranker:2.4"}],
        },
    }


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("localhost:5000/app", "app"),
        ("localhost:5000/a.b_c:1", "a-b-c"),
        ("localhost:5000/app:1@sha256:" + "0" * 64, "app"),
        ("localhost:5000/" + "x" * 62 + "-yz", "x" * 62),
        ("localhost:5000/" + "x" * 62 + ".yz", "x" * 62),
    ],
)
def test_a_container_is_called_after_its_image(image: str, name: str) -> None:
    pod = yaml.safe_load(snippets.pod(Connection(name="lab", host="localhost:5000", test_image=image)))

    assert pod["spec"]["containers"] == [{"name": name, "image": image}]


@pytest.mark.parametrize(("connection", "matched"), [(ACME, "ghcr.io/acme/ml"), (HUB, "docker.io/acme")])
def test_the_kubelet_asks_for_the_images_of_this_connection(connection: Connection, matched: str) -> None:
    written = snippets.credential_provider(connection, URL)

    # The reference's shape in full: the kubelet refuses a name that it does not know.
    assert yaml.safe_load(written) == {
        "apiVersion": "kubelet.config.k8s.io/v1",
        "kind": "CredentialProviderConfig",
        "providers": [
            {
                "name": "berth-credential-provider",
                "matchImages": [matched],
                "defaultCacheDuration": "5m",
                "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
                "env": [
                    {"name": "BERTH_URL", "value": "https://berth.northwind.example"},
                    {"name": "BERTH_TOKEN_FILE", "value": "/etc/berth/token"},
                ],
            }
        ],
    }


# Pages -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (snippets.workflow(ACME), "yaml"),
        (snippets.helper_config(HUB), "json"),
        (snippets.docker_login(ACME, "<b>o'brien & co</b>"), "shell"),
    ],
)
def test_a_highlighted_snippet_is_the_snippet_with_classes(text: str, language: Any) -> None:
    marked = snippets.highlighted(text, language)

    assert set(re.findall(r"<(/?\w+)", marked)) == {"span", "/span"}
    assert "style=" not in marked
    assert html.unescape(re.sub(r"<[^>]+>", "", marked)) == text
