"""
Whatever is asked, the API answers as its own description says: Schemathesis asks, with a token and without.

Each run asks the same: nothing is left to chance, and nothing is kept between runs.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import yaml
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, example, given
from hypothesis import settings as drawing
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, positive_data_acceptance
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import ignored_auth

from console.models import Team, User
from registries.distribution import Secret
from registries.flavors.github import GitHub
from registries.flavors.other import Other
from registries.models import HandOut, MachineToken
from tests.conftest import CANARY

load_all_checks()
ADDRESSES = ("credentials", "registries", "docker-config", "pull-secret")
EXCLUDED = [
    positive_data_acceptance,  # No description can say that an image is not any text, and that one of three is asked by.
    ignored_auth,  # It takes every token that it did not make for a wrong one. Wrong ones have a test of their own here.
]
PLAUSIBLE = {
    "image": ("ghcr.io/acme/web:1", "ghcr.io/labs/web", "ghcr.io/none/web", "nginx", "ghcr.io/resting/web", "a b", ""),
    "server": ("ghcr.io", "https://open.example.com/v2/", "docker.io", "ftp://ghcr.io", "ghcr.io\r\nx", ""),
    "registry": ("acme", "ACME", "twin", "labs", "resting", "open", "nobody", "", "a b", "x" * 64),
    "format": ("docker", "containers", "yaml", "json", ""),
    "name": ("pull", "berth.pull", "Upper", "-", ""),
    "namespace": ("builds", "a.b", ""),
}
ODD = [
    "image=%ED%A0%80", "image=%ED%B0%80%ED%A0%80", "image=%FF%FE", "image=%C0%80", "image=%F4%90%80%80", "image=%u0000",
    "%", "image=%", "image=%zz", "=", "&" * 5000, "image", "image=&image=ghcr.io/acme/web", "registry[]=acme",
    "registry=acme;x=1", "image=" + "a" * 100_000, "image=" + "a/" * 1000, "registry=" + "%F0%9F%9A%A2" * 600,
    "server=" + "[" * 2000, "\xff=\xfe", "image=ghcr.io/acme/web%0d%0aX-Evil:%201", "server=ghcr.io%0d%0aX-Evil:%201",
    "registry=acme%0a", "name=a%0ab", "a" * 60_000, "format=%00", "format=\0", "registry=%E2%80%AEacme",
    "&".join(f"registry=r{number}" for number in range(1001)), "image=%E3%80%80", "image=%2500", "name=%F0%9D%92%9C",
    "server=%EF%BD%87hcr.io", "image=%EF%BB%BFghcr.io/acme/web", "registry=NaN&name=1e400", "registry=acme&registry=",
]  # fmt: skip
NO_TOKENS = [{}, {"Authorization": "Bearer berth_00000000_" + "0" * 38}, {"Cookie": "berth-session=x"}]


def the_same_each_time(questions: int) -> drawing:
    """Return settings for so many questions."""
    phases = [Phase.explicit, Phase.generate]
    return drawing(
        max_examples=questions, derandomize=True, database=None, deadline=None, phases=phases,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


@pytest.fixture
def described(db: None, settings: Any) -> Iterator[Any]:
    """The API as it describes itself, answered by Berth's own WSGI application."""
    settings.BERTH_HANDOUTS_PER_TOKEN = 1_000_000
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:  # As Django's own client does, since a request would end the test's transaction otherwise.
        signal.disconnect(close_old_connections)
    config = SchemathesisConfig(seed=1)
    config.projects.default.generation.update(with_security_parameters=False)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), config=config)
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.fixture
def stocked(team: Team, alice: User) -> None:
    """Registries that can be asked for: two with one path, one paused, one without a login."""
    for name, organization in (("acme", "acme"), ("twin", "acme"), ("labs", "labs"), ("resting", "resting")):
        registry = GitHub(namespace=organization, username="robot", password=Secret(f"{CANARY}-{name}"))
        team.connections.connect(name, registry, by=alice).pause(name == "resting", by=alice)
    team.connections.connect("open", Other(url="https://open.example.com", method="none"), by=alice)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", ["credentials", "docker-config", "pull-secret"])
