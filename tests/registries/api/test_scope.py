"""What a token may have; all else is for it as if it did not exist. Security page, rows V10, V12, V22, V47, M4, M6, M7."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.models import Team, User
from registries.distribution import Secret
from registries.flavors.github import GitHub
from registries.flavors.other import Other
from registries.models import Connection, FormerName, HandOut
from tests.conftest import CANARY
from tests.registries.api.conftest import Ask, issue

GIVEN = 200, ""
NO = 404, "not_found"
PAUSED = 409, "paused"


class Row(NamedTuple):
    """A connection as somebody asks for it, and what a token limited to some, and one for everything, get of it."""

    name: str
    owner: str
    limited: tuple[int, str]
    everything: tuple[int, str]


# Those that the limited token may have are called mine, the team's others are not.
TABLE = [
    Row("mine", "mine", GIVEN, GIVEN),
    Row("MINE", "mine", GIVEN, GIVEN),
    Row("mine-before", "mine-now", GIVEN, GIVEN),
    Row("mine-now", "mine-now", GIVEN, GIVEN),
    Row("mine-long-before", "mine-now", NO, NO),
    Row("mine-paused", "mine-paused", PAUSED, PAUSED),
    Row("mine-deleted", "mine-deleted", NO, NO),
    Row("hidden", "hidden", NO, GIVEN),
    Row("hidden-before", "hidden-now", NO, GIVEN),
    Row("hidden-now", "hidden-now", NO, GIVEN),
    Row("hidden-paused", "hidden-paused", NO, PAUSED),
    Row("hidden-deleted", "hidden-deleted", NO, NO),
    Row("foreign", "foreign", NO, NO),
    Row("foreign-before", "foreign-now", NO, NO),
    Row("foreign-paused", "foreign-paused", NO, NO),
    Row("absent", "absent", NO, NO),
]
NAMES = [row.name for row in TABLE]

# Each way to ask for one connection.
WAYS: dict[str, Callable[[Row], tuple[str, dict[str, Any]]]] = {
    "name": lambda row: ("credentials", {"registry": row.name}),
    "name and image": lambda row: ("credentials", {"registry": row.name, "image": f"{host_of(row.owner)}/team/app:1"}),
    "docker-config": lambda row: ("docker-config", {"registry": row.name}),
    "containers": lambda row: ("docker-config", {"registry": row.name, "format": "containers"}),
    "pull-secret": lambda row: ("pull-secret", {"registry": row.name, "name": "pull"}),
}
BY_ADDRESS: dict[str, Callable[[Row], tuple[str, dict[str, Any]]]] = {
    "image": lambda row: ("credentials", {"image": f"{host_of(row.owner)}/team/app:1"}),
    "server": lambda row: ("credentials", {"server": f"https://{host_of(row.owner)}/v2/"}),
}


def host_of(owner: str) -> str:
    return f"{owner}.example.com"


@dataclass
class Tokens:
    """The texts of two tokens of Northwind, and of one of Elsewhere."""

    limited: str
    everything: str
    foreign: str


@pytest.fixture
def tokens(team: Team, alice: User, charlie: User) -> Tokens:
    """Let two teams have a connection of each sort, every one at a host of its own, and tokens."""
    elsewhere = charlie.teams.get()
    made = {}
    for row in TABLE:
        sort = row.owner.partition("-")[0]
        if row.owner in made or sort == "absent":
            continue
        owners, by = (elsewhere, charlie) if sort == "foreign" else (team, alice)
        registry = Other(url=f"https://{host_of(row.owner)}", username="robot", password=Secret(f"{CANARY}-{row.owner}"))
        first_name = row.owner.replace("-now", "-before")
        connection = owners.connections.connect(first_name, registry, by=by)
        made[row.owner] = connection
        if row.owner.endswith("-paused"):
            connection.pause(True, by=by)
        if row.owner.endswith("-now"):
            connection.replace(registry, by=by, version=1, keep_secrets=True, name=row.owner)
            long_ago = timezone.now() - timedelta(days=1)
            FormerName.objects.create(connection=connection, name=f"{sort}-long-before", until=long_ago)
    mine = [connection for owner, connection in made.items() if owner.startswith("mine")]
    _, limited = issue(team, "limited", by=alice, connections=mine)
    _, everything = issue(team, "everything", by=alice)
    _, foreign = issue(elsewhere, "foreign", by=charlie)
    for owner, connection in made.items():
        if owner.endswith("-deleted"):
            connection.remove(by=alice)
    return Tokens(limited, everything, foreign)


def outcome(answer: Any) -> tuple[int, str]:
    kind = answer["Content-Type"]
    return answer.status_code, answer.json()["code"] if kind == "application/problem+json" else ""


@pytest.mark.parametrize("way", WAYS)
def test_v22_each_name_gets_what_the_table_says(tokens: Tokens, ask: Ask, way: str) -> None:
    got = {}
    for row in TABLE:
        path, question = WAYS[way](row)
        got[row.name] = tuple(outcome(ask(path, token=text, **question)) for text in (tokens.limited, tokens.everything))

    assert got == {row.name: (row.limited, row.everything) for row in TABLE}


@pytest.mark.parametrize("way", BY_ADDRESS)
def test_v22_each_address_gets_what_the_table_says(tokens: Tokens, ask: Ask, way: str) -> None:
    rows = [row for row in TABLE if not row.name.endswith("-before")]  # An address has no former name.
    got = {}
    for row in rows:
        path, question = BY_ADDRESS[way](row)
        got[row.name] = tuple(outcome(ask(path, token=text, **question)) for text in (tokens.limited, tokens.everything))

    assert got == {row.name: (row.limited, row.everything) for row in rows}


def test_v22_what_is_given_is_the_right_login(tokens: Tokens, ask: Ask) -> None:
    for row in TABLE:
        for path, question in (way(row) for way in (*WAYS.values(), *BY_ADDRESS.values())):
            answer = ask(path, token=tokens.limited, **question)
            if row.limited == GIVEN and path == "credentials":
                assert answer.json()["password"] == f"{CANARY}-{row.owner}"
            assert "hidden" not in answer.content.decode()
            assert "foreign" not in answer.content.decode()


def test_v22_what_is_asked_for_without_names_is_ones_own_alone(tokens: Tokens, ask: Ask) -> None:
    mine = {host_of("mine"), host_of("mine-now")}

    assert set(ask("docker-config", token=tokens.limited).json()["auths"]) == mine
    for path, query in (("registries", {}), ("docker-config", {"format": "containers"}), ("pull-secret", {})):
        text = ask(path, token=tokens.limited, **query).content.decode()
        assert "hidden" not in text
        assert "foreign" not in text
    listed = [row["name"] for row in ask("registries", token=tokens.limited).json()["registries"]]
    assert listed == ["mine", "mine-now", "mine-paused"]


def test_v22_a_token_of_another_team_gets_nothing_of_this_one(tokens: Tokens, ask: Ask) -> None:
    for row in TABLE:
        if row.owner.startswith("foreign"):
            continue
        for path, question in (way(row) for way in (*WAYS.values(), *BY_ADDRESS.values())):
            assert outcome(ask(path, token=tokens.foreign, **question)) == NO


@pytest.mark.parametrize("way", [*WAYS, *BY_ADDRESS])
def test_m7_a_no_is_the_same_for_what_is_hidden_and_for_what_is_not_there(tokens: Tokens, ask: Ask, way: str) -> None:
    seen = set()
    for row in TABLE:
        if row.limited != NO or (way in BY_ADDRESS and row.name.endswith("-before")):
            continue
        path, question = {**WAYS, **BY_ADDRESS}[way](row)
        with CaptureQueriesContext(database) as queries:
            answer = ask(path, token=tokens.limited, **question)
        # The same bytes, the same headers, and as many looks into the same tables.
        seen.add((answer.content, tuple(sorted(answer.items())), tuple(query["sql"].split()[0] for query in queries)))

    assert len(seen) == 1


def test_a_hidden_former_name_is_not_counted_as_used(tokens: Tokens, ask: Ask) -> None:
    ask("credentials", token=tokens.limited, registry="hidden-before")
    ask("credentials", token=tokens.limited, registry="mine-before")

    used = FormerName.objects.filter(uses__gt=0)
    assert [name.name for name in used] == ["mine-before"]


def test_a_hidden_neighbour_changes_no_answer(team: Team, alice: User, ask: Ask) -> None:
    """A hidden connection neither wins by its prefix, nor ties, nor is named where two share a host."""
    made = {
        name: team.connections.connect(
            name, GitHub(namespace=organization, username="robot", password=Secret(f"{CANARY}-{name}")), by=alice
        )
        for name, organization in (("acme", "acme"), ("acme-twin", "acme"), ("labs", "labs"))
    }
    _, text = issue(team, "limited", by=alice, connections=[made["acme"]])

    assert ask("credentials", token=text, image="ghcr.io/acme/web").json()["registry"] == "acme"
    assert ask("credentials", token=text, server="ghcr.io").json()["registry"] == "acme"
    assert list(ask("docker-config", token=text).json()["auths"]) == ["ghcr.io"]
    refused = ask("credentials", token=text, image="ghcr.io/labs/web", registry="acme")
    assert (refused.status_code, refused.json()["registries"]) == (409, ["acme"])
    assert "labs-" not in refused.content.decode()
    assert "twin" not in refused.content.decode()


def test_the_ledger_names_no_connection_where_the_answer_was_no(tokens: Tokens, ask: Ask) -> None:
    ask("credentials", token=tokens.limited, registry="hidden")

    row = HandOut.objects.get()
    assert (row.result, row.connection, row.registry, row.asked) == ("not_found", None, "", "hidden")


# Look-alikes --------------------------------------------------------------------------------------------------------


OWN = {"own": "reg.example.com", "hub": "docker.io", "github": "ghcr.io"}


def look_alikes(host: str) -> set[str]:
    """Return what somebody or something might take for a host, and what is not it."""
    bare, _, last = host.rpartition(".")
    ends = ("evil.example", "evil.io", "com", "attacker.com", "io", "co", "net", "org", "evil", "dev", *OWN.values())
    starts = ("evil-", "evil", "x", "a.", "www.", "xn--", "0", ".", "my", "the-", "docker.io.", "docker-io-", "v2.", "eu.")
    found = {f"{host}.{end}" for end in ends} | {f"{start}{host}" for start in starts}
    found |= {f"{bare}-{last}.com", f"{bare}{last}.com", f"{bare}.{last}m", f"{host}x.com", f"{host}0.io", f"{host}-a.io"}
    found |= {f"{host}:{port}" for port in (80, 444, 4430, 8443, 5000, 1, 65535, "00443", "0443", "443.", "443:443", "")}
    found |= {host.replace(".", mark, 1) + ".io" for mark in ("-", "0", "x", "--")}
    found |= {host.replace(*swap) for swap in (("o", "0"), ("e", "3"), ("c", "k"), ("i", "l"), ("o", "oo"), ("r", "rn"))}
    found |= {
        f"{host}.:443",
        f"{host}.",
        f"{bare}..{last}",
        f"{host}/..",
        f"{host}%2f",
        f"{host}%00",
        f"{host}@evil.example",
    }
    found |= {host.replace("o", "о"), host.replace("e", "е"), host.replace("c", "с"), host.replace(".", "。")}
    found |= {host.replace(host[0], chr(ord(host[0]) + 0xFEE0), 1), f"{host}\u200b", f"\ufeff{host}", f"{host}\u00ad"}
    return found - {host}


LOOK_ALIKES = sorted((alike, name) for name, host in OWN.items() for alike in look_alikes(host))


@pytest.fixture
def own(team: Team, alice: User) -> None:
    """Connections of the whole of three hosts."""
    for name, host in OWN.items():
        registry = Other(url=f"https://{host}", username="robot", password=Secret(f"{CANARY}-{name}"))
        team.connections.connect(name, registry, by=alice)


@pytest.mark.parametrize("way", ["image", "server", "image and name"])
def test_v12_of_two_hundred_look_alikes_none_gets_a_login(settings: Any, own: None, ask: Ask, way: str) -> None:
    settings.BERTH_HANDOUTS_PER_TOKEN = 100_000

    for alike, name in LOOK_ALIKES:
        question = {"server": alike} if way == "server" else {"image": f"{alike}/team/app:1"}
        answer = ask("credentials", **question, **({"registry": name} if way == "image and name" else {}))
        assert outcome(answer) in (NO, (400, "invalid_image"), (400, "invalid_server"), (409, "does_not_fit")), alike
        assert CANARY not in answer.content.decode()

    assert len({alike for alike, _ in LOOK_ALIKES}) >= 200
    assert not HandOut.objects.given().exists()


def test_v10_the_aliases_of_docker_hub_lead_to_docker_hub_alone(own: None, ask: Ask) -> None:
    for alias in ("docker.io", "index.docker.io", "registry-1.docker.io", "Docker.IO", "docker.io:443"):
        assert ask("credentials", server=alias).json()["registry"] == "hub"
        assert ask("credentials", image=f"{alias}/team/app").json()["registry"] == "hub"
    assert ask("credentials", image="team/app").json()["registry"] == "hub"
    assert ask("credentials", image="reg.example.com/team/app").json()["registry"] == "own"


def test_a_host_without_a_dot_is_found_by_its_port(team: Team, alice: User, ask: Ask) -> None:
    registry = Other(url="https://registry:443", username="robot", password=Secret(CANARY))
    connection: Connection = team.connections.connect("intranet", registry, by=alice)

    assert connection.host == "registry:443"
    assert ask("credentials", image="registry:443/team/app").json()["registry"] == "intranet"
    assert ask("credentials", server="https://registry:443/v2/").json()["registry"] == "intranet"
    assert ask("credentials", image="registry:444/team/app").status_code == 404


@pytest.mark.parametrize("column", [{"host": "evil.example"}, {"host": "evil.example", "prefix": ""}])
def test_a_row_whose_host_was_changed_by_itself_gives_nothing(
    team: Team, alice: User, ask: Ask, column: dict[str, str]
) -> None:
    registry = GitHub(namespace="acme", username="robot", password=Secret(CANARY))
    connection = team.connections.connect("acme", registry, by=alice)
    Connection.objects.filter(pk=connection.pk).update(**column)

    for question in ({"registry": "acme"}, {"server": "evil.example"}, {"image": "evil.example/acme/app"}):
        answer = ask("credentials", **question)
        assert outcome(answer) == (503, "locked")
        assert CANARY not in answer.content.decode()


@pytest.mark.parametrize("username", ["robot\nhost=evil.example", "robot\r", "a\x1bb", "a\u2028b"])
def test_v47_a_user_name_with_a_line_break_is_not_handed_out(team: Team, alice: User, ask: Ask, username: str) -> None:
    registry = GitHub(namespace="acme", username="robot", password=Secret(CANARY))
    connection = team.connections.connect("acme", registry, by=alice)
    Connection.objects.filter(pk=connection.pk).update(settings={**connection.settings, "username": username})

    for path in ("credentials", "docker-config", "pull-secret"):
        answer = ask(path, registry="acme")
        assert outcome(answer) == (503, "locked")
        assert CANARY not in answer.content.decode()
