"""The cache that counts sign-ins: exact with many at once, and only ever data, whoever wrote its table."""

import base64
import json
import os
import pickle
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client, RequestFactory
from pytest_django import Settings

from console import cache as room
from console.cache import JSONCache
from console.models import User
from console.settings import CACHES
from tests.conftest import PASSWORD

TABLE = "berth_cache"
LATER = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
def shared(settings: Settings) -> Iterator[None]:
    """Use the cache that is used where Berth is served."""
    usual, settings.CACHES = settings.CACHES, CACHES
    yield
    settings.CACHES = usual


@pytest.fixture
def kept(db: None) -> JSONCache:
    return JSONCache(TABLE, {})


def write(key: str, text: str, expires: datetime = LATER) -> None:
    """Write a row, as somebody does who has the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE cache_key = %s", [key])
        moment = connection.ops.adapt_datetimefield_value(expires)
        cursor.execute(f"INSERT INTO {TABLE} (cache_key, value, expires) VALUES (%s, %s, %s)", [key, text, moment])


def rows() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT cache_key, value FROM {TABLE}")
        return dict(cursor.fetchall())


@pytest.mark.parametrize(
    "value", [None, True, 0, 1.25, 1_763_745_600.123456, "ü\0’", [], [1763745600.5, 1.5], {"a": [{"b": None}]}]
)
def test_what_is_kept_comes_back_as_it_was(kept: JSONCache, value: Any) -> None:
    kept.set("key", value)

    assert kept.get("key", "absent") == value
    assert type(kept.get("key")) is type(value)


def test_what_is_kept_is_json(kept: JSONCache) -> None:
    kept.set("key", [1.5, "a"])

    assert rows() == {":1:key": '[1.5, "a"]'}


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object(), LATER])
def test_what_json_cannot_keep_is_refused(kept: JSONCache, value: object) -> None:
    with pytest.raises(TypeError):
        kept.set("key", value)

    assert kept.get("key") is None


class Bomb:
    """What runs a command as it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def test_a_pickle_in_the_table_is_never_opened(kept: JSONCache, tmp_path: Path) -> None:
    mark = tmp_path / "went-off"
    write(":1:key", base64.b64encode(pickle.dumps(Bomb(mark))).decode())

    assert kept.get("key", "absent") == "absent"
    assert kept.get_many(["key", "other"]) == {}
    kept.add("key", 1)
    kept.touch("key")
    kept.has_key("key")
    kept.set("key", 2)
    assert kept.get("key") == 2
    assert not mark.exists()


def test_a_pickle_among_the_counts_of_sign_ins_is_never_opened(shared: None, alice: User, tmp_path: Path) -> None:
    client, mark = Client(), tmp_path / "went-off"
    client.post("/accounts/login/", {"login": alice.email, "password": "wrong"})
    counted = [key for key in rows() if "allauth:rl:" in key]
    assert counted
    for key in counted:
        write(key, base64.b64encode(pickle.dumps(Bomb(mark))).decode())

    answer = client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})

    assert answer.status_code == 302
    assert not mark.exists()


@pytest.mark.parametrize("text", ["", "{", "nonsense", "[" * 100_000, "\ufeff1", "gASVAAAA"])
def test_what_is_no_json_counts_as_absent(kept: JSONCache, text: str) -> None:
    write(":1:key", text)

    assert kept.get("key", "absent") == "absent"


def test_what_is_over_counts_as_absent(kept: JSONCache) -> None:
    write(":1:key", "1", expires=datetime(2001, 1, 1, tzinfo=UTC))

    assert kept.get("key") is None
    assert not kept.touch("key", 60)
    assert kept.add("key", 2)
    assert kept.get("key") == 2


def test_a_key_that_is_there_is_not_added_again(kept: JSONCache) -> None:
    assert kept.add("key", 1)
    assert not kept.add("key", 2)

    assert kept.get("key") == 1
    assert kept.delete("key")
    assert kept.add("key", 3)


@pytest.mark.parametrize(("timeout", "there"), [(60, True), (None, True), (0, False), (-1, False)])
def test_a_value_is_there_until_its_end(kept: JSONCache, timeout: int | None, there: bool) -> None:
    kept.set("key", 1, timeout)

    assert (kept.get("key") is not None) is there


def test_touching_moves_the_end(kept: JSONCache) -> None:
    kept.set("key", 1, 60)

    assert kept.touch("key", -1)

    assert kept.get("key") is None


def test_of_many_who_ask_at_once_only_the_known_keys_come_back(kept: JSONCache) -> None:
    kept.set_many({"a": 1, "b": [2]})

    assert kept.get_many(["a", "b", "c"]) == {"a": 1, "b": [2]}
    assert kept.get_many([]) == {}


def test_only_what_is_over_is_ever_cleared(kept: JSONCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "WRITES_A_CLEARING", 1)
    write(":1:over", "1", expires=datetime(2001, 1, 1, tzinfo=UTC))

    for number in range(400):  # Django's backend would drop a third of what counts beyond 300.
        kept.set(f"key-{number}", number)

    assert len(rows()) == 400
    assert ":1:over" not in rows()


def test_what_cannot_be_written_is_not_kept_quiet(kept: JSONCache) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")

    with pytest.raises(DatabaseError):
        kept.set("key", 1)


def test_the_table_of_an_installation_is_made_once_and_kept(shared: None, db: None) -> None:
    cache.set("key", [1])

    call_command("createcachetable", verbosity=0)
    call_command("migrate", verbosity=0)

    assert cache.get("key") == [1]


def test_a_fresh_installation_gets_its_table(shared: None, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")

    call_command("createcachetable", verbosity=0)

    cache.set("key", [1])
    assert cache.get("key") == [1]


def at_once(threads: int, job: Callable[[], Any]) -> list[Any]:
    """Do a job in many threads, which begin together, and close what each had of the database."""
    together = threading.Barrier(threads)

    def one(_: int) -> Any:
        together.wait()
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))


@pytest.fixture
def emptied(transactional_db: None) -> Iterator[JSONCache]:
    kept = JSONCache(TABLE, {})
    kept.clear()
    yield kept
    kept.clear()


@pytest.mark.parametrize("before", ["nothing", "one that is over"])
def test_of_many_who_add_a_key_at_once_one_does(emptied: JSONCache, before: str) -> None:
    for round_ in range(5):
        if before != "nothing":
            write(f":1:key-{round_}", "1", expires=datetime(2001, 1, 1, tzinfo=UTC))

        added = at_once(12, lambda key=f"key-{round_}": emptied.add(key, 1))  # type: ignore[misc]

        assert sorted(added) == [False] * 11 + [True]


def test_a_limit_is_exact_however_many_come_at_once(shared: None, emptied: JSONCache) -> None:
    request = RequestFactory().post("/")

    def attempt() -> bool:
        limit = {"login": "5/5m/key"}
        return bool(ratelimit.consume(request, app="berth", action="login", config=limit, key="alice"))

    allowed = at_once(12, attempt)

    assert allowed.count(True) == 5
    (history,) = [json.loads(text) for key, text in rows().items() if not key.endswith(":lock")]
    assert len(history) == 5
