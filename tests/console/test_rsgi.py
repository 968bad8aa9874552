"""The way in of `manage.py serve`: a request is whole before a thread has it, and its headers are those that were sent."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # It is renamed there.

from console.reports import Line
from console.rsgi import Entry, environ_of
from tests.conftest import CANARY

Headers = list[tuple[str, str]]


class Sent:
    """Headers as granian gives them."""

    def __init__(self, headers: Headers) -> None:
        self._headers = headers

    def items(self) -> Headers:
        return self._headers


@dataclass
class Asked:
    """A request as granian tells it, without its body."""

    method: str = "GET"
    path: str = "/"
    query_string: str = ""
    sent: Headers = field(default_factory=list)
    authority: str | None = None
    client: str = "192.0.2.7:50000"
    server: str = "127.0.0.1:8000"
    scheme: str = "http"
    http_version: str = "1.1"

    @property
    def headers(self) -> Any:
        return Sent(self.sent)


class Wire:
    """The other side of a request: its body, and what was answered."""

    def __init__(self, body: Callable[[], Awaitable[bytes]] | None = None) -> None:
        self.body, self.asked = body, 0
        self.status, self.headers, self.answer = 0, dict[str, str](), b""

    async def __call__(self) -> bytes:
        self.asked += 1
        assert self.body, "Nobody was to ask for a body."
        return await self.body()

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        self.status, self.headers, self.answer = status, {name.lower(): value for name, value in headers}, body

    def response_empty(self, status: int, headers: Headers) -> None:
        self.response_bytes(status, headers, b"")


async def here() -> bytes:
    return b"name=web"


async def never() -> bytes:
    await asyncio.sleep(60)
    raise AssertionError("Nobody waits that long.")


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("X-Length", environ.get("CONTENT_LENGTH", ""))])
    return [b"read ", environ["wsgi.input"].read()]


def post(path: str = "/accounts/login/", length: str = "8") -> Asked:
    return Asked("POST", path, sent=[("host", "testserver"), ("content-length", length)])


def to_its_end(asking: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread of its own: a browser that another test opened may have a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, asking).result()


def run(entry: Entry, *asking: tuple[Asked, Wire]) -> None:
    async def all_at_once() -> None:
        await asyncio.gather(*(entry.__rsgi__(asked, wire) for asked, wire in asking))  # type: ignore[arg-type]

    to_its_end(all_at_once())


def test_a_body_is_read_whole_before_it_is_handed_on() -> None:
    wire = Wire(here)

    run(Entry(echo, threads=1), (post(), wire))

    assert (wire.status, wire.headers, wire.answer) == (200, {"x-length": "8"}, b"read name=web")


def test_bodies_that_do_not_come_hold_no_thread() -> None:
    slow = [(post(), Wire(never)) for _ in range(100)]
    wire = Wire()
    entry = Entry(echo, threads=1, body_seconds=30)

    async def ask() -> None:
        waiting = [asyncio.create_task(entry.__rsgi__(*each)) for each in slow]  # type: ignore[arg-type]
        await asyncio.sleep(0)
        await asyncio.wait_for(entry.__rsgi__(Asked(), wire), 5)  # type: ignore[arg-type]
        for task in waiting:
            task.cancel()

    to_its_end(ask())

    assert all(each.asked for _, each in slow)
    assert (wire.status, wire.answer) == (200, b"read ")


def test_a_body_that_is_late_is_refused_in_words_and_with_every_header() -> None:
    wire = Wire(never)

    run(Entry(get_wsgi_application(), threads=1, body_seconds=0.01), (post(), wire))

    assert wire.status == 408
    assert "default-src 'none'" in wire.headers["content-security-policy"]
    assert b"That took too long" in wire.answer
    assert b"after 10 seconds" in wire.answer


def test_a_late_body_of_a_machine_is_a_problem() -> None:
    wire = Wire(never)

    run(Entry(get_wsgi_application(), threads=1, body_seconds=0.01), (post("/api/v1/spec-checks"), wire))

    assert (wire.status, json.loads(wire.answer)["code"]) == (408, "too_slow")


@pytest.mark.parametrize("length", ["1048577", "9" * 5000, "²", "-1"])
def test_a_body_that_is_too_large_is_refused_unread(length: str) -> None:
    wire = Wire()

    run(Entry(get_wsgi_application(), threads=1), (post("/api/v1/spec-checks", length), wire))

    assert (wire.status, json.loads(wire.answer)["code"]) == (413, "too_large")


@pytest.mark.parametrize("sent", [[], [("content-length", "0")], [("transfer-encoding", "chunked")]])
def test_nobody_waits_for_a_body_that_is_not_announced(sent: Headers) -> None:
    wire = Wire()

    run(Entry(echo, threads=1), (Asked("POST", sent=sent), wire))

    assert wire.answer == b"read "


def test_somebody_who_hung_up_reaches_nothing() -> None:
    async def gone() -> bytes:
        raise ProtocolClosed

    def fail(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise AssertionError("Nobody was to be asked.")

    wire = Wire(gone)

    run(Entry(fail, threads=1), (post(), wire))

    assert wire.status == 400


def test_a_fault_before_django_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    def fail(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise ValueError(CANARY)

    wire = Wire()

    run(Entry(fail, threads=1), (Asked(), wire))

    assert (wire.status, wire.answer) == (500, b"")
    (line,) = [Line("%(message)s").format(record) for record in caplog.records if record.name == "berth"]
    assert line.startswith("fault before Django\nValueError at")
    assert CANARY not in line


def test_an_answer_is_closed_once_it_is_read() -> None:
    class Parts(list[bytes]):
        closed = False

        def close(self) -> None:
            self.closed = True

    parts = Parts([b"one ", b"two"])

    def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("404 Not Found", [])
        return parts

    wire = Wire()

    run(Entry(answer, threads=1), (Asked(), wire))

    assert (wire.status, wire.answer, parts.closed) == (404, b"one two", True)


FORWARDED, LOOK_ALIKE = ("x-forwarded-for", "203.0.113.9"), ("x_forwarded_for", "10.0.0.1")


@pytest.mark.parametrize("sent", [[FORWARDED, LOOK_ALIKE], [LOOK_ALIKE, FORWARDED]])
def test_a_header_with_an_underscore_writes_over_no_other(sent: Headers) -> None:
    environ = environ_of(Asked(sent=sent))  # type: ignore[arg-type]

    assert environ["HTTP_X_FORWARDED_FOR"] == "203.0.113.9"


def test_a_header_with_an_underscore_stands_for_none() -> None:
    environ = environ_of(Asked(sent=[("x_forwarded_proto", "https"), ("content_length", "5")]))  # type: ignore[arg-type]

    assert not {"HTTP_X_FORWARDED_PROTO", "CONTENT_LENGTH", "HTTP_CONTENT_LENGTH"} & set(environ)


def test_a_request_is_told_as_wsgi_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", CANARY)
    sent = [
        ("host", "berth.example.com"),
        ("content-type", "text/plain"),
        ("cookie", "a=1"),
        ("cookie", "b=2"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-for", "192.0.2.2"),
    ]

    environ = environ_of(
        Asked("PUT", "/bücher", "q=%C3%BC", sent=sent, client="[2001:db8::1]:50000", server="[::1]:8000", scheme="https")  # type: ignore[arg-type]
    )

    assert {name: value for name, value in environ.items() if not name.startswith("wsgi.")} == {
        "REQUEST_METHOD": "PUT",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/b\xc3\xbccher",
        "QUERY_STRING": "q=%C3%BC",
        "SERVER_NAME": "::1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "2001:db8::1",
        "CONTENT_TYPE": "text/plain",
        "HTTP_HOST": "berth.example.com",
        "HTTP_COOKIE": "a=1; b=2",
        "HTTP_X_FORWARDED_FOR": "192.0.2.1,192.0.2.2",
    }
    assert environ["wsgi.url_scheme"] == "https"
