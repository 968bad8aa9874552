"""The people of a team: who may change whom, that an owner stays, and what the pages say of it."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from console.models import LastOwner, Membership, NotAllowed, Role, Team, User, Verb
from tests.at_once import at_once
from tests.conftest import PASSWORD

People = Callable[[User], Client]
LIST = "/teams/northwind/members/"


@pytest.fixture
def client_of(signed_in: People) -> People:
    """Return a client of a person who entered their password a moment ago."""

    def sign_in(user: User) -> Client:
        client = signed_in(user)
        assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
        return client

    return sign_in


def of(team: Team, user: User) -> Membership:
    return team.memberships.select_related("user", "team").get(user=user)


def roles(team: Team) -> dict[str, str]:
    return {row.user.name.partition(" ")[0].lower(): row.role for row in team.memberships.select_related("user")}


def url(user: User, verb: str) -> str:
    return f"{LIST}{user.pk}/{verb}/"


def words(content: bytes) -> str:
    return " ".join(unescape(strip_tags(content.decode())).split())


# Who may change whom ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "of_whom", "to", "allowed"),
    [
        ("alice", "bob", Role.OWNER, True),
        ("alice", "bob", Role.MEMBER, True),
        ("alice", "vera", Role.ADMIN, True),
        ("bob", "vera", Role.ADMIN, True),
        ("bob", "bob", Role.MEMBER, True),
        ("bob", "vera", Role.OWNER, False),
        ("bob", "bob", Role.OWNER, False),
        ("bob", "alice", Role.MEMBER, False),
        ("vera", "vera", Role.ADMIN, False),
        ("vera", "bob", Role.MEMBER, False),
        ("charlie", "vera", Role.ADMIN, False),
    ],
)
def test_a16_nobody_gives_more_than_they_have_or_changes_whom_they_may_not(
    by: str, of_whom: str, to: Role, allowed: bool, team: Team, cast: dict[str, User]
) -> None:
    before = roles(team)

    if allowed:
        of(team, cast[of_whom]).change_role(to, by=cast[by])
        assert roles(team) == before | {of_whom: to}
    else:
        with pytest.raises(NotAllowed):
            of(team, cast[of_whom]).change_role(to, by=cast[by])
        assert roles(team) == before


def test_the_last_owner_can_neither_step_down_nor_go(team: Team, alice: User) -> None:
    with pytest.raises(LastOwner):
        of(team, alice).change_role(Role.MEMBER, by=alice)
    with pytest.raises(LastOwner):
        of(team, alice).remove(by=alice)

    assert roles(team)["alice"] == Role.OWNER


def test_a_right_that_somebody_lost_meanwhile_counts_no_more(team: Team, alice: User, bob: User, vera: User) -> None:
    seen_before = of(team, vera)
    of(team, bob).change_role(Role.MEMBER, by=alice)

    with pytest.raises(NotAllowed):
        seen_before.remove(by=bob)

    assert "vera" in roles(team)


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_remove_each_other_one_stays(team: Team, alice: User, bob: User) -> None:
    of(team, bob).change_role(Role.OWNER, by=alice)
    pairs = [(alice, bob), (bob, alice)]

    def remove(number: int) -> str:
        asker, other = pairs[number % 2]
        try:
            Membership.objects.select_related("user", "team").get(team=team, user=other).remove(by=asker)
        except (NotAllowed, Membership.DoesNotExist):
            return "refused"
        return "removed"

    assert at_once(2, remove) == ["refused", "removed"]
    assert list(roles(team).values()).count(Role.OWNER) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_both_leave_at_once_one_stays(team: Team, alice: User, bob: User) -> None:
    of(team, bob).change_role(Role.OWNER, by=alice)
    owners = [alice, bob]

    def leave(number: int) -> str:
        try:
            of(team, owners[number]).remove(by=owners[number])
        except LastOwner:
            return "stayed"
        return "left"

    assert at_once(2, leave) == ["left", "stayed"]
    assert list(roles(team).values()).count(Role.OWNER) == 1


def test_what_happens_to_people_is_recorded(team: Team, alice: User, bob: User, vera: User) -> None:
    of(team, vera).change_role(Role.ADMIN, by=bob)
    of(team, alice).hand_over(of(team, bob))
    of(team, vera).remove(by=bob)
    of(team, alice).remove(by=alice)

    of_members = team.events.filter(verb__startswith="person:member:").order_by("number")
    happened = [(str(event), event.detail) for event in of_members]
    assert happened == [
        ("Bob Berg changed the role of vera@northwind.example", "From Member to Admin."),
        ("Alice Andersen handed the team over to bob@northwind.example", ""),
        ("Bob Berg removed vera@northwind.example", "Admin until then."),
        ("Alice Andersen left the team", "Admin until then."),
    ]


# The pages --------------------------------------------------------------------------------------------------------------


def test_the_page_lists_everybody_with_role_and_when_they_were_seen(
    team: Team, bob: User, vera: User, signed_in: People
) -> None:
    signed_in(vera).get(LIST)
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        page = words(signed_in(bob).get(LIST).content)

    assert "3 people in Northwind." in page
    assert "Vera Voss vera@northwind.example Member Not set up 2 hours ago" in page
    assert "Alice Andersen alice@northwind.example Owner Not set up Not yet" in page
    assert "Bob Berg You bob@northwind.example Admin Not set up Now" in page


def test_that_somebody_was_seen_is_not_written_at_every_page(team: Team, vera: User, signed_in: People) -> None:
    client = signed_in(vera)
    client.get(LIST)
    first = of(team, vera).seen_at

    client.get(LIST)

    assert first is not None
    assert of(team, vera).seen_at == first


def test_members_see_everybody_and_nothing_to_do_but_leave(team: Team, alice: User, vera: User, signed_in: People) -> None:
    page = signed_in(vera).get(LIST).content.decode()

    assert "Invite by email" not in page
    assert url(alice, "remove") not in page
    assert url(vera, "remove") in page
    assert url(vera, "role") not in page


def test_admins_are_offered_nothing_about_owners(team: Team, alice: User, vera: User, bob: User, signed_in: People) -> None:
    page = signed_in(bob).get(LIST).content.decode()

    assert url(alice, "remove") not in page
    assert url(alice, "role") not in page
    assert url(vera, "role") in page
    assert url(vera, "hand-over") not in page


def test_a_role_is_given(team: Team, vera: User, bob: User, client_of: People) -> None:
    response = client_of(bob).post(url(vera, "role"), {"role": "admin"}, follow=True)

    assert "Vera Voss is an admin now." in words(response.content)
    assert roles(team)["vera"] == Role.ADMIN


def test_a_role_above_ones_own_is_not_on_offer(team: Team, vera: User, bob: User, client_of: People) -> None:
    client = client_of(bob)

    assert "Owner" not in words(client.get(url(vera, "role")).content)
    assert client.post(url(vera, "role"), {"role": "owner"}).status_code == 422
    assert roles(team)["vera"] == Role.MEMBER


def test_the_last_owner_is_told_why_not(team: Team, alice: User, client_of: People) -> None:
    client = client_of(alice)

    role = client.post(url(alice, "role"), {"role": "admin"})
    leave = client.post(url(alice, "remove"), follow=True)

    assert role.status_code == 422
    for response in (role, leave):
        assert "Alice Andersen is the last. Make somebody else an owner first." in words(response.content)


def test_changing_a_role_asks_for_the_password_first(team: Team, vera: User, bob: User, signed_in: People) -> None:
    client = signed_in(bob)

    for verb, data in (("role", {"role": "admin"}), ("remove", {})):
        response = client.post(url(vera, verb), data)
        assert response.headers["Location"].startswith("/accounts/reauthenticate/")

    assert roles(team)["vera"] == Role.MEMBER


def test_v48_whoever_was_removed_is_a_stranger_at_once(team: Team, vera: User, bob: User, client_of: People) -> None:
    veras = client_of(vera)
    assert veras.get(LIST).status_code == 200

    response = client_of(bob).post(url(vera, "remove"), follow=True)

    assert "Vera Voss is not in the team any more." in words(response.content)
    assert veras.get(LIST).status_code == 302
    veras = client_of(vera)
    assert veras.get(LIST).status_code == 404
    assert veras.get("/teams/northwind/containers/").status_code == 404


def test_somebody_leaves(team: Team, vera: User, client_of: People) -> None:
    response = client_of(vera).post(url(vera, "remove"), follow=True)

    assert "You left Northwind." in words(response.content)
    assert "vera" not in roles(team)
    assert team.events.filter(verb=Verb.LEFT, by=vera).exists()


def test_an_owner_hands_over(team: Team, alice: User, vera: User, client_of: People) -> None:
    client = client_of(alice)
    assert "You will" not in words(client.get(url(vera, "hand-over")).content)

    response = client.post(url(vera, "hand-over"), follow=True)

    assert "Vera Voss owns Northwind now, and you are an admin." in words(response.content)
    assert roles(team) == {"alice": "admin", "bob": "admin", "vera": "owner"}
    assert client.post(url(vera, "hand-over")).status_code == 403
