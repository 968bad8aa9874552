"""
A saved login reaches what pulls: Skopeo, Podman, Docker and the kubelet's protocol, through the machine client and the API.

Berth is served over HTTP, the registry is a real one with a password file, and the helper is the installed program. What
each person reads where it does not work is held too.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from console.models import Team, User
from registries.distribution import Secret
from registries.flavors.other import Other
from registries.models import Connection, HandOut, MachineToken
from tests.lab.registry import Registry
from tests.real.conftest import ROBOT, ROBOT_PASSWORD

PROGRAMS = Path(sys.executable).parent
SECONDS = 60.0

Pull = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def saved(transactional_db: None, team: Team, alice: User, basic_registry: Registry) -> Connection:
    """The registry's login for `team/`, saved in Berth."""
    registry = Other(url=f"http://{basic_registry.host}", namespace="team", username=ROBOT, password=Secret(ROBOT_PASSWORD))
    connection: Connection = team.connections.connect("at-home", registry, by=alice)
    return connection


@pytest.fixture
def machine(saved: Connection, team: Team, alice: User) -> tuple[MachineToken, str]:
    row, text = MachineToken.objects.issue(
        team, "ci-runner", by=alice, ends_at=timezone.now() + timedelta(days=1), connections=None
    )
    return row, text.reveal()


@pytest.fixture
def home(tmp_path: Path, basic_registry: Registry) -> Path:
    """A machine's home, where Docker's and Podman's files name the helper and hold no login."""
    helpers = json.dumps({"credHelpers": {basic_registry.host: "berth"}})
    for name in ("config.json", "auth.json"):
        (tmp_path / name).write_text(helpers)
    return tmp_path


@pytest.fixture
def podman_store() -> Iterator[str]:
    """A place for Podman's images, whose path has to be shorter than those of pytest."""
    with tempfile.TemporaryDirectory(prefix="berth-") as folder:
        yield folder


