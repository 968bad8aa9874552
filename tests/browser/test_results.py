"""What follows a test, in a real browser: a fix leads to its field, and the history of a connection grows by itself."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from console.models import Team, User
from registries.models import Connection
from tests.browser.conftest import SignIn
from tests.browser.lookout import Lookout
from tests.browser.person import LIST, RIGHT, TAG, WRONG, fill_in, labelled, login_to, save, sign_in_by_the_form
from tests.browser.scene import Scene
from tests.lab.registry import Registry


def test_a_fix_leads_from_the_page_of_a_connection_to_its_field(
    either_page: Page, sign_in: SignIn, registry: Registry
) -> None:
    page = either_page
    sign_in(page)
    page.goto(f"{LIST}add/other/")
    fill_in(page, {"Name": "harbour", **login_to(registry, RIGHT), "Test image": "team/app:missing"})
    save(page, "Save registry")
    page.locator("#check").get_by_role("link", name="Change the test image").click()

    expect(page).to_have_url(re.compile(f"{LIST}harbour/edit/#id_test_image$"))
    expect(labelled(page, "Test image")).to_be_focused()


def test_a_fix_leads_within_a_form_to_its_field_and_takes_nothing_of_what_was_typed(
    either_page: Page, javascript: bool, sign_in: SignIn, registry: Registry
) -> None:
    page = either_page
    sign_in(page)
    page.goto(f"{LIST}add/other/")
    fill_in(page, login_to(registry, WRONG))
    page.get_by_role("button", name="Test connection").click()
    page.locator("#check").get_by_role("link", name="Change the username").click()
    expect(labelled(page, "Username")).to_be_focused()
    page.locator("#check").get_by_role("link", name="Replace the secret").click()

    expect(labelled(page, "Password or token")).to_be_focused()
    expect(labelled(page, "Registry URL")).to_have_value(registry.origin)
    expect(labelled(page, "Password or token")).to_have_value(WRONG if javascript else "")


def test_a_choice_is_reached_too(page: Page, sign_in: SignIn, web: Connection) -> None:
    sign_in(page)
    page.goto(f"{LIST}web/edit/#id_purpose_0")

    expect(page.get_by_role("radio", name=re.compile("^Pull Run"))).to_be_focused()


def test_a_mere_member_reads_the_fix_and_gets_no_link(page: Page, team: Team, alice: User, vera: User) -> None:
    Scene(team, alice).not_trusted()
    sign_in_by_the_form(page, vera)
    page.goto(f"{LIST}harbor-onprem/")

    expect(page.locator("#check")).to_contain_text("Add the CA certificate to this registry.")
    expect(page.locator("#check a")).to_have_count(0)


def test_the_history_grows_by_itself_and_each_test_can_be_looked_at(
    page: Page, sign_in: SignIn, web: Connection, lookout: Lookout
) -> None:
    sign_in(page)
    page.goto(f"{LIST}web/")
    expect(page.locator("#history")).to_be_hidden()
    page.get_by_role("button", name="Run the test").click()
    history = page.locator("#history")
    expect(history).to_contain_text("Connected since")
    expect(history).to_contain_text("1 test, last")

    page.get_by_role("button", name="Run again").click()
    expect(history).to_contain_text("2 tests, last")
    expect(page.get_by_role("list", name="The latest tests").get_by_role("listitem")).to_have_count(2)
    history.get_by_role("link").first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Test of web")
    expect(page.locator("#check")).to_contain_text(f"team/app:{TAG}")
    page.get_by_role("button", name="Run again").click()
    expect(page.locator("#live")).to_have_text("Connection test: All 4 steps passed.")


def test_the_history_opens_without_javascript(
    page_without_javascript: Page, sign_in: SignIn, team: Team, alice: User, real_places: Any
) -> None:
    page = page_without_javascript
    Scene(team, alice).connected()
    sign_in(page)
    page.goto(f"{LIST}ghcr-northwind/")
    failing = page.get_by_role("listitem").filter(has_text="Failing: the login has ended")
    expect(failing.get_by_role("link")).to_have_count(0)

    failing.get_by_text("The last 3 tests").click()

    expect(failing.get_by_role("link")).to_have_count(3)
    expect(failing).to_contain_text("The secret was replaced by Alice Andersen on")
