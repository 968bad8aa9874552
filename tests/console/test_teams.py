"""A team's settings: its name and address, the end of it; and who may make teams."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from console.models import NotAllowed, SlugTaken, Team, User
from registries.models import Connection
from tests.conftest import PASSWORD

People = Callable[[User], Client]
SETTINGS = "/teams/northwind/"
DELETE = "/teams/northwind/delete/"


def words(content: bytes) -> str:
    return " ".join(unescape(strip_tags(content.decode())).split())


@pytest.fixture
def alices(alice: User, team: Team, signed_in: People) -> Client:
    """Alice's client, who entered her password a moment ago."""
    client = signed_in(alice)
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client


def rename(client: Client, **typed: str) -> Any:
    return client.post(SETTINGS, {"name": "Northwind", "slug": "northwind"} | typed)


def test_an_owner_renames_the_team_and_old_links_lead_on(alices: Client, team: Team, vera: User, signed_in: People) -> None:
    response = rename(alices, name="Northwind Labs", slug="Northwind-Labs")

    assert response.headers["Location"] == "/teams/northwind-labs/"
    assert "Northwind Labs" in words(alices.get("/teams/northwind-labs/").content)
    for client in (alices, signed_in(vera)):
        moved = client.get("/teams/northwind/containers/?q=gh")
        assert (moved.status_code, moved.headers["Location"]) == (302, "/teams/northwind-labs/containers/?q=gh")
    assert "Alice Andersen renamed the team to Northwind Labs" in map(str, team.events.all())


def test_strangers_learn_nothing_of_an_old_address(alices: Client, charlie: User, signed_in: People) -> None:
    rename(alices, slug="northwind-labs")

    assert signed_in(charlie).get("/teams/northwind/containers/").status_code == 404


def test_a_page_of_before_neither_undoes_a_new_name_nor_loses_what_was_typed(alices: Client, team: Team) -> None:
    [based_on] = re.findall(r'name="based_on" value="([^"]*)"', alices.get(SETTINGS).content.decode())
    rename(alices, name="Northwind Labs", slug="northwind-labs")

    late = rename(alices, name="Northwind Works", based_on=based_on)

    told = "The team was renamed meanwhile. It is called Northwind Labs now, and its address is northwind-labs."
    assert (late.status_code, told in words(late.content)) == (422, True)
    assert 'value="Northwind Works"' in late.content.decode()
    team.refresh_from_db()
    assert (team.name, team.slug) == ("Northwind Labs", "northwind-labs")
    [based_on] = re.findall(r'name="based_on" value="([^"]*)"', late.content.decode())
    again = {"name": "Northwind Works", "slug": "northwind-labs", "based_on": based_on}
    assert alices.post("/teams/northwind-labs/", again).status_code == 302


def test_what_is_posted_to_an_old_address_reaches_the_team_and_no_stranger(
    alices: Client, team: Team, vera: User, charlie: User, signed_in: People
) -> None:
    rename(alices, slug="northwind-labs")
    role = f"/teams/northwind/members/{vera.pk}/role/"

    assert signed_in(charlie).post(role, {"role": "admin"}).status_code == 404
    assert signed_in(vera).post(role, {"role": "admin"}).status_code == 403
    assert alices.post(role, {"role": "admin"}).status_code == 302
    assert team.memberships.get(user=vera).role == "admin"


def test_a_team_goes_back_to_an_address_it_had(alices: Client, team: Team) -> None:
    rename(alices, slug="labs")
    alices.post("/teams/labs/", {"name": "Northwind", "slug": "northwind"})

    assert alices.get(SETTINGS).status_code == 200
    assert alices.get("/teams/labs/").headers["Location"] == "/teams/northwind/"


@pytest.mark.parametrize("slug", ["elsewhere", "create", "new"])
def test_an_address_that_is_taken_or_reserved_is_refused(slug: str, alices: Client, charlie: User) -> None:
    response = rename(alices, name="Other", slug=slug)

    assert response.status_code == 422
    assert "Another team has this address, or had it." in words(response.content)
    assert Team.objects.filter(slug="northwind", name="Northwind").exists()


