"""Requests that are sent slowly, to Berth as `make run` serves it: they hold nothing that others need [D7]."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email.utils import formatdate
from functools import partial

import pytest

from console.requests import BODY_SECONDS
from tests.lab.berth import environment
from tests.real.test_programs import ROOT, keys_made, started, words_until_it_serves

WORKERS, THREADS = 2, 2
HELD = 5 * WORKERS * THREADS


@dataclass(frozen=True)
class Site:
    port: int
    token: str

    def ask(self, path: str, method: str = "GET", body: str | None = None, seconds: float = 5) -> int:
        """Send a whole request, and return the status of its answer."""
        headers = {"Authorization": f"Bearer {self.token}"} if path.startswith("/api/") else {}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def begin(self, path: str, method: str = "POST", *, then: bytes = b"a") -> socket.socket:
        """Send the head of a request that announces 1000 bytes, and the first of them."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=BODY_SECONDS + 5)
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: berth-csrf={'a' * 32}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n"
        )
        connection.sendall(head.encode() + then)
        return connection


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Berth with few threads, a team in it, and a token of that team."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = dict(keys_made(tmp_path_factory.mktemp("site"), str(port)))
    settings |= {"BERTH_WORKERS": str(WORKERS), "BERTH_THREADS": str(THREADS)}
    with started("manage.py", "serve", **settings) as process:
        words_until_it_serves(process)
        owner = settings | {"BERTH_OWNER_PASSWORD": "correct horse battery"}
        team = said("setup", "--email", "alice@northwind.example", "--team", "Northwind", **owner).split()[-1]
        site = Site(port, said("create_token", team, "ci", **settings).split()[-1])
        wait_for(site)
        yield site


def said(*command: str, **settings: str) -> str:
    run = [sys.executable, "manage.py", *command]
    return subprocess.run(run, cwd=ROOT, env=environment(**settings), check=True, capture_output=True, text=True).stdout


def wait_for(site: Site) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            site.ask("/accounts/login/")
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/spec-checks", "/nowhere/"])
def test_requests_that_never_finish_keep_nobody_waiting(site: Site, path: str) -> None:
    with ExitStack() as held:
        for _ in range(HELD):
            held.enter_context(site.begin(path))
        time.sleep(0.5)

        assert [site.ask("/accounts/login/") for _ in range(4)] == [200] * 4
        assert [site.ask("/api/v1/registries") for _ in range(4)] == [200] * 4
        assert site.ask("/accounts/login/", "POST", "login=a&password=b") == 403  # It has no token against forgery.


def test_one_that_is_not_there_in_time_is_told_so_and_hung_up_on(site: Site) -> None:
    began = time.monotonic()
    with site.begin("/accounts/login/") as page, site.begin("/api/v1/spec-checks") as api:
        # Each answer ends with its connection.
        answers = [b"".join(iter(partial(slow.recv, 65536), b"")) for slow in (page, api)]

    assert BODY_SECONDS - 1 < time.monotonic() - began < BODY_SECONDS + 4
    assert [answer[:13] for answer in answers] == [b"HTTP/1.1 408 "] * 2
    assert b"That took too long" in answers[0]
    assert b'"code": "too_slow"' in answers[1]


def test_one_that_trickles_in_is_not_waited_for_longer(site: Site) -> None:
    began = time.monotonic()
    with site.begin("/accounts/login/") as slow:
        slow.settimeout(1)
        answer = b""
        while not answer and time.monotonic() < began + BODY_SECONDS + 5:
            slow.sendall(b"a")
            try:
                answer = slow.recv(65536)
            except TimeoutError:
                continue

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_one_that_comes_in_two_parts_is_answered_as_any(site: Site) -> None:
    with site.begin("/accounts/login/", then=b"a" * 500) as slow:
        time.sleep(1)
        slow.sendall(b"a" * 500)
        slow.settimeout(5)

        assert slow.recv(65536).startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize(("name", "status"), [("If-Modified-Since", 304), ("If_Modified_Since", 200)])
def test_a_header_with_an_underscore_is_not_taken_for_the_one_it_looks_like(site: Site, name: str, status: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
    connection.request("GET", "/static/css/berth.css", headers={name: formatdate(usegmt=True)})

    answer = connection.getresponse()

    connection.close()
    assert answer.status == status
