"""
No secret stays anywhere once it was handed out: logs, ledger, events, sessions, mails, any table.

Security page, rows L1 to L3, L13, L15, L18 to L20, L23, M1, V21, V28, V29 and V33. Secrets are looked for as text, in
base64 at each of its three offsets, in hexadecimal and in UTF-16.
"""

import base64
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from console.models import Team, User
from registries import formats
from registries.api.answers import CredentialAnswer
from registries.distribution import Secret, Unreachable
from registries.flavors.github import GitHub
from registries.flavors.other import Other
from registries.models import Connection, HandOut, MachineToken, hand_out
from tests.conftest import CANARY
from tests.registries.api.conftest import Ask, issue
from tests.registries.test_ecr import refused
from tests.registries.test_minted import Clock, Mint, ecr

PATHS = ("credentials", "docker-config", "pull-secret", "registries")


def shapes(secret: str) -> set[bytes]:
    """Return a secret in each shape that is looked for."""
    raw = secret.encode()
    in_base64 = {base64.b64encode(b"x" * offset + raw)[4:-4] for offset in range(3)}
    return {raw, raw.hex().encode(), secret.encode("utf-16-le"), quote(secret).encode(), *in_base64}


def holds(text: bytes, secrets: list[str]) -> list[str]:
    return [secret for secret in secrets if any(shape in text for shape in shapes(secret))]


def everything_stored() -> Iterator[tuple[str, bytes]]:
    """Walk all columns of all rows of all tables, as bytes."""
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    yield table, bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Mint:
    """AWS, at the end of every way. Its passwords hold the mark."""
    aws = Mint(clock=Clock(at=timezone.now()))

    class Way:
        def __init__(self, *args: Any, **details: Any) -> None:
            pass

        def __enter__(self) -> Mint:
            return aws

        def __exit__(self, *error: object) -> None:
            pass

    monkeypatch.setattr(hand_out, "Way", Way)
    return aws


@pytest.fixture
def stocked(team: Team, alice: User) -> None:
    """Registries of each sort, all marked."""
    for name, host in (("plain", "ghcr.io"), ("paused", "quay.io"), ("ended", "old.io"), ("locked", "lost.io")):
        registry = Other(url=f"https://{host}", username="robot", password=Secret(f"{CANARY}-{name}"))
        team.connections.connect(name, registry, by=alice).pause(name == "paused", by=alice)
    team.connections.connect("twin", GitHub(namespace="a", username="robot", password=Secret(f"{CANARY}-t")), by=alice)
    team.connections.connect("ecr", ecr(f"{CANARY}-key"), by=alice)
    Connection.objects.filter(name="ended").update(ends_at=timezone.now())
    Connection.objects.filter(name="locked").update(ca_certificate="another")  # The seal is bound to it.


@pytest.fixture
def tokens(team: Team, alice: User, machine: tuple[MachineToken, str]) -> list[str]:
    """The texts of a token in force, of a revoked one, and of one whose secret is another now."""
    revoked, revoked_text = issue(team, "revoked", by=alice)
    revoked.revoke(by=alice)
    other, other_text = issue(team, "other", by=alice)
    MachineToken.objects.filter(pk=other.pk).update(digest="0" * 64)
    return [machine[1], revoked_text, other_text]


def ask_for_everything(ask: Ask, tokens: list[str]) -> list[Any]:
    """Ask on each path for what is given and for what is refused, and return all answers."""
    good, *bad = tokens
    answers = []
    for path in PATHS:
        names = ("plain", "paused", "ended", "locked", "twin", "ecr", "nobody")
        answers += [ask(path, token=good, registry=name) for name in names]
        answers += [ask(path, token=token, registry="plain") for token in bad]
        answers += [ask(path, token="", access_token=good), ask(path, token=good[:-1] + "!")]
        answers += [ask(path, token=good, image=good), ask(path, token=good, **{good: "x"})]
    images = ("ghcr.io/a/b", "quay.io/a", f"u:{CANARY}@ghcr.io/a")
    answers += [ask("credentials", token=good, image=image) for image in images]
    servers = ("ghcr.io", f"https://u:{CANARY}@ghcr.io")
    answers += [ask("credentials", token=good, server=server) for server in servers]
    answers += [ask("docker-config", token=good), ask("docker-config", token=good, format="containers")]
    return answers


