"""
A bulkhead: few things at once, each in a thread of its own, so that hanging registries cannot take the threads that
serve pages.

Whoever finds no free place is told so at once, and waits somewhere else.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from functools import lru_cache
from threading import BoundedSemaphore

from django.conf import settings
from django.db import connections

log = logging.getLogger("berth")


class Bulkhead:
    """A few places, shared by all requests of this process."""

    def __init__(self, places: int) -> None:
        self._free = BoundedSemaphore(places)
        self._threads = ThreadPoolExecutor(max_workers=places, thread_name_prefix="check")

    def enter(self, job: Callable[[], None]) -> "Future[None] | None":
        """Run a job in a thread; return None at once where every place is taken. A job that fails is logged by its kind."""
        if not self._free.acquire(blocking=False):
            return None
        return self._threads.submit(self._run, job)

    def close(self) -> None:
        """Wait for what runs, and let nothing more in."""
        self._threads.shutdown(wait=True)

    def _run(self, job: Callable[[], None]) -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001  # Nobody waits for the thread, so this is the last place to say it.
            # The words of the fault could quote a registry, so only its kind is logged.
            log.error("a check's thread ended in a fault of ours: %s", type(error).__name__)
        finally:
            connections.close_all()
            self._free.release()


@lru_cache(maxsize=1)
def bulkhead() -> Bulkhead:
    """Return this process's bulkhead. It is made in the process that uses it, never before a fork."""
    return Bulkhead(settings.BERTH_CHECKS_AT_ONCE)


def wait(future: "Future[None] | None", seconds: float) -> None:
    """Wait for what runs in this process, but no longer than this."""
    if future is not None:
        try:
            future.result(timeout=seconds)
        except NotYet:
            return
