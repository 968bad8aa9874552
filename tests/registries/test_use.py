"""The card “Use it”: a tab for each way to pull, to be copied and downloaded, and what the tabs are honest about."""

import html
import json
import re
import shlex
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from console.models import Team, User
from registries import sealing
from registries.distribution import Secret
from registries.flavors import FLAVORS
from registries.models import Connection
from registries.views.use import TABS, snippets_of
from tests.conftest import CANARY
from tests.registries.flavor_table import TABLE, made

People = Callable[[User], Client]
LIST = "/teams/northwind/containers/"
HTMX = {"HX-Request": "true", "HX-Target": "use"}


@pytest.fixture(autouse=True)
def at_an_address(settings: Settings) -> None:
    settings.BERTH_URL = urlsplit("https://berth.northwind.example")


@pytest.fixture
def veras(vera: User, connection: Connection, signed_in: People) -> Client:
    """A member, who may change nothing."""
    return signed_in(vera)


def text(page: Any) -> str:
    words = re.sub(r"<[^>]+>", " ", page.content.decode())
    return re.sub(r"\s+([.,])", r"\1", " ".join(html.unescape(words).split()))


def copied(page: Any) -> list[str]:
    """Return what the buttons of the card copy."""
    card = page.content.decode().partition('id="use"')[2].partition("</section>")[0]
    return [html.unescape(each) for each in re.findall(r'data-copy-text="([^"]*)"', card)]


def connect(team: Team, name: str, by: User, **typed: Any) -> Connection:
    registry = FLAVORS["other"](
        **{"url": "https://registry.example.com", "username": "u", "password": Secret("p"), **typed}
    )
    connection: Connection = team.connections.connect(name, registry, by=by)
    return connection


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_is_a_link_and_says_that_it_is_open(veras: Client, tab: str) -> None:
    page = veras.get(f"{LIST}web/?use={tab}").content.decode()

    links = re.findall(r'<a id="use-(\w+)" href="\?use=(\w+)#use"[^>]*?( aria-current="true")?>([^<]+)</a>', page)
    assert [link[0] for link in links] == [link[1] for link in links] == list(TABS)
    assert [link[0] for link in links if link[2]] == [tab]


@pytest.mark.parametrize("query", ["", "?use=", "?use=nothing", "?use=../docker", "?use=docker&use=nothing"])
def test_what_is_no_tab_opens_the_first(veras: Client, query: str) -> None:
    assert copied(veras.get(f"{LIST}web/{query}"))[0].startswith("image: registry.example.com/web/image:tag\n")


@pytest.mark.parametrize("tab", TABS)
def test_htmx_gets_the_card_alone_and_in_few_queries(
    veras: Client, tab: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    veras.get(f"{LIST}web/")

    with django_assert_max_num_queries(6):
        part = veras.get(f"{LIST}web/?use={tab}", headers=HTMX)

    assert part.content.decode().lstrip().startswith('<section class="card" id="use"')
    assert "HX-Request" in part["Vary"]
    assert copied(part) == copied(veras.get(f"{LIST}web/?use={tab}"))


@pytest.mark.parametrize("tab", TABS)
def test_each_snippet_can_be_had_as_a_file_with_a_fixed_name(veras: Client, tab: str) -> None:
    page = veras.get(f"{LIST}web/?use={tab}")
    links = [html.unescape(link) for link in re.findall(r'href="([^"]*file=[^"]*)" download', page.content.decode())]

    answers = [veras.get(f"{LIST}web/{link}") for link in links]

    assert links
    assert [answer.content.decode() for answer in answers] == copied(page)
    for link, answer in zip(links, answers, strict=True):
        name = link.rpartition("=")[2]
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("query", ["use=workflow&file=pod.yaml", "file=../../etc/passwd", "use=docker&file="])
def test_a_file_that_the_tab_does_not_have_is_not_found(veras: Client, query: str) -> None:
    assert veras.get(f"{LIST}web/?{query}").status_code == 404


@pytest.mark.parametrize("tab", TABS)
def test_no_tab_and_no_file_opens_or_holds_a_secret(
    veras: Client, connection: Connection, tab: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "unseal", lambda *args: pytest.fail("A GET unsealed a secret."))

    answers = [veras.get(f"{LIST}web/?use={tab}")]
    answers += [veras.get(f"{LIST}web/?use={tab}&file={made.file}") for made in snippets_of(tab, connection).values()]

    assert {answer.status_code for answer in answers} == {200}
    assert not any(CANARY in answer.content.decode() for answer in answers)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.slug)
