"""What a page costs: the list of a team with many connections, the page of one, a form. One at a time, no network."""

from collections.abc import Callable

from django.test import Client

from tests.bench.figures import measure
from tests.bench.people import connect, found_team

CONNECTIONS = 500
TIMES = 40


def main() -> None:
    team, owner = found_team("Bench")
    connect(team, owner, CONNECTIONS, lambda number: f"https://r{number}.example.com")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)

    def page(path: str) -> Callable[[], object]:
        assert client.get(path).status_code == 200, path
        return lambda: client.get(path)

    here = f"/teams/{team.slug}/containers/"
    measure(f"the list, 50 of {CONNECTIONS}", page(here), TIMES)
    measure("the list, searched", page(f"{here}?q=registry-42"), TIMES)
    measure("the page of one connection", page(f"{here}registry-042/"), TIMES)
    measure("the form of one flavor", page(f"{here}add/other/"), TIMES)
