"""What a machine gets for an image, a host or a name, and what is noted of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from console.models import Team, User
from registries.distribution import Secret
from registries.flavors.github import GitHub
from registries.flavors.other import Other
from registries.models import Connection, HandOut, MachineToken
from tests.conftest import CANARY
from tests.registries.api.conftest import Ask, issue

Save = Callable[..., Connection]


@pytest.fixture
def save(team: Team, alice: User) -> Save:
    """Save a connection of GitHub: `save("acme", "acme")`, its token marked."""

    def save(name: str, organization: str, **details: Any) -> Connection:
        registry = GitHub(namespace=organization, username="robot", password=Secret(f"{CANARY}-{name}"))
        connection: Connection = team.connections.connect(name, registry, by=alice, **details)
        return connection

    return save


def test_an_image_gets_the_login_with_the_longest_prefix(save: Save, ask: Ask) -> None:
    save("all-of-acme", "acme")

    answer = ask("credentials", image="ghcr.io/acme/web:1.2")

    assert answer.status_code == 200
    assert answer.json() == {
        "registry": "all-of-acme",
        "server": "ghcr.io",
        "prefix": "acme",
        "username": "robot",
        "password": f"{CANARY}-all-of-acme",
        "expires_at": None,
        "docker_config_key": "ghcr.io",
        "path_key": "ghcr.io/acme",
    }


def test_what_is_secret_is_neither_kept_nor_compressed(save: Save, ask: Ask) -> None:
    save("acme", "acme")

    answer = ask("credentials", image="ghcr.io/acme/web")

    assert answer["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in answer
    assert "Set-Cookie" not in answer


def test_a_hand_out_takes_three_queries(save: Save, ask: Ask, django_assert_num_queries: Any) -> None:
    save("acme", "acme")
    save("other", "other")
    ask("credentials", image="ghcr.io/acme/web")  # The day's first is told to the team's activity.

    with django_assert_num_queries(3):
        ask("credentials", image="ghcr.io/acme/web")


@pytest.mark.parametrize("server", ["ghcr.io", "https://ghcr.io", "GHCR.IO", "ghcr.io/", "https://ghcr.io/v2/"])
def test_docker_asks_by_host(save: Save, ask: Ask, server: str) -> None:
    save("acme", "acme")

    assert ask("credentials", server=server).json()["registry"] == "acme"


def test_two_logins_of_one_host_are_not_guessed_between(save: Save, ask: Ask) -> None:
    save("acme", "acme")
    save("labs", "labs")

    answer = ask("credentials", server="ghcr.io")

    assert (answer.status_code, answer.json()["code"]) == (409, "ambiguous")
    assert answer.json()["registries"] == ["acme", "labs"]
    assert CANARY not in answer.content.decode()


def test_a_name_alone_is_enough(save: Save, ask: Ask) -> None:
    save("acme", "acme")

    assert ask("credentials", registry="ACME").json()["registry"] == "acme"


def test_a_former_name_still_works_and_is_counted(save: Save, ask: Ask, alice: User) -> None:
    connection = save("acme", "acme")
    registry = connection.open()
    connection.replace(registry, by=alice, version=1, keep_secrets=True, name="renamed")

    assert ask("credentials", registry="acme", image="ghcr.io/acme/web").json()["registry"] == "renamed"
    assert connection.former_names.get().uses == 1


@pytest.mark.parametrize(
    ("question", "status", "code"),
    [
        ({"image": "ghcr.io/unknown/web"}, 404, "not_found"),
        ({"image": "nginx"}, 404, "not_found"),
        ({"image": "ghcr.io/acme-evil/web"}, 404, "not_found"),
        ({"image": "ghcr.io.evil.example/acme/web"}, 404, "not_found"),
        ({"server": "quay.io"}, 404, "not_found"),
        ({"registry": "nobody"}, 404, "not_found"),
        ({"registry": "acme", "image": "quay.io/acme/web"}, 409, "does_not_fit"),
        ({"registry": "acme", "image": "ghcr.io/labs/web"}, 409, "does_not_fit"),
        ({"image": "ghcr.io/resting/web"}, 409, "paused"),
        ({"registry": "resting"}, 409, "paused"),
        ({"image": "not an image"}, 400, "invalid_image"),
        ({"server": "ghcr.io\r\n.evil.example"}, 400, "invalid_server"),
        ({}, 422, "invalid_request"),
        ({"image": "a/b", "server": "ghcr.io"}, 422, "invalid_request"),
        ({"image": "x" * 5000}, 422, "invalid_request"),
    ],
)
def test_every_no_has_a_code(save: Save, ask: Ask, alice: User, question: dict[str, str], status: int, code: str) -> None:
    save("acme", "acme")
    save("resting", "resting").pause(True, by=alice)

    answer = ask("credentials", **question)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    assert CANARY not in answer.content.decode()


def test_a_registry_without_a_login_says_so(team: Team, alice: User, ask: Ask) -> None:
    team.connections.connect("open", Other(url="https://open.example.com", method="none"), by=alice)

    answer = ask("credentials", registry="open")

    assert (answer.status_code, answer.json()["code"]) == (404, "no_login")


def test_a_login_that_has_ended_is_not_handed_out(save: Save, ask: Ask) -> None:
    connection = save("acme", "acme")
    Connection.objects.filter(pk=connection.pk).update(ends_at=timezone.now() - timedelta(minutes=1))

    answer = ask("credentials", registry="acme")

    assert (answer.status_code, answer.json()["code"]) == (409, "ended")


def test_a_locked_login_asks_to_come_again(save: Save, ask: Ask) -> None:
    connection = save("acme", "acme")
    Connection.objects.filter(pk=connection.pk).update(settings={**connection.settings, "namespace": "-"}, host="evil.io")
    Connection.objects.filter(pk=connection.pk).update(ca_certificate="another")  # The seal is bound to it.

    answer = ask("credentials", registry="acme")

    assert (answer.status_code, answer.json()["code"]) == (503, "locked")
    assert answer["Retry-After"] == "60"


# Who may have what --------------------------------------------------------------------------------------------------


def test_for_a_limited_token_nothing_else_exists(save: Save, ask: Ask, team: Team, alice: User) -> None:
    acme, _ = save("acme", "acme"), save("labs", "labs")
    _, text = issue(team, "limited", by=alice, connections=[acme])

    absent = ask("credentials", registry="absent", token=text)
    hidden = ask("credentials", registry="labs", token=text)

    assert ask("credentials", server="ghcr.io", token=text).json()["registry"] == "acme"
    assert hidden.status_code == 404
    assert hidden.content == absent.content
    assert ask("credentials", image="ghcr.io/labs/web", token=text).status_code == 404
    assert [row["name"] for row in ask("registries", token=text).json()["registries"]] == ["acme"]
    assert list(ask("docker-config", token=text).json()["auths"]) == ["ghcr.io"]


def test_a_token_limited_to_what_was_deleted_gets_nothing(save: Save, ask: Ask, team: Team, alice: User) -> None:
    acme, _ = save("acme", "acme"), save("labs", "labs")
    _, text = issue(team, "limited", by=alice, connections=[acme])
    acme.remove(by=alice)

    assert ask("registries", token=text).json() == {"registries": []}


def test_another_teams_token_gets_nothing_of_this_one(save: Save, ask: Ask, charlie: User) -> None:
    save("acme", "acme")
    _, text = issue(charlie.teams.get(), "foreign", by=charlie)

    assert ask("credentials", registry="acme", token=text).status_code == 404


# The door -----------------------------------------------------------------------------------------------------------


def refused(answer: Any) -> bool:
    return (answer.status_code, answer.json()["code"]) == (401, "unauthorized") and "Bearer" in answer["WWW-Authenticate"]


def test_every_wrong_token_gets_the_same_answer(
    save: Save, ask: Ask, machine: tuple[MachineToken, str], alice: User, team: Team
) -> None:
    save("acme", "acme")
    row, text = machine
    revoked, revoked_text = issue(team, "revoked", by=alice)
    revoked.revoke(by=alice)
    ended, ended_text = issue(team, "ended", by=alice)
    MachineToken.objects.filter(pk=ended.pk).update(ends_at=timezone.now())
    MachineToken.objects.filter(pk=row.pk).update(digest="0" * 64)  # Its secret is another one now.

    answers = [ask("registries", token=token) for token in ("", "berth_x", text, revoked_text, ended_text, text[:-1] + "0")]

    assert all(refused(answer) for answer in answers)
    assert len({answer.content for answer in answers}) == 1


def test_a_token_that_is_known_leaves_a_row_when_it_is_refused(
    ask: Ask, machine: tuple[MachineToken, str], alice: User
) -> None:
    row, text = machine
    row.revoke(by=alice)

    ask("registries", token=text)

    noted = HandOut.objects.get()
    assert (noted.result, noted.who, noted.token, noted.program) == ("unauthorized", "ci-runner", row, "berth/1")
    assert noted.address == "127.0.0.1"


def test_a_token_in_the_address_is_refused_even_if_valid(ask: Ask, machine: tuple[MachineToken, str]) -> None:
    assert refused(ask("registries", token="", access_token=machine[1]))
    assert refused(ask("registries", image=machine[1]))


def test_no_session_opens_the_api(signed_in: Callable[[User], Client], alice: User, team: Team) -> None:
    assert refused(signed_in(alice).get("/api/v1/registries"))


def test_no_token_opens_a_page(team: Team, machine: tuple[MachineToken, str]) -> None:
    answer = Client().get("/teams/northwind/containers/", headers={"Authorization": f"Bearer {machine[1]}"})

    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_over_plain_http_it_is_refused_and_flagged(
    settings: Any, save: Save, ask: Ask, machine: tuple[MachineToken, str]
) -> None:
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = True
    save("acme", "acme")

    answer = ask("credentials", registry="acme")

    assert (answer.status_code, answer.json()["code"]) == (403, "plain_http")
    assert HandOut.objects.get().result == "plain_http"


def test_too_many_requests_are_refused_and_noted_once(settings: Any, save: Save, ask: Ask) -> None:
    settings.BERTH_HANDOUTS_PER_TOKEN = 3
    save("acme", "acme")

    answers = [ask("credentials", registry="acme") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert HandOut.objects.filter(result="rate_limited").count() == 1


def test_an_answer_with_several_logins_counts_as_one_request(settings: Any, save: Save, ask: Ask) -> None:
    settings.BERTH_HANDOUTS_PER_TOKEN = 3
    for name in ("acme", "beta", "gamma", "delta"):
        save(name, name)

    answers = [ask("docker-config", format="containers") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert HandOut.objects.given().count() == 12


# The ledger ---------------------------------------------------------------------------------------------------------


def test_the_ledger_says_who_got_what_and_when(save: Save, ask: Ask, machine: tuple[MachineToken, str]) -> None:
    connection = save("acme", "acme")

    ask("credentials", image="ghcr.io/acme/web:1.2")

    row = HandOut.objects.get()
    assert (row.token, row.who, row.connection, row.registry) == (machine[0], "ci-runner", connection, "acme")
    assert (row.asked, row.revision, row.result, row.kind) == ("ghcr.io/acme/web:1.2", 1, "given", "credential")


def test_refused_ones_are_noted_too(save: Save, ask: Ask) -> None:
    ask("credentials", image="ghcr.io/acme/web:1.2")

    row = HandOut.objects.get()
    assert (row.asked, row.result, row.connection) == ("ghcr.io/acme/web:1.2", "not_found", None)


@pytest.mark.django_db(transaction=True)
def test_without_the_ledger_there_is_no_secret(save: Save, ask: Ask) -> None:
    save("acme", "acme")

    def is_full(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("INSERT"):
            raise OperationalError("disk full")
        return execute(sql, *rest)

    with database.execute_wrapper(is_full):
        answer = ask("credentials", registry="acme")

    assert (answer.status_code, answer.json()["code"]) == (503, "ledger_unavailable")
    assert CANARY not in answer.content.decode()


def test_after_a_rotation_both_secrets_work_for_a_day(
    save: Save, ask: Ask, machine: tuple[MachineToken, str], alice: User
) -> None:
    save("acme", "acme")
    row, old = machine

    new = row.rotate(by=alice, digest=row.digest).reveal()

    assert (ask("registries", token=new).status_code, ask("registries", token=old).status_code) == (200, 200)
    assert list(HandOut.objects.values_list("by_former_secret", flat=True)) == [True, False]
    MachineToken.objects.filter(pk=row.pk).update(former_until=timezone.now())
    assert (ask("registries", token=new).status_code, ask("registries", token=old).status_code) == (200, 401)
