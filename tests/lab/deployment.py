"""
Look at Berth as it would be deployed: `python -m tests.lab.deployment`, a part of `make check`.

Migrations must be complete, and Django's own deployment check must find nothing to warn of, behind an https address and
with keys made for the occasion.
"""

import subprocess
import sys
import tempfile

from tests.lab.berth import environment

COMMANDS = (
    ["-m", "console.keys"],
    ["manage.py", "makemigrations", "--check", "--dry-run"],
    ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="berth-") as home:
        there = environment(BERTH_HOME=home, BERTH_URL="https://berth.example")
        for command in COMMANDS:
            print(sys.executable, *command, flush=True)
            if code := subprocess.run([sys.executable, *command], check=False, env=there).returncode:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
