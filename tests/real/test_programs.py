"""`make run` and `make demo` as people start and end them: what they say, and that nothing of them is left."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from console.models import Team
from registries.flavors.other import Other
from registries.forms import ConnectionForm
from tests.lab import demo
from tests.lab.berth import environment
from tests.lab.postgres import start_postgres
from tests.lab.processes import stop
from tests.lab.registry import Registry

ROOT = Path(__file__).resolve().parents[2]
LAST_LINE = "Ctrl-C ends it."
SECONDS = 30.0


@pytest.fixture
def port() -> str:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@contextmanager
def started(*command: str, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Start one of the project's programs as a terminal would, at the head of a group of its own."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        stop(process, seconds=SECONDS)
        if process.stdout:
            process.stdout.close()


def words_until_it_serves(process: "subprocess.Popen[bytes]") -> str:
    said = ""
    for line in process.stdout or ():
        said += line.decode()
        if LAST_LINE in said:
            return said
    raise AssertionError(f"It ended with {process.wait()} and said:\n{said}")


def answer(port: str, path: str = "/") -> int:
    """Ask until somebody answers, and return the status."""
    end = time.monotonic() + SECONDS
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        finally:
            connection.close()


def left_over(mark: Path) -> list[str]:
    """Return the command lines of processes that have this test's folder in their arguments or their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes()
            if os.fsencode(mark) in arguments + (folder / "environ").read_bytes():
                found.append(arguments.replace(b"\0", b" ").decode())
        except OSError:
            continue  # It ended while we looked.
    return found


def keys_made(home: Path, port: str) -> Mapping[str, str]:
    settings = {"BERTH_HOME": str(home), "PORT": port}
    subprocess.run([sys.executable, "-m", "console.keys"], cwd=ROOT, env=environment(**settings), check=True)
    return settings


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "kill"])
@pytest.mark.parametrize("after_seconds", [0.05, None], ids=["while it loads", "while it serves"])
def test_a_server_ends_when_asked_and_leaves_no_process(
    tmp_path: Path, port: str, ending: signal.Signals, after_seconds: float | None
) -> None:
    with started("manage.py", "serve", **keys_made(tmp_path, port)) as process:
        words_until_it_serves(process)
        if after_seconds is None:
            assert answer(port) in (200, 302)
        else:
            time.sleep(after_seconds)

        # A terminal sends Ctrl-C to the whole group, and `kill` sends its signal to one process.
        os.killpg(process.pid, ending) if ending == signal.SIGINT else process.send_signal(ending)

        # A kill that comes before the server is up ends the process as it ends any other.
        assert process.wait(timeout=SECONDS) in ((0,) if after_seconds is None else (0, -signal.SIGTERM))
    assert left_over(tmp_path) == []


def test_the_database_of_a_first_start_is_its_owners_alone(tmp_path: Path, port: str) -> None:
    with started("manage.py", "serve", **keys_made(tmp_path, port)) as process:
        words_until_it_serves(process)

        modes = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.glob("berth.sqlite3*")}

    assert set(modes.values()) == {"0o600"}


def test_a_second_start_makes_no_new_keys(tmp_path: Path, port: str) -> None:
    keys_made(tmp_path, port)
    before = {path: path.read_bytes() for path in (tmp_path / "keys").iterdir()}

    keys_made(tmp_path, port)

    assert {path: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before


def test_the_demo_shows_a_private_image_and_leaves_no_process(tmp_path: Path, port: str) -> None:
    with started("-m", "tests.lab.demo", str(tmp_path / "demo"), PORT=port) as process:
        said = words_until_it_serves(process)
        registry = re.search(r"Registry URL +http://127\.0\.0\.1:(\d+)\n", said)

        assert registry
        assert answer(registry[1], "/v2/team/app/manifests/1") == 401
        assert answer(port, "/accounts/login/") == 200

        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=SECONDS) == 0
    assert left_over(tmp_path) == []


def test_a_second_demo_leaves_the_first_one_alone(tmp_path: Path, port: str) -> None:
    home = tmp_path / "demo"
    with demo.alone(home), started("-m", "tests.lab.demo", str(home), PORT=port) as second:
        output, _ = second.communicate(timeout=SECONDS)

    assert second.returncode == 1
    assert output.decode() == "A demo is running already. End it first.\n"


@pytest.mark.django_db
def test_what_the_demo_says_to_type_is_what_the_form_asks_for(team: Team) -> None:
    typed = demo.to_type(Registry(host="127.0.0.1:5005"))
    blank = ConnectionForm(flavor=Other, team=team)
    chosen = {"method": "basic", "purpose": "pull"}

    form = ConnectionForm({name: value for name, (_, value) in typed.items()} | chosen, flavor=Other, team=team)

    assert form.is_valid(), form.errors
    assert form.registry.origin == "http://127.0.0.1:5005"
    assert {name: blank.fields[name].label for name in typed} == {name: label for name, (label, _) in typed.items()}
    assert [name for name in blank.fields if name in typed] == list(typed)
    for name, value in chosen.items():
        field: Any = blank.fields[name]
        assert dict(field.choices)[value] == typed[name][1]


def test_two_workers_serve_from_one_postgresql_without_mixing_answers(tmp_path: Path, port: str) -> None:
    with start_postgres() as database_url:
        settings = {**keys_made(tmp_path, port), "DATABASE_URL": database_url}
        with started("manage.py", "serve", **settings) as process:
            words_until_it_serves(process)
            with ThreadPoolExecutor(12) as threads:
                answers = list(threads.map(lambda _: answer(port, "/"), range(120)))

    assert set(answers) == {200}


def test_two_servers_start_at_once_on_an_empty_postgresql(tmp_path: Path, port: str) -> None:
    with start_postgres() as database_url, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        ports = (port, str(probe.getsockname()[1]))
        probe.close()
        homes = [keys_made(tmp_path / number, number) for number in ports]
        commands = [started("manage.py", "serve", **home, DATABASE_URL=database_url) for home in homes]
        with commands[0] as one, commands[1] as other:
            said = [words_until_it_serves(process) for process in (one, other)]

    assert all(LAST_LINE in words for words in said)
