"""
Berth with something to try it on: `python -m tests.lab.demo`, as `make demo` does.

A real registry with a private image on loopback, and a Berth of its own in `var/demo` with an owner and a team. What to
type is said on the terminal. Each start begins anew, so that the tour always looks the same; the Berth of `make run`
is not touched.
"""

import fcntl
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.lab.berth import environment
from tests.lab.images import Session, make_image
from tests.lab.processes import interrupted_by_signals, run_until_done
from tests.lab.registry import Registry, htpasswd, start_registry

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "var" / "demo"
REGISTRY_PORT = 5005

# The owner and the registry's only user. Both open nothing but this demonstration, which listens on loopback alone.
EMAIL, PASSWORD, TEAM = "owner@berth.example", "quiet harbour morning", "Demo"
USERNAME, TOKEN = "puller", "lantern-on-quay-5"
REPOSITORY, TAG = "team/app", "1"


def to_type(registry: Registry) -> Mapping[str, tuple[str, str]]:
    """Return what goes into the form of an Other registry, in its order: field names to their label and value."""
    return {
        "name": ("Name", "demo"),
        "url": ("Registry URL", registry.origin),
        "method": ("Sign in with", "Username and password"),
        "username": ("Username", USERNAME),
        "password": ("Password or token", TOKEN),
        "purpose": ("What the team needs", "Pull"),
        "test_image": ("Test image", f"{REPOSITORY}:{TAG}"),
    }


def directions(registry: Registry, address: str) -> str:
    """Say what to open, whom to sign in as, and what to type."""
    rows = "\n".join(f"       {label:<20} {value}" for label, value in to_type(registry).values())
    return f"""
  A registry with one private image is up: {registry.host}/{REPOSITORY}:{TAG}

  1.  Open {address}/ and sign in:
       {"Email":<20} {EMAIL}
       {"Password":<20} {PASSWORD}

  2.  Containers, Add registry: paste the image above and continue, or choose Other. Then type, and leave the rest blank:
{rows}

  3.  Test connection, or Save registry, and watch the five steps. Then try a wrong password.

  Nothing of this is kept: the next start begins anew.
"""


@contextmanager
def alone(home: Path) -> Iterator[None]:
    # A second demonstration would pull the first one's database from under it.
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("A demo is running already. End it first.") from None
        yield


def free_or_any(port: int) -> int:
    """Return `port` where nothing listens on it, else 0, which lets the system choose."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


def _manage(settings: Mapping[str, str], *command: str) -> None:
    subprocess.run([sys.executable, *command], cwd=ROOT, env=settings, check=True, stdout=subprocess.DEVNULL)


def main(home: Path = HOME) -> int:
    with alone(home), interrupted_by_signals():
        shutil.rmtree(home, ignore_errors=True)
        folder = home / "registry"
        auth = htpasswd(folder, {USERNAME: TOKEN})
        with start_registry(folder, auth=auth, port=free_or_any(REGISTRY_PORT)) as registry:
            Session(origin=registry.origin, username=USERNAME, password=TOKEN).push(REPOSITORY, TAG, make_image())
            settings = environment(BERTH_HOME=str(home), BERTH_EGRESS_ALLOW="127.0.0.0/8")
            _manage(settings, "-m", "console.keys")
            _manage(settings, "manage.py", "migrate", "--verbosity", "0")
            owner = {"BERTH_OWNER_PASSWORD": PASSWORD}
            _manage(settings | owner, "manage.py", "setup", "--email", EMAIL, "--team", TEAM)
            print(directions(registry, f"http://127.0.0.1:{settings.get('PORT') or '8000'}"), flush=True)
            return run_until_done([sys.executable, str(ROOT / "manage.py"), "serve"], settings)


if __name__ == "__main__":
    try:
        sys.exit(main(*map(Path, sys.argv[1:])))
    except KeyboardInterrupt:
        sys.exit(0)
