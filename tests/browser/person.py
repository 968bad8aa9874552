"""What a person does in the browser, by the words on the page alone."""

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

from console.models import User
from tests.conftest import PASSWORD
from tests.lab.registry import Registry
from tests.second_step import code_of

LIST = "/teams/northwind/containers/"
USERNAME, RIGHT, WRONG = "puller", "CANARY-93b7-lantern-on-quay", "CANARY-93b7-of-yesterday"
TAG = "1"


def labelled(page: Page, label: str) -> Locator:
    """Find a field by its label, whether or not the label says that it is optional."""
    return page.get_by_label(re.compile(rf"^{re.escape(label)}( \(optional\))?$"))


def fill_in(page: Page, typed: Mapping[str, str]) -> None:
    """Type into each field, named by its label."""
    for label, value in typed.items():
        labelled(page, label).fill(value)


def paste(page: Page, field: Locator, text: str) -> None:
    """Paste into a field from the clipboard, as people do. The page needs JavaScript, and a secure address."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    field.focus()
    page.keyboard.press("ControlOrMeta+V")


def login_to(registry: Registry, password: str) -> Mapping[str, str]:
    """Return what goes into the form of another registry, the name excepted."""
    return {
        "Registry URL": registry.origin,
        "Username": USERNAME,
        "Password or token": password,
        "Test image": f"team/app:{TAG}",
    }


def sign_in_by_the_form(page: Page, user: User, password: str = PASSWORD) -> None:
    """Sign in as people do; with a password that is wrong, this ends at the form."""
    page.goto("/accounts/login/")
    fill_in(page, {"Email": user.email, "Password": password})
    with page.expect_navigation():
        page.get_by_role("button", name="Continue").click()


def sign_in_with_a_code(page: Page, user: User) -> None:
    """Sign in as somebody does whose second step is a code app, and come to a page of theirs."""
    sign_in_by_the_form(page, user)
    fill_in(page, {"Code": code_of()})
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#user-menu")).to_be_attached()


def wait_for_the_test(page: Page) -> None:
    """Wait until the test on the page has ended, loading the page again as people without JavaScript do."""
    for _ in range(60):
        if not page.locator("#check[aria-busy]").count():
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError("The test on the page does not end.")


def save(page: Page, words: str) -> None:
    """Press the button that saves, and wait on the page that it leads to until the test has ended."""
    with page.expect_navigation():
        page.get_by_role("button", name=words).click()
    wait_for_the_test(page)


# Where the focus is within a control, as on the button in a date field, the browser draws the ring itself.
FOCUS = """target => {
  const at = document.activeElement;
  const ring = [at, at.parentElement].some((part) => getComputedStyle(part).outlineStyle !== "none");
  return { there: at === target, seen: ring || !at.matches(":focus") };
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Reach something with the Tab key alone, past stops that can all be seen."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = target.evaluate(FOCUS)
        assert focus["seen"], "No ring shows where the focus is."
        if focus["there"]:
            return
    raise AssertionError("Tab does not lead there.")
