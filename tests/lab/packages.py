"""
What the tests need beside Python: a registry server, a browser and a database server.

`python -m tests.lab.packages` looks for them. On Debian, as root, it installs what is missing; elsewhere it says in one
line what to install, and fails. `python -m tests.lab.packages docker-registry` asks for that one alone.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.lab.postgres import find_binaries

POLICY = Path("/usr/sbin/policy-rc.d")


def find_chromium() -> str | None:
    """Return the browser's program: what CHROMIUM names, else what the system calls chromium, else None."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    return shutil.which("chromium") or shutil.which("chromium-browser")


NEEDED: Mapping[str, Callable[[], object]] = {
    "docker-registry": lambda: shutil.which("docker-registry"),
    "chromium": find_chromium,
    "postgresql": find_binaries,
}
"""Debian's package names, each with how to see that it is there."""


def missing(names: Sequence[str] = tuple(NEEDED)) -> list[str]:
    """Return which of the packages are not there."""
    return [name for name in names if not NEEDED[name]()]


def is_debian() -> bool:
    try:
        return platform.freedesktop_os_release()["ID"] == "debian"
    except OSError:
        return False


def advice(names: Sequence[str]) -> str:
    """Say in one line what to install, and how where that is known."""
    if shutil.which("apt-get"):
        return f"Missing: {', '.join(names)}. Run: sudo apt-get install --no-install-recommends {' '.join(names)}"
    return (
        f"Missing: {', '.join(names)}. Install them so that docker-registry (the CNCF distribution server), chromium "
        "(or set CHROMIUM to the program) and initdb are in PATH."
    )


def install(names: Sequence[str]) -> None:
    """Install Debian packages without starting the services that they bring: Berth starts its own, on loopback."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _no_services():
        subprocess.run(["apt-get", "update", "-q"], check=True, env=quiet)
        subprocess.run(["apt-get", "install", "-qy", "--no-install-recommends", *names], check=True, env=quiet)
    if Path("/run/systemd/system").exists():
        units = [f"{name}.service" for name in names if name != "chromium"]
        subprocess.run(["systemctl", "disable", *units], check=False)


@contextmanager
def _no_services() -> Iterator[None]:
    # Debian's packages ask this file whether a service may start; 101 means no. One that an operator wrote stays.
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def main(names: Sequence[str]) -> int:
    unknown = [name for name in names if name not in NEEDED]
    if unknown:
        print(f"Not known here: {', '.join(unknown)}. Known: {', '.join(NEEDED)}.", file=sys.stderr)
        return 2
    lacking = missing(names or tuple(NEEDED))
    if lacking and is_debian() and os.geteuid() == 0:
        print(f"Installing {', '.join(lacking)} ...", flush=True)
        try:
            install(lacking)
        except subprocess.CalledProcessError as error:
            print(f"{error.cmd[0]} {error.cmd[1]} failed with exit code {error.returncode}.", file=sys.stderr)
        lacking = missing(lacking)
    if lacking:
        print(advice(lacking), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
