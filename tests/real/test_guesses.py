"""
10,000 guesses at passwords, at Berth as `make run` serves it in two processes: an account has five evaluated [A1, A3, V48].

What was evaluated is not read from the pages: the server hashes with a hasher that writes down each password it is given,
and a guess begins with the account that it is for. The right passwords are among the later guesses.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.lab.berth import environment
from tests.lab.counted_hasher import tried
from tests.lab.guessing import IN, KNOWN, LIMITED, REFUSED, TURNED_AWAY, UNKNOWN, guessed, made_up, right
from tests.real.test_programs import ROOT, answer, keys_made, started, words_until_it_serves

MAKE = f"""
import django; django.setup()
from console.models import User
for email, password in {[(email, right(email)) for email in KNOWN]}:
    User.objects.create_user(email, password)
"""
MEMORY = Path("/dev/shm")  # noqa: S108  # Where there is such a folder, nothing waits for a disk.

Serve = Callable[[int], AbstractContextManager[tuple[int, Path]]]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the kind that this run is about."""
    server = os.environ.get("DATABASE_URL", "")
    if server.startswith("postgresql"):
        name = f"guesses_{os.getpid()}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            yield server.replace("/postgres?", f"/{name}?")
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    else:
        place = MEMORY if os.access(MEMORY, os.W_OK) else tmp_path
        with tempfile.TemporaryDirectory(prefix="berth-", dir=place) as folder:
            yield f"sqlite:///{folder}/guesses.sqlite3"


@pytest.fixture
def serve(tmp_path: Path, database: str) -> Serve:
    """Serve Berth behind so many proxies; give its port, and the file of what it hashes."""

    @contextmanager
    def serving(proxies: int) -> Iterator[tuple[int, Path]]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        hashed = tmp_path / "hashed"
        settings = {
            **keys_made(tmp_path, port),
            "BERTH_WORKERS": "2",
            "BERTH_PROXIES": str(proxies),
            "BERTH_LOG_LEVEL": "ERROR",
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "tests.lab.counted_settings",
            "PASSWORDS_TRIED": str(hashed),
        }
        with started("manage.py", "serve", **settings) as process:
            words_until_it_serves(process)
            subprocess.run([sys.executable, "-c", MAKE], cwd=ROOT, env=environment(**settings), check=True)
            assert len(tried(hashed)) == len(KNOWN)
            hashed.unlink()
            answer(port, "/accounts/login/")
            yield int(port), hashed

    return serving


def by_account(hashed: Path) -> Counter[str]:
    return Counter(password.partition(":")[0] for password in tried(hashed))


@pytest.mark.django_db(transaction=True)
def test_of_3000_guesses_from_as_many_places_each_account_has_five_evaluated(serve: Serve) -> None:
    with serve(1) as (port, hashed):
        answers = guessed(port, made_up(3000))

        evaluated = by_account(hashed)

    assert evaluated == dict.fromkeys([*KNOWN, *UNKNOWN], 5)
    assert answers == {REFUSED: 200, LIMITED: 2800}


@pytest.mark.django_db(transaction=True)
def test_of_7000_guesses_from_one_place_ten_a_minute_are_evaluated_whatever_it_says_of_itself(serve: Serve) -> None:
    with serve(0) as (port, hashed):
        began = time.monotonic()
        answers = guessed(port, made_up(7000))
        minutes = 1 + int(time.monotonic() - began) // 60

        evaluated = by_account(hashed)

    assert 0 < evaluated.total() <= 10 * minutes
    assert max(evaluated.values()) <= 5
    assert answers[REFUSED] == evaluated.total()
    assert answers[TURNED_AWAY] >= 7000 - 30 * minutes
    assert answers[IN] == 0
