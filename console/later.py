"""
What a visitor must not wait for: mails that go out, or not, by what Berth knows of an address.

Whoever asks for a new password gets the same answer for every address; the time that it takes would tell whether a mail was
sent [A6]. So it is sent a moment later, by a thread that each process has for it.
"""

import contextvars
import logging
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import close_old_connections

log = logging.getLogger("berth")

MOST_WAITING = 100
"""How many jobs may wait in a process. A mail server that hangs holds each for ten seconds."""

A_MOMENT_SECONDS = 0.5
"""Up to so long a job waits, so that its work is not seen in the time of the very answer that it must not be seen in."""


def do(what: str, job: Callable[[], object]) -> None:
    """Do something soon, and at most once. `what` names it in the log, where it fails or where too many wait."""
    if not _places.acquire(blocking=False):
        log.warning("%s was not sent: %s wait already", what, MOST_WAITING)
        return
    due = time.monotonic() + A_MOMENT_SECONDS * secrets.randbelow(1000) / 1000
    context = contextvars.copy_context()  # allauth finds the request there.
    _thread().submit(_run, what, partial(context.run, job), due)


def _run(what: str, job: Callable[[], object], due: float) -> None:
    time.sleep(max(0.0, due - time.monotonic()))
    close_old_connections()
    try:
        job()
    except Exception as error:  # noqa: BLE001  # Nobody waits for it, and its words could hold an address.
        log.warning("%s was not sent: %s", what, type(error).__name__)
    finally:
        _places.release()
        close_old_connections()


def _thread() -> ThreadPoolExecutor:
    """Return the thread of this process, which is made when it is first needed: a fork takes none along."""
    with _making:
        if not _threads:
            _threads.append(ThreadPoolExecutor(1, thread_name_prefix="berth-later"))
        return _threads[0]


_places = threading.BoundedSemaphore(MOST_WAITING)
_making = threading.Lock()
_threads: list[ThreadPoolExecutor] = []
