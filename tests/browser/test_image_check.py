"""Checking one image: which registry it gets, and a login typed for this once, with the keyboard and without JavaScript."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from console.models import Team, User
from registries.models import Check, Connection
from tests.browser.conftest import SignIn
from tests.browser.diary import Diary, tables_holding
from tests.browser.lookout import Lookout
from tests.browser.person import RIGHT, TAG, USERNAME, WRONG, fill_in, labelled, tab_to, wait_for_the_test
from tests.browser.scene import Scene
from tests.browser.test_accessibility import faults
from tests.lab.registry import Registry
from tests.registries.flavor_table import OTHER

URL = "/teams/northwind/spec-checker/image/"
CANARY = "CANARY-93b7"


def image_field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Image")


def ask(page: Page, image: str, named: str = "") -> None:
    fill_in(page, {"Image": image, "containerRegistry": named})
    page.get_by_role("button", name="Which registry?").click()


def try_out(page: Page, image: str, username: str = "", password: str = "") -> None:
    fill_in(page, {"Image": image, "Username": username, "Password or token": password})
    page.get_by_role("button", name="Test with this login").click()


def test_a_person_learns_which_registry_an_image_gets(
    either_page: Page, javascript: bool, sign_in: SignIn, web: Connection, registry: Registry
) -> None:
    page, image = either_page, f"{registry.host}/team/app:{TAG}"
    sign_in(page)
    page.goto("/teams/northwind/containers/")
    page.get_by_role("link", name="Spec checker").click()
    page.get_by_role("link", name="One image").click()
    expect(page.get_by_role("link", name="One image")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("link", name="Spec checker")).to_have_attribute("aria-current", "page")

    ask(page, f"docker pull {image}", "wep")
    answer = page.get_by_role("group", name="Answer")
    expect(answer).to_contain_text("No registry is called wep. Did you mean web?")
    expect(answer.locator("pre")).to_have_text(f"image: {image}\ncontainerRegistry: web\n")

    ask(page, image)
    expect(answer).to_contain_text("web holds it")
    if javascript:
        expect(answer).to_be_focused()
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        answer.get_by_role("button", name="Copy").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == f"image: {image}\ncontainerRegistry: web\n"
    assert registry.host not in page.url
    answer.locator(".cell-main").get_by_role("link", name="web").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("web")


def test_a_person_tests_a_login_for_this_once_and_nothing_of_it_stays(
    either_page: Page, javascript: bool, sign_in: SignIn, registry: Registry, team: Team
) -> None:
    page, diary, image = either_page, Diary(either_page), f"{registry.host}/team/app:{TAG}"
    sign_in(page)
    page.goto(URL)
    check = page.locator("#check")

    try_out(page, image, USERNAME, WRONG)
    expect(check).to_contain_text("Failed at Sign in")
    check.get_by_role("link", name="Enter another login").click()
    assert page.evaluate("location.hash") == "#id_username"
    # What was typed stays where it was typed, as long as the page does.
    expect(labelled(page, "Password or token")).to_have_value(WRONG if javascript else "")
    labelled(page, "Password or token").fill("")
    diary.look("a refused login")

    try_out(page, image)
    expect(check).to_contain_text("The registry asks for a login, and none is given.")
    expect(page.locator("#answer")).not_to_contain_text("Anyone can read")

    try_out(page, image, USERNAME, RIGHT)
    wait_for_the_test(page)
    expect(check).to_contain_text(f"Accepted as {USERNAME}.")
    expect(check).to_contain_text(f"team/app:{TAG}")
    expect(page.locator("#check[aria-busy]")).to_have_count(0)
    labelled(page, "Password or token").fill("")
    expect(labelled(page, "Password or token")).to_have_value("")
    diary.look("an accepted login")
    page.goto("/teams/northwind/containers/")
    if javascript:  # Without, the page was the answer to a POST, which the browser has not kept.
        page.go_back()
        diary.look("the page, after Back")

    assert diary.holding(CANARY) == []
    assert [name for name in diary.holding("team/app") if name.startswith("the address")] == []
    assert tables_holding(CANARY) == []
    assert Check.objects.count() == 3


def test_enter_tests_a_login_that_was_typed_and_asks_about_an_image_alone(
    either_page: Page, sign_in: SignIn, registry: Registry, team: Team
) -> None:
    page, image = either_page, f"{registry.host}/team/app:{TAG}"
    sign_in(page)
    page.goto(URL)

    tab_to(page, image_field(page))
    page.keyboard.type(image)
    page.keyboard.press("Enter")
    expect(page.locator("#resolution")).to_contain_text("so the image is pulled without a login.")

    fill_in(page, {"Username": USERNAME, "Password or token": RIGHT})
    labelled(page, "Password or token").press("Enter")
    expect(page.locator("#check")).to_contain_text(f"Accepted as {USERNAME}.")
    assert page.locator("#resolution").count() == 0


def test_a_fault_is_said_and_leads_to_its_field(
    either_page: Page, javascript: bool, sign_in: SignIn, team: Team, lookout: Lookout
) -> None:
    page = either_page
    lookout.expect_status(422)
    sign_in(page)
    page.goto(URL)

    try_out(page, "ghcr.io/Acme/Web", "octo", WRONG)

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The repository must be lower case.")
    assert page.get_by_role("link", name="The repository must be lower case.").get_attribute("href") == "#id_image"
    expect(image_field(page)).to_have_value("ghcr.io/Acme/Web")
    expect(labelled(page, "Password or token")).to_have_value(WRONG if javascript else "")
    if not javascript:
        expect(page.locator("#id_password_kept")).to_contain_text("What was typed here is not kept.")

    fill_in(page, {"Image": "ghcr.io/acme/web"})
    page.get_by_role("button", name="Which registry?").click()
    expect(page.locator("#resolution")).to_be_visible()
    expect(alert).to_have_count(0)


def test_a_slow_test_fills_its_panel_step_by_step(
    page: Page, sign_in: SignIn, registry: Registry, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registries.views import image as view

    monkeypatch.setattr(view, "QUICK_SECONDS", 0)
    sign_in(page)
    page.goto(URL)

    try_out(page, f"{registry.host}/team/app:{TAG}", USERNAME, RIGHT)

    expect(page.locator("#check")).to_contain_text(f"Accepted as {USERNAME}.")
    expect(page.locator("#live")).to_have_text(re.compile("^Connection test: .+"))


# As axe sees it -----------------------------------------------------------------------------------------------------------


def test_nothing_is_wrong_with_the_page_or_any_answer(
    page: Page, sign_in: SignIn, team: Team, alice: User, lookout: Lookout
) -> None:
    lookout.expect_status(422)
    scene = Scene(team, alice)
    scene.every_state()
    scene.connect("other", "x" * 64, OTHER | {"url": f"https://{'y' * 60}.example"})
    sign_in(page)
    page.goto(URL)
    assert faults(page) == []

    for image, named, answer in (
        ("ghcr.io/northwind-labs/streamlit-app:1.9", "", "ghcr-northwind holds it"),
        ("northwindvision.azurecr.io/vision/detector:1.9", "acr-vision", "Resolves, but fails"),
        ("docker.io/acme/web", "", "Paused"),
        (f"{'y' * 60}.example/{'z' * 200}:1", "", "Not checked yet"),
        ("ghcr.io/northwind-labs/streamlit-app:1.9", "ghcr-nortwind", "Did you mean ghcr-northwind?"),
        ("python:3.13-slim", "", "without a login"),
        ("not an image", "", "Nothing was asked"),
    ):
        ask(page, image, named)
        expect(page.locator("#answered")).to_contain_text(answer)
        assert faults(page) == [], image


def test_nothing_is_wrong_with_a_test(page: Page, sign_in: SignIn, registry: Registry, team: Team) -> None:
    sign_in(page)
    page.goto(URL)
    for password, answer in ((WRONG, "Failed at Sign in"), (RIGHT, f"Accepted as {USERNAME}.")):
        try_out(page, f"{registry.host}/team/app:{TAG}", USERNAME, password)
        expect(page.locator("#check")).to_contain_text(answer)
        assert faults(page) == []


def test_nothing_is_wrong_with_whole_pages_that_answer(
    page: Page, sign_in: SignIn, registry: Registry, team: Team, lookout: Lookout
) -> None:
    lookout.expect_status(422)
    sign_in(page)
    page.goto(URL)
    for image, username, answer in (
        ("ghcr.io/Acme/Web", "a:b", "2 fields need a change"),
        (f"{registry.host}/team/app:{TAG}", "", "Nothing was asked"),
        (f"{registry.host}/team/app:{TAG}", USERNAME, "Accepted as"),
    ):
        fill_in(page, {"Image": image, "Username": username, "Password or token": RIGHT})
        page.evaluate("document.querySelector('form.form').submit()")  # htmx does not hear of it.
        expect(page.locator("main")).to_contain_text(answer)
        expect(page.locator("#id_password_kept")).to_be_visible()
        assert faults(page) == []
