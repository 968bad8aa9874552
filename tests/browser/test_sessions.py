"""Where a person is signed in, and what they see where that has ended."""

import re
from collections.abc import Callable

from django.test import Client
from playwright.sync_api import Page, expect

from console import sessions
from console.models import User
from registries.models import Connection
from tests.browser.conftest import SignIn
from tests.browser.person import LIST
from tests.conftest import PASSWORD

ELSEWHERE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) Version/26.0 Mobile/15E148 Safari/604.1"


def test_a_person_ends_one_session_and_then_all_others(either_page: Page, sign_in: SignIn, alice: User) -> None:
    page = either_page
    for agent in (
        ELSEWHERE,
        "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
        "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0",
    ):
        client = Client(headers={"User-Agent": agent})
        client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    sign_in(page)
    page.goto("/accounts/sessions/")
    expect(page.get_by_role("row")).to_have_count(5)

    page.get_by_role("button", name="End Safari on iPhone").click()
    expect(page.get_by_text("That session is ended.")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(4)

    page.get_by_role("button", name="Sign out everywhere else").click()
    expect(page.get_by_text("You are signed out everywhere else.")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("row", name="This one")).to_be_visible()


def test_a_part_of_a_page_whose_session_has_ended_leads_to_the_sign_in_and_back(
    page: Page, sign_in: SignIn, alice: User, connection: Connection, signed_in: Callable[[User], Client]
) -> None:
    sign_in(page)
    page.goto(f"{LIST}?show=attention")
    sessions.end_others(alice)

    page.get_by_role("searchbox").fill("web")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("You were signed out: that session has ended.")).to_have_count(1)

    page.get_by_label("Email").fill(alice.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile(rf"{re.escape(LIST)}\?show=attention$"))
