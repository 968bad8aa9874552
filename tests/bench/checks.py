"""
What a check costs: the whole of it, and its own part, which is what it takes beyond the registry's own time.

A real registry on loopback, by each way of signing in; five steps, with a push. Once as `health.examine` makes it, and once
as the site runs it: asked for, claimed by a thread of the bulkhead, the login unsealed, and each step written to the
database. After each check the registry is asked the same again without Berth (see `replay`), and the median of that is
subtracted.
"""

import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from console.models import Team, User
from registries.distribution import Secret
from registries.egress import Policy, Way
from registries.flavors.other import Other
from registries.health import examine
from registries.models import Check, Connection
from registries.network import Connector, connect_tcp
from registries.outcomes import Outcome
from tests.bench.figures import line, middle_and_slow, milliseconds
from tests.bench.people import found_team
from tests.bench.replay import Recorder, Replay
from tests.lab import tokens
from tests.lab.certificates import Authority
from tests.lab.images import Session, make_image
from tests.lab.registry import Registry, htpasswd, start_registry

USERNAME, PASSWORD = "puller", "a password of the bench"
REPOSITORY, TAG = "team/app", "1"
TIMES = 30
POLICY = Policy(allow=(ip_network("127.0.0.0/8"),))


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A registry that is checked: what it is called here, and whom one has to trust to reach it."""

    name: str
    registry: Registry
    authority: Authority | None = None

    @property
    def ca_pem(self) -> str:
        return self.authority.pem if self.authority else ""

    @property
    def flavor(self) -> Other:
        return Other(url=self.registry.origin, username=USERNAME, password=Secret(PASSWORD))

    def examine(self, connector: Connector = connect_tcp) -> None:
        """Examine it over the network, as a check does, but write nothing down."""
        flavor = self.flavor
        with Way(flavor.origin, policy=POLICY, ca_pem=self.ca_pem, connector=connector) as way:
            finding = examine(flavor, way, purpose="push", test_image=f"{REPOSITORY}:{TAG}")
        assert finding.outcome == Outcome.CONNECTED, finding

    def replay(self) -> Replay:
        """Return what a check says to it, to be said without Berth."""
        recorder = Recorder()
        self.examine(recorder)
        return Replay(recorder.talks, self.authority.client_context() if self.authority else None)


@contextmanager
def subjects(folder: Path) -> Iterator[list[Subject]]:
    """Start a registry for each way of signing in, with one image in it."""
    authority = Authority()
    users = {USERNAME: tokens.User(password=PASSWORD, rights={REPOSITORY: frozenset({"pull", "push"})})}
    auth = htpasswd(folder, {USERNAME: PASSWORD})
    with ExitStack() as started:
        plain = started.enter_context(start_registry(folder / "plain", auth=auth))
        tls = started.enter_context(start_registry(folder / "tls", auth=auth, tls=authority.pair(folder / "pair")))
        token = started.enter_context(tokens.start_token_registry(folder / "token", users))
        found = [
            Subject(name="Basic", registry=plain),
            Subject(name="Basic, TLS with an own CA", registry=tls, authority=authority),
            Subject(name="token service", registry=token),
        ]
        for subject in found:
            trusted = subject.authority.client_context() if subject.authority else None
            session = Session(origin=subject.registry.origin, username=USERNAME, password=PASSWORD, tls=trusted)
            session.push(REPOSITORY, TAG, make_image())
        yield found


def stored(subject: Subject, name: str, team: Team, owner: User) -> Callable[[], None]:
    """Store a registry as a connection, and return what checks that as the site does."""
    details = {"purpose": "push", "test_image": f"{REPOSITORY}:{TAG}", "ca_certificate": subject.ca_pem}
    connection: Connection = team.connections.connect(name, subject.flavor, by=owner, **details)

    def once() -> None:
        check = Check.objects.ask(connection, by=owner)
        running = Check.run_queued()
        assert running, "Every place is taken."
        running.result()
        check.refresh_from_db()
        assert check.outcome == Outcome.CONNECTED, check.steps

    return once


def compare(name: str, check: Callable[[], None], replay: Replay) -> None:
    """Run a check and its replay in turn, and print what the one takes beyond the other."""
    check()
    replay()
    pairs = [(milliseconds(check), milliseconds(replay)) for _ in range(TIMES)]
    registry = statistics.median(replayed for _, replayed in pairs)
    line(name, middle_and_slow([whole for whole, _ in pairs]))
    own = middle_and_slow([whole - registry for whole, _ in pairs])
    line("  of that, its own cost", f"{own}   ({registry:.3f} ms of the registry subtracted)")


def main() -> None:
    team, owner = found_team("Bench")
    print(
        "  What is subtracted as the registry’s own time: the median of the same bytes sent again on as many bare sockets."
    )
    with tempfile.TemporaryDirectory(prefix="berth-") as folder, subjects(Path(folder)) as found:
        for number, subject in enumerate(found):
            replay = subject.replay()
            line(f"{subject.name}:", f"   {replay}")
            compare("a check, examined alone", subject.examine, replay)
            compare("a check, as the site runs it", stored(subject, f"registry-{number}", team, owner), replay)
