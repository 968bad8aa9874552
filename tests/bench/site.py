"""Berth as `manage.py serve` serves it, on a free port of loopback."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.person import Person
from tests.lab.processes import stop

ROOT = Path(__file__).resolve().parents[2]
LAST_LINE = "Ctrl-C ends it."
START_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Site:
    """A server that is up."""

    port: int
    pid: int

    def memory_mb(self) -> float:
        """Return how much memory the largest worker holds now (its resident set)."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        pages = [int(Path(f"/proc/{child}/statm").read_text().split()[1]) for child in children]
        return max(pages) * os.sysconf("SC_PAGE_SIZE") / 1_000_000


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """Serve Berth with the settings that the environment has, and end it with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "serve.log"
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603  # It is our own program.
            [sys.executable, str(ROOT / "manage.py"), "serve"],
            env={**os.environ, "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        site = Site(port=port, pid=process.pid)
        _wait_until_it_answers(site, process, log)
        yield site
    finally:
        stop(process, by=signal.SIGTERM, seconds=30)


def _wait_until_it_answers(site: Site, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if LAST_LINE in log.read_text():
            try:
                Person(site.port).send("GET", "/accounts/login/")
            except ConnectionRefusedError:
                pass
            else:
                return
        time.sleep(0.05)
    raise RuntimeError(f"Berth did not come up:\n{log.read_text()}")
