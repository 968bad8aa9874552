"""
What a long record of activity costs: its page, the page with filters, and a download, with ROWS rows of one team.

Pages are asked for in this process, one at a time. The download comes from Berth as it is served; a worker's memory before
and after says whether it holds the file. `ACTIVITY_ROWS=1000000` takes as many as the security page asks for (D5).
"""

import http.client
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from django.test import Client
from django.utils import timezone

from console.models import Event, Head, Team, User, Verb
from registries.models import Connection, HandOut, HandOutResult, MachineToken
from tests.bench.figures import line, measure
from tests.bench.people import EMAIL, PASSWORD, connect, found_team
from tests.bench.person import Person
from tests.bench.site import served

ROWS = int(os.environ.get("ACTIVITY_ROWS", "200_000"))
DAYS = 400
TIMES = 30
READS_A_DAY = 2000
BUSY_DAYS = 20
WORDS = [
    Verb.SIGNED_IN, Verb.SIGNED_IN, Verb.CONNECTION_CHANGED, Verb.CONNECTION_STOPPED, Verb.CONNECTION_RECOVERED,
    Verb.CREDENTIALS_READ, Verb.CREDENTIALS_READ, Verb.CREDENTIALS_REFUSED, Verb.CONNECTION_PAUSED, Verb.CONNECTION_RESUMED,
]  # fmt: skip


def fill(team: Team, owner: User, token: MachineToken, about: list[Connection]) -> None:
    """Give a team as many rows as are measured, over as many days as they are kept. They are no chain."""
    began = timezone.now() - timedelta(days=DAYS)

    def rows() -> Iterator[Event]:
        for number in range(1000, 1000 + ROWS):
            verb, connection = WORDS[number % len(WORDS)], about[number % len(about)]
            machine = verb.source == "machine"
            yield Event(
                team=team, number=number, at=began + timedelta(days=DAYS) * ((number - 1000) / ROWS), verb=verb,
                by=None if machine else owner, who=token.name if machine else owner.name, login=owner.email,
                subject="" if machine else connection.name, about=token.public_id if machine else str(connection.pk),
                detail="Username changed.", address=str(IPv4Address(0x0A000000 + number % 65536)),
                previous="0" * 64, digest="1" * 64,
            )  # fmt: skip

    made = rows()
    for _ in range(0, ROWS, 10_000):
        Event.objects.bulk_create([row for row, _ in zip(made, range(10_000), strict=False)])
    Head.objects.filter(pk=team.pk).update(number=1000 + ROWS, digest="1" * 64, at=timezone.now())
    given: Any = {"team": team, "token": token, "who": token.name, "kind": "credential", "result": HandOutResult.GIVEN}
    for day in range(BUSY_DAYS):
        at = timezone.now() - timedelta(days=day)
        HandOut.objects.bulk_create([
            HandOut(**given, at=at - timedelta(milliseconds=number), registry=about[number % 5].name)
            for number in range(READS_A_DAY)
        ])  # fmt: skip


def download(person: Person, port: int, path: str) -> tuple[int, float]:
    """Read a file a piece at a time, as a browser does; return its bytes and the seconds it took."""
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    started, size = time.monotonic(), 0
    connection.request("GET", path, headers={"Cookie": cookies})
    answer = connection.getresponse()
    assert answer.status == 200, path
    while piece := answer.read(65_536):
        size += len(piece)
    connection.close()
    return size, time.monotonic() - started


def main() -> None:
    team, owner = found_team("Bench")
    connect(team, owner, 50, lambda number: f"https://r{number}.example.com")
    connections = list(team.connections.order_by("name"))
    ends_at = timezone.now() + timedelta(days=90)
    token, _ = MachineToken.objects.issue(team, "ci-runner", by=owner, ends_at=ends_at, connections=None)
    fill(team, owner, token, connections)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)

    def page(query: str) -> Callable[[], object]:
        assert client.get(f"{here}{query}").status_code == 200, query
        return lambda: client.get(f"{here}{query}")

    here = f"/teams/{team.slug}/activity/"
    for what, query in {
        f"the page, 50 of {ROWS:,}": "",
        "older rows, from the middle": f"?before={1000 + ROWS // 2}",
        "one kind that is common": "?kind=checks",
        "a kind of which there is nothing": "?kind=staff",
        "credentials read, with the ledger": "?kind=read",
        "one person": f"?person={owner.pk}",
        "one registry": f"?connection={connections[7].pk}",
        "a text that is found": "?q=registry-042",
        "a text that nothing has": "?q=nothing-has-this",
        "the last 7 days": "?since=7",
        "a week a year ago": f"?since=dates&from={timezone.localdate() - timedelta(days=365)}"
        f"&to={timezone.localdate() - timedelta(days=358)}",
    }.items():
        measure(what, page(query), TIMES)
    with tempfile.TemporaryDirectory(prefix="berth-") as folder, served(Path(folder)) as site:
        person = Person(site.port)
        person.sign_in(EMAIL, PASSWORD)
        download(person, site.port, f"{here}export.csv?since=7")
        before = site.memory_mb()
        for suffix in ("csv", "jsonl"):
            size, seconds = download(person, site.port, f"{here}export.{suffix}")
            line(f"a download as {suffix}", f"{ROWS / seconds:9,.0f} rows a second, {size / 1e6:,.0f} MB")
        line("a worker’s memory", f"{before:9.0f} MB before, {site.memory_mb():.0f} MB after")
