"""Imports run downhill, and each danger has one door."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Who may take a secret out of its wrapping: who seals it, who sends it, who reads what was typed to judge it, who opens
# a minted login, whose user name is sealed too, who writes a login into the answers and files that machines read, who shows
# it or a new token to a person, once, and who hashes a machine's token.
MAY_REVEAL = {
    "registries/api/answers.py",
    "registries/sealing.py",
    "registries/distribution/client.py",
    "registries/distribution/credential.py",
    "registries/formats/logins.py",
    "registries/models/minted.py",
    "registries/views/revealing.py",
    "registries/tokens.py",
    "registries/management/commands/create_token.py",
    "registries/views/tokens.py",
}
MAY_IMPORT_SEALING = {
    "registries/checks.py",
    "registries/models/sealed.py",
    "registries/models/connection.py",
    "registries/models/connections.py",
    "registries/models/check.py",
    "registries/models/draft.py",
    "registries/models/fingerprint.py",
    "registries/models/hand_out.py",
    "registries/models/minted.py",
    "registries/models/visit.py",
    "registries/management/commands/rotate_keys.py",
}


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def test_imports_run_downhill() -> None:
    linter = Path(sys.executable).parent / "lint-imports"

    ran = subprocess.run([sys.executable, linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603

    assert ran.returncode == 0, ran.stdout


def test_a_secret_is_revealed_in_few_places() -> None:
    revealing = {name for name, source in sources("console", "registries") if ".reveal()" in source}

    assert {name for name in revealing if not name.startswith("registries/flavors/")} <= MAY_REVEAL


def test_few_rooms_know_of_sealing() -> None:
    knowing = {name for name, source in sources("console", "registries") if "sealing" in imported(source)}

    assert knowing <= MAY_IMPORT_SEALING


def imported(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names |= {alias.name for alias in node.names} | set((node.module or "").split("."))
        elif isinstance(node, ast.Import):
            names |= {part for alias in node.names for part in alias.name.split(".")}
    return names


def test_views_and_forms_start_at_the_team_and_never_at_a_table() -> None:
    wanted = ("console/views/", "console/access.py", "registries/views", "registries/forms/")

    starting = {
        name
        for name, source in sources("console", "registries")
        if name.startswith(wanted) and "Connection.objects" in source
    }

    assert starting == set()


def test_only_egress_opens_sockets() -> None:
    networking = {"socket", "httpcore", "urllib.request", "http.client", "requests", "httpx"}

    opening = set()
    for name, source in sources("console", "registries"):
        for node in ast.walk(ast.parse(source)):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if networking & set(modules):
                opening.add(name)

    # The machine client is a program of its own, which runs elsewhere and asks this console.
    ours = {"registries/egress.py", "registries/addresses.py", "registries/network.py", "registries/proxy.py"}
    # The operator's own provider is asked by its own way, which no address that people type can take.
    sso = {"console/sso/wire.py", "console/sso/discovery.py", "console/views/sso.py"}
    assert opening <= {*ours, *sso, "registries/machine/berth.py"}


def test_no_flavor_is_named_outside_its_own_file() -> None:
    comparing = set()
    for name, source in sources("console", "registries"):
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Compare):
                continue
            about_flavors = any("flavor" in ast.dump(side) for side in [node.left, *node.comparators])
            if about_flavors and any(
                isinstance(side, ast.Constant) and isinstance(side.value, str) for side in node.comparators
            ):
                comparing.add(name)

    assert comparing == set()
