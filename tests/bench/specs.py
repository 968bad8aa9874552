"""
What checking a workload file costs: 500 images against 10 and 1,000 connections, in ms and queries. No network.

Most images name the connection that holds them. A tenth is public, and a tenth names one that is misspelt, which has Berth
look for the nearest of all names. Every third connection fails, so that its last test is read for the way to mend it.
Beside the whole stand the part that reads the file, and the page that a person waits for.
"""

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.models import Team, User
from registries.models import Check, Connection
from registries.outcomes import Outcome
from registries.spec_checks import Report, check_spec
from registries.specs.reading import read
from tests.bench.figures import line, measure
from tests.bench.people import connect, found_team

IMAGES = 500
SIZES = (10, 1_000)
TIMES = 10


def file_for(connections: int) -> str:
    """Write a workflow of 500 steps whose images are spread over so many connections."""
    return "jobs:\n" + "".join(_step(number, number % connections) for number in range(IMAGES))


def _step(number: int, registry: int) -> str:
    lines = [f"  step-{number}:", "    with:", f"      image: r{registry}.example.com/team/app-{number}:1"]
    match number % 10:
        case 0:
            lines[-1] = f"      image: python:3.{number}"
        case 1:
            lines.append(f"      containerRegistry: registyr-{registry:03}")
        case _:
            lines.append(f"      containerRegistry: registry-{registry:03}")
    return "\n".join(lines) + "\n"


def grow(team: Team, owner: User, count: int) -> None:
    """Give a team so many connections, of which every third fails and the others work."""
    Connection.objects.filter(team=team).delete()
    connect(team, owner, count, lambda number: f"https://r{number}.example.com")
    now = timezone.now()
    for number, row in enumerate(team.connections.order_by("name")):
        outcome = Outcome.UNREACHABLE if number % 3 == 0 else Outcome.CONNECTED
        check = Check.objects.create(team=team, connection=row, host=row.host, finished_at=now, outcome=outcome)
        Connection.objects.filter(pk=row.pk).update(outcome=outcome, last_check=check)


def queries(check: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        check()
    return len(asked)


def main() -> None:
    team, owner = found_team("Bench")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)
    for count in SIZES:
        grow(team, owner, count)
        text = file_for(count)

        def check(text: str = text) -> Report:
            report = check_spec(text, team.connections.all(), team=team)
            assert len(report.verdicts) == IMAGES
            return report

        def page(text: str = text) -> object:
            answer = client.post(f"/teams/{team.slug}/spec-checker/", {"spec": text})
            assert answer.status_code == 200, answer.content
            return answer

        page()  # Afterwards the session knows the team.
        counts = ", ".join(f"{number} {level}" for level, number in check().counts.items())
        line(f"{IMAGES} images, {count:,} connections", f"{len(text) // 1024} KB: {counts}")
        measure("  read alone", lambda text=text: read(text), TIMES)  # type: ignore[misc]
        measure(f"  checked, in {queries(check)} queries", check, TIMES)
        measure(f"  the page, in {queries(page)} queries", page, TIMES)
