"""
Measure and print: `python -m tests.bench`, as `make bench` does.

Everything happens on this machine, in one process, with a database of its own in a temporary folder: numbers compare a
change with what was there before it, and machines with one another. They are no promise.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from uuid import uuid4

import django

from tests.lab.berth import environment
from tests.lab.images import Session, make_image
from tests.lab.registry import Registry, htpasswd, start_registry
from tests.lab.tokens import User, start_token_registry

CONNECTIONS = 500
USERNAME, PASSWORD = "puller", "a password of the bench"


def measure(what: str, run: Callable[[], object], times: int) -> None:
    """Run something `times` times, after once for warmth, and print its median and its slowest twentieth."""
    run()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        run()
        taken.append((time.perf_counter() - started) * 1000)
    slow = statistics.quantiles(taken, n=20)[-1]
    print(f"  {what:<44} {statistics.median(taken):9.3f} ms   95 % within {slow:9.3f} ms", flush=True)


@contextmanager
def berth() -> Iterator[None]:
    """Load Berth with throwaway keys and an empty database, which go with the block."""
    with tempfile.TemporaryDirectory(prefix="berth-") as home:
        settings = environment(
            BERTH_HOME=home, DJANGO_SETTINGS_MODULE="tests.settings", DATABASE_URL=f"sqlite:///{home}/bench.sqlite3"
        )
        os.environ.clear()
        os.environ.update(settings)
        django.setup()
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        try:
            yield
        finally:
            connections.close_all()


def pages() -> None:
    """The list of a team with many connections, and the page of one."""
    from django.test import Client

    from console.models import Team
    from console.models import User as Person
    from registries.distribution import Secret
    from registries.flavors.other import Other

    owner = Person.objects.create_user("owner@berth.example", PASSWORD, name="Owner")
    team = Team.objects.found("Bench", by=owner)
    for number in range(CONNECTIONS):
        registry = Other(url=f"https://r{number}.example.com", username=USERNAME, password=Secret(PASSWORD))
        team.connections.connect(f"registry-{number:03}", registry, by=owner)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)

    def page(path: str) -> Callable[[], object]:
        assert client.get(path).status_code == 200, path
        return lambda: client.get(path)

    measure(f"the list, 50 of {CONNECTIONS}", page("/teams/bench/containers/"), 40)
    measure("the list, searched", page("/teams/bench/containers/?q=registry-42"), 40)
    measure("the page of one connection", page("/teams/bench/containers/registry-042/"), 40)
    measure("the form of one flavor", page("/teams/bench/containers/add/other/"), 40)


def sealing() -> None:
    """One login sealed, and opened again."""
    from registries.distribution import Secret
    from registries.sealing import Binding, seal, unseal

    binding = Binding(installation=uuid4(), team=uuid4(), connection=uuid4(), revision=1, reach="https://r.example.com")
    secrets = {"password": Secret(PASSWORD)}
    envelope = seal(secrets, binding)
    measure("seal a login", lambda: seal(secrets, binding), 500)
    measure("unseal a login", lambda: unseal(envelope, binding), 500)


def checks(folder: Path) -> None:
    """A whole check of a real registry on loopback, by each way of signing in."""
    from registries.distribution import Secret
    from registries.egress import Policy, Way
    from registries.flavors.other import Other
    from registries.health import examine
    from registries.outcomes import Outcome

    policy = Policy(allow=(ip_network("127.0.0.0/8"),))

    def check(registry: Registry) -> Callable[[], object]:
        Session(origin=registry.origin, username=USERNAME, password=PASSWORD).push("team/app", "1", make_image())
        flavor = Other(url=registry.origin, username=USERNAME, password=Secret(PASSWORD))

        def once() -> None:
            with Way(flavor.origin, policy=policy) as way:
                finding = examine(flavor, way, purpose="push", test_image="team/app:1")
            assert finding.outcome == Outcome.CONNECTED, finding

        return once

    with start_registry(folder / "basic", auth=htpasswd(folder / "basic", {USERNAME: PASSWORD})) as registry:
        measure("a check, five steps, Basic", check(registry), 40)
    users = {USERNAME: User(password=PASSWORD, rights={"team/app": frozenset({"pull", "push"})})}
    with start_token_registry(folder / "token", users) as token_registry:
        measure("a check, five steps, token service", check(token_registry), 40)


def main() -> int:
    with berth(), tempfile.TemporaryDirectory(prefix="berth-") as folder:
        print(f"\n  Python {sys.version.split()[0]}, {os.cpu_count()} processors\n")
        pages()
        sealing()
        checks(Path(folder))
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
