"""The documents that machines read: config.json, auth.json, pull secrets, the list of registries, and the description."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from django.core import mail
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from console.models import Team, User
from registries.api.problems import STATUSES
from registries.distribution import Secret
from registries.flavors.digitalocean import DigitalOcean
from registries.flavors.dockerhub import DockerHub
from registries.flavors.github import GitHub
from registries.flavors.other import Other
from registries.models import Check, Connection, HandOut, MachineToken
from registries.outcomes import Outcome
from tests.conftest import CANARY
from tests.registries.api.conftest import Ask, issue

Save = Callable[..., Connection]
ADDRESSES = ("credentials", "registries", "docker-config", "pull-secret", "openapi.json")


@pytest.fixture
def save(team: Team, alice: User) -> Save:
    """Save a connection: of GitHub, `save("acme", "acme")`, or of any registry, `save("hub", registry)`."""

    def save(name: str, registry: Any) -> Connection:
        if isinstance(registry, str):
            registry = GitHub(namespace=registry, username="robot", password=Secret(f"{CANARY}-{name}"))
        connection: Connection = team.connections.connect(name, registry, by=alice)
        return connection

    return save


@pytest.fixture
def hub() -> DockerHub:
    return DockerHub(namespace="acme", username="robot", password=Secret(CANARY))


def auth(name: str) -> str:
    return base64.b64encode(f"robot:{CANARY}-{name}".encode()).decode()


def problem(answer: Any) -> tuple[int, str]:
    """Return status and code of an answer that is a problem in every respect."""
    document = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"].startswith("no-store")
    assert (document["type"], document["status"]) == ("about:blank", answer.status_code)
    assert STATUSES[document["code"]] == answer.status_code
    assert document["detail"].endswith(".")
    assert CANARY not in answer.content.decode()
    return answer.status_code, document["code"]


def results() -> list[tuple[str, str, str]]:
    """Return what the ledger has, the oldest first: kind, registry, result."""
    return list(HandOut.objects.order_by("pk").values_list("kind", "registry", "result"))


# config.json --------------------------------------------------------------------------------------------------------


def test_a_config_has_the_key_that_docker_looks_for(save: Save, ask: Ask, hub: DockerHub) -> None:
    save("acme", "acme")
    save("hub", hub)

    answer = ask("docker-config", registry=["hub", "ACME"])

    assert answer.status_code == 200
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/json", "no-store")
    assert answer.json() == {
        "auths": {
            "ghcr.io": {"auth": auth("acme")},
            "https://index.docker.io/v1/": {"auth": base64.b64encode(f"robot:{CANARY}".encode()).decode()},
        }
    }
    assert results() == [("docker_config", "acme", "given"), ("docker_config", "hub", "given")]


def test_the_keys_of_containers_have_paths(save: Save, ask: Ask, hub: DockerHub) -> None:
    save("acme", "acme")
    save("labs", "labs")
    save("hub", hub)

    answer = ask("docker-config", format="containers")

    assert sorted(answer.json()["auths"]) == ["docker.io/acme", "ghcr.io/acme", "ghcr.io/labs"]
    assert answer.json()["auths"]["ghcr.io/labs"] == {"auth": auth("labs")}


def test_two_logins_of_one_host_are_refused_before_any_is_given(save: Save, ask: Ask) -> None:
    save("acme", "acme")
    save("labs", "labs")

    answer = ask("docker-config")

    assert problem(answer) == (409, "shared_host")
    assert answer.json()["registries"] == ["acme", "labs"]
    assert "ghcr.io" in answer.json()["detail"]
    assert results() == [("docker_config", "acme", "shared_host")]


def test_one_of_two_at_one_host_is_asked_for_by_name(save: Save, ask: Ask) -> None:
    save("acme", "acme")
    save("labs", "labs")

    assert ask("docker-config", registry="labs").json() == {"auths": {"ghcr.io": {"auth": auth("labs")}}}


def test_the_same_path_twice_is_refused_to_containers_too(save: Save, ask: Ask) -> None:
    save("acme", "acme")
    save("acme-again", "acme")

    for path, query in (("docker-config", {"format": "containers"}), ("pull-secret", {})):
        assert problem(ask(path, **query)) == (409, "shared_host")


def test_without_names_all_are_given_that_are_awake_and_have_a_login(
    save: Save, ask: Ask, alice: User, hub: DockerHub
) -> None:
    save("acme", "acme")
    save("resting", hub).pause(True, by=alice)
    save("open", Other(url="https://open.example.com", method="none"))

    assert list(ask("docker-config").json()["auths"]) == ["ghcr.io"]
    assert results() == [("docker_config", "acme", "given")]


def test_a_team_without_registries_gets_a_config_without_logins(team: Team, ask: Ask) -> None:
    assert ask("docker-config").json() == {"auths": {}}
    assert results() == [("docker_config", "", "not_found")]


@pytest.mark.parametrize("path", ["docker-config", "pull-secret"])
def test_what_is_named_and_cannot_be_given_refuses_all(
    save: Save, ask: Ask, alice: User, path: str, hub: DockerHub
) -> None:
    save("acme", "acme")
    save("resting", hub).pause(True, by=alice)
    save("open", Other(url="https://open.example.com", method="none"))
    ended = save("ended", Other(url="https://old.example.com", username="u", password=Secret(CANARY)))
    Connection.objects.filter(pk=ended.pk).update(ends_at=timezone.now() - timedelta(minutes=1))

    assert problem(ask(path, registry=["acme", "nobody"])) == (404, "not_found")
    assert problem(ask(path, registry=["acme", "resting"])) == (409, "paused")
    assert problem(ask(path, registry=["acme", "open"])) == (404, "no_login")
    assert problem(ask(path, registry=["acme", "ended"])) == (409, "ended")
    assert [result for _, _, result in results()] == ["not_found", "paused", "no_login", "ended"]


def test_one_name_twice_is_one_login(save: Save, ask: Ask) -> None:
    save("acme", "acme")

    assert list(ask("docker-config", registry=["acme", "ACME"]).json()["auths"]) == ["ghcr.io"]
    assert len(results()) == 1


@pytest.mark.parametrize("path", ["docker-config", "pull-secret"])
@pytest.mark.parametrize("names", [["acme"] * 101, ["x" * 65], [""]])
def test_names_are_limited_in_number_and_length(save: Save, ask: Ask, path: str, names: list[str]) -> None:
    save("acme", "acme")

    answer = ask(path, registry=names)

    assert problem(answer) == (422, "invalid_request")
    assert "registry" in answer.json()["detail"]
    assert ask(path, registry=["acme"] * 100).status_code == 200


def test_an_unknown_format_is_refused(ask: Ask) -> None:
    assert problem(ask("docker-config", format="podman")) == (422, "invalid_request")


def test_several_take_as_many_queries_as_two(save: Save, ask: Ask, django_assert_num_queries: Any) -> None:
    for number in range(10):
        save(f"r{number}", Other(url=f"https://r{number}.example.com", username="u", password=Secret(CANARY)))
    ask("docker-config")  # The day's first is told to the team's activity.

    with django_assert_num_queries(3):
        assert len(ask("docker-config").json()["auths"]) == 10


# Pull secrets -------------------------------------------------------------------------------------------------------


def inside(secret: Any) -> Any:
    return json.loads(base64.b64decode(secret["data"][".dockerconfigjson"]))


def test_a_pull_secret_is_yaml_and_named_after_its_registry(save: Save, ask: Ask) -> None:
    save("My-Acme.GHCR_1", "acme")

    answer = ask("pull-secret", registry="My-Acme.GHCR_1", namespace="builds")

    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/yaml", "no-store")
    secret = yaml.safe_load(answer.content)
    assert secret["metadata"] == {"name": "my-acme.ghcr-1", "namespace": "builds"}
    assert (secret["apiVersion"], secret["kind"]) == ("v1", "Secret")
    assert secret["type"] == "kubernetes.io/dockerconfigjson"
    assert inside(secret)["auths"]["ghcr.io"]["password"] == f"{CANARY}-My-Acme.GHCR_1"
    assert results() == [("pull_secret", "My-Acme.GHCR_1", "given")]


def test_as_json_it_is_the_same(save: Save, ask: Ask) -> None:
    save("acme", "acme")

    as_json = ask("pull-secret", name="pull", format="json")

    assert (as_json["Content-Type"], as_json["Cache-Control"]) == ("application/json", "no-store")
    assert as_json.json()["metadata"] == {"name": "pull"}
    assert yaml.safe_load(ask("pull-secret", name="pull").content) == as_json.json()


def test_without_a_name_that_of_several_is_berth(save: Save, ask: Ask, hub: DockerHub) -> None:
    save("acme", "acme")
    save("hub", hub)

    assert ask("pull-secret", format="json").json()["metadata"] == {"name": "berth"}
    assert ask("pull-secret", format="json", registry=["acme", "hub"]).json()["metadata"] == {"name": "berth"}


def test_keys_have_paths_where_two_share_a_host(save: Save, ask: Ask, hub: DockerHub) -> None:
    save("acme", "acme")
    save("labs", "labs")
    save("hub", hub)

    keys = inside(ask("pull-secret", format="json").json())["auths"]

    assert sorted(keys) == ["ghcr.io/acme", "ghcr.io/labs", "https://index.docker.io/v1/"]
    assert keys["ghcr.io/labs"] == {"username": "robot", "password": f"{CANARY}-labs", "auth": auth("labs")}


@pytest.mark.parametrize(
    "question",
    [
        {"name": "Upper"}, {"name": "-dash"}, {"name": "dash-"}, {"name": "a..b"}, {"name": "a_b"}, {"name": "a/b"},
        {"name": "a\nb"}, {"name": "ä"}, {"namespace": "a.b"}, {"namespace": "Upper"}, {"namespace": "a\n"},
        {"namespace": "kube-system\nkind: Pod"},
    ],
)  # fmt: skip
def test_names_that_kubernetes_does_not_take_are_refused_before_anything_is_given(
    save: Save, ask: Ask, question: dict[str, str]
) -> None:
    save("acme", "acme")

    answer = ask("pull-secret", **question)

    assert problem(answer) == (400, "invalid_name")
    assert results() == []


@pytest.mark.parametrize("question", [{"name": "a" * 254}, {"namespace": "a" * 64}, {"format": "toml"}])
def test_what_is_too_long_or_no_format_is_an_invalid_request(ask: Ask, question: dict[str, str]) -> None:
    assert problem(ask("pull-secret", **question)) == (422, "invalid_request")


# The list -----------------------------------------------------------------------------------------------------------


def test_the_list_says_what_there_is_and_how_it_is(save: Save, ask: Ask, team: Team, alice: User) -> None:
    acme = save("acme", "acme")
    at = datetime(2026, 11, 21, 10, tzinfo=UTC)
    check = Check.objects.create(team=team, connection=acme, host=acme.host, outcome="connected", finished_at=at)
    Connection.objects.filter(pk=acme.pk).update(
        outcome=Outcome.CONNECTED, last_check=check, ends_at=datetime(2027, 1, 1, tzinfo=UTC), purpose="push"
    )
    save("Berlin", "labs").pause(True, by=alice)

    answer = ask("registries")

    first = {
        "name": "acme",
        "flavor": "github",
        "host": "ghcr.io",
        "prefix": "acme",
        "username": "robot",
        "purpose": "push",
        "paused": False,
        "health": "connected",
        "checked_at": "2026-11-21T10:00:00Z",
        "ends_at": "2027-01-01T00:00:00Z",
        "docker_config_key": "ghcr.io",
        "path_key": "ghcr.io/acme",
    }
    second = {
        **first, "name": "Berlin", "prefix": "labs", "purpose": "pull", "paused": True, "health": "not_checked",
        "checked_at": None, "ends_at": None, "path_key": "ghcr.io/labs",
    }  # fmt: skip
    assert answer.json() == {"registries": [first, second]}
    assert answer["Cache-Control"] == "no-store"
    assert results() == [("list", "", "given")]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_health_is_how_the_last_test_ended(save: Save, ask: Ask, outcome: Outcome) -> None:
    connection = save("acme", "acme")
    Connection.objects.filter(pk=connection.pk).update(outcome=outcome)

    assert ask("registries").json()["registries"][0]["health"] == outcome.value


def test_the_list_has_no_secret_not_even_a_user_name_that_is_one(save: Save, ask: Ask) -> None:
    save("acme", "acme")
    save("ocean", DigitalOcean(registry="sea", token=Secret(f"dop_v1_{CANARY}")))

    answer = ask("registries")

    assert [row["username"] for row in answer.json()["registries"]] == ["robot", ""]
    assert CANARY not in answer.content.decode()


def test_the_list_takes_as_many_queries_for_many(save: Save, ask: Ask, django_assert_num_queries: Any) -> None:
    for number in range(10):
        save(f"r{number}", f"org{number}")

    with django_assert_num_queries(3):
        assert len(ask("registries").json()["registries"]) == 10


@pytest.mark.parametrize("path", ADDRESSES[:4])
def test_moments_end_in_whole_seconds(save: Save, ask: Ask, path: str) -> None:
    connection = save("acme", "acme")
    end = datetime(2031, 1, 1, 12, 30, 15, 987654, tzinfo=UTC)
    Connection.objects.filter(pk=connection.pk).update(ends_at=end)

    text = ask(path, **({"registry": "acme"} if path != "registries" else {})).content.decode()

    assert "987" not in text
    assert path not in ("credentials", "registries") or "2031-01-01T12:30:15Z" in text


# The description ----------------------------------------------------------------------------------------------------


def test_the_description_is_for_everybody_and_names_each_address() -> None:
    answer = Client().get("/api/v1/openapi.json")
    document = answer.json()

    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert sorted(document["paths"]) == sorted(f"/api/v1/{path}" for path in (*ADDRESSES[:4], "spec-checks"))
    assert document["components"]["securitySchemes"] == {"Machine": {"type": "http", "scheme": "bearer"}}
    for path, operations in document["paths"].items():
        [(method, operation)] = operations.items()
        assert method == ("post" if path.endswith("/spec-checks") else "get")
        assert operation["security"] == [{"Machine": []}]
        assert operation["summary"]
        assert operation["description"]
        assert all(parameter["description"] for parameter in operation["parameters"])


def test_the_description_names_every_code_with_its_status_and_type() -> None:
    document = Client().get("/api/v1/openapi.json").json()
    named: dict[str, int] = {}
    for operations in document["paths"].values():
        [operation] = operations.values()
        for status, response in operation["responses"].items():
            if status != "200":
                assert list(response["content"]) == ["application/problem+json"]
                named |= dict.fromkeys(response["description"].split(", "), int(status))

    assert named == {code: status for code, status in STATUSES.items() if status != 405 and code != "unknown_address"}
    assert document["components"]["schemas"]["ProblemAnswer"]["properties"]["code"]["enum"] == sorted(STATUSES)
    assert list(document["paths"]["/api/v1/pull-secret"]["get"]["responses"]["200"]["content"]) == [
        "application/yaml",
        "application/json",
    ]


# Everything else ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["", "unknown", "credentials/", "credentials/acme", "../credentials", "%2e%2e/", "registries/1", "spec", "ünknown"],
)
def test_an_unknown_address_is_a_problem_and_no_page(ask: Ask, machine: tuple[MachineToken, str], path: str) -> None:
    assert problem(ask(path)) == (404, "unknown_address")
    assert problem(ask(path, token="")) == (404, "unknown_address")


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/api/v1?image=a", "/api/v1/credentials/", "/api/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_is_led_to_another_address_of_the_api(db: None, path: str, method: str) -> None:
    answer = Client().generic(method, path)

    assert problem(answer) in ((404, "unknown_address"), (405, "method_not_allowed"))


def test_beside_the_api_it_is_still_a_page(db: None) -> None:
    answer = Client().get("/apis/v1/unknown")

    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND"])
def test_a_wrong_method_is_a_problem_that_names_the_right_one(
    save: Save, machine: tuple[MachineToken, str], path: str, method: str
) -> None:
    save("acme", "acme")
    headers = {"Authorization": f"Bearer {machine[1]}"}

    answer = Client().generic(method, f"/api/v1/{path}?registry=acme", headers=headers)

    assert (answer.status_code, answer["Allow"]) == (405, "GET")
    assert (answer["Content-Type"], answer["Cache-Control"][:8]) == ("application/problem+json", "no-store")
    assert method == "HEAD" or problem(answer) == (405, "method_not_allowed")
    assert results() == []


def test_a_query_with_more_names_than_django_reads_is_a_problem(save: Save, ask: Ask) -> None:
    save("acme", "acme")

    answer = ask("docker-config", **{f"n{number}": "x" for number in range(1001)})

    assert problem(answer) == (400, "bad_request")


@pytest.mark.parametrize("path", [*ADDRESSES, "unknown"])
@pytest.mark.parametrize("query", ["image=%00", "%00", "registry=a%00b", "x=\0"])
def test_a_nul_is_a_problem_and_no_fault(machine: tuple[MachineToken, str], path: str, query: str) -> None:
    headers = {"Authorization": f"Bearer {machine[1]}"}

    assert problem(Client().get(f"/api/v1/{path}", QUERY_STRING=query, headers=headers)) == (400, "bad_request")
    assert problem(Client().get(f"/api/v1/{path}%00", headers=headers)) == (400, "bad_request")


def test_what_scanners_send_mails_nobody(settings: Any, db: None) -> None:
    settings.ADMINS = [("Operator", "operator@northwind.example")]

    for path in ("/api/v1/credentials?image=%00", "/api/v1/a%00b", "/teams/?%00", "/api/v1/unknown", "/api/v1/registries"):
        assert 400 <= Client().get(path).status_code < 500

    assert mail.outbox == []


def test_a_login_that_is_locked_mails_nobody(settings: Any, save: Save, ask: Ask) -> None:
    settings.ADMINS = [("Operator", "operator@northwind.example")]
    connection = save("acme", "acme")
    Connection.objects.filter(pk=connection.pk).update(ca_certificate="another")  # The seal is bound to it.

    assert problem(ask("credentials", registry="acme")) == (503, "locked")
    assert mail.outbox == []


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("length", ["1048577", "9" * 5000, "²", "-1", "many"])
def test_what_is_too_large_is_a_problem(db: None, path: str, length: str) -> None:
    answer = Client().get(f"/api/v1/{path}", CONTENT_LENGTH=length)

    assert problem(answer) == (413, "too_large")


@pytest.mark.parametrize("path", ADDRESSES)
def test_odd_charsets_and_hosts_are_a_problem(machine: tuple[MachineToken, str], path: str) -> None:
    headers = {"Authorization": f"Bearer {machine[1]}"}

    odd: list[dict[str, Any]] = [{"CONTENT_TYPE": "text/plain; charset=utf-16"}, {"HTTP_HOST": "evil.example"}]

    for more in odd:
        assert problem(Client().get(f"/api/v1/{path}", headers=headers, **more)) == (400, "bad_request")


def test_a_fault_of_ours_is_a_problem_with_a_reference_and_no_detail(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, capture_log: Callable[[], str]
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(f"at {CANARY}")

    monkeypatch.setattr(HandOut.objects, "note", fail)

    answer = ask("registries")

    assert problem(answer) == (500, "internal_error")
    reference = answer.json()["detail"].removesuffix(".").rpartition(" ")[2]
    assert reference in capture_log()
    assert CANARY not in capture_log()


def test_a_database_that_is_away_is_told_with_when_to_come_again(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any) -> None:
        raise OperationalError(f"at {CANARY}")

    monkeypatch.setattr(MachineToken.objects, "presented", away)

    answer = ask("registries")

    assert problem(answer) == (503, "unavailable")
    assert answer["Retry-After"] == "5"


def test_a_limited_token_gets_a_config_of_its_own_alone(save: Save, ask: Ask, team: Team, alice: User) -> None:
    acme, _ = save("acme", "acme"), save("labs", "labs")
    _, text = issue(team, "limited", by=alice, connections=[acme])

    assert ask("docker-config", token=text).json() == {"auths": {"ghcr.io": {"auth": auth("acme")}}}
    assert problem(ask("docker-config", token=text, registry="labs")) == (404, "not_found")
