"""Many threads that do one thing at once, as many requests would."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections


def at_once(times: int, do: Callable[[int], str]) -> list[str]:
    """Do something so many times, in eight threads, each with a connection of its own; return what came of it, sorted."""

    def alone(number: int) -> str:
        try:
            return do(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        return sorted(threads.map(alone, range(times)))
