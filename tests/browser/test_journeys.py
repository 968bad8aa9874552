"""The journeys people make, each in a real browser, with JavaScript and without where both can make it."""

import re
from collections.abc import Iterator
from concurrent.futures import Future
from threading import Event
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from console import first_run
from console.models import Team, User
from registries.flavors import FLAVORS
from registries.models import Connection
from tests.browser.conftest import SignIn
from tests.browser.lookout import Lookout
from tests.browser.person import (
    LIST,
    RIGHT,
    TAG,
    USERNAME,
    WRONG,
    fill_in,
    labelled,
    login_to,
    save,
    tab_to,
    wait_for_the_test,
)
from tests.conftest import PASSWORD
from tests.lab.registry import Registry


def password_field(page: Page) -> Locator:
    return labelled(page, "Password or token")


# The first run ------------------------------------------------------------------------------------------------------------


def test_the_link_from_the_terminal_leads_to_an_owner_a_team_and_an_empty_list(either_page: Page, lookout: Lookout) -> None:
    page, link = either_page, reverse("setup", args=[first_run.token()])
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up Berth first")

    page.goto(link)
    fill_in(page, {"Your name": "Alice Andersen", "Email": "alice@northwind.example"})
    fill_in(page, {"Password": PASSWORD, "Team name": "Northwind"})
    page.get_by_role("button", name="Create account and team").click()

    expect(page).to_have_url(re.compile(f"{LIST}$"))
    expect(page.get_by_role("heading", name="No registries yet")).to_be_visible()
    expect(page.get_by_role("button", name="Alice Andersen, your account")).to_be_visible()
    lookout.expect_status(404)
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing at this address")


def test_whoever_gets_the_password_wrong_is_told_so_and_comes_in_with_the_right_one(
    either_page: Page, alice: User, team: Team
) -> None:
    page = either_page
    page.goto(LIST)
    fill_in(page, {"Email": alice.email, "Password": "something else"})
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_have_text("The email or the password is not right.")
    expect(labelled(page, "Email")).to_have_value(alice.email)

    fill_in(page, {"Password": PASSWORD})
    page.get_by_role("button", name="Continue").click()

    expect(page).to_have_url(re.compile(f"{LIST}$"))


# Adding and repairing -----------------------------------------------------------------------------------------------------


def test_a_registry_is_added_after_a_test_with_a_wrong_password(
    either_page: Page, javascript: bool, sign_in: SignIn, team: Team, registry: Registry
) -> None:
    page = either_page
    sign_in(page)
    page.goto(LIST)
    page.get_by_role("link", name="Add registry").click()
    page.get_by_role("link", name="Other").click()
    fill_in(page, {"Name": "harbour", **login_to(registry, WRONG)})
    page.get_by_role("button", name="Test connection").click()

    check = page.locator("#check")
    expect(check).to_contain_text("Failed at Sign in")
    expect(check).to_contain_text("The registry refused the login.")
    expect(labelled(page, "Name")).to_have_value("harbour")
    expect(labelled(page, "Registry URL")).to_have_value(registry.origin)
    # Only the panel is new where there is JavaScript; where there is none, a new page never holds a password.
    expect(password_field(page)).to_have_value(WRONG if javascript else "")
    assert not team.connections.exists()

    fill_in(page, {"Password or token": RIGHT})
    page.get_by_role("button", name="Test connection").click()
    expect(check).to_contain_text("All 4 steps passed")
    expect(check).to_contain_text(f"team/app:{TAG}")

    fill_in(page, {"Password or token": RIGHT})
    save(page, "Save registry")
    expect(page.get_by_role("heading", level=1)).to_contain_text("harbour")
    expect(page.locator("#saved")).to_contain_text("harbour is saved and works.")
    expect(page.get_by_role("region", name="workflow.yaml")).to_have_text(
        f"image: {registry.host}/team/app:{TAG}\ncontainerRegistry: harbour\n"
    )


def test_a_registry_that_was_saved_with_a_wrong_password_is_repaired_from_the_list(
    either_page: Page, sign_in: SignIn, registry: Registry
) -> None:
    page = either_page
    sign_in(page)
    page.goto(f"{LIST}add/other/")
    fill_in(page, {"Name": "harbour", **login_to(registry, WRONG)})
    save(page, "Save registry")
    expect(page.locator("#saved")).to_contain_text("harbour is saved, but the test failed at Sign in.")

    page.get_by_role("link", name="Containers").first.click()
    row = page.get_by_role("row", name="harbour")
    expect(row).to_contain_text("Sign-in refused")
    row.get_by_role("link", name="Replace the secret for harbour").click()

    expect(page).to_have_url(re.compile("#id_password$"))
    fill_in(page, {"Password or token": RIGHT})
    save(page, "Save changes")
    expect(page.locator("#saved")).to_contain_text("harbour is changed and works. The secret was replaced.")