def test_v28_v29_nothing_that_was_handed_out_is_kept_or_logged(
    settings: Any, stocked: None, aws: Mint, ask: Ask, tokens: list[str], alice: User, capture_log: Callable[[], str]
) -> None:
    settings.BERTH_HANDOUTS_PER_TOKEN = 100_000
    settings.ADMINS = [("Operator", "operator@northwind.example")]
    database.force_debug_cursor = True  # So that each query is logged with its values.
    secrets = [CANARY, *(text[len("berth_12345678_") :] for text in tokens)]
    person = Client()
    person.force_login(alice)
    try:
        answers = ask_for_everything(ask, tokens)
        aws.replies = [Unreachable(host="h"), refused(400, "UnrecognizedClientException")]
        answers += [ask("credentials", token=tokens[0], registry="ecr") for _ in range(2)]
        person.get("/api/v1/credentials?registry=plain")
    finally:
        database.force_debug_cursor = False

    given = [answer for answer in answers if answer.status_code == 200]
    no = [answer for answer in answers if answer.status_code != 200]
    assert sum(bool(holds(answer.content, [CANARY])) for answer in given) >= 10
    assert {answer.status_code for answer in no} >= {400, 401, 404, 409, 503}
    assert [answer for answer in no if holds(answer.content, secrets)] == []
    log = capture_log()
    assert "INSERT INTO" in log
    assert holds(log.encode(), secrets) == []
    assert {table for table, value in everything_stored() if holds(value, secrets)} == set()
    assert holds(str([(message.subject, message.body) for message in mail.outbox]).encode(), secrets) == []
    assert holds(str(dict(person.session)).encode(), secrets) == []
    assert holds(str(vars(cache)).encode(), secrets) == []
    assert HandOut.objects.given().count() >= 10


@pytest.mark.parametrize("where", ["give", "give_all", "note", "format", "answer"])
def test_v21_a_fault_in_the_midst_tells_nothing_of_the_secret(
    settings: Any,
    stocked: None,
    ask: Ask,
    tokens: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capture_log: Callable[[], str],
    where: str,
) -> None:
    settings.ADMINS = [("Operator", "operator@northwind.example")]
    login_of = hand_out.login_of

    def fail(*args: Any, **kwargs: Any) -> Any:
        password = f"{CANARY}-in-a-local"
        try:
            raise ValueError(password)
        except ValueError as error:
            raise RuntimeError(f"{password} in {args}") from error

    def fail_late(connection: Connection) -> Any:
        fail(login_of(connection).password.reveal())

    if where in ("give", "give_all"):
        monkeypatch.setattr(hand_out, "login_of", fail_late)
    elif where == "note":
        monkeypatch.setattr(HandOut.objects, "note", fail)
        monkeypatch.setattr(HandOut.objects, "bulk_create", fail)
    elif where == "format":
        monkeypatch.setattr(formats, "as_json", fail)
        monkeypatch.setattr(formats, "as_yaml", fail)
    monkeypatch.setattr(CredentialAnswer, "made_of", fail)
    secrets = [CANARY, tokens[0][len("berth_12345678_") :]]

    answers = [ask(path, token=tokens[0], registry="plain") for path in ("credentials", "docker-config", "pull-secret")]

    assert answers[0].status_code == 500
    for answer in answers:
        failed = answer.status_code == 500
        assert not failed or answer.json()["code"] == "internal_error"
        assert not failed or holds(answer.content, secrets) == []
    assert where == "answer" or [answer.status_code for answer in answers] == [500] * 3
    mails = str([(message.subject, message.body, getattr(message, "alternatives", ())) for message in mail.outbox])
    assert "RuntimeError" in mails
    assert "RuntimeError" in capture_log()
    assert holds((mails + capture_log()).encode(), secrets) == []
    assert {table for table, value in everything_stored() if holds(value, secrets)} == set()


def test_the_search_finds_what_it_looks_for() -> None:
    pair = base64.b64encode(f"robot:{CANARY}-plain".encode())

    for text in (CANARY.encode(), pair, base64.b64encode(b"r:" + CANARY.encode()), CANARY.encode().hex().encode()):
        assert holds(b"... " + text + b" ...", [CANARY]) == [CANARY]
    assert holds(b"nothing here", [CANARY]) == []
