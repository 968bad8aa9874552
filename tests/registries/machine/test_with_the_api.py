"""The machine client and Berth's own API understand one another, without a network between them."""

import base64
import io
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.test import Client
from django.utils import timezone

from console.models import Team, User
from registries.distribution import Secret
from registries.flavors.digitalocean import DigitalOcean
from registries.flavors.github import GitHub
from registries.machine import berth
from registries.models import HandOut, MachineToken
from tests.conftest import CANARY

Run = Callable[..., tuple[int, str, str]]
NOT_FOUND = "credentials not found in native keychain\n"
OCEAN = f"dop_v1_{CANARY}"


def over_django(path: str, headers: Mapping[str, str], seconds: float, body: bytes | None = None) -> berth.Answer:
    """Ask the API of this process."""
    around = {name: value for name, value in headers.items() if name != "Content-Type"}
    if body is None:
        answer = Client().get(path, headers=around)
    else:
        answer = Client().post(path, body, content_type=headers["Content-Type"], headers=around)
    kind = answer.headers["Content-Type"].partition(";")[0]
    return berth.Answer(answer.status_code, kind, answer.content, answer.headers.get("Retry-After", ""))


@pytest.fixture
def machine(team: Team, alice: User) -> tuple[MachineToken, str]:
    """A token, and its text. The team has two logins at ghcr.io, and one at DigitalOcean, whose user name is secret too."""
    for name, organization in (("ghcr-acme", "acme"), ("ghcr-labs", "labs")):
        registry = GitHub(namespace=organization, username="robot", password=Secret(f"{CANARY}-{name}"))
        team.connections.connect(name, registry, by=alice)
    team.connections.connect("ocean", DigitalOcean(registry="sea", token=Secret(OCEAN)), by=alice)
    ends_at = timezone.now() + timedelta(days=30)
    row, text = MachineToken.objects.issue(team, "ci-runner", by=alice, ends_at=ends_at, connections=None)
    return row, text.reveal()


@pytest.fixture
def run(machine: tuple[MachineToken, str]) -> Run:
    """Run the client under a name: exit code, standard output, standard error."""

    def run_client(name: str, *arguments: str, said: str = "") -> tuple[int, str, str]:
        environ = {"BERTH_URL": "https://testserver", "BERTH_TOKEN": machine[1]}
        out, err, stdin = io.StringIO(), io.StringIO(), io.BytesIO(said.encode())
        code = berth.run(name, arguments, berth.Surroundings(environ, stdin, out, err, exchange=over_django))
        return code, out.getvalue(), err.getvalue()

    return run_client


def test_docker_gets_the_login_of_a_host(run: Run) -> None:
    code, out, err = run(berth.DOCKER, "get", said="https://registry.digitalocean.com/v2/")

    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "ServerURL": "https://registry.digitalocean.com/v2/",
        "Username": OCEAN,
        "Secret": OCEAN,
    }
    assert HandOut.objects.latest("pk").program == f"docker-credential-berth/{berth.VERSION}"


def test_docker_is_told_that_a_host_does_not_tell_two_logins_apart(run: Run) -> None:
    code, out, _ = run(berth.DOCKER, "get", said="ghcr.io")

    assert code == 1
    assert "ghcr-acme and ghcr-labs" in out
    assert "limit the machine token to one of them" in out


def test_docker_goes_on_without_a_login_where_there_is_none(run: Run) -> None:
    assert run(berth.DOCKER, "get", said="quay.io") == (1, NOT_FOUND, "")


def test_docker_lists_what_it_can_get(run: Run) -> None:
    code, out, _ = run(berth.DOCKER, "list")

    assert (code, list(json.loads(out))) == (0, ["registry.digitalocean.com"])
    assert OCEAN not in out


def test_each_path_of_a_host_reaches_its_images_through_the_kubelet(run: Run) -> None:
    for name, image in (("ghcr-acme", "ghcr.io/acme/web"), ("ghcr-labs", "ghcr.io/labs/web/deep")):
        request = {"apiVersion": berth.KUBELET_API, "kind": "CredentialProviderRequest", "image": image}

        code, out, err = run(berth.KUBELET, said=json.dumps(request))

        assert (code, err) == (0, "")
        auth = {"/".join(image.split("/")[:2]): {"username": "robot", "password": f"{CANARY}-{name}"}}
        assert json.loads(out)["auth"] == auth


