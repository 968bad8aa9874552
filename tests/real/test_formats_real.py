"""
Each format in the hands of the program that it is for: Docker, Podman, Skopeo, kubectl and a POSIX shell.

The registry is a real one with a password file. Most pulls are of manifests, since that is where a login is asked for.
"""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from registries import formats, snippets
from registries.distribution import Credential, Secret
from registries.models import Connection
from tests.lab.images import Blob, Image, Session
from tests.lab.registry import Registry, htpasswd, start_registry
from tests.real.conftest import MANY, ONE

USERS = {
    "robot$team+ci": 'pass: "wörd"',
    "o'brien": "it's:all:colons:",
    "two words": "$HOME `id` \\ | & ; 'x' \"",
    "spaces": "  at both ends  ",
    "_json_key": json.dumps({"type": "service_account", "private_key": "-----BEGIN\nKEY-----\n"}),
    "名前": "пароль:🔑",
}
ROBOT = "robot$team+ci"
# `docker login` drops spaces at the ends of a password. Its own file keeps them, so that is the format for those.
FOR_DOCKER_LOGIN = [username for username, password in USERS.items() if password == password.strip()]
SECONDS = 60.0
DOCKER = "application/vnd.docker."
# What kubectl's reader of YAML takes for a number or a truth where it stands without quotes.
ODD_NAMES = ("1e3", "0x1f", "0o17", "12", "1.5", "1e3.5", "y", "n", "on", "no", "null", "true", "2001-01-01", "web")


