"""
A registry that is no relative of Debian's: Pulp, in an environment of its own beside ours.

Sources: pulpcore's "Settings" (https://pulpproject.org/pulpcore/docs/admin/reference/settings/) and pulp_container's
"Configuration". It is large, so only those who ask for it get it: the packages go into `var/pulp` and stay there, its
database is thrown away. It has neither the worker nor the content server, since nobody here needs them: what is changed is
changed at once, and Berth follows no redirect to a blob.
"""

import http.client
import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.lab.berth import environment
from tests.lab.certificates import Authority
from tests.lab.images import Session
from tests.lab.postgres import start_postgres
from tests.lab.processes import stop
from tests.lab.registry import Registry

REQUIREMENT = "pulp-container>=2.30,<2.31"
HOME = Path(__file__).parents[2] / "var" / "pulp"
START_SECONDS = 90.0
ADMIN, ADMIN_PASSWORD = "admin", "admin-pw"
API = "/pulp/api/v3"


@dataclass(frozen=True, kw_only=True)
class Pulp(Registry):
    """A Pulp that is up, and what its administrator does there; `key` is the file that its tokens are signed with."""

    authority: Authority
    key: Path

    @property
    def admin(self) -> Session:
        tls = self.authority.client_context()
        return Session(origin=self.origin, username=ADMIN, password=ADMIN_PASSWORD, tls=tls)

    def add_user(self, name: str, password: str) -> None:
        """Make an account that may do nothing yet."""
        self._ask("POST", f"{API}/users/", {"username": name, "password": password})

    def make_private(self, repository: str) -> None:
        """Hide a repository from everybody who was not let in."""
        self._ask("PATCH", self._distribution(repository), {"private": True})

    def let_pull(self, name: str, repository: str) -> None:
        """Let somebody pull from a private repository, and no more."""
        [namespace] = self._find("pulp_container/namespaces", repository.partition("/")[0])
        for kind, place in (("distribution", self._distribution(repository)), ("namespace", namespace["pulp_href"])):
            role = f"container.container{kind}_consumer"
            self._ask("POST", f"{place}add_role/", {"role": role, "users": [name]})

    def _distribution(self, repository: str) -> str:
        [found] = self._find("distributions/container/container", repository)
        return str(found["pulp_href"])

    def _find(self, kind: str, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", f"{API}/{kind}/?name={name}")["results"]
        return found

    def _ask(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Any:
        headers = self.admin.basic() | {"Content-Type": "application/json"}
        body = json.dumps(content).encode() if content else b""
        answer = self.admin.send(method, path, body=body, headers=headers)
        if answer.status >= http.client.BAD_REQUEST:
            raise RuntimeError(f"Pulp answered {method} {path} with HTTP {answer.status}: {answer.body!r}")
        return json.loads(answer.body or b"null")


@contextmanager
def start_pulp(folder: Path) -> Iterator[Pulp]:
    """
    Run a Pulp behind TLS on an empty database, and end both with the block.

    The first time, its packages are fetched. Each time its tables are made, which takes most of a minute. Raises
    RuntimeError, with its log, where it does not come up.
    """
    programs = _install()
    authority = Authority()
    pair, port = authority.pair(folder / "tls"), _free_port()
    host = f"127.0.0.1:{port}"
    with start_postgres() as database_url:
        sockets = database_url.partition("?host=")[2]
        around = environment(
            PULP_SETTINGS=str(_write_settings(folder, host, sockets)),
            DJANGO_SETTINGS_MODULE="pulpcore.app.settings",
            GUNICORN_CMD_ARGS=f"--certfile {pair.certificate} --keyfile {pair.key}",
        )
        manager = str(programs / "pulpcore-manager")
        _run([manager, "migrate", "--noinput"], around)
        _run([manager, "reset-admin-password", "--password", ADMIN_PASSWORD], around)
        with (folder / "pulp.log").open("w") as output:
            process = subprocess.Popen(
                [str(programs / "pulpcore-api"), "--bind", host, "--workers", "2", "--no-control-socket"],
                cwd=folder,
                env=around,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        pulp = Pulp(host=host, scheme="https", authority=authority, key=folder / "token.key")
        try:
            _wait_until_serving(process, pulp, folder / "pulp.log")
            yield pulp
        finally:
            stop(process)


def _install() -> Path:
    """Make the environment where it is not there, or is another version's; return the folder of its programs."""
    programs, stamp = HOME / "bin", HOME / "requirement.txt"
    if stamp.exists() and stamp.read_text() == REQUIREMENT:
        return programs
    _run([sys.executable, "-m", "uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(HOME)], environment())
    _run([sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(HOME), REQUIREMENT], environment())
    stamp.write_text(REQUIREMENT)  # Last, so that an environment that is half made is made anew.
    return programs


def _write_settings(folder: Path, host: str, sockets: str) -> Path:
    """Write Pulp's settings and its keys into a folder; `sockets` is where its database listens."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    (folder / "token.key").write_bytes(key.private_bytes(pem, private, serialization.NoEncryption()))
    (folder / "token.pub").write_bytes(key.public_key().public_bytes(pem, public))
    (folder / "fields.key").write_bytes(Fernet.generate_key())
    (folder / "media").mkdir()
    database = {"ENGINE": "django.db.backends.postgresql", "NAME": "postgres", "USER": "postgres", "HOST": sockets}
    settings = {
        "ANALYTICS": False,
        "CACHE_ENABLED": False,
        "CONTENT_ORIGIN": f"https://{host}",
        "DATABASES": {"default": database},
        "DB_ENCRYPTION_KEY": str(folder / "fields.key"),
        "DEPLOY_ROOT": str(folder),
        "FILE_UPLOAD_TEMP_DIR": str(folder),
        "MEDIA_ROOT": str(folder / "media"),
        "PRIVATE_KEY_PATH": str(folder / "token.key"),
        "PUBLIC_KEY_PATH": str(folder / "token.pub"),
        "SECRET_KEY": secrets.token_hex(32),
        "STATIC_ROOT": str(folder / "static"),
        "TOKEN_AUTH_DISABLED": False,
        "TOKEN_SERVER": f"https://{host}/token/",
        "TOKEN_SIGNATURE_ALGORITHM": "ES256",
        "WORKING_DIRECTORY": str(folder),
    }
    written = folder / "settings.py"
    written.write_text("".join(f"{name} = {value!r}\n" for name, value in settings.items()))
    return written


def _run(command: Sequence[str], around: Mapping[str, str]) -> None:
    done = subprocess.run(command, check=False, env=around, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")


def _free_port() -> int:
    # The token service's address stands in the settings, so the port is chosen before the server asks for it.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_serving(process: subprocess.Popen[bytes], pulp: Pulp, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            if pulp.admin.send("GET", "/v2/").status == http.client.UNAUTHORIZED:
                return
        time.sleep(0.2)
    raise RuntimeError(f"Pulp did not come up:\n{log.read_text()}")
