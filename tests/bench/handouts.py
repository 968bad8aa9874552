"""
What a hand-out costs: logins a second, each with its row in the ledger, from one process of Berth.

On SQLite, and on a throw-away PostgreSQL that flushes to disk as a real one does. Each database is measured in a process
of its own, since Django is loaded with one; see `giving`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from tests.lab import postgres

THREADS = 4
SERVED = {
    "BERTH_WORKERS": "1",
    "BERTH_THREADS": str(THREADS),
    "DJANGO_SETTINGS_MODULE": "tests.bench.bare_settings",
}
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
MEASURE = "import django; django.setup(); from tests.bench.giving import measured; measured()"


def databases() -> Iterator[tuple[str, str]]:
    """Give the name of each database and the address that reaches it, one after the other."""
    yield "SQLite", f"sqlite:///{Path(os.environ['BERTH_HOME']) / 'handouts.sqlite3'}"
    if postgres.find_binaries() is None:
        print("  PostgreSQL is not installed, so nothing is measured on it.", flush=True)
        return
    with patch.dict(postgres.OPTIONS, DURABLE), postgres.start_postgres() as url:
        yield "PostgreSQL", url


def main() -> None:
    for name, url in databases():
        print(f"  {name}, one process with {THREADS} threads", flush=True)
        command = [sys.executable, "-c", MEASURE]
        subprocess.run(command, env={**os.environ, **SERVED, "DATABASE_URL": url}, check=True)  # noqa: S603
