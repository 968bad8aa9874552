"""Invitations: bound to an address, used once, ended in time; and how their link reaches people."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection as database
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from console.forms import addresses
from console.models import Invitation, InvitationGone, NotAllowed, Role, Team, User
from tests.at_once import at_once
from tests.conftest import PASSWORD

People = Callable[[User], Client]
LIST = "/teams/northwind/members/"
INVITE = f"{LIST}invite/"
NEW = {"name": "Nina New", "password": "a long enough phrase"}
PRINTS = "django.core.mail.backends.console.EmailBackend"


@pytest.fixture
def bobs(bob: User, team: Team, signed_in: People) -> Client:
    """Bob's client, who entered his password a moment ago."""
    client = signed_in(bob)
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def invite(team: Team, bob: User) -> Callable[..., tuple[Invitation, str]]:
    """Invite somebody: `invite("nina@northwind.example")`; the row and the path of the link."""

    def invite(email: str, role: Role = Role.MEMBER) -> tuple[Invitation, str]:
        [(invitation, secret)] = Invitation.objects.invite(team, [email], role, by=bob)
        return invitation, f"/invitations/{secret}/"

    return invite


Invite = Callable[..., tuple[Invitation, str]]


def words(content: bytes) -> str:
    return " ".join(unescape(strip_tags(content.decode())).split())


def link_in(text: str) -> str:
    found = re.search(r"http://[^/]+(/invitations/[\w-]{43}/)", text)
    assert found, text
    return found[1]


def in_team(team: Team, email: str) -> str:
    return team.memberships.filter(user__email=email).values_list("role", flat=True).first() or ""


# Inviting ---------------------------------------------------------------------------------------------------------------


def test_several_are_invited_at_once_and_each_gets_a_mail(bobs: Client, team: Team) -> None:
    pasted = "nina@northwind.example, Otto Ott <OTTO@northwind.example>;\npia@northwind.example otto@northwind.example"

    page = words(bobs.post(INVITE, {"emails": pasted, "role": "member"}, follow=True).content)

    invited = ["nina@northwind.example", "otto@northwind.example", "pia@northwind.example"]
    assert list(team.invitations.order_by("email").values_list("email", flat=True)) == invited
    assert sorted(message.to[0] for message in mail.outbox) == invited
    assert "Invited nina@northwind.example, otto@northwind.example and pia@northwind.example." in page
    assert "3 people in Northwind, 3 invitations open." in page
    assert re.search(r"nina@northwind.example Member (Just now|\d s ago)by Bob Berg In 3 days", page)


def test_the_mail_says_who_invites_to_what_and_leads_home(bobs: Client) -> None:
    bobs.post(INVITE, {"emails": "nina@northwind.example", "role": "admin"}, headers={"Host": "testserver"})

    [message] = mail.outbox
    [(html, kind)] = message.alternatives  # type: ignore[union-attr]
    assert message.subject == "Berth: Join Northwind at Berth"
    assert "Bob Berg invites you to Northwind, as an admin." in message.body
    assert kind == "text/html"
    assert link_in(str(message.body)) == link_in(str(html))
    assert Client().get(link_in(str(message.body))).status_code == 200


