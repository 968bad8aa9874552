"""
How fast logins are given, with 10, 1,000 and 100,000 connections in the database that the environment names.

A thousand machines ask in turn, each with a token of its own and within the usual limit of a token, over connections that
are kept. Beside that stands a bare view of the same server, behind the middleware that people pass, which returns as many
bytes. Both are asked in turn; of a few short runs the best counts, since the machine does other things too.
"""

import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection, connections
from django.test import Client as InProcess
from django.test.utils import CaptureQueriesContext

from tests.bench.figures import line
from tests.bench.machines import Asked, Client, fill, machines, pace
from tests.bench.people import found_team
from tests.bench.person import Pace
from tests.bench.site import Site, served

SIZES = (10, 1_000, 100_000)
CLIENTS = 8
RUNS, SECONDS = 3, 1.5


def best(site: Site, *asked: list[Asked]) -> list[Pace]:
    """Return the best pace of each of some lists of questions, asked in turn."""
    for each in asked:
        pace(site.port, each, clients=CLIENTS, seconds=SECONDS / 3)  # for warmth
    runs = [[pace(site.port, each, clients=CLIENTS, seconds=SECONDS) for each in asked] for _ in range(RUNS)]
    return [max(paces, key=lambda one: one.per_second) for paces in zip(*runs, strict=True)]


def queries(asked: Asked) -> int:
    """Count the queries of one hand-out, which is not its machine's first of the day: that one is told to the team too."""
    machine = InProcess(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {asked.token}"})
    machine.get(asked.path)
    with CaptureQueriesContext(connection) as captured:
        answer = machine.get(asked.path)
    assert answer.status_code == 200, answer.content
    return len(captured)


def measure(site: Site, size: int) -> None:
    asked = machines(size)
    client = Client(site.port)
    answers = [client.get(each) for each in asked]  # The day's first of each machine is told to its team's activity.
    (settings.HOME / "answer.json").write_bytes(answers[0])
    given, bare = best(site, asked, [Asked(path="/bare/")])
    figures = (
        f"{given.per_second:7.1f} hand-outs/s (95 % within {given.slow_ms:.1f} ms), bare {bare.per_second:7.1f}/s: "
        f"ratio {given.per_second / bare.per_second:.2f}, {queries(asked[0])} queries, worker {site.memory_mb():.0f} MB"
    )
    line(f"{size:,} connections", figures)


def measured() -> None:
    with tempfile.TemporaryDirectory(prefix="berth-") as folder, served(Path(folder)) as site:
        team, owner = found_team("Bench")
        for before, size in zip((0, *SIZES), SIZES, strict=False):
            fill(team, owner, range(before, size))
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("ANALYZE")  # PostgreSQL does so by itself, but later.
            measure(site, size)
    connections.close_all()