def test_with_a_token_every_answer_is_as_described(
    described: Any, stocked: None, machine: tuple[MachineToken, str], path: str, mode: GenerationMode
) -> None:
    operation = described[f"/api/v1/{path}"]["GET"]

    @the_same_each_time(60)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        response = case.call(headers={"Authorization": f"Bearer {machine[1]}"})
        case.validate_response(response, excluded_checks=EXCLUDED)

    ask()


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_plausible_question_is_answered_as_described(
    described: Any, stocked: None, machine: tuple[MachineToken, str], path: str
) -> None:
    operation = described[f"/api/v1/{path}"]["GET"]
    known = [parameter.name for parameter in operation.query]
    seen = set()

    @the_same_each_time(80)
    @given(query=st.fixed_dictionaries({}, optional={name: st.sampled_from(PLAUSIBLE[name]) for name in known}))
    def ask(query: dict[str, str]) -> None:
        case = operation.Case(query=query)
        response = case.call(headers={"Authorization": f"Bearer {machine[1]}"})
        case.validate_response(response, excluded_checks=EXCLUDED)
        seen.add(response.status_code)

    ask()
    assert seen >= ({200, 404, 409, 422} if known else {200})


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_whatever_is_sent_to_be_checked_is_answered_as_described(
    described: Any, stocked: None, machine: tuple[MachineToken, str], mode: GenerationMode
) -> None:
    operation = described["/api/v1/spec-checks"]["POST"]

    @the_same_each_time(150)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if isinstance(case.body, dict) and case.body.get("look_up") is True:
            case.body["look_up"] = False  # It would go out to registries.
        response = case.call(headers={"Authorization": f"Bearer {machine[1]}"})
        case.validate_response(response, excluded_checks=EXCLUDED)

    ask()


def test_a_plausible_workload_file_is_answered_as_described(
    described: Any, stocked: None, machine: tuple[MachineToken, str]
) -> None:
    operation = described["/api/v1/spec-checks"]["POST"]
    written = st.sampled_from([*PLAUSIBLE["image"], "python:3.13-slim"])
    images = st.one_of(written, st.none(), st.lists(st.text(max_size=3), max_size=2))
    steps = st.fixed_dictionaries({"image": images}, optional={"containerRegistry": st.sampled_from(PLAUSIBLE["registry"])})
    nested = st.recursive(steps, lambda inner: st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=8)
    texts = st.one_of(nested.map(yaml.safe_dump), nested.map(json.dumps), st.text(max_size=60))
    seen = set()

    @the_same_each_time(150)
    @example(spec="image: python:3.13-slim", day=None)
    @given(spec=texts, day=st.one_of(st.none(), st.dates().map(str)))
    def ask(spec: str, day: str | None) -> None:
        case = operation.Case(body={"spec": spec, "needed_until": day})
        response = case.call(headers={"Authorization": f"Bearer {machine[1]}"})
        case.validate_response(response, excluded_checks=EXCLUDED)
        seen.add(response.status_code)
        if response.status_code == 200:
            seen.update(one["level"] for one in response.json()["findings"])

    ask()
    assert seen >= {200, 422, "ok", "warning", "error"}


@pytest.mark.parametrize("headers", NO_TOKENS, ids=["none", "unknown", "session"])
@pytest.mark.parametrize("path", [*ADDRESSES, "spec-checks"])
def test_without_a_token_every_answer_is_a_no(described: Any, stocked: None, path: str, headers: dict[str, str]) -> None:
    operation = described[f"/api/v1/{path}"]["POST" if path == "spec-checks" else "GET"]

    @the_same_each_time(20)
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        response = case.call(headers=headers)
        case.validate_response(response, excluded_checks=EXCLUDED)
        assert response.status_code in (400, 401)
        assert CANARY not in response.text

    ask()
    assert not HandOut.objects.exists()


@pytest.mark.parametrize("path", [*ADDRESSES, "openapi.json", "docs", "unknown"])
def test_what_is_odd_is_a_problem_and_no_fault(stocked: None, machine: tuple[MachineToken, str], path: str) -> None:
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {machine[1]}"})

    for query in ODD:
        answer = client.get(f"/api/v1/{path}", QUERY_STRING=query)
        assert answer.status_code < 500, query
        assert answer.status_code == 200 or answer["Content-Type"] == "application/problem+json", query
