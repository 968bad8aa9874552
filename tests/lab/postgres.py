"""
A PostgreSQL server for one run of the suite: Debian's own binaries, a folder of its own, a socket and no port.

Nothing survives it, so it need not survive a crash either: flushing to disk is off.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lab.processes import stop

START_SECONDS = 30.0
OPTIONS = {"listen_addresses": "", "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def find_binaries() -> Path | None:
    """Return the folder that holds the newest `initdb`, or None. Debian keeps it out of PATH, one folder a version."""
    versions = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if os.access(folder / "initdb", os.X_OK)]
    if versions:
        return max(versions, key=lambda folder: int(folder.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def start_postgres() -> Iterator[str]:
    """
    Run a server, and end it with the block; gives the `DATABASE_URL` that reaches it.

    Raises RuntimeError where PostgreSQL is not installed, or does not come up.
    """
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed: there is no initdb.")
    # The path of a socket may have about a hundred characters, so the folder's own is kept short.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        identity = _identity(folder)
        _make_cluster(binaries, folder, identity)
        with _server(binaries, folder, identity):
            yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _identity(folder: Path) -> dict[str, Any]:
    # The server refuses to run as root, so root lends it the account that Debian's package makes.
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _make_cluster(binaries: Path, folder: Path, identity: dict[str, Any]) -> None:
    command = [f"{binaries}/initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"]
    made = subprocess.run(
        [*command, "--locale=C.UTF-8"], check=False, cwd=folder, capture_output=True, text=True, **identity
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stderr}")


@contextmanager
def _server(binaries: Path, folder: Path, identity: dict[str, Any]) -> Iterator[None]:
    # The server is a child of ours and not started through pg_ctl, which would leave it to the system to bury it.
    options = [word for name, value in OPTIONS.items() for word in ("-c", f"{name}={value}")]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [f"{binaries}/postgres", "-D", f"{folder}/data", "-k", f"{folder}", *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **identity,
        )
    try:
        _wait_until_ready(process, folder, log)
        yield
    finally:
        # PostgreSQL's word for "at once": its own children are ended first, and nothing is tidied that we delete anyway.
        stop(process, by=signal.SIGQUIT, seconds=START_SECONDS)


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    pid_file = folder / "data" / "postmaster.pid"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        # The last line of this file is the server's status, padded with a space.
        if pid_file.exists() and pid_file.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.02)
    raise RuntimeError(f"PostgreSQL did not come up:\n{log.read_text()}")
