"""Programs that the laboratory starts, and how they end: each by who started it, in its turn, and none left over."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """
    Make Ctrl-C, a polite kill and a closed terminal all raise KeyboardInterrupt, so that every `finally` runs.

    The first one counts: while things are being ended, further ones are ignored.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        for ending in ENDINGS:
            signal.signal(ending, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {ending: signal.signal(ending, interrupt) for ending in ENDINGS}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


def run_until_done(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """
    Run a program in the terminal and return its exit code; when we are interrupted, interrupt it and wait for it.

    It runs in a session of its own: a Ctrl-C reaches us alone, and it hears of it once.
    """
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        return process.wait()
    finally:
        stop(process, by=signal.SIGINT, seconds=30)


def stop(process: "subprocess.Popen[bytes]", *, by: signal.Signals = signal.SIGTERM, seconds: float = 5) -> None:
    """
    End a process that we started, if it has not ended: ask it first, and insist after `seconds`.

    It has to lead a session of its own, so that insisting reaches what it started in turn, and nobody else.
    """
    if process.poll() is not None:
        return
    process.send_signal(by)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
