"""
The site while checks hang: requests per second with 40 checks asked of a registry that never answers, beside the idle rate.

Berth is served as people serve it, with its usual workers, threads and places for checks. A team has 40 connections to a
server on loopback. A person asks for a check of each by its button, twice: at first the server hangs up, so that every page
shows a check from then on; then it takes connections and says nothing, a few checks run, and the rest wait for a place.
Sources: security page, section 4, S25 and D6.

Idle is measured before and after, and the mean of both counts, so that a machine that slows down meanwhile is not taken for
a site that does. The clients are on the same machine, and each asks again as soon as it is answered.
"""

import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from registries.health import LONGEST_SECONDS
from registries.models import Check
from tests.bench.figures import line
from tests.bench.people import EMAIL, PASSWORD, connect, found_team
from tests.bench.person import Pace, Person, pace
from tests.bench.site import Site, served
from tests.hostile import Connection, serving

CHECKS = 40
CLIENTS = 4
SECONDS = 4.0
DRAIN_SECONDS = 30.0


def under_way() -> str:
    """Say how many checks run and how many wait just now."""
    unfinished = Check.objects.filter(finished_at=None)
    running = unfinished.exclude(started_at=None).count()
    return f"{running} running, {unfinished.count() - running} queued"


def ask_for_checks(person: Person, pages: Sequence[str]) -> float:
    """Press the button on each connection's page, four at a time; return the seconds until all were answered."""
    token = person.token(pages[0])
    started = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(lambda page: person.post(f"{page}check/", token=token), pages))
    return time.monotonic() - started


def wait_until_all_ended() -> None:
    """Wait for the checks whose registry is gone. Raises RuntimeError where they do not end."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while Check.objects.filter(finished_at=None).exists():
        if time.monotonic() > deadline:
            raise RuntimeError(f"Checks do not end: {under_way()}.")
        time.sleep(0.1)


def compared(before: Pace, hanging: Pace, after: Pace) -> str:
    """Write how fast a page was while checks hung, beside how fast it was idle."""
    idle = (before.per_second + after.per_second) / 2
    return (
        f"idle {idle:.1f} requests/s ({before.per_second:.1f} before, {after.per_second:.1f} after), "
        f"with {CHECKS} hanging {hanging.per_second:.1f} requests/s (95 % within {hanging.slow_ms:.0f} ms): "
        f"ratio {hanging.per_second / idle:.2f}"
    )


def measured(site: Site) -> None:
    team, owner = found_team("Bench")
    here = f"/teams/{team.slug}/containers/"
    person = Person(site.port)
    person.sign_in(EMAIL, PASSWORD)
    memory = [site.memory_mb()]
    hangs_up = threading.Event()

    def say_nothing(_: Connection) -> None:
        hangs_up.wait(LONGEST_SECONDS + 1)

    with serving(say_nothing) as registry:
        names = connect(team, owner, CHECKS, lambda number: f"http://127.0.0.1:{registry.port}")
        details = [f"{here}{name}/" for name in names]
        pages = {f"the list of {CHECKS}": here, "the page of one connection": details[-1]}

        def paces() -> list[Pace]:
            return [pace(person, page, clients=CLIENTS, seconds=SECONDS) for page in pages.values()]

        hangs_up.set()
        ask_for_checks(person, details)
        wait_until_all_ended()
        pace(person, here, clients=CLIENTS, seconds=SECONDS / 2)  # for warmth
        idle = paces()
        memory.append(site.memory_mb())

        hangs_up.clear()
        asking_seconds = ask_for_checks(person, details)
        first = under_way()
        hanging = paces()
        last = under_way()

        hangs_up.set()
        wait_until_all_ended()
        idle_again = paces()
        memory.append(site.memory_mb())

    line(f"{CHECKS} checks, asked for in {asking_seconds:.1f} s", f"at first {first}; at the end {last}")
    for name, *taken in zip(pages, idle, hanging, idle_again, strict=True):
        line(name, compared(*taken))
    start, middle, end = memory
    line(
        "memory of a worker (RSS, the larger one)",
        f"{start:.0f} MB at the start, {middle:.0f} MB idle, {end:.0f} MB at the end",
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="berth-") as folder, served(Path(folder)) as site:
        measured(site)
