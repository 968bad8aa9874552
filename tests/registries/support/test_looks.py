"""Every look at a team is in its activity, once an hour for each person of support; and no page about one forgets it."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.admin import ForStaff
from console.models import Event, Invitation, Membership, Role, Team, User, Verb
from registries.models import Asker, Check, Connection, Container, HandOut, HandOutResult, MachineToken

People = Callable[[User], Client]


def looks(team: Team) -> list[tuple[str, str]]:
    return list(Event.objects.filter(team=team, verb=Verb.STAFF_LOOKED).order_by("number").values_list("who", "subject"))


@pytest.fixture
def things(team: Team, connection: Connection, alice: User) -> dict[type, object]:
    """One of everything that belongs to a team and has a page in the admin."""
    ends_at = timezone.now() + timedelta(days=30)
    token, _ = MachineToken.objects.issue(team, "ci", by=alice, ends_at=ends_at, connections=None)
    HandOut.objects.note(Asker(team=team, name="ci"), HandOutResult.NOT_FOUND, kind=HandOut.Kind.CREDENTIAL)
    Check.objects.create(team=team, connection=connection, host="h", finished_at=timezone.now())
    Invitation.objects.invite(team, ["new@northwind.example"], Role.MEMBER, by=alice)
    return {
        Team: team, Connection: connection, MachineToken: token, HandOut: HandOut.objects.get(),
        Check: Check.objects.get(), Invitation: Invitation.objects.get(), Event: Event.objects.first(),
        Membership: team.memberships.first(), User: alice,
    }  # fmt: skip


def test_every_page_about_something_of_a_team_is_a_look(things: dict[type, object], acting: Client, team: Team) -> None:
    ours = {model for model, page in admin.site._registry.items() if isinstance(page, ForStaff)}
    assert ours - {Container} == set(things), "A page that this test does not know."

    for model, thing in things.items():
        for page in ("change", "history"):
            seen = len(looks(team))
            with patch("console.looks.ONCE_IN", timedelta(0)):
                name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"  # type: ignore[attr-defined]
                acting.get(reverse(name, args=[thing.pk]))  # type: ignore[attr-defined]
            assert len(looks(team)) == seen + 1, (model, page)


def test_reloading_does_not_flood_the_record(acting: Client, connection: Connection, page_of: str, team_page: str) -> None:
    for page in (page_of, page_of, team_page):
        assert acting.get(page).status_code == 200

    assert looks(connection.team) == [("Ada", "the registry web")]


def test_each_person_and_each_hour_counts(acting: Client, reading: Client, connection: Connection, page_of: str) -> None:
    acting.get(page_of)
    reading.get(page_of)
    later = timezone.now() + timedelta(minutes=61)
    with patch("console.looks.timezone.now", lambda: later):
        acting.get(page_of)

    assert [who for who, _ in looks(connection.team)] == ["Ada", "Rita", "Ada"]


def test_from_where_is_told(acting: Client, connection: Connection, page_of: str) -> None:
    acting.get(page_of, REMOTE_ADDR="10.4.2.17")

    event = Event.objects.get(verb=Verb.STAFF_LOOKED)
    assert (event.address, event.login, event.about) == ("10.4.2.17", "ada@support.example", str(connection.pk))


def test_a_list_of_one_team_is_a_look_and_one_of_several_is_none(
    acting: Client, connection: Connection, charlie: User
) -> None:
    url = reverse("admin:console_membership_changelist")
    acting.get(url)
    assert looks(connection.team) == []

    acting.get(url, {"q": "northwind"})
    assert looks(connection.team) == [("Ada", "a list of memberships")]


def test_a_list_narrowed_to_a_team_by_its_id_is_a_look(acting: Client, connection: Connection) -> None:
    answer = acting.get(reverse("admin:registries_connection_changelist"), {"team__id__exact": str(connection.team_id)})

    assert answer.status_code == 200
    assert looks(connection.team) == [("Ada", "a list of connections")]


def test_no_list_shows_a_team_beside_another_to_go_unrecorded(
    acting: Client, connection: Connection, charlie: User
) -> None:
    theirs = charlie.teams.get()
    both = {"team__id__exact": [str(connection.team_id), str(theirs.pk)]}

    for model in ("registries_connection", "registries_check", "console_event"):
        assert acting.get(reverse(f"admin:{model}_changelist"), both).status_code == 400, model

    assert looks(connection.team) == looks(theirs) == []


def test_a_persons_page_is_a_look_at_each_of_their_teams(acting: Client, alice: User, team: Team) -> None:
    other = Team.objects.found("Second", by=alice)

    acting.get(reverse("admin:console_user_change", args=[alice.pk]))

    assert looks(team) == looks(other) == [("Ada", "the person Alice Andersen")]


def test_what_is_refused_is_no_look(acting: Client, connection: Connection, page_of: str) -> None:
    acting.post(page_of, {"name": "mine"})

    assert looks(connection.team) == []


def test_the_catalogue_belongs_to_no_team(acting: Client) -> None:
    container = Container.objects.create(name="One", reference="acme/web:1", contents="All of it.")

    acting.get(reverse("admin:registries_container_change", args=[container.pk]))

    assert not Event.objects.exists()