def test_without_a_mail_server_the_link_is_shown_once(bobs: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = PRINTS

    page = bobs.post(INVITE, {"emails": "nina@northwind.example", "role": "member"}).content

    link = link_in(page.decode())
    assert "Berth could not mail this invitation, so the link is shown here once." in words(page)
    assert Client().get(link).status_code == 200
    assert link not in bobs.get(LIST).content.decode()


def test_a_mail_server_that_fails_loses_no_invitation(bobs: Client, monkeypatch: pytest.MonkeyPatch, team: Team) -> None:
    def fail(*args: object, **details: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(mail.EmailMessage, "send", fail)

    page = bobs.post(INVITE, {"emails": "nina@northwind.example", "role": "member"}).content

    assert link_in(page.decode())
    assert team.invitations.count() == 1


@pytest.mark.parametrize(
    ("emails", "sentence"),
    [
        ("", "Enter at least one address."),
        (" , ; \n", "Enter at least one address."),
        ("nina@northwind.example nonsense", "“nonsense” is not an email address."),
        ("vera@northwind.example", "vera@northwind.example is in the team already."),
        (
            "Vera@Northwind.example, alice@northwind.example",
            "alice@northwind.example and vera@northwind.example are in the team",
        ),
        (" ".join(f"p{n}@northwind.example" for n in range(21)), "These are 21 addresses. Invite 20 at once."),
    ],
)
def test_what_cannot_be_invited_is_said_and_nothing_is_lost(emails: str, sentence: str, bobs: Client, team: Team) -> None:
    response = bobs.post(INVITE, {"emails": emails, "role": "admin"})

    assert response.status_code == 422
    assert sentence in words(response.content)
    assert emails.strip().split("\n")[0] in unescape(response.content.decode())
    assert '<option value="admin" selected>' in response.content.decode()
    assert not team.invitations.exists()
    assert mail.outbox == []


def test_a16_nobody_invites_to_a_role_above_their_own(bobs: Client, team: Team, bob: User, vera: User) -> None:
    assert bobs.post(INVITE, {"emails": "nina@northwind.example", "role": "owner"}).status_code == 422

    for by, role in ((bob, Role.OWNER), (vera, Role.MEMBER)):
        with pytest.raises(NotAllowed):
            Invitation.objects.invite(team, ["nina@northwind.example"], role, by=by)
    assert not team.invitations.exists()


def test_only_so_many_invitations_are_open_at_once(bobs: Client, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.models.invitation.MOST_OPEN", 2)

    response = bobs.post(INVITE, {"emails": "a@x.example b@x.example c@x.example", "role": "member"})

    assert response.status_code == 422
    assert "Withdraw some, or invite them tomorrow." in words(response.content)
    assert not team.invitations.exists()


def test_a_mailbox_is_not_flooded(bobs: Client, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.models.invitation.MOST_A_DAY", 2)
    once = {"emails": "nina@northwind.example", "role": "member"}

    bobs.post(INVITE, once)
    assert "nina@northwind.example was invited just now. Wait a minute." in words(bobs.post(INVITE, once).content)
    for minutes in (2, 4):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
            team.invitations.get().withdraw(by=User.objects.get(email="bob@northwind.example"))
            answer = bobs.post(INVITE, once)

            assert answer.status_code == (302 if minutes == 2 else 422)
            if minutes == 4:
                assert "were sent today" in words(answer.content)
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("email", ["a@" + "ı" * 60 + ".example", "ſam@x.example", "a" * 60 + "@" + "b" * 190 + ".example"])
def test_an_address_that_only_looks_like_one_or_is_too_long_is_refused(email: str, bobs: Client, team: Team) -> None:
    response = bobs.post(INVITE, {"emails": email, "role": "member"})

    assert response.status_code == 422
    assert "is not an email address." in words(response.content)
    assert not team.invitations.exists()


def test_no_invitation_outlives_the_right_to_send_it(team: Team, alice: User, bob: User, vera: User) -> None:
    def invited(role: Role, by: User, email: str) -> Invitation:
        return Invitation.objects.invite(team, [email], role, by=by)[0][0]

    def there() -> set[str]:
        return set(team.invitations.values_list("email", flat=True))

    member_of = team.memberships.select_related("user", "team")
    member_of.get(user=bob).change_role(Role.OWNER, by=alice)
    invited(Role.OWNER, bob, "owner@x.example")
    invited(Role.ADMIN, bob, "admin@x.example")
    invited(Role.MEMBER, alice, "alices@x.example")
    invited(Role.ADMIN, alice, vera.email)

    member_of.get(user=bob).change_role(Role.ADMIN, by=alice)
    assert there() == {"admin@x.example", "alices@x.example", vera.email}
    member_of.get(user=vera).remove(by=alice)
    assert there() == {"admin@x.example", "alices@x.example"}
    member_of.get(user=bob).remove(by=alice)
    assert there() == {"alices@x.example"}


def test_the_secret_of_a_link_is_nowhere_in_the_database(invite: Invite) -> None:
    _, path = invite("nina@northwind.example")
    secret = path.split("/")[2]

    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM console_invitation")
        assert secret not in str(cursor.fetchall())


def test_it_is_sent_again_with_a_new_link_and_the_old_one_is_dead(bobs: Client, invite: Invite, team: Team) -> None:
    invitation, path = invite("nina@northwind.example")
    again = f"/teams/northwind/invitations/{invitation.pk}/again/"

    assert "Wait a minute." in words(bobs.post(again, follow=True).content)
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        bobs.post(again)
        [message] = mail.outbox
        assert Client().get(path).status_code == 404
        assert Client().get(link_in(str(message.body))).status_code == 200


def test_it_is_withdrawn(bobs: Client, invite: Invite, team: Team) -> None:
    invitation, path = invite("nina@northwind.example")
    withdraw = f"/teams/northwind/invitations/{invitation.pk}/withdraw/"

    assert "is withdrawn." in words(bobs.post(withdraw, follow=True).content)
    assert Client().get(path).status_code == 404
    assert "not there any more" in words(bobs.post(withdraw, follow=True).content)


def test_an_admin_cannot_send_again_or_withdraw_the_invitation_of_an_owner(bobs: Client, team: Team, alice: User) -> None:
    [(invitation, _)] = Invitation.objects.invite(team, ["nina@northwind.example"], Role.OWNER, by=alice)

    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        for verb in ("again", "withdraw"):
            assert bobs.post(f"/teams/northwind/invitations/{invitation.pk}/{verb}/").status_code == 403

    assert team.invitations.get().digest == invitation.digest


# Accepting --------------------------------------------------------------------------------------------------------------


def test_somebody_new_makes_an_account_and_is_in(invite: Invite, team: Team) -> None:
    _, path = invite("nina@northwind.example", Role.ADMIN)
    client = Client()
    page = client.get(path)
    assert "Bob Berg invited nina@northwind.example as an admin." in words(page.content)
    assert "no-store" in page.headers["Cache-Control"]

    response = client.post(path, NEW, follow=True)

    assert response.redirect_chain[-1][0] == "/teams/northwind/containers/"
    assert "You are in Northwind now." in words(response.content)
    assert in_team(team, "nina@northwind.example") == "admin"
    fresh = Client()
    fresh.post("/accounts/login/", {"login": "nina@northwind.example", "password": NEW["password"]})
    assert fresh.get(LIST).status_code == 200


def test_somebody_with_an_account_signs_in_and_comes_back(invite: Invite, team: Team, charlie: User) -> None:
    _, path = invite("Charlie@elsewhere.example")
    client = Client()
    page = client.get(path).content.decode()
    assert f'href="/accounts/login/?next={path}"' in page

    back = client.post(f"/accounts/login/?next={path}", {"login": charlie.email, "password": PASSWORD, "next": path})
    assert back.headers["Location"] == path
    assert in_team(team, charlie.email) == ""
    client.post(path)

    assert in_team(team, charlie.email) == "member"


def test_opening_a_link_changes_nothing(invite: Invite, team: Team, charlie: User, signed_in: People) -> None:
    _, path = invite(charlie.email)

    for client in (Client(), signed_in(charlie)):
        client.get(path)
        client.head(path)

    assert in_team(team, charlie.email) == ""
    assert team.invitations.count() == 1


def test_it_serves_the_address_it_was_made_for_alone(invite: Invite, team: Team, charlie: User, signed_in: People) -> None:
    _, path = invite("nina@northwind.example")
    client = signed_in(charlie)

    assert "You are signed in as charlie@elsewhere.example." in words(client.get(path).content)
    assert client.post(path).status_code == 403

    assert in_team(team, charlie.email) == ""
    assert team.invitations.count() == 1


def test_a_stranger_with_the_link_of_somebody_with_an_account_gets_nowhere(invite: Invite, charlie: User) -> None:
    _, path = invite(charlie.email)
    client = Client()

    client.post(path, NEW)

    assert client.get(LIST).status_code == 302
    assert User.objects.get(email=charlie.email).check_password(PASSWORD)


def test_it_ends_after_72_hours(invite: Invite, bobs: Client) -> None:
    _, path = invite("nina@northwind.example")
    now = timezone.now()

    with time_machine.travel(now + timedelta(hours=71, minutes=59), tick=False):
        assert Client().get(path).status_code == 200
    with time_machine.travel(now + timedelta(hours=72, seconds=1), tick=False):
        response = Client().post(path, NEW)
        assert response.status_code == 404
        assert "This invitation has ended" in words(response.content)
    assert not User.objects.filter(email="nina@northwind.example").exists()


def test_it_works_once(invite: Invite, team: Team) -> None:
    _, path = invite("nina@northwind.example")
    Client().post(path, NEW)

    assert Client().get(path).status_code == 404
    assert Client().post(path, {**NEW, "password": "another long phrase"}).status_code == 404


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "", "password": "a long enough phrase"}, "This field is required."),
        ({"name": "Nina", "password": "short"}, "too short"),
        ({"name": "Nina", "password": "nina@northwind"}, "too similar"),
        ({"name": "Nina", "password": "1234567890"}, "too common"),
    ],
)
def test_a_bad_password_is_said_and_the_invitation_stays(
    typed: dict[str, str], sentence: str, invite: Invite, team: Team
) -> None:
    _, path = invite("nina@northwind.example")

    response = Client().post(path, typed)

    assert response.status_code == 422
    assert sentence in words(response.content)
    assert f'value="{typed["password"]}"' not in response.content.decode()
    assert team.invitations.count() == 1


