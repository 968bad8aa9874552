"""
The registry server that Debian packages (CNCF distribution), one process for each way of signing in.

Each listens on 127.0.0.1 only and keeps everything in memory, or in a folder that it is given, so that ending it leaves
nothing behind. With port 0 the
system chooses, and the server's own log says what it chose.
"""

import json
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bcrypt

from tests.lab.certificates import Pair
from tests.lab.processes import stop

START_SECONDS = 10.0
LISTENING = re.compile(r"listening on (127\.0\.0\.1:\d+)")


@dataclass(frozen=True, kw_only=True)
class Registry:
    """A registry that is up; `host` is how an image names it, such as `127.0.0.1:5005`."""

    host: str
    scheme: str = "http"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}"


@contextmanager
def start_registry(
    folder: Path,
    *,
    auth: Mapping[str, Any] | None = None,
    tls: Pair | None = None,
    port: int = 0,
    images: Path | None = None,
    read_only: bool = False,
    cache_of: Mapping[str, str] | None = None,
) -> Iterator[Registry]:
    """
    Run a registry, and end it with the block. `auth` is the `auth` section of its configuration; without, it is open.

    `images` is the folder that it keeps its images in; without, it keeps them in memory. `cache_of` is the `proxy` section,
    which makes it a pull-through cache: `remoteurl` (an origin), `username` and `password`.

    Raises RuntimeError, with the server's log, where it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    configuration, log = folder / "registry.json", folder / "registry.log"
    storage = _storage(images, read_only=read_only)
    configuration.write_text(json.dumps(_configuration(auth, tls, port, storage, cache_of)))
    with log.open("w") as output:
        process = subprocess.Popen(
            ["docker-registry", "serve", str(configuration)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A Ctrl-C at the terminal ends who started the registry; the registry itself is ended below, in its turn.
            start_new_session=True,
        )
    try:
        yield Registry(host=_wait_until_listening(process, log), scheme="https" if tls else "http")
    finally:
        stop(process)


def htpasswd(folder: Path, users: Mapping[str, str]) -> dict[str, Any]:
    """Write a password file for `users` (names to passwords), and return the `auth` section that reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "htpasswd"
    path.write_text("".join(f"{name}:{_bcrypt(password)}\n" for name, password in users.items()))
    return {"htpasswd": {"realm": "Lab", "path": str(path)}}


def _bcrypt(password: str) -> str:
    # The server knows bcrypt entries alone. Four rounds are the fewest, because every request of a test pays for them.
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=4)).decode("ascii")


def _storage(images: Path | None, *, read_only: bool) -> dict[str, Any]:
    driver: dict[str, Any] = {"filesystem": {"rootdirectory": str(images)}} if images else {"inmemory": {}}
    maintenance = {"maintenance": {"readonly": {"enabled": True}}} if read_only else {}
    return {**driver, "delete": {"enabled": True}, **maintenance}


def _configuration(
    auth: Mapping[str, Any] | None,
    tls: Pair | None,
    port: int,
    storage: Mapping[str, Any],
    cache_of: Mapping[str, str] | None,
) -> dict[str, Any]:
    # The server reads YAML, and JSON is YAML. Without a secret it warns at every start.
    http: dict[str, Any] = {"addr": f"127.0.0.1:{port}", "secret": "lab"}
    if tls:
        http["tls"] = tls.as_section()
    return {
        "version": "0.1",
        "log": {"level": "info", "accesslog": {"disabled": True}},
        "storage": dict(storage),
        "http": http,
        **({"auth": dict(auth)} if auth else {}),
        **({"proxy": dict(cache_of)} if cache_of else {}),
    }


def _wait_until_listening(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if found := LISTENING.search(log.read_text()):
            return found[1]
        time.sleep(0.01)
    raise RuntimeError(f"The registry server did not come up:\n{log.read_text()}")
