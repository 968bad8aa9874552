"""A recent sign-in, for people whom the provider vouches for: by a fresh one there, as themselves."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from console.models import Role, Team, User
from registries.models import Connection
from tests.conftest import CANARY, PASSWORD
from tests.console.sso_world import AGAIN, linked, round_trip, set_to, titled, way_back, way_there
from tests.fake_provider import FakeProvider

pytestmark = pytest.mark.enable_socket

REVEAL = "/teams/northwind/containers/web/reveal/"


@pytest.fixture
def nina(provider: FakeProvider, team: Team) -> Client:
    """Somebody without a password, who signed in by the provider just now and is an admin."""
    client = Client()
    round_trip(client)
    team.memberships.filter(user__email="nina@northwind.example").update(role=Role.ADMIN)
    return client


def asked_again(client: Client) -> Any:
    """Ask for a credential, and return what comes of a fresh sign-in at the provider."""
    asked = client.post(REVEAL, {"key": str(uuid4())})
    page = client.get(asked.headers["Location"])
    assert "Sign in with Northwind SSO" in page.content.decode()
    led_on = client.post(AGAIN, {"next": REVEAL})
    return client.get(way_back(way_there(led_on)), follow=True)


def test_a_sign_in_by_the_provider_is_no_recent_one_by_itself(nina: Client, connection: Connection) -> None:
    answer = nina.post(REVEAL, {"key": str(uuid4())})

    assert answer.headers["Location"] == f"{AGAIN}?next={quote_plus(REVEAL)}"
    assert CANARY not in nina.get(answer.headers["Location"]).content.decode()


def test_a_fresh_sign_in_at_the_provider_reveals_a_credential(
    nina: Client, connection: Connection, provider: FakeProvider
) -> None:
    answer = asked_again(nina)

    assert CANARY in answer.content.decode()
    asked = provider.last("/authorize")
    assert (asked["prompt"], asked["max_age"], asked["login_hint"]) == ("login", "0", "nina@northwind.example")
    assert CANARY in nina.post(REVEAL, {"key": str(uuid4())}).content.decode()  # For a while nothing is asked.


@pytest.mark.parametrize("case", ["long ago", "not said", "in the future", "text", "yes"])
def test_a_sign_in_that_is_not_fresh_is_refused(
    nina: Client, connection: Connection, provider: FakeProvider, case: str
) -> None:
    if case == "long ago":
        provider.signed_in_ago_seconds = 90
    elif case == "in the future":
        provider.signed_in_ago_seconds = -90
    else:
        said = {"not said": None, "text": "now", "yes": True}[case]
        provider.spoil = lambda claims: {**claims, "auth_time": said}

    answer = asked_again(nina)

    assert titled(answer, "Northwind SSO did not ask you to sign in again")
    assert nina.post(REVEAL, {"key": str(uuid4())}).status_code == 302


def test_a_fresh_sign_in_of_somebody_else_is_refused(nina: Client, connection: Connection, provider: FakeProvider) -> None:
    provider.claims["sub"] = "sub-of-another"

    answer = asked_again(nina)

    assert titled(answer, "That was somebody else")
    assert nina.post(REVEAL, {"key": str(uuid4())}).status_code == 302


def test_a_fresh_sign_in_does_not_sign_in_another_session(
    nina: Client, connection: Connection, provider: FakeProvider, vera: User
) -> None:
    linked(vera, provider, "sub-of-vera")
    back = way_back(way_there(nina.post(AGAIN)))
    states = nina.session["socialaccount_states"]
    nina.force_login(vera)
    session = nina.session
    session["socialaccount_states"] = states
    session.save()

    assert titled(nina.get(back), "You are not signed in any more")


def test_what_waited_goes_on_once_and_by_no_other_link(nina: Client, connection: Connection) -> None:
    nina.post(REVEAL, {"key": str(uuid4())})

    elsewhere = nina.get(f"{AGAIN}?next={REVEAL}")

    assert CANARY not in elsewhere.content.decode()
    assert CANARY in asked_again(nina).content.decode()
    assert CANARY not in nina.get(f"{AGAIN}?next={REVEAL}").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/"])
def test_a_fresh_sign_in_leads_to_no_other_site(nina: Client, connection: Connection, target: str) -> None:
    led_on = nina.post(AGAIN, {"next": target})

    back = nina.get(way_back(way_there(led_on)))
    assert nina.get(back.headers["Location"]).headers["Location"] == "/"


def test_nobody_gets_a_first_password_without_a_fresh_sign_in(nina: Client, connection: Connection) -> None:
    new = {"password1": "another long passphrase", "password2": "another long passphrase"}

    answer = nina.post("/accounts/password/set/", new)

    assert answer.headers["Location"] == "/accounts/password/set/"
    assert nina.get("/accounts/password/set/").headers["Location"].startswith(AGAIN)
    assert not User.objects.get(email="nina@northwind.example").has_usable_password()

    led_on = nina.post(AGAIN, {"next": "/accounts/password/set/"})
    nina.get(way_back(way_there(led_on)), follow=True)
    nina.post("/accounts/password/set/", new)
    assert User.objects.get(email="nina@northwind.example").has_usable_password()


def test_who_has_a_password_too_may_choose(provider: FakeProvider, connection: Connection, bob: User) -> None:
    linked(bob, provider)
    client = Client()
    client.force_login(bob)
    asked = client.post(REVEAL, {"key": str(uuid4())})

    page = client.get(asked.headers["Location"]).content.decode()
    assert 'type="password"' in page
    assert "Sign in with Northwind SSO again" in page
    other = client.get(f"{AGAIN}?next={REVEAL}").content.decode()
    assert "Use the password" in other
    assert CANARY in asked_again(client).content.decode()


def test_a_sign_in_by_password_is_recent_as_before(provider: FakeProvider, connection: Connection, bob: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": bob.email, "password": PASSWORD})

    assert CANARY in client.post(REVEAL, {"key": str(uuid4())}).content.decode()


def test_who_has_nothing_to_show_it_with_is_told_and_not_let_past(
    nina: Client,
    connection: Connection,
    settings: Settings,
    provider: FakeProvider,
    signed_in: Callable[[User], Client],
    bob: User,
) -> None:
    settings.BERTH_OIDC = None
    assert nina.post(REVEAL, {"key": str(uuid4())}).headers["Location"].startswith("/accounts/password/reset/")

    settings.BERTH_OIDC = set_to(provider, only=True)
    answer = signed_in(bob).post(REVEAL, {"key": str(uuid4())}, follow=True)
    assert titled(answer, "Sign in with Northwind SSO first")
