"""
Run the whole suite as `make test` does: everything on SQLite, then what touches the database on PostgreSQL.

`python -m tests.lab.run [pytest's arguments]`. Both runs happen whatever the first one finds; the exit code is not zero
where any test failed, or where a run found no test at all.
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.lab.berth import environment
from tests.lab.postgres import start_postgres
from tests.lab.processes import interrupted_by_signals, run_until_done

# Two processes are what a small machine has; a file's tests stay together, so that its registries are started once.
PARALLEL = ("-n", "2", "--dist", "loadfile")
ON_POSTGRES = ("-p", "tests.lab.database_only", "--ignore", "tests/browser")


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one run went: pytest's exit code (5 is "no tests") and what it counted."""

    name: str
    code: int
    tests: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        passed = self.tests - self.failed - self.skipped
        counts = f"{passed} passed, {self.failed} failed, {self.skipped} skipped"
        ending = "" if self.code == 0 else f"  (pytest ended with {self.code})"
        return f"  {self.name:<11} {counts} in {self.seconds:.0f} s{ending}"


def run(name: str, arguments: Sequence[str], **settings: str) -> Result:
    """Run pytest once, and read what it counted from its report."""
    print(f"\n{name}\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="berth-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", *PARALLEL, f"--junit-xml={report}", *arguments]
        code = run_until_done(command, environment(BERTH_HOME=folder, **settings))
        if not report.exists():
            return Result(name=name, code=code or 1)
        suite = ElementTree.parse(report).getroot()[0].attrib  # noqa: S314  # pytest wrote it a moment ago.
    return Result(
        name=name,
        code=code,
        tests=int(suite["tests"]),
        failed=int(suite["failures"]) + int(suite["errors"]),
        skipped=int(suite["skipped"]),
        seconds=float(suite["time"]),
    )


def main(arguments: Sequence[str]) -> int:
    results = [run("SQLite", arguments)]
    with start_postgres() as database_url:
        results.append(run("PostgreSQL", [*ON_POSTGRES, *arguments], DATABASE_URL=database_url))
    print("\n" + "\n".join(map(str, results)))
    return max(result.code for result in results)


if __name__ == "__main__":
    try:
        with interrupted_by_signals():
            sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
