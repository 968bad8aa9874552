"""
Make the key files that are missing: `python -m console.keys`, as `make run` does on first start.

Two files in `BERTH_HOME/keys`, a folder of mode 0700, each of mode 0600: Django's secret key, which signs sessions and
links, and the sealing key ring, which opens the stored logins. They are never made where the environment gives them,
and never replaced. Whoever copies the database without this folder gets nothing readable.
"""

import base64
import os
import secrets
import sys
from pathlib import Path

from console.environment import home


def write_once(path: Path, content: str) -> bool:
    """Write a file of mode 0600 unless it exists; tell whether it was written. Two starts at once make one file."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    return True


def make_missing(folder: Path) -> list[Path]:
    """Make the folder, the one around it and the files that are missing; return those that were made."""
    for private in (folder.parent, folder):
        private.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = {
        "SECRET_KEY": ("secret_key", secrets.token_urlsafe(64)),
        "BERTH_SEALING_KEYS": ("sealing_keys", f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}\n"),
    }
    made = []
    for variable, (name, content) in wanted.items():
        given = os.environ.get(variable) or os.environ.get(f"{variable}_FILE")
        if not given and write_once(folder / name, content):
            made.append(folder / name)
    return made


if __name__ == "__main__":
    for path in make_missing(home() / "keys"):
        print(f"Made {path}", file=sys.stderr)