def in_dockers_own_words(image: Image) -> Image:
    """Return an image with the media types of Docker, which are the only ones that a Docker of 2022 can inspect."""
    config, layer = image.blobs
    media_type = DOCKER + "distribution.manifest.v2+json"
    body = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": {**config.descriptor, "mediaType": DOCKER + "container.image.v1+json"},
        "layers": [{**layer.descriptor, "mediaType": DOCKER + "image.rootfs.diff.tar.gzip"}],
    }
    return Image(manifest=Blob(data=json.dumps(body).encode(), media_type=media_type), blobs=image.blobs)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that knows all the odd users, with two images in it."""
    folder = tmp_path_factory.mktemp("odd")
    with start_registry(folder, auth=htpasswd(folder, USERS)) as registry:
        session = Session(origin=registry.origin, username=ROBOT, password=USERS[ROBOT])
        session.push("team/app", "1", ONE)
        session.push("team/many", "1", MANY)
        session.push("team/old", "1", in_dockers_own_words(ONE))
        yield registry


def login(registry: Registry, *, prefix: str = "", username: str = ROBOT, password: str = "") -> formats.Login:
    credential = Credential(host=registry.host, username=username, password=Secret(password or USERS[username]))
    return formats.Login(registry=f"at-{prefix or 'all'}", credential=credential, prefix=prefix)


def run(*command: str, home: Path, stdin: str = "", path: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a program that knows of no login but those it is told of."""
    environment = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "PATH": f"{path}:{os.environ['PATH']}".strip(":")}
    return subprocess.run(
        command, input=stdin, env=environment, cwd=home, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# auth.json -------------------------------------------------------------------------------------------------------------


def skopeo(
    home: Path, registry: Registry, image: str, logins: Sequence[formats.Login]
) -> "subprocess.CompletedProcess[str]":
    file = write(home / "auth.json", formats.as_json(formats.auth_json(logins)))
    inspect = ("skopeo", "inspect", "--raw", "--tls-verify=false", f"--authfile={file}")
    return run(*inspect, f"docker://{registry.host}/{image}", home=home)


@pytest.mark.parametrize("username", USERS)
def test_skopeo_reads_an_auth_json(tmp_path: Path, registry: Registry, username: str) -> None:
    ran = skopeo(tmp_path, registry, "team/app:1", [login(registry, username=username)])

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == json.loads(ONE.manifest.data)


def test_skopeo_uses_a_login_below_its_path_alone(tmp_path: Path, registry: Registry) -> None:
    for_one = [login(registry, prefix="team/app")]

    assert skopeo(tmp_path, registry, "team/app:1", for_one).returncode == 0

    refused = skopeo(tmp_path, registry, "team/many:1", for_one)
    assert refused.returncode == 1
    assert "authentication required" in refused.stderr


def test_skopeo_takes_the_longest_path(tmp_path: Path, registry: Registry) -> None:
    logins = [
        login(registry, password="wrong"),
        login(registry, prefix="team/app"),
        login(registry, prefix="team", password="wrong"),
    ]

    assert skopeo(tmp_path, registry, "team/app:1", logins).returncode == 0
    assert "authentication required" in skopeo(tmp_path, registry, "team/many:1", logins).stderr


@pytest.fixture
def podman() -> Iterator[tuple[str, ...]]:
    """The program with a store of its own. Its path has to be shorter than those of pytest."""
    with tempfile.TemporaryDirectory(prefix="berth-") as folder:
        yield "podman", f"--root={folder}/store", f"--runroot={folder}/run", "--storage-driver=vfs"


def test_podman_pulls_with_an_auth_json(tmp_path: Path, registry: Registry, podman: tuple[str, ...]) -> None:
    file = write(tmp_path / "auth.json", formats.as_json(formats.auth_json([login(registry, prefix="team/app")])))
    pull = (*podman, "pull", "--quiet", "--tls-verify=false", f"--authfile={file}")

    pulled = run(*pull, f"{registry.host}/team/app:1", home=tmp_path)
    refused = run(*pull, f"{registry.host}/team/many:1", home=tmp_path)

    assert pulled.returncode == 0, pulled.stderr
    assert pulled.stdout.strip() == json.loads(ONE.manifest.data)["config"]["digest"].removeprefix("sha256:")
    assert refused.returncode != 0
    assert "authentication required" in refused.stderr


@pytest.mark.parametrize("program", ["skopeo", "podman"])
@pytest.mark.parametrize("prefix", ["", "team/app"])
def test_what_podman_and_skopeo_store_is_what_is_handed_out(
    tmp_path: Path, registry: Registry, program: str, prefix: str
) -> None:
    file, there = tmp_path / "auth.json", login(registry, prefix=prefix)
    options = ("--tls-verify=false", f"--authfile={file}", "--username", ROBOT, "--password-stdin")

    ran = run(program, "login", *options, formats.path_key(registry.host, prefix), home=tmp_path, stdin=USERS[ROBOT])

    assert ran.returncode == 0, ran.stderr
    assert json.loads(file.read_text()) == formats.auth_json([there])


# config.json -----------------------------------------------------------------------------------------------------------


def docker(home: Path, registry: Registry, login: formats.Login) -> "subprocess.CompletedProcess[str]":
    """Have Docker's own program ask for a manifest; it does so without its engine."""
    write(home / "docker" / "config.json", formats.as_json(formats.docker_config([login])))
    inspect = ("docker", f"--config={home}/docker", "manifest", "inspect", "--insecure")
    return run(*inspect, f"{registry.host}/team/old:1", home=home)


@pytest.mark.parametrize("username", USERS)
def test_docker_reads_a_config_json(tmp_path: Path, registry: Registry, username: str) -> None:
    ran = docker(tmp_path, registry, login(registry, prefix="team", username=username))

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["config"]["digest"] == ONE.blobs[0].digest


def test_docker_is_refused_with_another_password(tmp_path: Path, registry: Registry) -> None:
    ran = docker(tmp_path, registry, login(registry, password="wrong"))

    # That the login was refused, it does not say.
    assert (ran.returncode, ran.stderr) == (1, f"no such manifest: {registry.host}/team/old:1\n")


@pytest.mark.parametrize("username", FOR_DOCKER_LOGIN)
def test_the_line_signs_docker_in_and_docker_stores_what_is_handed_out(
    tmp_path: Path, registry: Registry, username: str
) -> None:
    line = f"export DOCKER_CONFIG={tmp_path}/docker\n{formats.docker_login(registry.host, username)}"

    ran = run("sh", "-ec", line, home=tmp_path, stdin=USERS[username])

    assert ran.returncode == 0, ran.stderr
    stored = json.loads((tmp_path / "docker" / "config.json").read_text())["auths"]
    assert stored == formats.docker_config([login(registry, username=username)])["auths"]


# Kubernetes ------------------------------------------------------------------------------------------------------------


def as_kubectl_reads(home: Path, document: str) -> Any:
    """Return an object as kubectl has read it, without a cluster."""
    file = write(home / "document.yaml", document)
    ran = run("kubectl", "label", "--local", f"--filename={file}", "read=yes", "--output=json", home=home)
    assert ran.returncode == 0, ran.stderr
    read = json.loads(ran.stdout)
    read["metadata"].pop("creationTimestamp", None)
    assert read["metadata"].pop("labels") == {"read": "yes"}
    return read


@pytest.mark.parametrize("username", USERS)
def test_a_pull_secret_is_the_one_that_kubectl_makes(tmp_path: Path, registry: Registry, username: str) -> None:
    ours = formats.pull_secret([login(registry, username=username)], name="web", namespace="ml")

    ran = run(
        *("kubectl", "create", "secret", "docker-registry", "web", "--namespace=ml", "--dry-run=client", "--output=json"),
        *(f"--docker-server={registry.host}", f"--docker-username={username}", f"--docker-password={USERS[username]}"),
        home=tmp_path,
    )

    assert ran.returncode == 0, ran.stderr
    theirs = json.loads(ran.stdout)
    assert inside(ours) == inside(theirs)
    theirs["metadata"].pop("creationTimestamp", None)
    assert {**ours, "data": None} == {**theirs, "data": None}


def inside(secret: Mapping[str, Any]) -> Any:
    return json.loads(base64.b64decode(secret["data"][".dockerconfigjson"]))


@pytest.mark.parametrize("write_down", [formats.as_yaml, formats.as_json])
def test_kubectl_reads_a_pull_secret(tmp_path: Path, registry: Registry, write_down: Any) -> None:
    secret = formats.pull_secret([login(registry)], name="web", namespace="ml")

    assert as_kubectl_reads(tmp_path, write_down(secret)) == secret


def test_kubectl_reads_names_that_look_like_numbers(tmp_path: Path, registry: Registry) -> None:
    secrets = [formats.pull_secret([], name=name, namespace=name.replace(".", "-")) for name in ODD_NAMES]

    for secret in secrets:
        assert as_kubectl_reads(tmp_path, formats.as_yaml(secret)) == secret


def test_kubectl_reads_the_pod_that_pulls(tmp_path: Path) -> None:
    connection = Connection(name="1E3", host="localhost:5000", prefix="acme", test_image="localhost:5000/acme/12:1.0")

    read = as_kubectl_reads(tmp_path, snippets.pod(connection))

    assert read["spec"]["imagePullSecrets"] == [{"name": "1e3"}]
    [container] = read["spec"]["containers"]
    assert (container["name"], container["image"]) == ("12", "localhost:5000/acme/12:1.0")


# The shell -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Programs in place of those that a line names: each writes down what it was called with and what it was sent."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, answer in (("docker", ""), ("berth", "the password"), ("curl", '{"password": "x"}'), ("jq", "the password")):
        program = folder / name
        sent = "" if name == "berth" else f"cat > '{folder}/{name}.sent'\n"
        program.write_text(f"#!/bin/sh\nprintf '%s\\0' \"$@\" > '{folder}/{name}.called'\n{sent}printf '%s' '{answer}'\n")
        program.chmod(0o755)
    return folder


def called(programs: Path, name: str) -> list[str]:
    return (programs / f"{name}.called").read_text(encoding="utf-8").split("\0")[:-1]


@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.parametrize("username", [*USERS, "line\nbreak", "-u", "~root", "a!b", "*", "$(touch x)", "x; touch x #"])
def test_a_shell_hands_a_user_name_over_as_it_is(tmp_path: Path, programs: Path, shell: str, username: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"There is no {shell} here.")
    line = formats.docker_login("registry.example:5000", username)

    ran = run(shell, "-ec", line, home=tmp_path, stdin="the password", path=str(programs))

    assert ran.returncode == 0, ran.stderr
    words = ["login", "registry.example:5000", "--username", username, "--password-stdin"]
    assert called(programs, "docker") == words
    assert (programs / "docker.sent").read_text() == "the password"
    assert not (tmp_path / "x").exists()


def test_the_line_with_the_client_sends_docker_the_password(tmp_path: Path, programs: Path) -> None:
    line = snippets.docker_login(Connection(name="hub", host="docker.io", prefix="acme"), ROBOT)

    ran = run("sh", "-ec", line, home=tmp_path, path=str(programs))

    assert ran.returncode == 0, ran.stderr
    assert called(programs, "berth") == ["credential", "--registry", "hub", "--password"]
    assert called(programs, "docker") == ["login", "docker.io", "--username", ROBOT, "--password-stdin"]
    assert (programs / "docker.sent").read_text() == "the password"


def test_the_line_with_curl_keeps_the_token_out_of_every_command_line(tmp_path: Path, programs: Path) -> None:
    connection = Connection(name="hub", host="docker.io", prefix="acme")
    line = "BERTH_TOKEN=berth_canary\n" + snippets.docker_login_by_curl(connection, ROBOT, "https://berth.example")

    ran = run("sh", "-ec", line, home=tmp_path, path=str(programs))

    assert ran.returncode == 0, ran.stderr
    assert (programs / "curl.sent").read_text() == 'header = "Authorization: Bearer berth_canary"\n'
    assert (programs / "docker.sent").read_text() == "the password"
    for name in ("curl", "jq", "docker"):
        assert "berth_canary" not in " ".join(called(programs, name))
