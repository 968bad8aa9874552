"""Accounts that are there already: no address opens them; who shows that they are theirs connects them, and disconnects."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.test import Client
from pytest_django import Settings

from console.models import Team, User
from tests.conftest import PASSWORD
from tests.console.sso_world import ACCOUNT, linked, round_trip, titled, way_back, way_there, who
from tests.fake_provider import FakeProvider

pytestmark = pytest.mark.enable_socket
LOGIN = "/accounts/login/"


def test_an_address_opens_no_account_that_is_there_already(
    client: Client, provider: FakeProvider, team: Team, alice: User
) -> None:
    provider.claims |= {"sub": "sub-of-evil", "email": "alice@northwind.example"}

    answer = round_trip(client)

    assert answer.status_code == 403
    assert titled(answer, "Your account here is not connected yet")
    assert not SocialAccount.objects.exists()
    assert not who(client)


def test_who_shows_their_password_connects_their_identity(provider: FakeProvider, alice: User) -> None:
    client = Client()
    client.post(LOGIN, {"login": alice.email, "password": PASSWORD})
    assert "Connect Northwind SSO" in client.get(ACCOUNT).content.decode()

    asked = client.post(f"{ACCOUNT}connect/")
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    led_on = client.post(asked.headers["Location"], {"password": PASSWORD})
    answer = client.get(way_back(way_there(led_on)), follow=True)

    assert "Connected. You can sign in with Northwind SSO from now on." in answer.content.decode()
    assert "nina@northwind.example" in answer.content.decode()
    assert [message.subject for message in mail.outbox] == ["Berth: Northwind SSO is connected"]
    again = Client()
    round_trip(again)
    assert who(again) == str(alice.pk)


def test_an_identity_of_somebody_else_is_not_taken_over(provider: FakeProvider, alice: User, vera: User) -> None:
    linked(vera, provider)
    client = Client()
    client.post(LOGIN, {"login": alice.email, "password": PASSWORD})
    asked = client.post(f"{ACCOUNT}connect/")

    answer = client.get(way_back(way_there(client.post(asked.headers["Location"], {"password": PASSWORD}))))

    assert answer.status_code == 409
    assert titled(answer, "This identity belongs to another account")
    assert SocialAccount.objects.get().user == vera


def test_an_account_has_one_identity(provider: FakeProvider, alice: User) -> None:
    client = Client()
    client.post(LOGIN, {"login": alice.email, "password": PASSWORD})
    asked = client.post(f"{ACCOUNT}connect/")
    back = way_back(way_there(client.post(asked.headers["Location"], {"password": PASSWORD})))
    linked(alice, provider, "sub-of-alice")

    for answer in (client.get(back), client.post(f"{ACCOUNT}connect/")):
        assert (answer.status_code, titled(answer, "Your account is connected already")) == (409, True)
    assert SocialAccount.objects.count() == 1


def test_a_connection_that_one_began_does_not_end_with_another(provider: FakeProvider, alice: User, vera: User) -> None:
    client = Client()
    client.post(LOGIN, {"login": alice.email, "password": PASSWORD})
    asked = client.post(f"{ACCOUNT}connect/")
    back = way_back(way_there(client.post(asked.headers["Location"], {"password": PASSWORD})))
    states = client.session["socialaccount_states"]
    client.force_login(vera)
    session = client.session
    session["socialaccount_states"] = states
    session.save()

    answer = client.get(back)

    assert titled(answer, "You are not signed in any more")
    assert not SocialAccount.objects.exists()


def test_disconnecting_needs_a_password_and_a_recent_sign_in(provider: FakeProvider, team: Team, alice: User) -> None:
    nina, with_password = Client(), Client()
    round_trip(nina)
    hers = SocialAccount.objects.get()
    refused = nina.post(ACCOUNT, {"account": hers.pk})
    assert refused.status_code == 422
    assert "Set a password first." in refused.content.decode()

    mine = linked(alice, provider, "sub-of-alice")
    with_password.post(LOGIN, {"login": alice.email, "password": PASSWORD})
    asked = with_password.post(ACCOUNT, {"account": mine.pk})
    assert SocialAccount.objects.filter(pk=mine.pk).exists()
    page = with_password.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)

    assert not SocialAccount.objects.filter(pk=mine.pk).exists()
    assert "Your account is not connected." in page.content.decode()


def test_nobody_disconnects_another(provider: FakeProvider, alice: User, vera: User) -> None:
    hers = linked(vera, provider)
    client = Client()
    client.force_login(alice)

    assert client.post(ACCOUNT, {"account": hers.pk}).status_code == 422
    assert SocialAccount.objects.filter(pk=hers.pk).exists()


def test_a_person_at_another_issuer_is_another_person(
    client: Client, provider: FakeProvider, team: Team, alice: User, settings: Settings
) -> None:
    SocialAccount.objects.create(user=alice, provider="https://former.example", uid="sub-of-nina")

    round_trip(client)

    assert who(client) == str(User.objects.get(email="nina@northwind.example").pk)


def test_who_may_not_sign_in_stays_out(client: Client, provider: FakeProvider, team: Team, vera: User) -> None:
    linked(vera, provider)
    User.objects.filter(pk=vera.pk).update(is_active=False)

    answer = round_trip(client)

    assert answer.headers["Location"] == "/accounts/inactive/"
    assert not who(client)


def test_v43_a_first_password_does_not_wait_in_the_session_for_a_sign_in(client: Client, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)

    answer = client.post("/accounts/password/set/", {"password1": "a phrase of 43 letters", "password2": "x"})

    assert answer.headers["Location"] == "/accounts/password/set/"
    assert "a phrase of 43 letters" not in str(dict(client.session))
