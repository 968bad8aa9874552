"""
What the tests need beside Python: a registry server, a browser, a database server, and the programs that pull.

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
    "skopeo": lambda: shutil.which("skopeo"),
    "podman": lambda: shutil.which("podman"),
    "docker-cli": lambda: shutil.which("docker"),
    "kubernetes-client": lambda: shutil.which("kubectl"),
}
"""Debian's package names, each with how to see that it is there."""

FORMERLY: Mapping[str, str] = {"docker-cli": "docker.io"}
"""Packages that came with another one before Debian 13."""

UNITS: Mapping[str, tuple[str, ...]] = {
    "docker-registry": ("docker-registry.service",),
    "postgresql": ("postgresql.service",),
    "podman": ("podman.service", "podman.socket", "podman-restart.service", "podman-auto-update.timer"),
    "docker-cli": ("docker.service", "docker.socket", "containerd.service"),
}
"""What systemd would start from then on, at every start of the machine."""


def missing(names: Sequence[str] = tuple(NEEDED)) -> list[str]:
    """Return which of the packages are not there."""
    return [name for name in names if not NEEDED[name]()]


def is_debian() -> bool:
    try:
        return platform.freedesktop_os_release()["ID"] == "debian"
    except OSError:
        return False


def known_here(names: Sequence[str]) -> list[str]:
    """Return the packages by the names that this release of Debian has for them."""
    show = ["apt-cache", "show", "--no-all-versions"]
    unknown = {name for name in FORMERLY if subprocess.run([*show, name], capture_output=True, check=False).returncode}
    return [FORMERLY[name] if name in unknown else name for name in names]


def advice(names: Sequence[str]) -> str:
    """Say in one line what to install, and how where that is known."""
    if shutil.which("apt-get"):
        packages = " ".join(known_here(names))
        return f"Missing: {', '.join(names)}. Run: sudo apt-get install --no-install-recommends {packages}"
    return (
        f"Missing: {', '.join(names)}. Install them so that docker-registry (the CNCF distribution server), chromium "
        "(or set CHROMIUM to the program), initdb, skopeo, podman, docker and kubectl are in PATH."
    )


def install(names: Sequence[str]) -> None:
    """Install Debian packages without starting the services that they bring: Berth starts its own, on loopback."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _no_services():
        subprocess.run(["apt-get", "update", "-q"], check=True, env=quiet)
        packages = known_here(names)
        subprocess.run(["apt-get", "install", "-qy", "--no-install-recommends", *packages], check=True, env=quiet)
    if Path("/run/systemd/system").exists():
        units = [unit for name in names for unit in UNITS.get(name, ())]
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
