"""Answers that are made while they are read: in order, no faster than somebody reads, and without holding a thread."""

import asyncio
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.http import StreamingHttpResponse

from console import long_answers
from console.rsgi import Entry
from tests.console.test_rsgi import Asked, Headers, Wire, run, to_its_end

PART = b"x" * 40_000


class Reader(Wire):
    """The other side of a long answer, which reads a file as granian does; at most `most` bytes, and then hangs up."""

    def __init__(self, most: int | None = None, begin: threading.Event | None = None) -> None:
        super().__init__()
        self.most, self.begin = most, begin
        self.thread = ThreadPoolExecutor(1)

    def response_file(self, status: int, headers: Headers, path: str) -> None:
        self.response_bytes(status, headers, b"")
        self.reading = self.thread.submit(self._read, Path(path))

    def _read(self, path: Path) -> None:
        with path.open("rb", buffering=0) as file:
            if self.begin:
                self.begin.wait(10)
            while self.most is None or len(self.answer) < self.most:
                if not (piece := file.read(4096)):
                    break
                self.answer += piece


class Parts:
    """What makes an answer; it knows how many parts it made, in which threads, and whether it was closed."""

    streaming = True

    def __init__(self, count: int, fault: Exception | None = None) -> None:
        self.count, self.fault = count, fault
        self.made, self.closed, self.threads = 0, False, set[str]()

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.count):
            self.made += 1
            self.threads.add(threading.current_thread().name)
            yield PART
        if self.fault:
            raise self.fault

    def close(self) -> None:
        self.closed = True

    def answering(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("X-Long", "yes")])
        return self


def test_a_long_answer_comes_whole_and_in_order() -> None:
    numbered = StreamingHttpResponse(f"{number}\n".encode() * 5000 for number in range(30))
    reader = Reader()

    def answer(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return numbered

    run(Entry(answer, threads=2), (Asked(), reader))
    reader.reading.result(10)

    assert reader.answer == b"".join(f"{number}\n".encode() * 5000 for number in range(30))
    assert (reader.status, reader.headers) == (200, {"content-type": "text/plain"})


def test_no_more_is_made_than_somebody_reads_and_no_thread_waits_for_them() -> None:
    parts, begin = Parts(100), threading.Event()
    reader, other = Reader(begin=begin), Wire()
    answers = iter([parts, [b"quick"]])

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        start_response("200 OK", [])
        return next(answers)

    entry = Entry(answer, threads=1)

    async def ask() -> None:
        long = asyncio.create_task(entry.__rsgi__(Asked(), reader))  # type: ignore[arg-type]
        await asyncio.sleep(0.3)
        made_unread = parts.made
        await asyncio.wait_for(entry.__rsgi__(Asked(), other), 5)  # type: ignore[arg-type]
        begin.set()
        await long
        assert made_unread <= 3, "64 KiB fit into the pipe, and a part is under way."

    to_its_end(ask())
    reader.reading.result(10)

    assert other.answer == b"quick"
    assert len(reader.answer) == 100 * len(PART)
    assert parts.closed


def test_whoever_hangs_up_ends_the_answer() -> None:
    parts = Parts(100)
    reader = Reader(most=50_000)

    run(Entry(parts.answering, threads=1), (Asked(), reader))

    assert parts.made < 10
    assert parts.closed


def test_whoever_never_reads_ends_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answers, "READ_SECONDS", 0.2)
    parts, begin = Parts(100), threading.Event()
    reader = Reader(begin=begin)

    run(Entry(parts.answering, threads=1), (Asked(), reader))
    begin.set()

    assert parts.made < 10
    assert parts.closed


def test_whoever_reads_a_little_for_ever_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answers, "ANSWER_SECONDS", 0.3)

    class Slow(Reader):
        def _read(self, path: Path) -> None:
            with path.open("rb", buffering=0) as file:
                while piece := file.read(16_384):
                    self.answer += piece
                    time.sleep(0.05)

    parts, reader = Parts(100), Slow()

    run(Entry(parts.answering, threads=1), (Asked(), reader))

    assert 0 < parts.made < 20
    assert parts.closed


def test_however_quickly_somebody_reads_an_answer_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answers, "ANSWER_SECONDS", 0.0)
    parts, reader = Parts(100), Reader()

    run(Entry(parts.answering, threads=1), (Asked(), reader))

    assert (parts.made, parts.closed) == (1, True)


def test_who_comes_when_enough_long_answers_go_on_is_told_to_come_back() -> None:
    begin = threading.Event()
    made = [Parts(3) for _ in range(long_answers.MOST + 2)]
    readers = [Reader(begin=begin) for _ in made[:-2]]
    refused, later = Wire(), Reader()
    answers = iter(made)

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        headers = [("Content-Type", "text/csv"), ("Content-Disposition", "attachment"), ("Cache-Control", "no-store")]
        start_response("200 OK", headers)
        return next(answers)

    entry = Entry(answer, threads=1)

    async def ask() -> None:
        going_on = [asyncio.create_task(entry.__rsgi__(Asked(), reader)) for reader in readers]  # type: ignore[arg-type]
        await asyncio.sleep(0.3)
        await asyncio.wait_for(entry.__rsgi__(Asked(), refused), 5)  # type: ignore[arg-type]
        begin.set()
        await asyncio.gather(*going_on)
        await entry.__rsgi__(Asked(), later)  # type: ignore[arg-type]

    to_its_end(ask())
    later.reading.result(10)

    assert (refused.status, refused.headers) == (
        503, {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store", "retry-after": "60"},
    )  # fmt: skip
    assert b"Too many files are being downloaded" in refused.answer
    assert (made[-2].made, made[-2].closed) == (0, True)
    assert [len(reader.answer) for reader in [*readers, later]] == [3 * len(PART)] * (long_answers.MOST + 1)


def test_an_answer_that_nobody_opens_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answers, "OPENED_SECONDS", 0.1)
    parts, wire = Parts(3), Wire()
    paths = list[str]()
    wire.response_file = lambda status, headers, path: paths.append(path)  # type: ignore[attr-defined]

    run(Entry(parts.answering, threads=1), (Asked(), wire))

    assert (parts.made, parts.closed) == (0, True)
    assert not Path(paths[0]).exists()


def test_a_fault_within_a_long_answer_is_logged_and_ends_it(caplog: pytest.LogCaptureFixture) -> None:
    parts, reader = Parts(2, fault=ValueError("went away")), Reader()

    run(Entry(parts.answering, threads=1), (Asked(), reader))
    reader.reading.result(10)

    assert len(reader.answer) == 2 * len(PART)
    assert parts.closed
    assert [record.message for record in caplog.records if record.name == "berth"] == ["fault within a long answer"]


def test_an_answer_whose_length_is_known_is_sent_as_ever() -> None:
    wire = Wire()

    def answer(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Length", "4")])
        return StreamingHttpResponse([b"file"])

    run(Entry(answer, threads=1), (Asked(), wire))

    assert wire.answer == b"file"
