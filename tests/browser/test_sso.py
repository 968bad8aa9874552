"""Single sign-on in Chromium: there and back through other origins, under the Content Security Policy."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from console.models import Role, Team, User
from registries.models import Connection
from tests.browser.conftest import SignIn
from tests.browser.lookout import Lookout
from tests.browser.person import LIST, RIGHT
from tests.browser.test_accessibility import faults, faults_of
from tests.browser.test_members import enter_the_password_again
from tests.console.sso_world import linked, set_to
from tests.fake_provider import FakeProvider, fake_provider

BUTTON = "Sign in with Northwind SSO"


@pytest.fixture
def provider(settings: Settings, live_server: LiveServer) -> Iterator[FakeProvider]:
    """A provider on another origin, which leads people on by a third one."""
    with fake_provider() as fake:
        fake.hop = True
        settings.BERTH_OIDC = set_to(fake)
        settings.BERTH_URL = urlsplit(live_server.url)
        yield fake


def leaves_for(provider: FakeProvider, lookout: Lookout) -> None:
    """Let the browser leave Berth, for the provider’s two origins alone."""
    for origin in (provider.issuer, f"http://localhost:{urlsplit(provider.issuer).port}/realm"):
        lookout.expect(f"a request left Berth: {origin}")


def test_somebody_comes_in_by_the_button_and_sees_a_credential(
    either_page: Page, provider: FakeProvider, team: Team, web: Connection, lookout: Lookout
) -> None:
    leaves_for(provider, lookout)
    page = either_page
    page.goto(f"/accounts/login/?next={LIST}")
    page.get_by_role("button", name=BUTTON).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Containers")
    expect(page).to_have_url(LIST)
    expect(page.get_by_text("You are in Northwind now.")).to_be_visible()
    assert "/elsewhere" in provider.paths()

    team.memberships.filter(user__email="nina@northwind.example").update(role=Role.ADMIN)
    page.goto(f"{LIST}web/")
    page.get_by_role("button", name="Show the credential…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in again")
    page.get_by_role("button", name=BUTTON).click()

    expect(page.get_by_text(RIGHT)).to_be_visible()


def test_an_account_is_connected_and_disconnected(
    either_page: Page, provider: FakeProvider, sign_in: SignIn, alice: User, lookout: Lookout
) -> None:
    leaves_for(provider, lookout)
    page = either_page
    sign_in(page)
    page.goto("/accounts/email/")
    page.get_by_role("link", name="Single sign-on").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Northwind SSO")
    page.get_by_role("button", name="Connect Northwind SSO").click()
    enter_the_password_again(page)

    expect(page.get_by_text("Connected. You can sign in with Northwind SSO from now on.")).to_be_visible()
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("Your account is not connected.")).to_be_visible()


def test_nothing_is_wrong_with_the_pages_of_single_sign_on(
    page: Page, provider: FakeProvider, sign_in: SignIn, alice: User, lookout: Lookout, settings: Settings
) -> None:
    lookout.expect_status(400)
    lookout.expect_status(422)
    visitors = {"sign-in": "/accounts/login/", "stopped": "/accounts/oidc/sso/login/callback/"}
    assert faults_of(page, visitors) == {}
    settings.BERTH_OIDC = set_to(provider, only=True)
    assert faults_of(page, {"only": "/accounts/login/", "door": "/accounts/login/?with=password"}) == {}
    settings.BERTH_OIDC = set_to(provider)

    sign_in(page)
    pages = {"account": "/accounts/sso/", "again, unconnected": "/accounts/sso/reauthenticate/"}
    assert faults_of(page, pages) == {}
    linked(alice, provider)
    assert faults_of(page, {"connected": "/accounts/sso/", "again": "/accounts/sso/reauthenticate/"}) == {}
    alice.set_unusable_password()
    alice.save()
    sign_in(page)
    page.goto("/accounts/sso/")
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("alert")).to_contain_text("Set a password first.")
    assert faults(page) == []
