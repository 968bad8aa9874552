"""
What `manage.py serve` serves: Berth behind granian's own interface, RSGI (granian, docs/spec/RSGI.md, 1.6).

granian's WSGI gives each request one of a few threads, and waits there for its body, without an end: a dozen requests that
never finish would hold them all [D7], and a read that has begun cannot be called off. Here a body is awaited without a
thread, and has to be there in time, before Django hears of the request. Nor does a thread wait for who reads slowly: an
answer is whole before it is sent, or made in parts as it is read (`console.long_answers`).

And WSGI has one name for the headers `X-Forwarded-For` and `X_Forwarded_For`, so that a visitor could write over what a
reverse proxy says. A header whose name has an underscore is left out.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple
from wsgiref.types import WSGIApplication

from django.conf import settings
from django.db import close_old_connections
from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope  # type: ignore[attr-defined]  # It renames two.

from console import long_answers
from console.requests import BODY_SECONDS, TOO_SLOW, fits, refused

log = logging.getLogger("berth")


TOO_MANY = b"Too many files are being downloaded at this moment. Wait a minute, and download this one again.\n"


class Answer(NamedTuple):
    """An answer with its body; or with what makes the parts of it, each in any thread, and has to be closed."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    parts: Any = None


class Entry:
    """The RSGI application: it reads a request whole, and has a WSGI application answer it in one of `threads` threads."""

    def __init__(self, answering: WSGIApplication, *, threads: int, body_seconds: float = BODY_SECONDS) -> None:
        self._answering, self._body_seconds = answering, body_seconds
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="berth")
        self._long = 0  # How many long answers go on; only the loop's one thread counts them.

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        environ = environ_of(scope)
        length = environ.get("CONTENT_LENGTH", "")
        if length not in ("", "0") and fits(length):  # What does not fit is refused unread.
            try:
                async with asyncio.timeout(self._body_seconds):
                    environ["wsgi.input"] = BytesIO(await protocol())
            except TimeoutError:
                environ = refused(environ, TOO_SLOW)
            except ProtocolClosed:
                protocol.response_empty(400, [])  # Nobody is there to read it.
                return
        loop = asyncio.get_running_loop()
        try:
            answer = await loop.run_in_executor(self._threads, answer_of, self._answering, environ)
        except Exception:
            log.exception("fault before Django")  # granian would log its words too, which may quote the request.
            protocol.response_empty(500, [])
        else:
            if answer.parts is None:
                protocol.response_bytes(answer.status, answer.headers, answer.body)
            else:
                await self._pass_on(answer, protocol)

    async def _pass_on(self, answer: Answer, protocol: HTTPProtocol) -> None:
        in_a_thread = partial(asyncio.get_running_loop().run_in_executor, self._threads)
        if self._long >= long_answers.MOST:
            await in_a_thread(answer.parts.close)
            protocol.response_bytes(503, put_off(answer.headers), TOO_MANY)
            return
        parts = iter(answer.parts)
        self._long += 1
        try:
            await long_answers.pass_on(
                lambda path: protocol.response_file(answer.status, answer.headers, path),
                lambda: in_a_thread(next_of, parts),
            )
        except (BrokenPipeError, TimeoutError):
            log.info("a long answer was not read to its end")
        except Exception:
            log.exception("fault within a long answer")  # Its beginning is sent, so it ends early.
        finally:
            self._long -= 1
            await in_a_thread(answer.parts.close)


def environ_of(scope: Scope) -> dict[str, Any]:
    """Return a request as PEP 3333 has it, its body empty so far. Of this process's own environment it holds nothing."""
    server, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _in_latin1(scope.path),
        "QUERY_STRING": _in_latin1(scope.query_string),
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        place = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        between = "; " if name == "cookie" else ","
        environ[place] = f"{environ[place]}{between}{value}" if place in environ else value
    environ.setdefault("HTTP_HOST", scope.authority or "")
    return environ


def answer_of(answering: WSGIApplication, environ: dict[str, Any]) -> Answer:
    """Return what a WSGI application answers, read to its end, unless it is a stream of Django's of unknown length."""
    body, started = BytesIO(), list[tuple[int, list[tuple[str, str]]]]()

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        started.append((int(status.partition(" ")[0]), headers))
        return body.write

    parts: Iterable[bytes] = answering(environ, start_response)
    if getattr(parts, "streaming", False) and not any(name == "Content-Length" for name, _ in started[-1][1]):
        return Answer(*started[-1], parts=parts)
    try:
        body.writelines(parts)
    finally:
        if close := getattr(parts, "close", None):
            close()
    return Answer(*started[-1], body.getvalue())


def put_off(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers of an answer that is not given now: those that guard a page stay, those about a file do not."""
    kept = [each for each in headers if each[0].lower() not in ("content-type", "content-disposition")]
    return [*kept, ("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "60")]


def next_of(parts: Iterator[bytes]) -> bytes | None:
    """Return the next part of an answer, with a connection to the database that this thread may still use; else None."""
    close_old_connections()
    return next(parts, None)


def _in_latin1(text: str) -> str:
    """Return text as WSGI has it: each byte of its UTF-8 as one character."""
    return text.encode().decode("latin-1")


def application() -> Entry:
    """Make the application, once in each process that serves."""
    from console.wsgi import application as answering  # It loads all of Django, and runs the checks.

    return Entry(answering, threads=settings.BERTH_THREADS)