def test_nobody_takes_over_the_links_of_a_team_that_moved(alices: Client, alice: User, charlie: User) -> None:
    rename(alices, slug="labs")

    elsewhere = Team.objects.get(slug="elsewhere")
    with pytest.raises(SlugTaken):
        elsewhere.rename("Elsewhere", "northwind", by=charlie)
    assert Team.objects.found("Northwind", by=charlie).slug.startswith("northwind-")


@pytest.mark.parametrize(
    ("typed", "sentence"), [({"slug": "a b"}, "Use letters, digits"), ({"name": ""}, "This field is required.")]
)
def test_what_is_no_name_or_address_is_refused(typed: dict[str, str], sentence: str, alices: Client) -> None:
    response = rename(alices, **typed)

    assert response.status_code == 422
    assert sentence in words(response.content)


def test_only_owners_change_the_team(team: Team, bob: User, vera: User, signed_in: People) -> None:
    for person in (bob, vera):
        client = signed_in(person)
        assert client.get(SETTINGS).headers["Location"] == "/teams/northwind/containers/"
        assert rename(client, name="Mine").status_code == 403
        assert client.get(DELETE).status_code == 403
        with pytest.raises(NotAllowed):
            team.remove(by=person)


def test_deleting_names_what_goes_with_the_team(alices: Client, team: Team, connection: Connection) -> None:
    page = words(alices.get(DELETE).content)

    assert "3 members" in page
    assert "1 registry" in page


def test_a_team_is_deleted_once_its_name_is_typed(alices: Client, team: Team, connection: Connection) -> None:
    wrong = alices.post(DELETE, {"name": "northwind"})
    assert wrong.status_code == 422
    assert "This is not its name." in words(wrong.content)

    response = alices.post(DELETE, {"name": "Northwind"}, follow=True)

    assert "Northwind is deleted." in words(response.content)
    assert not Team.objects.filter(pk=team.pk).exists()
    assert not Connection.objects.exists()


def test_a_team_takes_the_head_of_its_record_last(team: Team, alice: User, connection: Connection) -> None:
    """As whoever changes a connection does: two that take one after the other crosswise would wait for each other."""
    with CaptureQueriesContext(database) as asked:
        team.remove(by=alice)

    statements = [query["sql"] for query in asked]
    last_deletion = max(index for index, sql in enumerate(statements) if sql.startswith("DELETE"))
    assert min(index for index, sql in enumerate(statements) if "console_head" in sql) > last_deletion


def test_deleting_asks_for_the_password_first(team: Team, alice: User, signed_in: People) -> None:
    response = signed_in(alice).post(DELETE, {"name": "Northwind"})

    assert response.headers["Location"].startswith("/accounts/reauthenticate/")
    assert Team.objects.filter(pk=team.pk).exists()


def test_where_the_operator_does_not_allow_it_nobody_makes_a_team(settings: Any, vera: User, signed_in: People) -> None:
    settings.BERTH_TEAMS_BY_PEOPLE = False
    client = signed_in(vera)

    page = words(client.get("/teams/").content)

    assert "New team" not in page
    assert "Ask an admin of a team to invite vera@northwind.example." in page
    assert client.post("/teams/create/", {"name": "Mine"}).status_code == 403
    assert not Team.objects.filter(name="Mine").exists()


@pytest.mark.parametrize("name", ["North\x1bwind", "North\u202ewind", "North\u200bwind"])
def test_a_name_that_steers_whoever_shows_it_is_refused(name: str, alices: Client, team: Team) -> None:
    response = rename(alices, name=name)

    assert response.status_code == 422
    assert "Leave out what cannot be seen." in words(response.content)


def test_a_name_is_one_line_with_single_spaces(alices: Client, team: Team) -> None:
    rename(alices, name="North\r\n  wind")

    team.refresh_from_db()
    assert team.name == "North wind"
