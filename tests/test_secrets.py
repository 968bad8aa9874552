"""No page, log line, repr, admin screen, session, mail or table carries a secret; and no GET unseals."""

import copy
import dataclasses
import json
import logging
import pickle
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import mail, serializers
from django.core.cache import cache
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import Invitation, Role, Team, User
from registries import sealing
from registries.distribution import Credential, Secret
from registries.flavors import FLAVORS
from registries.models import Connection, MachineToken
from tests.conftest import CANARY
from tests.test_access import ADMIN_LISTS

People = Callable[[User], Client]
LIST = "/teams/northwind/containers/"
PAGES = ["", "add/", "add/other/", "web/", "web/edit/", "web/delete/"]
PAGES += [f"web/?use={tab}" for tab in ("docker", "kubernetes", "helper", "podman")]
SECRET = Secret(CANARY)


@pytest.mark.parametrize(
    "show",
    [
        repr, str, ascii, "{}".format, "{:>40}".format, lambda secret: f"{secret}", lambda secret: "%s" % secret,  # noqa: UP031
        lambda secret: repr([secret]), lambda secret: repr(Credential(host="h", username=CANARY, password=secret)),
        lambda secret: json.dumps({"s": secret}, default=str),
    ],
)  # fmt: skip
def test_a_secret_does_not_show_itself(show: Callable[[Secret], str]) -> None:
    assert CANARY not in show(SECRET)


@pytest.mark.parametrize(
    "take",
    [
        json.dumps, pickle.dumps, copy.copy, copy.deepcopy, hash, len, list, bytes,
        lambda secret: dataclasses.asdict(Credential(host="h", username="u", password=secret)), vars,
    ],
)  # fmt: skip
def test_a_secret_is_not_taken_along_by_accident(take: Callable[[Secret], Any]) -> None:
    with pytest.raises(TypeError):
        take(SECRET)


def test_a_secret_is_revealed_by_its_own_word_alone() -> None:
    assert SECRET.reveal() == CANARY
    assert Secret(CANARY) == SECRET
    assert Secret("other") != SECRET
    assert CANARY not in str(SECRET == CANARY)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_made_without_unsealing(
    path: str, alice: User, connection: Connection, signed_in: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "unseal", lambda *args: pytest.fail("A GET unsealed a secret."))

    response = signed_in(alice).get(LIST + path)

    assert response.status_code == 200
    assert CANARY not in response.content.decode()


def test_v29_nothing_in_any_table_can_be_read(alice: User, connection: Connection, signed_in: People) -> None:
    client = signed_in(alice)
    client.post(
        f"{LIST}add/other/", {"name": "bad name", "url": "https://x.example.com", "username": "u", "password": CANARY}
    )

    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    for form in (CANARY.encode(), CANARY.encode().hex().encode(), CANARY.encode("utf-16-le")):
                        assert form not in raw, table


def test_v29_a_dump_of_connections_has_no_secret(connection: Connection) -> None:
    dumped = serializers.serialize("json", [row for model in apps.get_models() for row in model._default_manager.all()])

    assert CANARY not in dumped
    assert "ciphertext" not in serializers.serialize("json", Connection.objects.all())


def test_l11_neither_the_activity_nor_its_files_hold_a_secret(
    alice: User, team: Team, connection: Connection, signed_in: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = FLAVORS["other"](url="https://registry.example.com", username="ci", password=Secret(f"{CANARY}-2"))  # type: ignore[call-arg]
    told: dict[str, Any] = {
        "description": "",
        "purpose": "pull",
        "test_image": "",
        "ca_certificate": "",
        "ends_on": None,
    }
    connection.replace(other, by=alice, version=connection.version, keep_secrets=False, name="web-2", **told)
    ends_at = timezone.now() + timedelta(days=30)
    token, first = MachineToken.objects.issue(team, "ci", by=alice, ends_at=ends_at, connections=None)
    second = token.rotate(by=alice, digest=token.digest)
    answer = Client().get("/api/v1/credentials?registry=web-2", headers={"Authorization": f"Bearer {second.reveal()}"})
    assert f"{CANARY}-2" in answer.content.decode()
    [(_, link)] = Invitation.objects.invite(team, ["new@northwind.example"], Role.ADMIN, by=alice)
    monkeypatch.setattr(sealing, "unseal", lambda *args: pytest.fail("A GET unsealed a secret."))
    client = signed_in(alice)

    paths = ["", "?kind=read", "export.csv?q=" + second.reveal(), "export.csv", "export.jsonl"]
    seen = [b"".join(client.get(f"/teams/northwind/activity/{path}")).decode() for path in paths]

    assert all("ci" in text for text in seen[:2])
    for secret in (CANARY, first.reveal(), second.reveal(), first.reveal()[15:30], second.reveal()[15:30], link):
        assert secret not in "".join(seen)


def test_no_query_of_connections_reaches_what_is_sealed() -> None:
    names = {field.name for field in Connection._meta.get_fields(include_hidden=False)}

    assert not any("sealed" in name or "secret" in name for name in names)


def test_v21_no_error_of_a_check_carries_the_secret(
    alice: User,
    connection: Connection,
    signed_in: People,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from registries import health

    def fail(registry: Any, way: Any, **details: Any) -> None:
        raise RuntimeError(f"Authorization: {registry.credential().password.reveal()}")

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(health, "examine", fail)
    client = signed_in(alice)
    client.raise_request_exception = False

    client.post(f"{LIST}web/check/")

    pages = [client.get(LIST + path).content.decode() for path in PAGES]
    assert CANARY not in caplog.text + "".join(pages) + "".join(str(message.body) for message in mail.outbox)


def test_sql_that_is_logged_has_only_ciphertext(
    alice: User, connection: Connection, signed_in: People, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.DEBUG = True
    caplog.set_level(logging.DEBUG)

    signed_in(alice).post(
        f"{LIST}web/edit/",
        {
            "name": "web",
            "url": "https://registry.example.com",
            "username": "u",
            "password": CANARY,
            "version": "1",
            "purpose": "pull",
        },
    )

    assert CANARY not in caplog.text


def test_the_session_of_whoever_typed_a_secret_holds_none(alice: User, team: Team, signed_in: People) -> None:
    client = signed_in(alice)

    client.post(
        f"{LIST}add/other/", {"name": "bad name", "url": "https://x.example.com", "username": "u", "password": CANARY}
    )

    assert CANARY not in str(dict(client.session)) + str(client.cookies)
    assert cache.get("CANARY") is None


def test_staff_find_no_secret_on_any_page_of_the_admin(sam: User, connection: Connection, signed_in: People) -> None:
    client = signed_in(sam)
    seen = [client.get(reverse("admin:index")).content.decode()]
    for name in ADMIN_LISTS:
        seen.append(client.get(reverse(f"admin:{name}_changelist") + "?q=web").content.decode())
        model = apps.get_model(name.replace("_", "."))
        for row in model._default_manager.all():
            pages = [reverse(f"admin:{name}_{page}", args=[row.pk]) for page in ("change", "history")]
            seen += [client.get(page).content.decode() for page in pages]

    assert CANARY not in "".join(seen)
    assert "ciphertext" not in "".join(seen)


def test_no_secret_stands_in_the_templates_or_the_code() -> None:
    root = Path(__file__).parent.parent
    files = [path for folder in ("console", "registries", "templates", "static") for path in (root / folder).rglob("*.*")]

    assert not any(CANARY.encode() in path.read_bytes() for path in files)
