"""
A hasher that costs what Berth's own does, and writes down what it hashes: one line in a file for each password.

A guess that a limit turns away is not hashed, so the file tells which were evaluated, whatever the pages say.
"""

import os
from pathlib import Path

from console.hashers import Argon2


class Counted(Argon2):
    def encode(self, password: str, salt: str) -> str:
        _write_down(password)
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        _write_down(password)
        return super().verify(password, encoded)


def _write_down(password: str) -> None:
    """Add a line in one call, so that processes that write at once do not mix theirs."""
    handle = os.open(os.environ["PASSWORDS_TRIED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{password}\n".encode())
    finally:
        os.close(handle)


def tried(file: Path) -> list[str]:
    """Return the passwords that were hashed so far."""
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []
