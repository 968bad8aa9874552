"""Where the provider is the only way in: passwords open nothing, but a superuser's; and whose accounts are connected."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from console.models import Invitation, Role, Team, User
from tests.conftest import PASSWORD
from tests.console.sso_world import ACCOUNT, linked, round_trip, set_to, titled, who
from tests.fake_provider import FakeProvider
from tests.second_step import code_of

pytestmark = pytest.mark.enable_socket
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def only(provider: FakeProvider, settings: Settings) -> None:
    settings.BERTH_OIDC = set_to(provider, only=True)


def test_the_sign_in_page_offers_the_provider_and_a_door_for_superusers(client: Client, db: None) -> None:
    page = client.get(LOGIN).content.decode()
    door = client.get(f"{LOGIN}?with=password").content.decode()

    assert "Sign in with Northwind SSO" in page
    assert 'type="password"' not in page
    assert 'href="?with=password"' in page
    assert 'type="password"' in door
    assert "/accounts/password/reset/" not in door


def test_a_password_opens_nothing_and_reads_like_a_wrong_one(alice: User) -> None:
    right = Client().post(LOGIN, {"login": alice.email, "password": PASSWORD})
    wrong = Client().post(LOGIN, {"login": alice.email, "password": "wrong"})

    for answer in (right, wrong):
        assert answer.status_code == 200
        assert "The email or the password is not right." in answer.content.decode()
    assert not Client().session.get("_auth_user_id")


def test_a_right_password_counts_as_a_wrong_one(alice: User, client: Client) -> None:
    for _ in range(5):
        client.post(LOGIN, {"login": alice.email, "password": PASSWORD})

    answer = client.post(LOGIN, {"login": alice.email, "password": PASSWORD})

    assert "Too many tries." in answer.content.decode()


def test_a_superuser_comes_in_by_password_while_the_provider_is_down(sam: User, client: Client, settings: Settings) -> None:
    settings.BERTH_OIDC = set_to_nobody(settings)

    client.post(LOGIN, {"login": sam.email.upper(), "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": code_of()})

    assert who(client) == str(sam.pk)
    assert client.get("/admin/").status_code == 200
    assert client.get("/accounts/password/change/").status_code == 200


def set_to_nobody(settings: Settings) -> object:
    from dataclasses import replace

    return replace(settings.BERTH_OIDC, issuer="http://127.0.0.1:1/realm")


def test_staff_come_in_by_the_provider_like_everybody(sam: User, client: Client) -> None:
    User.objects.filter(pk=sam.pk).update(is_superuser=False)

    client.post(LOGIN, {"login": sam.email, "password": PASSWORD})

    assert not who(client)


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/abc-key/",
        "/accounts/password/reset/key/done/",
        "/accounts/password/change/",
        "/accounts/password/set/",
    ],
)
def test_the_pages_of_passwords_are_closed(alice: User, signed_in: Callable[[User], Client], path: str) -> None:
    for client in (signed_in(alice), *([Client()] if "reset" in path else [])):
        assert (client.get(path).status_code, client.post(path).status_code) == (404, 404)
    assert "Password</a>" not in signed_in(alice).get("/accounts/email/").content.decode()


def test_a_link_that_was_mailed_before_sets_no_password(alice: User, client: Client, settings: Settings) -> None:
    told, settings.BERTH_OIDC = settings.BERTH_OIDC, None
    client.post("/accounts/password/reset/", {"email": alice.email})
    link = "/accounts/" + str(mail.outbox[0].body).split("/accounts/")[1].split()[0]
    form = client.get(link, follow=True).request["PATH_INFO"]
    settings.BERTH_OIDC = told

    client.post(form, {"password1": "another long passphrase", "password2": "another long passphrase"})

    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)


def test_a_password_confirms_nothing_either(alice: User, team: Team, provider: FakeProvider) -> None:
    linked(alice, provider)
    client = Client()
    client.force_login(alice)

    assert client.get("/accounts/reauthenticate/").headers["Location"].startswith("/accounts/sso/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    asked = client.post("/teams/northwind/members/invite/", {"emails": "x@y.example", "role": "member"})

    assert asked.headers["Location"].startswith("/accounts/sso/reauthenticate/")


def test_an_invitation_makes_no_account_with_a_password(team: Team, alice: User, client: Client) -> None:
    [(_, secret)] = Invitation.objects.invite(team, ["nina@elsewhere.example"], Role.MEMBER, by=alice)
    link = f"/invitations/{secret}/"

    page = client.get(link).content.decode()
    client.post(link, {"name": "Nina", "password": "a long enough phrase"})

    assert "Sign in with Northwind SSO as this address" in page
    assert 'type="password"' not in page
    assert not User.objects.filter(email="nina@elsewhere.example").exists()


# Whose account is connected by its address -----------------------------------------------------------------------------


def test_an_account_of_a_listed_domain_is_connected_by_its_verified_address(
    team: Team, vera: User, client: Client, provider: FakeProvider
) -> None:
    provider.claims["email"] = "Vera@northwind.example"

    round_trip(client)

    assert who(client) == str(vera.pk)
    assert client.get("/teams/").status_code == 200
    assert SocialAccount.objects.get().user == vera
    assert [(message.subject, message.to) for message in mail.outbox] == [
        ("Berth: Northwind SSO is connected", [vera.email])
    ]


def test_who_had_the_account_before_is_out_of_it_then(
    team: Team, vera: User, client: Client, provider: FakeProvider, signed_in: Callable[[User], Client]
) -> None:
    before = signed_in(vera)
    provider.claims["email"] = vera.email

    round_trip(client)

    assert before.get("/teams/").status_code == 302
    assert not User.objects.get(pk=vera.pk).has_usable_password()


def test_a_mail_server_that_is_away_keeps_nobody_out(
    team: Team, vera: User, client: Client, provider: FakeProvider, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    provider.claims["email"] = vera.email

    round_trip(client)

    assert who(client) == str(vera.pk)


@pytest.mark.parametrize(
    ("case", "title"),
    [
        ("unverified there", "Northwind SSO does not vouch for your address"),
        ("unverified here", "Your account here is not connected"),
        ("another domain", "Your account here is not connected"),
        ("a superuser", "Your account here is not connected yet"),
        ("a superuser without a password", "Your account here is not connected"),
        ("another identity", "Your account here is connected to somebody else"),
    ],
)
def test_no_other_account_is(
    team: Team, vera: User, client: Client, provider: FakeProvider, settings: Settings, case: str, title: str
) -> None:
    provider.claims["email"] = vera.email
    if case == "unverified there":
        provider.claims["email_verified"] = False
    elif case == "unverified here":
        EmailAddress.objects.filter(user=vera).update(verified=False)
    elif case == "another domain":
        settings.BERTH_OIDC = set_to(provider, only=True, teams={})
    elif case == "another identity":
        linked(vera, provider, "sub-of-who-had-the-address-before")
    else:
        vera.is_superuser = True
        if case.endswith("without a password"):
            vera.set_unusable_password()
        vera.save()

    answer = round_trip(client)

    assert (answer.status_code, titled(answer, title)) == (403, True)
    assert not who(client)
    assert not SocialAccount.objects.filter(uid="sub-of-nina").exists()


def test_an_account_that_is_closed_is_not_connected(team: Team, vera: User, client: Client, provider: FakeProvider) -> None:
    provider.claims["email"] = vera.email
    User.objects.filter(pk=vera.pk).update(is_active=False)

    answer = round_trip(client)

    assert answer.headers["Location"] == "/accounts/inactive/"
    assert not SocialAccount.objects.exists()


def test_nobody_disconnects_their_only_way_in(alice: User, provider: FakeProvider, team: Team) -> None:
    mine = linked(alice, provider)
    client = Client()
    client.force_login(alice)

    answer = client.post(ACCOUNT, {"account": mine.pk})

    assert answer.status_code == 422
    assert "Passwords are closed here" in answer.content.decode()
    assert SocialAccount.objects.filter(pk=mine.pk).exists()


def test_the_operator_lets_an_account_be_connected_anew(
    team: Team, vera: User, client: Client, provider: FakeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    linked(vera, provider, "sub-of-before")
    provider.claims["email"] = vera.email

    call_command("disconnect_sso", vera.email.upper())
    round_trip(client)

    assert capsys.readouterr().out == "vera@northwind.example: 1 disconnected.\n"
    assert who(client) == str(vera.pk)
    with pytest.raises(CommandError, match="no account"):
        call_command("disconnect_sso", "nobody@northwind.example")
