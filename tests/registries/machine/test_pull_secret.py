"""`berth pull-secret`: what reaches a cluster is one Secret with logins, whatever it is that answers."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from registries.formats import kubernetes_name
from registries.machine import berth
from tests.registries.machine.world import LOGINS, TOKEN, answer, pull_secret, run

PACKED = base64.b64encode(LOGINS).decode()
YAML = f"""apiVersion: v1
kind: Secret
metadata:
  name: berth
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {PACKED}
"""
NAMED = {"name": "pull", "namespace": "ml"}


def test_it_is_printed_as_yaml() -> None:
    ran = run(
        "berth", "pull-secret", "a", "--name", "pull", "--namespace", "ml", answers=answer(pull_secret(metadata=NAMED))
    )

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == YAML.replace("  name: berth\n", "  name: pull\n  namespace: ml\n")
    assert ran.api.asked == ("/api/v1/pull-secret", {"registry": "a", **NAMED, "format": "json"})
    assert ran.api.headers[0]["Accept"] == "application/json, application/problem+json"


def test_it_is_printed_as_json() -> None:
    ran = run("berth", "pull-secret", "--format", "json", answers=answer(pull_secret()))

    assert (ran.code, ran.out) == (0, json.dumps(pull_secret(), indent=2) + "\n")


def test_it_is_written_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)

    ran = run("berth", "pull-secret", "--output", str(path), answers=answer(pull_secret()))

    assert (ran.code, ran.out, ran.err) == (0, "", f"{path} is written.\n")
    assert (path.read_text(encoding="utf-8"), path.stat().st_mode & 0o777) == (YAML, 0o600)


@pytest.mark.parametrize(
    "name", ["123", "1e3", "0x1f", "12-3", "2026-01-01", "1.2", "0", "on", "yes", "no", "y", "true", "null", "e3", "a.b-c"]
)
def test_a_name_that_yaml_could_take_for_something_else_is_quoted(name: str) -> None:
    given = answer(pull_secret(metadata={"name": name, "namespace": name}))

    ran = run("berth", "pull-secret", "--name", name, "--namespace", name, answers=given)

    assert yaml.safe_load(ran.out) == pull_secret(metadata={"name": name, "namespace": name})
    assert (f'  name: "{name}"\n' in ran.out) is (name not in ("e3", "a.b-c"))


def test_words_that_only_a_server_takes_for_a_name_are_one_text() -> None:
    name = "a\n---\nkind: ClusterRoleBinding"

    ran = run("berth", "pull-secret", "--name", name, answers=answer(pull_secret(metadata={"name": name})))

    assert list(yaml.safe_load_all(ran.out)) == [pull_secret(metadata={"name": name})]


@pytest.mark.parametrize(
    "name",
    ["ocean", "My-Example.GHCR_1", "..a..", "a---", "_", "a_.b", "É", "a" * 64, "x" * 252 + "-yz", "x" * 252 + ".yz"],
)
def test_without_a_name_it_is_called_as_berth_calls_it(name: str) -> None:
    called = kubernetes_name(name)

    ran = run("berth", "pull-secret", name, answers=answer(pull_secret(metadata={"name": called})))

    assert (ran.code, ran.api.asked[1]["name"]) == (0, called)


@pytest.mark.parametrize("names", [(), ("a", "b"), ("a", "a")])
def test_of_several_without_a_name_it_is_called_berth(names: tuple[str, ...]) -> None:
    assert run("berth", "pull-secret", *names, answers=answer(pull_secret())).code == 0


HOSTILE: list[Any] = [
    [pull_secret()],
    {"apiVersion": "v1", "kind": "List", "items": [pull_secret()]},
    pull_secret(apiVersion="v2"),
    pull_secret(kind="Pod"),
    pull_secret(kind="Secret\n---\nkind: ClusterRoleBinding"),
    pull_secret(type="Opaque"),
    pull_secret(type="kubernetes.io/dockerconfigjson\n---\n"),
    pull_secret(type="kubernetes.io/dockerconfigjson\x1b]0;owned\x07"),
    pull_secret(immutable=True),
    pull_secret(stringData={".dockerconfigjson": "{}"}),
    pull_secret(metadata={"name": "another"}),
    pull_secret(metadata={"name": "berth", "namespace": "kube-system"}),
    pull_secret(metadata={"name": "berth", "annotations": {}}),
    pull_secret(metadata={"name": "berth", "\N{RIGHT-TO-LEFT OVERRIDE}": ""}),
    pull_secret(metadata="berth"),
    pull_secret(data={}),
    pull_secret(data=[".dockerconfigjson"]),
    pull_secret(data={".dockerconfigjson": PACKED, "more": ""}),
    pull_secret(data={".dockerconfigjson": PACKED + "\n---\nkind: Pod"}),
    pull_secret(data={".dockerconfigjson": PACKED[:8] + "\r" + PACKED[8:]}),
    pull_secret(data={".dockerconfigjson": PACKED + "="}),
    pull_secret(data={".dockerconfigjson": "ä"}),
    pull_secret(data={".dockerconfigjson": ""}),
    pull_secret(data={".dockerconfigjson": None}),
    pull_secret(b"[]"),
    pull_secret(b"{}"),
    pull_secret(b"\xff"),
    pull_secret(b'{"auths": []}'),
    pull_secret(b'{"auths": {"ghcr.io": null}}'),
    pull_secret(b'{"auths": {}, "auths": {}}'),
    pull_secret(b'{"auths": {"ghcr.io": {"auth": NaN}}}'),
    pull_secret(b'{"auths": {"ghcr.io": {"auth": 1e999}}}'),
    pull_secret(b'{"auths": ' + b"[" * 100_000),
]
BODIES = [json.dumps(one).encode() for one in HOSTILE] + [
    json.dumps(pull_secret()).encode() + b"\n---\nkind: ClusterRoleBinding\n",
    json.dumps(pull_secret()).encode().replace(b"{", b'{"kind": "Pod", ', 1),
    json.dumps(pull_secret()).encode().replace(b'{"name"', b'{"name": "a", "name"', 1),
]
ANSWERS = [berth.Answer(200, "application/json", body) for body in BODIES] + [
    berth.Answer(200, "application/yaml", YAML.encode()),
    berth.Answer(200, "application/yaml", f"{YAML}---\nkind: ClusterRoleBinding\n".encode()),
    berth.Answer(200, "text/html", json.dumps(pull_secret()).encode()),
]


@pytest.mark.parametrize("form", ["yaml", "json"])
@pytest.mark.parametrize("given", ANSWERS)
def test_what_is_not_the_secret_that_was_asked_for_goes_nowhere(tmp_path: Path, given: berth.Answer, form: str) -> None:
    printed = run("berth", "pull-secret", "--format", form, answers=given)
    written = run("berth", "pull-secret", "--format", form, "--output", str(tmp_path / "secret"), answers=given)

    assert (printed.code, printed.out, "is not Berth" in printed.err) == (2, "", True)
    assert (written.code, list(tmp_path.iterdir())) == (2, [])
    assert TOKEN not in printed.err