@pytest.fixture
def run(live_server: LiveServer, home: Path, machine: tuple[MachineToken, str]) -> Pull:
    """Run a program on that machine, which knows where Berth is and has a token."""

    def run(*command: str, said: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
        around = {
            "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
            "BERTH_URL": live_server.url, "BERTH_TOKEN": machine[1], **environment,
        }  # fmt: skip
        return subprocess.run(
            command, input=said, env=around, cwd=home, capture_output=True, text=True, timeout=SECONDS, check=False
        )

    return run


@pytest.fixture
def skopeo(run: Pull, home: Path, basic_registry: Registry) -> Pull:
    image = f"docker://{basic_registry.host}/team/app:1"
    return lambda **around: run(
        "skopeo", "copy", "--src-tls-verify=false", f"--authfile={home}/auth.json", image, f"dir:{home}/image", **around
    )


@pytest.fixture
def docker(run: Pull, home: Path, basic_registry: Registry) -> Pull:
    image = f"{basic_registry.host}/team/app:1"
    return lambda **around: run(
        "docker",
        "--config",
        str(home),
        "manifest",
        "inspect",
        "--insecure",
        image,
        DOCKER_CLI_EXPERIMENTAL="enabled",
        **around,
    )


# It works -----------------------------------------------------------------------------------------------------------


def test_skopeo_pulls_a_private_image(skopeo: Pull, home: Path, saved: Connection) -> None:
    ran = skopeo()

    assert ran.returncode == 0, ran.stderr
    assert (home / "image" / "manifest.json").exists()
    row = HandOut.objects.filter(result="given").first()
    assert row is not None
    assert (row.who, row.connection, row.address) == ("ci-runner", saved, "127.0.0.1")
    assert "docker-credential-berth" in row.program


def test_podman_pulls_a_private_image(run: Pull, home: Path, basic_registry: Registry, podman_store: str) -> None:
    ran = run(
        "podman", f"--root={podman_store}/store", f"--runroot={podman_store}/run", "--storage-driver=vfs", "pull",
        "--quiet", "--tls-verify=false", f"--authfile={home}/auth.json", f"{basic_registry.host}/team/app:1",
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert HandOut.objects.filter(result="given").exists()


def test_docker_reads_a_private_image(docker: Pull) -> None:
    ran = docker()

    assert ran.returncode == 0, ran.stderr
    assert HandOut.objects.filter(result="given").exists()


def test_the_kubelet_gets_a_login_for_the_path(run: Pull, basic_registry: Registry) -> None:
    version = "credentialprovider.kubelet.k8s.io/v1"
    image = f"{basic_registry.host}/team/app"

    ran = run(
        "berth-credential-provider",
        said=json.dumps({"apiVersion": version, "kind": "CredentialProviderRequest", "image": image}),
    )

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["auth"] == {
        f"{basic_registry.host}/team": {"username": ROBOT, "password": ROBOT_PASSWORD}
    }


def test_merged_files_let_two_paths_of_one_host_reach_their_images(
    run: Pull, home: Path, team: Team, alice: User, basic_registry: Registry
) -> None:
    wrong = Other(url=f"http://{basic_registry.host}", namespace="team/many", username=ROBOT, password=Secret("wrong"))
    team.connections.connect("wrong-for-many", wrong, by=alice)
    file = home / "merged.json"
    file.write_text(json.dumps({"auths": {"elsewhere.example": {"auth": "eDp5"}}}))

    merged = run("berth", "docker-config", "--format", "containers", "--merge", str(file))
    inspect = ("skopeo", "inspect", "--raw", "--tls-verify=false", f"--authfile={file}")
    app = run(*inspect, f"docker://{basic_registry.host}/team/app:1")
    many = run(*inspect, f"docker://{basic_registry.host}/team/many:1")

    assert merged.returncode == 0, merged.stderr
    assert "elsewhere.example" in json.loads(file.read_text())["auths"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert app.returncode == 0, app.stderr
    assert many.returncode != 0
    assert "authentication required" in many.stderr


def test_docker_logs_in_with_what_the_client_prints(run: Pull, home: Path, basic_registry: Registry) -> None:
    password = run("berth", "credential", "--registry", "at-home", "--password")

    ran = run(
        "docker", "--config", f"{home}/fresh", "login", "--username", ROBOT, "--password-stdin", basic_registry.host,
        said=password.stdout,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert "Login Succeeded" in ran.stdout


# It does not, and says so -------------------------------------------------------------------------------------------


def revoke(machine: tuple[MachineToken, str], saved: Connection, alice: User) -> dict[str, str]:
    machine[0].revoke(by=alice)
    return {}


def pause(machine: tuple[MachineToken, str], saved: Connection, alice: User) -> dict[str, str]:
    saved.pause(True, by=alice)
    return {}


def mistype(machine: tuple[MachineToken, str], saved: Connection, alice: User) -> dict[str, str]:
    return {"BERTH_TOKEN": machine[1][:-1] + ("x" if machine[1][-1] != "x" else "y")}


def stop(machine: tuple[MachineToken, str], saved: Connection, alice: User) -> dict[str, str]:
    return {"BERTH_URL": "http://127.0.0.1:9"}  # Nothing listens there.


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (revoke, "revoked"),
        (mistype, "token"),
        (pause, "and is paused"),
        (stop, "127.0.0.1:9"),
    ],
)
@pytest.mark.parametrize("client", ["skopeo", "docker"])
def test_what_is_wrong_is_said_where_people_look(
    request: pytest.FixtureRequest,
    machine: tuple[MachineToken, str],
    saved: Connection,
    alice: User,
    client: str,
    fault: Callable[..., dict[str, str]],
    words: str,
) -> None:
    pull: Any = request.getfixturevalue(client)

    ran = pull(**fault(machine, saved, alice))

    assert ran.returncode != 0
    assert words in ran.stdout + ran.stderr
    assert ROBOT_PASSWORD not in ran.stdout + ran.stderr
    assert machine[1] not in ran.stdout + ran.stderr


def test_an_image_that_no_login_is_for_is_pulled_without_one(
    run: Pull, home: Path, open_registry: Registry, saved: Connection
) -> None:
    (home / "auth.json").write_text(json.dumps({"credHelpers": {open_registry.host: "berth"}}))

    ran = run(
        "skopeo", "inspect", "--raw", "--tls-verify=false", f"--authfile={home}/auth.json",
        f"docker://{open_registry.host}/team/app:1",
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert set(HandOut.objects.values_list("result", flat=True)) == {"not_found"}