def test_v31_an_edit_with_a_blank_secret_keeps_the_saved_one(either_page: Page, sign_in: SignIn, web: Connection) -> None:
    page = either_page
    sign_in(page)
    page.goto(f"{LIST}web/edit/")
    expect(password_field(page)).to_have_value("")
    expect(page.locator("#id_password_kept")).to_contain_text("Leave blank to keep it.")
    expect(page.get_by_text("Password or token")).to_have_text("Password or token")

    fill_in(page, {"Description": "What the trainers pull"})
    save(page, "Save changes")

    expect(page.locator("#saved")).to_contain_text("web is changed and works. The saved secret was kept.")
    expect(page.get_by_text("What the trainers pull")).to_be_visible()


def test_a_changed_host_demands_the_secret_again(
    either_page: Page, sign_in: SignIn, lookout: Lookout, registry: Registry, web: Connection
) -> None:
    page = either_page
    sign_in(page)
    lookout.expect_status(422)
    page.goto(f"{LIST}web/edit/")
    elsewhere = registry.origin.replace("127.0.0.1", "localhost")
    fill_in(page, {"Registry URL": elsewhere, "Test image": f"team/app:{TAG}"})
    page.get_by_role("button", name="Save changes").click()

    expect(page).to_have_title(re.compile("^Error: "))
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Nothing is saved yet: one field needs a change")
    summary.get_by_role("link", name="Enter the secret again, because the address changed.").click()
    expect(password_field(page)).to_be_focused()

    fill_in(page, {"Password or token": RIGHT})
    save(page, "Save changes")
    expect(page.locator("#saved")).to_contain_text("web is changed and works. The secret was replaced.")
    expect(page.locator("h1 + p")).to_have_text(elsewhere.removeprefix("http://"))


@pytest.mark.parametrize("leaves", ["Escape", "Keep it"])
def test_leaving_the_dialog_of_a_deletion_gives_the_focus_back(
    leaves: str, page: Page, sign_in: SignIn, web: Connection
) -> None:
    sign_in(page)
    page.goto(f"{LIST}web/")
    opener, dialog = page.get_by_role("link", name="Delete…"), page.get_by_role("dialog", name="Delete web?")
    opener.click()
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("link", name="Keep it")).to_be_focused()

    if leaves == "Escape":
        page.keyboard.press("Escape")
    else:
        dialog.get_by_role("link", name="Keep it").click()

    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    expect(page).to_have_url(re.compile(f"{LIST}web/$"))


def test_a_deletion_begun_in_the_menu_of_a_row_gives_the_focus_back_to_the_menu(
    page: Page, sign_in: SignIn, web: Connection
) -> None:
    sign_in(page)
    page.goto(LIST)
    page.get_by_role("button", name="More for web").click()
    page.get_by_role("link", name="Delete…").click()
    expect(page.get_by_role("dialog", name="Delete web?")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="More for web")).to_be_focused()


def test_a_deletion_asks_once_in_a_dialog_or_on_a_page_of_its_own(
    either_page: Page, javascript: bool, sign_in: SignIn, team: Team, web: Connection
) -> None:
    page = either_page
    sign_in(page)
    page.goto(f"{LIST}web/")
    page.get_by_role("link", name="Delete…").click()
    expect(page.get_by_role("heading", name="Delete web?")).to_be_visible()
    expect(page).to_have_url(re.compile(f"{LIST}web/$" if javascript else f"{LIST}web/delete/$"))

    page.get_by_role("button", name="Delete registry").click()

    expect(page.get_by_text("web is deleted.")).to_be_visible()
    expect(page.get_by_role("heading", name="No registries yet")).to_be_visible()
    assert not team.connections.exists()


