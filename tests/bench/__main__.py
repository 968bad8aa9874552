"""
Measure and print: `python -m tests.bench [room …]`, as `make bench` does; `make bench ARGS="pages hanging"` picks some.

Everything happens on this machine. Each room runs in a process of its own, with throwaway keys and an empty database in a
temporary folder, so that none has to do with what ran before it. The numbers compare a change with what was there before
it, and machines with one another. They are no promise.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from tests.bench.home import berth
from tests.lab.processes import interrupted_by_signals, run_until_done

ROOMS = {
    "pages": "What a page costs",
    "sealing": "What sealing costs",
    "checks": "What a check costs",
    "hanging": "The site while checks hang",
    "handouts": "What a hand-out costs",
    "specs": "What checking a workload file costs",
    "sign_in": "Whether time tells who has an account",
    "activity": "What a long record of activity costs",
}


def run(room: str) -> int:
    """Run one room in this process. Each is a module with a `main()`, which is loaded once Django is."""
    try:
        with berth():
            print(f"  {ROOMS[room]}", flush=True)
            import_module(f"tests.bench.{room}").main()
            print(flush=True)
    except KeyboardInterrupt:
        return 130
    return 0


def main(rooms: Sequence[str]) -> int:
    if unknown := set(rooms) - set(ROOMS):
        print(f"There is no {', '.join(sorted(unknown))} to measure. There are: {', '.join(ROOMS)}.", file=sys.stderr)
        return 2
    print(f"\n  Python {sys.version.split()[0]}, {os.cpu_count()} processors\n", flush=True)
    return max(
        run_until_done(
            [sys.executable, "-c", f"from tests.bench.__main__ import run; raise SystemExit(run({room!r}))"], os.environ
        )
        for room in rooms or ROOMS
    )


if __name__ == "__main__":
    try:
        with interrupted_by_signals():
            sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
