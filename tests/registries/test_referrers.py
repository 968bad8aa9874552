"""What refers to a connection, who used it last, and what both mean for a deletion."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from console.models import Team, User
from registries.distribution import Secret
from registries.flavors import FLAVORS
from registries.models import Asker, Connection, FormerName, HandOut, HandOutResult, MachineToken, Referrers
from registries.models import referrers as looking

People = Callable[[User], Client]
Fetch = Callable[..., HandOut]
LIST = "/teams/northwind/containers/"
Kind, Result = HandOut.Kind, HandOutResult


@pytest.fixture
def fetch(connection: Connection) -> Fetch:
    """Note a hand-out: `fetch("registry.example.com/web/app:1", by="ci", minutes_ago=5)`."""

    def fetch(
        asked: str = "",
        *,
        by: str = "ci-runner",
        minutes_ago: float = 0,
        of: Connection = connection,
        kind: HandOut.Kind = Kind.CREDENTIAL,
        result: HandOutResult = Result.GIVEN,
    ) -> HandOut:
        asker = Asker(team=of.team, name=by)
        HandOut.objects.note(asker, result, kind=kind, asked=asked, connection_id=of.pk, registry=of.name)
        row = HandOut.objects.latest("pk")
        HandOut.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(minutes=minutes_ago))
        return row

    return fetch


@pytest.fixture
def bobs(bob: User, connection: Connection, signed_in: People) -> Client:
    return signed_in(bob)


def token(connection: Connection, name: str, *, days: float = 30, everything: bool = False) -> MachineToken:
    ends_at = timezone.now() + timedelta(days=days)
    mine = None if everything else [connection]
    return MachineToken.objects.issue(connection.team, name, by=None, ends_at=ends_at, connections=mine)[0]


def fetched(connection: Connection) -> list[tuple[str, str]]:
    return [(one.what, one.who) for one in Referrers.of(connection).fetched]


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def page_of(client: Client, path: str) -> str:
    return text(client.get(LIST + path).content.decode())


# What refers to it -------------------------------------------------------------------------------------------------------


def test_a_new_connection_is_referred_to_by_nothing(connection: Connection) -> None:
    assert Referrers.of(connection).count == 0


def test_tokens_that_are_limited_to_it_count_while_they_work(connection: Connection, alice: User) -> None:
    token(connection, "cluster")
    token(connection, "Another")
    token(connection, "for-everything", everything=True)
    token(connection, "ended", days=-1)
    token(connection, "revoked").revoke(by=alice)

    assert [one.name for one in Referrers.of(connection).tokens] == ["Another", "cluster"]


def test_the_tags_of_an_image_count_as_one_and_whoever_came_last_is_named(connection: Connection, fetch: Fetch) -> None:
    image = "registry.example.com/web/app"
    fetch(f"{image}:1", by="early", minutes_ago=50)
    fetch(f"{image}@sha256:{'0' * 64}", by="late", minutes_ago=5)
    fetch(f"{image}:2", by="between", minutes_ago=20)
    fetch("registry.example.com/web/other", by="early", minutes_ago=60)

    assert fetched(connection) == [("web/app", "late"), ("web/other", "early")]


@pytest.mark.parametrize(
    ("asked", "kind", "what"),
    [
        ("registry.example.com", Kind.CREDENTIAL, "The login, by its host"),
        ("https://registry.example.com/v2/", Kind.CREDENTIAL, "The login, by its host"),
        ("", Kind.CREDENTIAL, "The login, by its name"),
        ("", Kind.PULL_SECRET, "A pull secret"),
        ("", Kind.DOCKER_CONFIG, "A config.json"),
        ("", Kind.REVEAL, "The login, shown to a person"),
    ],
)
def test_what_was_fetched_without_an_image_is_said_in_words(
    connection: Connection, fetch: Fetch, asked: str, kind: HandOut.Kind, what: str
) -> None:
    fetch(asked, kind=kind)

    assert fetched(connection) == [(what, "ci-runner")]


def test_an_official_image_of_docker_hub_is_an_image(team: Team, alice: User, fetch: Fetch) -> None:
    hub = FLAVORS["dockerhub"](namespace="library", username="u", password=Secret("p"))  # type: ignore[call-arg]
    connection = team.connections.connect("hub", hub, by=alice)
    for asked in ("ubuntu:22.04", "docker.io/library/ubuntu", "docker.io", "https://index.docker.io/v1/"):
        fetch(asked, of=connection)

    assert {what for what, _ in fetched(connection)} == {"library/ubuntu", "The login, by its host"}


def test_what_was_refused_or_is_old_or_of_another_does_not_count(
    connection: Connection, team: Team, alice: User, fetch: Fetch
) -> None:
    registry = FLAVORS["other"](url="https://other.example.com", username="u", password=Secret("p"))  # type: ignore[call-arg]
    other = team.connections.connect("other", registry, by=alice)
    fetch("registry.example.com/web/a", result=Result.PAUSED)
    fetch("registry.example.com/web/b", minutes_ago=30 * 24 * 60 + 1)
    fetch("other.example.com/c", of=other)

    assert fetched(connection) == []


def test_ten_are_shown_and_the_others_counted(connection: Connection, fetch: Fetch) -> None:
    for number in range(22):
        fetch(f"registry.example.com/web/app-{number}", minutes_ago=number)

    found = Referrers.of(connection)

    assert [one.what for one in found.fetched] == [f"web/app-{number}" for number in range(10)]
    assert (found.more, found.count) == (12, 22)


def test_a_busy_ledger_is_read_only_so_far(
    connection: Connection,
    fetch: Fetch,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(looking, "MOST_READ", 3)
    for number in range(5):
        fetch(f"registry.example.com/web/app-{number}", minutes_ago=number)

    with django_assert_num_queries(3):
        found = Referrers.of(connection)

    assert [one.what for one in found.fetched] == ["web/app-0", "web/app-1", "web/app-2"]


def test_a_former_name_counts_once_it_was_used(connection: Connection, bobs: Client) -> None:
    former = FormerName.objects.create(connection=connection, name="old", until=timezone.now() + timedelta(days=5))
    assert Referrers.of(connection).count == 0

    bobs.get(f"{LIST}old/")

    assert Referrers.of(connection).former_names == (former,)


# On the page, and where it is deleted ------------------------------------------------------------------------------------


def test_the_page_says_what_refers_to_it(connection: Connection, bobs: Client, fetch: Fetch) -> None:
    assert "Referred to by" not in page_of(bobs, "web/")
    token(connection, "cluster")
    fetch("registry.example.com/web/app:1", minutes_ago=12)

    assert "Referred to by cluster machine token web/app 12 min ago by ci-runner" in page_of(bobs, "web/")


def test_a_member_does_not_see_the_activity(connection: Connection, vera: User, signed_in: People, fetch: Fetch) -> None:
    token(connection, "cluster")
    fetch("registry.example.com/web/app:1")

    page = page_of(signed_in(vera), "web/")

    assert "Referred to by" not in page
    assert "web/app" not in page


@pytest.mark.parametrize("refer", ["token", "image", "former name"])
def test_what_anything_refers_to_is_deleted_by_its_name_alone(
    connection: Connection, bobs: Client, fetch: Fetch, refer: str
) -> None:
    if refer == "token":
        token(connection, "cluster")
    elif refer == "image":
        fetch("registry.example.com/web/app:1", minutes_ago=12)
    else:
        FormerName.objects.create(connection=connection, name="old", until=timezone.now() + timedelta(days=5), uses=3)
    named = {"token": "cluster machine token", "image": "web/app 12 min ago by ci-runner", "former name": "still say old"}

    asked = page_of(bobs, "web/delete/")
    one_button = bobs.post(f"{LIST}web/delete/")
    wrong = bobs.post(f"{LIST}web/delete/", {"name": "Web"})

    assert "1 thing refers to web" in asked
    assert named[refer] in asked
    assert (one_button.status_code, wrong.status_code) == (422, 422)
    assert Connection.objects.exists()
    bobs.post(f"{LIST}web/delete/", {"name": "web"})
    assert not Connection.objects.exists()


def test_after_the_deletion_it_is_said_what_referred_to_it(connection: Connection, bobs: Client, fetch: Fetch) -> None:
    token(connection, "cluster")
    for number in range(11):
        fetch(f"registry.example.com/web/app-{number}", minutes_ago=number)

    page = text(bobs.post(f"{LIST}web/delete/", {"name": "web"}, follow=True).content.decode())

    assert "web is deleted. 12 things referred to it: cluster, web/app-0, " in page
    assert "web/app-9 and 1 more." in page


def test_what_machines_asked_for_is_escaped(connection: Connection, bobs: Client, fetch: Fetch) -> None:
    script = "<script>alert(1)</script>"
    fetch(script, by=script)

    pages = [bobs.get(LIST + path).content.decode() for path in ("", "web/", "web/delete/")]
    pages.append(bobs.post(f"{LIST}web/delete/", {"name": "web"}, follow=True).content.decode())

    assert not any(script in page for page in pages)
    assert all(html.escape(script) in page for page in pages)


# Last used ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "web/"])
def test_the_list_and_the_page_say_who_used_it_last(
    connection: Connection, vera: User, signed_in: People, fetch: Fetch, path: str
) -> None:
    client = signed_in(vera)
    assert re.search(r"Last used\b.* Never\b", page_of(client, path))
    fetch("registry.example.com/web/app:1", by="early", minutes_ago=90)
    fetch("registry.example.com/web/app:1", by="ci-runner", minutes_ago=12)
    fetch("registry.example.com/web/app:1", by="refused", minutes_ago=2, result=Result.PAUSED)

    page = page_of(client, path)

    assert "12 min ago by ci-runner" in page
    assert "refused" not in page


def test_when_and_who_are_of_the_same_row(connection: Connection, team: Team, fetch: Fetch) -> None:
    rows = [fetch(by=f"machine-{number}") for number in range(3)]
    HandOut.objects.update(at=timezone.now())

    found: Any = team.connections.get()

    assert (found.last_used_at, found.last_used_by) == (HandOut.objects.get(pk=rows[-1].pk).at, "machine-2")
