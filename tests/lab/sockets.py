"""Which tests may open sockets: those against real parts. For all others pytest-socket keeps them shut."""

from pathlib import Path

import pytest

REAL = {"real", "browser", "bench"}


def open_for_real_parts(items: list[pytest.Item], tests: Path) -> None:
    """
    Mark every test below `tests/real` and its like as one that may open sockets.

    The suite runs with `--disable-socket`; `tests/conftest.py` calls this when the tests are collected.
    """
    for item in items:
        if item.path.is_relative_to(tests) and item.path.relative_to(tests).parts[0] in REAL:
            item.add_marker(pytest.mark.enable_socket)
