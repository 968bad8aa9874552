"""Machines that fetch logins: connections and tokens, filled in in bulk, and clients that ask again as soon as they may."""

import itertools
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.utils import timezone

from console.models import Installation, Team, User
from registries import sealing
from registries.distribution import Secret
from registries.flavors.github import GitHub
from registries.models import Connection, MachineToken, Sealed
from registries.models.sealed import SealingKey
from registries.tokens import Token
from tests.bench.figures import milliseconds, within
from tests.bench.person import Pace

MACHINES = 1000
IN_A_TEAM = 100
"""How many connections a team has. The first team has half of all there are, at one host."""

BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked: a path, and the token that goes with it, if any."""

    path: str
    token: str = ""


# What is in the database -------------------------------------------------------------------------------------------------


def fill(first: Team, owner: User, numbers: range) -> None:
    """Store connections of these numbers with their secrets: even ones in the first team, odd ones a hundred to a team."""
    installation = Installation.this().pk
    SealingKey.remember(sealing.ring().first)
    for start in range(numbers.start, numbers.stop, BATCH):
        batch = range(start, min(start + BATCH, numbers.stop))
        rows, sealed = [], []
        for number in batch:
            registry = GitHub(namespace=f"org-{number}", username="robot", password=Secret(f"ghp_{number:036}"))
            team = _other_team(number // (2 * IN_A_TEAM)) if number % 2 else first
            row = Connection(team=team, name=_name(number), created_by=owner, **Connection.columns(registry))
            payload = Sealed(connection=row, team_uuid=team.pk, reach=row.reach, revision=1, created_by=owner)
            payload.installation = installation
            envelope = sealing.seal(registry.secrets(), payload.binding)
            payload.key_id, payload.wrapped_key = envelope.key_id, envelope.wrapped_key
            payload.ciphertext = envelope.ciphertext
            rows.append(row)
            sealed.append(payload)
        Connection.bare.bulk_create(rows)
        Sealed.objects.bulk_create(sealed)


def machines(connections: int) -> list[Asked]:
    """Make tokens, each for a connection somewhere among so many, half of them for that alone; return what they ask."""
    numbers = [number * (connections // MACHINES | 1) % connections for number in range(MACHINES)]
    by_name = {row.name: row for row in Connection.bare.filter(name__in=map(_name, numbers))}
    rows = [by_name[_name(number)] for number in numbers]
    texts = [Token.new() for _ in rows]
    ends_at = timezone.now() + timedelta(days=30)
    tokens = MachineToken.objects.bulk_create(
        MachineToken(
            team_id=row.team_id, name=f"machine-{text.public_id}", public_id=text.public_id, digest=text.digest,
            ends_at=ends_at, everything=place % 4 < 2,
        )
        for place, (row, text) in enumerate(zip(rows, texts, strict=True))
    )  # fmt: skip
    limit = MachineToken.connections.through
    limit.objects.bulk_create(
        limit(machinetoken=token, connection=row) for row, token in zip(rows, tokens, strict=True) if not token.everything
    )
    return [
        Asked(path=f"/api/v1/credentials?{urlencode({'image': f'{row.address}/app:1'})}", token=text.text.reveal())
        for row, text in zip(rows, texts, strict=True)
    ]


def _name(number: int) -> str:
    return f"registry-{number}"


_other_teams: dict[int, Team] = {}


def _other_team(number: int) -> Team:
    if number not in _other_teams:
        _other_teams[number] = Team.objects.create(name=f"Team {number}", slug=f"team-{number}")
    return _other_teams[number]


# How they ask ------------------------------------------------------------------------------------------------------------


class Client:
    """Asks over one connection that is kept, on a bare socket, so that little of the machine goes to asking."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, asked: Asked) -> bytes:
        """Return the body of an answer. Raises AssertionError where that is not HTTP 200."""
        sign_in = f"Authorization: Bearer {asked.token}\r\n" if asked.token else ""
        head = f"GET {asked.path} HTTP/1.1\r\nHost: {self.host}\r\nUser-Agent: berth/1\r\n{sign_in}\r\n"
        self.socket.sendall(head.encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._read()
        head_of_answer, _, body = answer.partition(b"\r\n\r\n")
        assert head_of_answer.startswith(b"HTTP/1.1 200 "), answer.decode()
        length = int(head_of_answer.lower().partition(b"content-length:")[2].split(maxsplit=1)[0])
        while len(body) < length:
            body += self._read()
        return body

    def _read(self) -> bytes:
        read = self.socket.recv(65536)
        assert read, "The server hung up."
        return read


def pace(port: int, asked: Sequence[Asked], *, clients: int, seconds: float) -> Pace:
    """Have `clients` ask these questions in turn, each as soon as it has its answer, and return how fast that went."""
    started = time.monotonic()

    def ask_again_and_again(number: int) -> list[float]:
        client, taken = Client(port), []
        with client.socket:
            for one in itertools.islice(itertools.cycle(asked), number * len(asked) // clients, None):
                if time.monotonic() >= started + seconds:
                    break
                taken.append(milliseconds(lambda one=one: client.get(one)))  # type: ignore[misc]
        return taken

    with ThreadPoolExecutor(clients) as threads:
        taken = [one for each in threads.map(ask_again_and_again, range(clients)) for one in each]
    return Pace(per_second=len(taken) / (time.monotonic() - started), slow_ms=within(taken))