def test_who_is_in_the_team_already_keeps_the_higher_role(team: Team, alice: User, bob: User) -> None:
    for role, wanted in ((Role.MEMBER, "admin"), (Role.OWNER, "owner")):
        [(invitation, _)] = Invitation.objects.invite(team, [bob.email], role, by=alice)
        invitation.accept(by=bob)
        assert in_team(team, bob.email) == wanted


@pytest.mark.django_db(transaction=True)
def test_v42_of_16_who_accept_at_once_one_does(team: Team, bob: User, charlie: User) -> None:
    [(_, secret)] = Invitation.objects.invite(team, [charlie.email], Role.MEMBER, by=bob)

    def accept(number: int) -> str:
        found = Invitation.objects.presented(secret)
        try:
            if found is None:
                raise InvitationGone
            found.accept(by=charlie)
        except InvitationGone:
            return "gone"
        return "accepted"

    assert at_once(16, accept) == ["accepted"] + ["gone"] * 15
    assert team.memberships.filter(user=charlie).count() == 1
    assert team.events.filter(verb="person:member:join").count() == 1


@pytest.mark.django_db(transaction=True)
def test_v42_of_16_who_make_the_account_at_once_one_does(team: Team, bob: User) -> None:
    [(_, secret)] = Invitation.objects.invite(team, ["nina@northwind.example"], Role.MEMBER, by=bob)

    def join(number: int) -> str:
        return str(Client().post(f"/invitations/{secret}/", NEW).status_code)

    answers = at_once(16, join)

    assert answers.count("302") == 1
    assert set(answers) <= {"200", "302", "404"}
    assert User.objects.filter(email="nina@northwind.example").count() == 1
    assert team.memberships.filter(user__email="nina@northwind.example").count() == 1


def test_addresses_are_read_as_people_paste_them() -> None:
    assert addresses('A@b.c,d@e.f; "Weber, Jonas" <J@x.y>\n\tk@l.m  n@o.p') == [
        "a@b.c",
        "d@e.f",
        "j@x.y",
        "k@l.m",
        "n@o.p",
    ]
