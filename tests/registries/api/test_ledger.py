"""The ledger: without its row there is no secret, on whatever path, and nothing that a machine says of itself breaks it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client

from console.models import Team, User
from registries.api.answers import CredentialAnswer
from registries.distribution import Secret
from registries.flavors.github import GitHub
from registries.models import HandOut, MachineToken
from registries.tokens import Token
from tests.conftest import CANARY
from tests.registries.api.conftest import Ask, issue

QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("credentials", {"image": "ghcr.io/acme/web"}),
    ("credentials", {"image": "ghcr.io/acme/web", "registry": "acme"}),
    ("credentials", {"server": "ghcr.io"}),
    ("credentials", {"registry": "acme"}),
    ("registries", {}),
    ("docker-config", {}),
    ("docker-config", {"registry": "acme", "format": "containers"}),
    ("pull-secret", {}),
    ("pull-secret", {"registry": "acme", "format": "json"}),
]
REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("credentials", {"image": "quay.io/acme/web"}),
    ("credentials", {"registry": "nobody"}),
    ("credentials", {"server": "quay.io"}),
    ("docker-config", {"registry": "nobody"}),
    ("pull-secret", {"registry": "nobody"}),
]


@pytest.fixture
def acme(team: Team, alice: User) -> None:
    registry = GitHub(namespace="acme", username="robot", password=Secret(CANARY))
    team.connections.connect("acme", registry, by=alice)


@pytest.fixture
def full(transactional_db: None, machine: Any, acme: None) -> Iterator[None]:
    """Let the database refuse every row for the ledger, whoever writes it and however."""
    refuse = "SELECT RAISE(ABORT, 'full')"
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            body = "BEGIN RAISE EXCEPTION 'full'; END"
            cursor.execute(f"CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
            cursor.execute("CREATE TRIGGER full_ledger BEFORE INSERT ON registries_handout EXECUTE FUNCTION is_full()")
        else:
            cursor.execute(f"CREATE TRIGGER full_ledger BEFORE INSERT ON registries_handout BEGIN {refuse}; END")
    yield
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute("DROP FUNCTION is_full CASCADE")
        else:
            cursor.execute("DROP TRIGGER full_ledger")


@pytest.mark.parametrize(("path", "question"), QUESTIONS + REFUSED)
def test_m8_without_a_row_there_is_no_secret(full: None, ask: Ask, path: str, question: dict[str, Any]) -> None:
    answer = ask(path, **question)

    assert (answer.status_code, answer.json()["code"]) == (503, "ledger_unavailable")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"] == "5"
    assert CANARY not in answer.content.decode()


def test_without_a_row_the_door_lets_nobody_in(full: None, ask: Ask, team: Team, alice: User) -> None:
    row, text = issue(team, "revoked", by=alice)
    row.revoke(by=alice)

    assert ask("registries", token=text).json()["code"] == "ledger_unavailable"
    assert ask("registries", token="").status_code == 401  # Of whom there is no ledger.


@pytest.mark.parametrize(("path", "question"), QUESTIONS)
def test_with_a_row_there_is_an_answer(acme: None, ask: Ask, path: str, question: dict[str, Any]) -> None:
    answer = ask(path, **question)

    assert answer.status_code == 200
    assert HandOut.objects.get().result == "given"


def test_the_row_stands_before_the_answer_is_made(acme: None, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*found: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(CredentialAnswer, "made_of", fail)

    assert ask("credentials", registry="acme").status_code == 500
    assert HandOut.objects.get().result == "given"


@pytest.mark.parametrize(("path", "question"), QUESTIONS + REFUSED)
@pytest.mark.parametrize(
    "said",
    [
        {"HTTP_USER_AGENT": "a\0b"},
        {"HTTP_USER_AGENT": "x" * 20_000},
        {"HTTP_USER_AGENT": "\ud800\udfff"},
        {"HTTP_USER_AGENT": "caf\xe9 \u202e\r\n"},
        {"HTTP_X_FORWARDED_FOR": "\0, evil, ::1%\0", "HTTP_X_FORWARDED_PROTO": "\0"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "fe80::1%eth0\0"},
        {"REMOTE_ADDR": "\0"},
        {"REMOTE_ADDR": "unix:"},
        {"HTTP_X_REAL_IP": "\0", "HTTP_ACCEPT": "\0", "HTTP_COOKIE": "berth-session=\0; \ud800=x"},
    ],
    ids=lambda said: ascii(said)[:40],
)
def test_whatever_a_machine_says_of_itself_is_noted_or_passed_over(
    acme: None, machine: tuple[MachineToken, str], path: str, question: dict[str, Any], said: dict[str, Any]
) -> None:
    client = Client(raise_request_exception=False)

    answer = client.get(f"/api/v1/{path}", question, headers={"Authorization": f"Bearer {machine[1]}"}, **said)

    assert answer.status_code == (200 if (path, question) in QUESTIONS else 404)
    row = HandOut.objects.get()
    assert row.program.isprintable()
    assert len(row.program) <= 200


@pytest.mark.parametrize("header", ["\0", "Bearer \0", "Bearer", "Bearer \ud800", "Basic \0", "bearer  ", "\xe9" * 9000])
def test_whatever_stands_for_a_token_is_refused_before_any_query(
    header: str, django_assert_num_queries: Any, machine: tuple[MachineToken, str]
) -> None:
    client = Client(raise_request_exception=False)

    with django_assert_num_queries(0):
        answers = [client.get(f"/api/v1/{path}", HTTP_AUTHORIZATION=header) for path, _ in QUESTIONS]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1


def test_names_that_are_odd_are_noted_as_far_as_they_can_be_printed(acme: None, ask: Ask) -> None:
    assert ask("credentials", registry="a\u202e\x07\nb").status_code == 404

    assert HandOut.objects.get().asked == "ab"


# Guessing -----------------------------------------------------------------------------------------------------------


def test_guesses_neither_use_up_what_a_token_may_ask_nor_tell_that_its_id_exists(
    settings: Any, acme: None, ask: Ask, machine: tuple[MachineToken, str]
) -> None:
    settings.BERTH_HANDOUTS_PER_TOKEN = 5

    guesses = [ask("registries", token=Token.new(machine[0].public_id).text.reveal()) for _ in range(20)]
    unknown = ask("registries", token=Token.new().text.reveal())

    assert {answer.status_code for answer in guesses} == {401}
    assert {answer.content for answer in guesses} == {unknown.content}
    assert HandOut.objects.filter(result="unauthorized").count() == 10  # Nor do they flood the ledger.
    assert ask("credentials", registry="acme").status_code == 200


@pytest.mark.parametrize("path", ["credentials", "registries", "docker-config", "pull-secret"])
def test_v33_a_token_anywhere_in_the_address_is_refused(
    acme: None, machine: tuple[MachineToken, str], ask: Ask, path: str
) -> None:
    text = machine[1]
    unsigned = ask(path, token="")

    for query in (
        {"token": "x"}, {"access_token": text}, {"image": text}, {"image": f"Bearer {text}"}, {"registry": f"{text}\n"},
        {text: ""}, {"a": f"x={text}&y"}, {"server": f"https://{text}@ghcr.io"},
    ):  # fmt: skip
        for headers in ({"Authorization": f"Bearer {text}"}, {}):
            answer = Client().get(f"/api/v1/{path}", query, headers=headers)
            assert (answer.status_code, answer.content) == (401, unsigned.content)
    assert not HandOut.objects.exists()


def test_m2_of_mistyped_tokens_none_reaches_the_database(
    machine: tuple[MachineToken, str], ask: Ask, django_assert_num_queries: Any
) -> None:
    text = machine[1]

    with django_assert_num_queries(0):
        for place in range(len(text)):
            for other in ("0", "Z", "_", ""):
                if text[place] != other:
                    assert ask("registries", token=text[:place] + other + text[place + 1 :]).status_code == 401