def test_a_registry_is_paused_and_works_again(either_page: Page, sign_in: SignIn, web: Connection) -> None:
    page = either_page
    sign_in(page)
    page.goto(f"{LIST}web/")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("web is paused. It is not handed out and not tested.")).to_be_visible()
    expect(page.get_by_role("button", name="Run the test")).to_be_hidden()

    page.get_by_role("button", name="Resume").click()

    expect(page.get_by_text("web works again.")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_two_people_who_edit_one_registry_lose_nothing(
    either_page: Page, sign_in: SignIn, lookout: Lookout, web: Connection
) -> None:
    first, second = either_page, either_page.context.new_page()
    sign_in(first)
    for tab in (first, second):
        tab.goto(f"{LIST}web/edit/")
    fill_in(first, {"Description": "From the first tab"})
    save(first, "Save changes")
    lookout.expect_status(409)

    fill_in(second, {"Description": "From the second tab"})
    second.get_by_role("button", name="Save changes").click()
    expect(second.get_by_role("alert")).to_contain_text("Nothing is saved yet: Alice Andersen changed web")
    expect(second.get_by_role("row", name="Description")).to_contain_text("From the first tab From the second tab")
    expect(labelled(second, "Description")).to_have_value("From the second tab")

    save(second, "Save changes")
    expect(second.locator("#saved")).to_contain_text("web is changed and works.")
    expect(second.get_by_text("From the second tab")).to_be_visible()


# Tests that take a while --------------------------------------------------------------------------------------------------


@pytest.fixture
def full_house(real_places: Any) -> Iterator[Event]:
    """Take every place where tests run, until the event is set."""
    leave = Event()
    jobs: list[Future[None] | None] = [real_places.enter(lambda: leave.wait(60)) for _ in range(2)]
    yield leave
    leave.set()
    for job in filter(None, jobs):
        job.result()


def test_a_page_that_waits_for_its_test_shows_the_result_by_itself(
    page: Page, sign_in: SignIn, web: Connection, full_house: Event
) -> None:
    sign_in(page)
    page.goto(f"{LIST}web/")
    page.get_by_role("button", name="Run the test").click()
    expect(page.locator("#check")).to_contain_text("Waiting for a free place")

    full_house.set()

    expect(page.locator("#check")).to_contain_text("All 4 steps passed")
    expect(page.locator("#live")).to_have_text("Connection test: All 4 steps passed.")
    expect(page.locator("#facts")).to_contain_text("Connected")
    expect(page.get_by_role("button", name="Run again")).to_be_focused()


def test_a_page_without_javascript_that_waits_for_its_test_can_be_loaded_again(
    page_without_javascript: Page, sign_in: SignIn, web: Connection, full_house: Event
) -> None:
    page = page_without_javascript
    sign_in(page)
    page.goto(f"{LIST}web/")
    page.get_by_role("button", name="Run the test").click()
    expect(page.locator("#check")).to_contain_text("Waiting for a free place")

    full_house.set()
    page.get_by_role("link", name="Reload").click()
    wait_for_the_test(page)

    expect(page.locator("#check")).to_contain_text("All 4 steps passed")


def test_a_row_of_the_list_is_tested_where_it_stands(
    page: Page, sign_in: SignIn, web: Connection, full_house: Event
) -> None:
    sign_in(page)
    page.goto(LIST)
    row = page.get_by_role("row", name="web")
    row.get_by_role("button", name="Test web").click()
    expect(row).to_contain_text("Checking…")

    full_house.set()

    expect(row).to_contain_text("Connected")
    expect(row.get_by_role("button", name="Test web")).to_be_focused()


# The list -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def three(team: Team, alice: User) -> None:
    """Three connections, one of which may push."""
    for name, host, purpose in (
        ("alpha", "a.example", "pull"),
        ("beta", "b.example", "push"),
        ("gamma", "c.example", "pull"),
    ):
        there = FLAVORS["other"](url=f"https://{host}", method="none")  # type: ignore[call-arg]
        team.connections.connect(name, there, by=alice, purpose=purpose)


def names(page: Page) -> Locator:
    return page.locator("#registries .name a")


def test_search_and_filters_change_the_list_in_place_and_the_address_with_it(
    page: Page, sign_in: SignIn, three: None
) -> None:
    sign_in(page)
    page.goto(LIST)
    page.evaluate("window.sameDocument = true")
    expect(names(page)).to_have_text(["alpha", "beta", "gamma"])

    page.get_by_role("searchbox", name="Filter registries").press_sequentially("b.ex")
    expect(names(page)).to_have_text(["beta"])
    expect(page).to_have_url(re.compile(r"\?q=b\.ex$"))
    expect(page.locator("#live")).to_have_text("1 registry shown.")

    page.get_by_role("searchbox", name="Filter registries").fill("")
    expect(names(page)).to_have_text(["alpha", "beta", "gamma"])
    page.get_by_role("link", name="Can push").click()
    expect(names(page)).to_have_text(["beta"])
    expect(page).to_have_url(re.compile("[?&]show=push"))
    expect(page.get_by_role("link", name="Can push")).to_have_attribute("aria-current", "true")

    page.get_by_role("searchbox", name="Filter registries").press_sequentially("gamma")
    expect(page.get_by_role("heading", name="Nothing matches “gamma”")).to_be_visible()
    expect(page).to_have_url(re.compile(r"(?=.*[?&]q=gamma)(?=.*[?&]show=push)"))
    assert page.evaluate("window.sameDocument")

    page.reload()
    expect(page.get_by_role("searchbox", name="Filter registries")).to_have_value("gamma")
    page.get_by_role("link", name="Show all 3").click()
    expect(names(page)).to_have_text(["alpha", "beta", "gamma"])


def test_back_leads_to_the_list_as_it_was_filtered_before(page: Page, sign_in: SignIn, three: None) -> None:
    sign_in(page)
    page.goto(LIST)
    page.get_by_role("link", name="Can push").click()
    expect(names(page)).to_have_text(["beta"])
    page.get_by_role("link", name="All").click()
    expect(names(page)).to_have_text(["alpha", "beta", "gamma"])

    page.go_back()

    expect(names(page)).to_have_text(["beta"])
    expect(page.get_by_role("link", name="Can push")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("heading", name="Containers")).to_be_visible()


def test_search_and_filters_are_a_form_and_links_without_javascript(
    page_without_javascript: Page, sign_in: SignIn, three: None
) -> None:
    page = page_without_javascript
    sign_in(page)
    page.goto(LIST)
    page.get_by_role("link", name="Can push").click()
    expect(names(page)).to_have_text(["beta"])

    page.get_by_role("searchbox", name="Filter registries").fill("gamma")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Nothing matches “gamma”")).to_be_visible()
    expect(page).to_have_url(re.compile(r"(?=.*[?&]q=gamma)(?=.*[?&]show=push)"))


# Small things -------------------------------------------------------------------------------------------------------------


def test_the_choice_of_theme_survives_a_reload(either_page: Page, sign_in: SignIn) -> None:
    page, root = either_page, either_page.locator("html")
    sign_in(page)
    page.goto(LIST)
    for theme in ("Dark", "Light"):
        page.get_by_role("button", name="Alice Andersen, your account").click()
        with page.expect_response("**/theme/"):
            page.get_by_role("button", name=theme, exact=True).click()
        expect(root).to_have_attribute("data-theme", theme.lower())
        expect(page).to_have_url(re.compile(f"{LIST}$"))
        page.reload()
        expect(root).to_have_attribute("data-theme", theme.lower())


def test_the_quick_switch_of_the_theme_survives_a_reload(page: Page, sign_in: SignIn) -> None:
    sign_in(page)
    page.goto(LIST)

    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Switch between light and dark").click()
    page.reload()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_snippet_and_the_name_are_copied(page: Page, sign_in: SignIn, web: Connection) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page)
    page.goto(f"{LIST}web/")

    page.get_by_role("button", name="Copy workflow.yaml").click()
    expect(page.locator("#live")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == (
        f"image: {web.host}/team/app:{TAG}\ncontainerRegistry: web\n"
    )

    page.get_by_role("button", name="Copy the name web").click()
    expect(page.locator("h1 [data-done]")).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == "web"


def test_a_key_file_that_is_chosen_is_read_into_the_form(page: Page, sign_in: SignIn) -> None:
    sign_in(page)
    page.goto(f"{LIST}add/gcp/")

    page.locator("input[type=file]").set_input_files({"name": "key.json", "mimeType": "application/json", "buffer": b"{}"})

    expect(page.locator("textarea").first).to_have_value("{}")
    expect(page.locator("#live")).to_have_text("Read key.json.")


def test_whoever_has_no_mouse_gets_from_sign_in_to_a_saved_registry(
    page: Page, alice: User, team: Team, registry: Registry
) -> None:
    def type_into(label: str, text: str) -> None:
        tab_to(page, labelled(page, label))
        page.keyboard.type(text)

    def press(target: Locator) -> None:
        tab_to(page, target)
        page.keyboard.press("Enter")

    page.goto("/")
    type_into("Email", alice.email)
    type_into("Password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No registries yet")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    press(page.get_by_role("main").get_by_role("link", name="Add registry"))
    press(page.get_by_role("link", name="Other"))
    type_into("Name", "harbour")
    type_into("Registry URL", registry.origin)
    tab_to(page, page.get_by_role("radio", name="Username and password"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Nothing")).to_be_checked()
    page.keyboard.press("ArrowUp")
    type_into("Username", USERNAME)
    type_into("Password or token", RIGHT)
    type_into("Test image", f"team/app:{TAG}")
    press(page.get_by_role("button", name="Test connection"))
    expect(page.locator("#check")).to_contain_text("All 4 steps passed")
    expect(page.get_by_role("button", name="Test connection")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Save registry")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#saved")).to_contain_text("harbour is saved")
    wait_for_the_test(page)
    expect(page.locator("#saved")).to_contain_text("harbour is saved and works.")
