"""The machine client is one file that any Python since 3.9 runs, and that has no way to be unsafe."""

import ast
import sys
import tomllib
from pathlib import Path

import pytest

from registries.machine import berth

SOURCE = Path(berth.__file__).read_text(encoding="utf-8")
ROOT = Path(__file__).parents[3]


def imported() -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(SOURCE)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "." * node.level)
    return names


def test_it_is_written_in_the_python_of_old_machines() -> None:
    ast.parse(SOURCE, feature_version=(3, 9))

    assert "from __future__ import annotations" in SOURCE


def test_it_needs_nothing_but_the_standard_library() -> None:
    assert {name.split(".")[0] for name in imported()} <= sys.stdlib_module_names


def test_it_starts_no_program_and_follows_neither_redirects_nor_proxies() -> None:
    assert not imported() & {"subprocess", "multiprocessing", "urllib.request", "pty", "logging"}
    assert not {"system", "popen", "fork", "execv", "execvp", "posix_spawn"} & {
        node.attr for node in ast.walk(ast.parse(SOURCE)) if isinstance(node, ast.Attribute)
    }


def test_there_is_no_switch_that_turns_the_checking_of_certificates_off() -> None:
    assert not [word for word in ("CERT_NONE", "check_hostname", "unverified", "insecure") if word in SOURCE]


def test_it_can_be_run_as_it_lies_there() -> None:
    assert SOURCE.startswith("#!/usr/bin/env python3\n")
    assert Path(berth.__file__).stat().st_mode & 0o111 == 0o111


def test_the_package_installs_it_under_its_three_names_in_the_same_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["version"] == berth.VERSION
    assert project["scripts"] == dict.fromkeys((berth.BERTH, berth.DOCKER, berth.KUBELET), "registries.machine.berth:main")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/usr/local/bin/docker-credential-berth", "docker-credential-berth"),
        ("docker-credential-berth.exe", "docker-credential-berth"),
        ("./berth.py", "berth"),
        ("berth-credential-provider", "berth-credential-provider"),
        ("/opt/berth.d/my.berth", "my.berth"),
    ],
)
def test_it_acts_by_the_name_that_it_is_called_by(path: str, name: str) -> None:
    assert berth.called(path) == name