def test_the_user_name_on_the_page_is_the_one_that_is_handed_out(
    row: Any, team: Team, alice: User, signed_in: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = made(row.slug, row.typed)
    connection = team.connections.connect("web", registry, by=alice)
    credential = None if registry.mints else registry.credential()

    commands = copied(signed_in(alice).get(f"{LIST}web/?use=docker"))

    logins = [shlex.split(line) for command in commands for line in command.splitlines() if "| docker login " in line]
    names = {words[words.index("--username") + 1] for words in logins}
    if credential and connection.login_name:
        assert names == {credential.username}
    elif credential:
        assert names == set()
        assert credential.username not in "".join(commands)


def test_the_addresses_are_those_that_the_operator_set(veras: Client) -> None:
    kubernetes, helper = (
        veras.get(f"{LIST}web/?use={tab}", headers={"Host": "127.0.0.1"}) for tab in ("kubernetes", "helper")
    )

    provider = yaml.safe_load(copied(kubernetes)[-1])["providers"][0]
    assert {"name": "BERTH_URL", "value": "https://berth.northwind.example"} in provider["env"]
    assert provider["matchImages"] == ["registry.example.com/web"]
    assert "sudo curl -fsSo /usr/local/bin/berth https://berth.northwind.example/machine/berth.py\n" in copied(helper)[0]
    assert json.loads(copied(helper)[-1]) == {"credHelpers": {"registry.example.com": "berth"}}


# What the helper cannot do -----------------------------------------------------------------------------------------------


def test_a_helper_gives_one_login_to_the_whole_host(veras: Client) -> None:
    page = text(veras.get(f"{LIST}web/?use=helper"))

    assert "every image at registry.example.com is pulled with this login, also outside web." in page


def test_two_registries_at_one_host_are_named_and_docker_gets_none_of_them(veras: Client, team: Team, alice: User) -> None:
    connect(team, "labs", alice, namespace="labs")

    page = text(veras.get(f"{LIST}web/?use=helper"))

    assert "Docker’s helper can only ask by host. At registry.example.com this team also has labs." in page
    assert "so Docker gets none of them. A machine token that is limited to web gets web all the same." in page


def test_the_one_for_the_whole_host_goes_first(veras: Client, team: Team, alice: User) -> None:
    connect(team, "everything", alice, namespace="/")

    of_a_part, of_all = (text(veras.get(f"{LIST}{name}/?use=helper")) for name in ("web", "everything"))

    assert "Docker gets everything for every image there. A machine token that is limited to web" in of_a_part
    assert "Docker gets everything for every image there." in of_all
    assert "limited to everything" not in of_all


def test_a_registry_of_another_team_is_no_neighbour(veras: Client, charlie: User) -> None:
    connect(charlie.teams.get(), "theirs", charlie, namespace="theirs")

    page = text(veras.get(f"{LIST}web/?use=helper"))

    assert "theirs" not in page
    assert "can only ask by host. At" not in page


def test_a_login_that_is_made_anew_each_time_says_what_becomes_of_a_stored_one(
    team: Team, alice: User, signed_in: People
) -> None:
    row = next(row for row in TABLE if row.slug == "aws")
    renewing = {**row.typed, "method": "key", "access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": "s" * 40, "password": ""}
    team.connections.connect("ecr", made("aws", renewing), by=alice)
    client = signed_in(alice)

    assert "it ends within hours" in text(client.get(f"{LIST}ecr/?use=docker"))
    assert "This login ends within hours, and the pull secret with it" in text(client.get(f"{LIST}ecr/?use=kubernetes"))


def test_a_registry_without_a_login_has_nothing_to_set_up(team: Team, alice: User, signed_in: People) -> None:
    open_to_all = FLAVORS["other"](url="https://public.example.com", method="none")  # type: ignore[call-arg]
    team.connections.connect("open", open_to_all, by=alice)
    client = signed_in(alice)

    for tab in TABS:
        page = client.get(f"{LIST}open/?use={tab}")
        assert bool(copied(page)) == (tab == "workflow")
        assert "reveal/" not in page.content.decode()
    assert "saved without a login, since it needs none" in text(client.get(f"{LIST}open/?use=helper"))
