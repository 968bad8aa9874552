"""A question is answered as it was meant, or not at all: no unknown parameter, and none twice where one is meant."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from registries.api import api
from registries.models import Connection, HandOut, MachineToken
from tests.conftest import CANARY
from tests.registries.api.conftest import Ask

TAKES = {
    "credentials": "This address takes image, registry and server.",
    "registries": "This address takes none.",
    "docker-config": "This address takes format and registry.",
    "pull-secret": "This address takes format, name, namespace and registry.",
    "spec-checks": "This address takes none.",
}
ONCE = [
    ("credentials", "image"),
    ("credentials", "server"),
    ("credentials", "registry"),
    ("docker-config", "format"),
    ("pull-secret", "name"),
    ("pull-secret", "namespace"),
    ("pull-secret", "format"),
]


def send(machine: tuple[MachineToken, str], path: str, query: str) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {machine[1]}"}
    address = f"/api/v1/{path}?{query}"
    if path == "spec-checks":
        answer = Client().post(address, {"spec": "image: a"}, content_type="application/json", headers=headers)
    else:
        answer = Client().get(address, headers=headers)
    return answer.status_code, json.loads(answer.content)


def test_every_address_is_in_the_table() -> None:
    described = {
        path.rpartition("/")[2]: next(iter(one.values())) for path, one in api.get_openapi_schema()["paths"].items()
    }

    assert set(described) == set(TAKES)
    names = {(path, parameter["name"]) for path, one in described.items() for parameter in one.get("parameters", ())}
    assert names == {*ONCE, ("docker-config", "registry"), ("pull-secret", "registry")}


@pytest.mark.parametrize("path", TAKES)
def test_a_misspelled_parameter_is_refused_by_name_and_nothing_is_handed_out(
    machine: tuple[MachineToken, str], connection: Connection, path: str
) -> None:
    status, answer = send(machine, path, "registy=web")

    assert (status, answer["code"]) == (422, "invalid_request")
    assert answer["detail"] == f"There is no parameter registy here. {TAKES[path]}"
    assert not HandOut.objects.exists()


@pytest.mark.parametrize("path", TAKES)
@pytest.mark.parametrize(
    "name", [CANARY, "hunter2", "Registry", "registry ", "registry[]", "", "a" * 60, "ｒegistry", "one_two_three", "é"]
)
def test_what_is_no_plain_word_is_not_repeated(machine: tuple[MachineToken, str], path: str, name: str) -> None:
    status, answer = send(machine, path, urlencode({name: "web"}) + "&x=1")

    assert status == 422
    assert answer["detail"] == f"There is a parameter that is unknown here. {TAKES[path]}"


@pytest.mark.parametrize(("path", "name"), ONCE)
def test_a_parameter_that_counts_once_is_refused_twice(
    machine: tuple[MachineToken, str], connection: Connection, path: str, name: str
) -> None:
    values = {"format": "json" if path == "pull-secret" else "docker", "image": "registry.example.com/web/app"}
    given = values.get(name, "web")

    status, answer = send(machine, path, urlencode([(name, given), (name, given)]))

    assert (status, answer["code"]) == (422, "invalid_request")
    assert answer["detail"] == f"The parameter {name} is there 2 times, and counts once."
    assert not HandOut.objects.exists()


@pytest.mark.parametrize("path", ["docker-config", "pull-secret"])
def test_several_registries_are_several_parameters(ask: Ask, connection: Connection, path: str) -> None:
    assert ask(path, registry=["web", "web"]).status_code == 200


@pytest.mark.parametrize("path", TAKES)
def test_who_has_no_token_learns_no_parameter(db: None, path: str) -> None:
    answer = Client().generic("POST" if path == "spec-checks" else "GET", f"/api/v1/{path}?registy=web")

    assert (answer.status_code, json.loads(answer.content)["code"]) == (401, "unauthorized")