def test_which_shows_no_user_name_that_is_the_secret(run: Run) -> None:
    code, out, err = run(berth.BERTH, "which", "registry.digitalocean.com/sea/web:1")

    assert (code, err) == (0, "")
    assert out.startswith("registry: ocean\nserver: registry.digitalocean.com\n")
    assert OCEAN not in out


def test_a_password_is_asked_for_by_name(run: Run) -> None:
    assert run(berth.BERTH, "credential", "--registry", "GHCR-Acme", "--password") == (0, f"{CANARY}-ghcr-acme\n", "")


def test_each_path_of_a_host_reaches_its_images_through_a_merged_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "auth.json"

    code, _, err = run(berth.BERTH, "docker-config", "--format", "containers", "--merge", str(path))

    assert code == 0, err
    auths = json.loads(path.read_text(encoding="utf-8"))["auths"]
    assert {key: base64.b64decode(entry["auth"]).decode() for key, entry in auths.items()} == {
        "ghcr.io/acme": f"robot:{CANARY}-ghcr-acme",
        "ghcr.io/labs": f"robot:{CANARY}-ghcr-labs",
        "registry.digitalocean.com/sea": f"{OCEAN}:{OCEAN}",
    }


def test_a_file_of_docker_cannot_hold_both_and_the_sentence_says_what_can(run: Run, tmp_path: Path) -> None:
    code, _, err = run(berth.BERTH, "docker-config", "--merge", str(tmp_path / "config.json"))

    assert (code, list(tmp_path.iterdir())) == (1, [])
    assert "Or use --format containers" in err


def test_a_pull_secret_is_written(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "secret.yaml"

    code, _, err = run(berth.BERTH, "pull-secret", "ocean", "--namespace", "ml", "--output", str(path))

    assert code == 0, err
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["metadata"] == {"name": "ocean", "namespace": "ml"}


def test_a_pull_secret_is_json_where_that_is_wanted(run: Run) -> None:
    code, out, err = run(berth.BERTH, "pull-secret", "ocean", "--format", "json")

    assert code == 0, err
    assert json.loads(out)["kind"] == "Secret"


def test_the_registries_are_listed(run: Run) -> None:
    code, out, err = run(berth.BERTH, "registries")

    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == ["NAME", "ghcr-acme", "ghcr-labs", "ocean"]
    assert OCEAN not in out


def test_a_revoked_token_is_said(run: Run, machine: tuple[MachineToken, str], alice: User) -> None:
    machine[0].revoke(by=alice)

    code, out, _ = run(berth.DOCKER, "get", said="registry.digitalocean.com")

    assert (code, out.startswith("Berth does not accept this machine token")) == (1, True)


def test_a_workload_file_is_checked_and_shown_where_it_is_wrong(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "train.yaml"
    path.write_text("jobs:\n  train:\n    with:\n      image: ghcr.io/acme/web:1\n      containerRegistry: ghcr-acmee\n")

    code, out, err = run(berth.BERTH, "check", str(path))

    assert (code, err) == (1, "")
    assert out.splitlines() == [
        f"{path}:5:26: error: No registry is called ghcr-acmee. Did you mean ghcr-acme? [unknown_name]",
        "    5 |       containerRegistry: ghcr-acmee",
        "      |                          ^~~~~~~~~~",
        "  fix: Use ghcr-acme",
        "1 image in 1 file, against 3 registries: 1 error.",
    ]
    assert HandOut.objects.latest("pk").kind == "spec_check"


def test_a_file_that_berth_cannot_read_is_shown_where_it_breaks(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("image: a\nimage: b\n")

    code, out, _ = run(berth.BERTH, "check", str(path))

    assert code == 2
    assert out.splitlines()[0].startswith(f"{path}:2:1: error: ")
    assert out.splitlines()[1:3] == ["    2 | image: b", "      | ^"]
