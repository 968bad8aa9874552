"""Figures, and how they are written: one plain line each, with units."""

import statistics
import time
from collections.abc import Callable, Sequence


def line(what: str, figures: str) -> None:
    """Print what was measured and its figures, as soon as they are known."""
    print(f"  {what:<44} {figures}", flush=True)


def milliseconds(run: Callable[[], object]) -> float:
    """Return how long something took."""
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def within(taken: Sequence[float]) -> float:
    """Return what 95 of 100 stay within."""
    return statistics.quantiles(taken, n=20, method="inclusive")[-1]


def middle_and_slow(taken: Sequence[float]) -> str:
    """Write the median of some milliseconds, and what 95 % stay within."""
    return f"{statistics.median(taken):9.3f} ms   95 % within {within(taken):9.3f} ms"


def measure(what: str, run: Callable[[], object], times: int) -> None:
    """Run something `times` times, after once for warmth, and print its median and its slowest twentieth."""
    run()
    line(what, middle_and_slow([milliseconds(run) for _ in range(times)]))
