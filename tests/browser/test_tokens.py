"""Machine tokens in a browser: made, shown once, rotated, revoked, removed; with JavaScript, without, by keyboard alone."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Error, Locator, Page, expect

from console.models import Team, User
from registries.models import Asker, Connection, HandOut, HandOutResult, MachineToken
from registries.tokens import Token
from tests.browser.conftest import SignIn
from tests.browser.diary import Diary, tables_holding
from tests.browser.lookout import Lookout
from tests.browser.person import fill_in, labelled, tab_to
from tests.browser.scene import Scene
from tests.browser.test_accessibility import faults, faults_of
from tests.conftest import PASSWORD

TOKENS = "/teams/northwind/tokens/"
NEW = f"{TOKENS}new/"


def enter_the_password_again(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your password again")
    fill_in(page, {"Password": PASSWORD})
    page.get_by_role("button", name="Continue").click()


def once(page: Page) -> Locator:
    return page.locator(".once")


def shown(page: Page) -> str:
    """Return the token that a page shows, which is one."""
    text = page.locator("#new-token").inner_text()
    assert Token.read(text) is not None
    return text


def go_back(page: Page) -> None:
    """Go back, also to a page that the browser does not have any more and would have to post for again."""
    try:
        page.go_back()
    except Error as fault:
        if "ERR_CACHE_MISS" not in str(fault):
            raise
        page.wait_for_url("chrome-error://**")
        page.wait_for_load_state()


def works(token: str) -> bool:
    return Client().get("/api/v1/registries", headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.fixture
def token(team: Team, alice: User) -> MachineToken:
    """A token that was used two minutes ago."""
    ends_at = timezone.now() + timedelta(days=62)
    token, _ = MachineToken.objects.issue(team, "ci-runner", by=alice, ends_at=ends_at, connections=None)
    asker = Asker(team=team, name=token.name, token=token, address="10.4.2.17", program="berth/1")
    HandOut.objects.note(asker, HandOutResult.GIVEN, kind=HandOut.Kind.CREDENTIAL)
    row = HandOut.objects.latest("pk")
    HandOut.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(minutes=2))
    return token


# Shown once --------------------------------------------------------------------------------------------------------------


def test_b10_a_token_is_shown_once_and_neither_reload_nor_back_shows_it(
    either_page: Page, sign_in: SignIn, team: Team, lookout: Lookout
) -> None:
    page, diary = either_page, Diary(either_page)
    lookout.expect_status(422)
    Scene(team, team.memberships.all()[0].user).connected()
    sign_in(page)
    page.goto(TOKENS)
    page.get_by_role("link", name="New token").click()
    enter_the_password_again(page)
    fill_in(page, {"Name": "deploy-bot"})
    page.get_by_label("ghcr-northwind").check()
    page.get_by_role("button", name="Create token").click()

    expect(once(page)).to_contain_text("deploy-bot is ready")
    expect(once(page)).to_contain_text("It reads credentials of ghcr-northwind and ends on")
    text = shown(page)
    assert works(text)
    row = page.get_by_role("row").filter(has_text="deploy-bot")
    expect(row).to_contain_text("New")

    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("The name deploy-bot is taken.")
    diary.look("loaded again")
    page.goto(TOKENS)
    expect(row).to_contain_text("ghcr-northwind")
    diary.look("the list")
    go_back(page)
    assert text not in page.content()
    page.goto(NEW)
    diary.look("the form again")

    assert diary.holding(text, text.split("_")[2]) == []
    assert tables_holding(text.split("_")[2][:32]) == []
    assert team.machine_tokens.count() == 1


def test_back_from_another_page_right_after_it_was_shown_shows_nothing(
    either_page: Page, sign_in: SignIn, team: Team
) -> None:
    page = either_page
    sign_in(page)
    page.goto(NEW)
    enter_the_password_again(page)
    fill_in(page, {"Name": "deploy-bot"})
    page.get_by_role("button", name="Create token").click()
    text = shown(page)

    page.get_by_role("link", name="Machine tokens").click()
    expect(once(page)).to_have_count(0)
    go_back(page)

    assert text not in page.content()
    assert team.machine_tokens.count() == 1


def test_what_is_shown_once_is_taken_off_the_page_that_is_left(page: Page, sign_in: SignIn, team: Team) -> None:
    sign_in(page)
    page.goto(NEW)
    enter_the_password_again(page)
    fill_in(page, {"Name": "deploy-bot"})
    page.get_by_role("button", name="Create token").click()
    expect(once(page)).to_be_focused()

    # This is what a browser tells a page that it is about to keep for Back.
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")

    expect(once(page)).to_have_count(0)


def test_the_token_is_copied_as_it_stands(page: Page, sign_in: SignIn, team: Team) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page)
    page.goto(NEW)
    enter_the_password_again(page)
    fill_in(page, {"Name": "deploy-bot"})
    page.get_by_role("button", name="Create token").click()

    page.get_by_role("button", name="Copy token").click()

    expect(page.locator("#live")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == shown(page)


def test_a_form_that_stood_open_too_long_goes_on_after_the_password(either_page: Page, sign_in: SignIn, team: Team) -> None:
    page = either_page
    sign_in(page)
    page.goto(NEW)
    enter_the_password_again(page)
    fill_in(page, {"Name": "deploy-bot"})
    labelled(page, "Ends").select_option("30")
    page.context.clear_cookies(name="berth-session")
    sign_in(page)  # Another session, in which no password was entered yet.
    page.get_by_role("button", name="Create token").click()
    enter_the_password_again(page)

    expect(once(page)).to_contain_text("deploy-bot is ready")
    text = shown(page)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("New machine token")
    assert text not in page.content()
    assert works(text)
    assert team.machine_tokens.count() == 1


# The verbs ---------------------------------------------------------------------------------------------------------------


def test_a_token_is_rotated_revoked_and_removed(
    either_page: Page, javascript: bool, sign_in: SignIn, token: MachineToken, team: Team
) -> None:
    page = either_page
    sign_in(page)
    page.goto(TOKENS)
    row = page.get_by_role("row").filter(has_text="ci-runner")
    expect(row).to_contain_text("2 min ago")
    page.get_by_role("link", name="Rotate ci-runner").click()
    expect(page.get_by_role("heading", name="Rotate ci-runner?")).to_be_visible()
    page.get_by_role("button", name="Rotate token").click()
    enter_the_password_again(page)
    text = shown(page)
    expect(once(page)).to_contain_text("The one from before works until")
    digest = MachineToken.objects.get().digest

    page.reload()
    assert text not in page.content()
    assert MachineToken.objects.get().digest == digest
    page.goto(TOKENS)
    expect(row).to_contain_text("Nobody used it since.")
    assert works(text)

    page.get_by_role("link", name="Revoke ci-runner").click()
    asked = page.get_by_role("dialog", name="Revoke ci-runner?") if javascript else page.locator("main")
    expect(asked).to_contain_text("It stops working at once. It was last used")
    page.get_by_role("button", name="Revoke token").click()
    expect(page.get_by_role("status").filter(has_text="ci-runner is revoked.")).to_be_visible()
    expect(row).to_contain_text("Revoked")
    assert not works(text)

    page.reload()
    expect(row).to_contain_text("Still tried")
    page.get_by_role("link", name="Remove ci-runner").click()
    page.get_by_role("button", name="Remove token").click()
    expect(page.get_by_role("heading", name="No machine tokens yet")).to_be_visible()
    assert not team.machine_tokens.exists()


def test_a_rotation_that_was_posted_before_does_nothing_when_loaded_again(
    either_page: Page, sign_in: SignIn, token: MachineToken
) -> None:
    page = either_page
    sign_in(page)
    page.goto(NEW)
    enter_the_password_again(page)
    page.goto(f"{TOKENS}{token.public_id}/rotate/")
    page.get_by_role("button", name="Rotate token").click()
    text, digest = shown(page), MachineToken.objects.get().digest

    page.reload()

    expect(page).to_have_url(re.compile(f"{TOKENS}$"))
    expect(page.get_by_role("status").filter(has_text="ci-runner was rotated meanwhile")).to_be_visible()
    assert text not in page.content()
    assert MachineToken.objects.get().digest == digest


@pytest.mark.parametrize("leaves", ["Escape", "Keep it"])
def test_leaving_a_dialog_gives_the_focus_back(leaves: str, page: Page, sign_in: SignIn, token: MachineToken) -> None:
    sign_in(page)
    page.goto(TOKENS)
    opener, dialog = page.get_by_role("link", name="Revoke ci-runner"), page.get_by_role("dialog", name="Revoke ci-runner?")
    opener.click()
    expect(dialog.get_by_role("link", name="Keep it")).to_be_focused()

    if leaves == "Escape":
        page.keyboard.press("Escape")
    else:
        dialog.get_by_role("link", name="Keep it").click()

    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    assert MachineToken.objects.get().in_force


# The form ----------------------------------------------------------------------------------------------------------------


def test_what_is_not_asked_for_is_not_there(page: Page, sign_in: SignIn, web: Connection) -> None:
    sign_in(page)
    page.goto(NEW)
    enter_the_password_again(page)
    chosen, last_day = page.get_by_role("group", name="Of these registries"), labelled(page, "Last day")

    expect(chosen).to_be_visible()
    expect(last_day).to_be_hidden()
    page.get_by_label("All registries").check()
    labelled(page, "Ends").select_option("date")

    expect(chosen).to_be_hidden()
    expect(last_day).to_be_visible()


def test_a_fault_is_led_to(either_page: Page, sign_in: SignIn, web: Connection, lookout: Lookout) -> None:
    page = either_page
    lookout.expect_status(422)
    sign_in(page)
    page.goto(NEW)
    enter_the_password_again(page)
    fill_in(page, {"Name": "ci"})
    page.get_by_role("button", name="Create token").click()

    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Nothing is saved yet: one field needs a change")
    summary.get_by_role("link", name="Choose at least one registry.").click()
    expect(page.get_by_label("web")).to_be_focused()


def test_by_keyboard_alone_a_token_is_made_and_revoked(
    page: Page, sign_in: SignIn, web: Connection, team: Team, alice: User
) -> None:
    sign_in(page)
    page.goto(TOKENS)
    press = page.keyboard.press
    tab_to(page, page.locator("main").get_by_role("link", name="New token"))
    press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your password again")
    tab_to(page, labelled(page, "Password"))
    page.keyboard.type(PASSWORD)
    press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("New machine token")
    tab_to(page, labelled(page, "Name"))
    page.keyboard.type("deploy-bot")
    tab_to(page, page.get_by_label("Chosen registries"))
    tab_to(page, page.get_by_label("web"))
    press("Space")
    tab_to(page, labelled(page, "Ends"))
    page.keyboard.type("In 30")
    tab_to(page, page.get_by_role("button", name="Create token"))
    press("Enter")
    expect(once(page)).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Copy token"))
    row = team.machine_tokens.get()
    assert (list(row.connections.all()), row.ends_at.date()) == ([web], timezone.localdate() + timedelta(days=30))

    tab_to(page, page.get_by_role("link", name="Revoke deploy-bot"))
    press("Enter")
    expect(page.get_by_role("link", name="Keep it")).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Revoke token"))
    press("Enter")
    expect(page.get_by_role("status").filter(has_text="deploy-bot is revoked.")).to_be_visible()
    assert not team.machine_tokens.get().in_force


# As axe sees it ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def every_kind(team: Team, token: MachineToken, alice: User) -> None:
    """Make tokens of every kind: rotated, limited, ending, ended, revoked and still tried."""
    scene, now = Scene(team, alice), timezone.now()
    limited = [scene.connected(), scene.not_trusted()]
    token.rotate(by=alice, digest=token.digest)
    kinds = (("ending", 9, HandOut.Kind.CREDENTIAL), ("ended", -3, None), ("revoked", 30, HandOut.Kind.TOKEN))
    for name, days, kind in kinds:
        ends_at = now + timedelta(days=days)
        made, _ = MachineToken.objects.issue(team, name, by=alice, ends_at=ends_at, connections=limited)
        if name == "revoked":
            made.revoke(by=alice)
        if kind:
            asker = Asker(team=team, name=name, token=made, address="2001:db8::17", program="x" * 200)
            HandOut.objects.note(asker, HandOutResult.UNAUTHORIZED, kind=kind)


def test_nothing_is_wrong_with_the_pages_of_tokens(
    page: Page, sign_in: SignIn, every_kind: None, token: MachineToken
) -> None:
    sign_in(page)
    page.goto(NEW)
    enter_the_password_again(page)
    revoked = MachineToken.objects.get(name="revoked")
    paths = {
        "list": TOKENS, "new": NEW, "rotate": f"{TOKENS}{token.public_id}/rotate/",
        "revoke": f"{TOKENS}{token.public_id}/revoke/", "remove": f"{TOKENS}{revoked.public_id}/remove/",
    }  # fmt: skip

    assert faults_of(page, paths) == {}


def test_nothing_is_wrong_with_an_empty_list(page: Page, sign_in: SignIn) -> None:
    sign_in(page)

    assert faults_of(page, {"empty": TOKENS}) == {}


def test_nothing_is_wrong_with_a_token_that_is_shown_a_form_with_faults_or_a_dialog(
    page: Page, sign_in: SignIn, every_kind: None, lookout: Lookout
) -> None:
    lookout.expect_status(422)
    sign_in(page)
    page.goto(NEW)
    enter_the_password_again(page)
    labelled(page, "Ends").select_option("date")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert faults(page) == []

    fill_in(page, {"Name": "deploy-bot"})
    labelled(page, "Ends").select_option("30")
    page.get_by_label("All registries").check()
    page.get_by_role("button", name="Create token").click()
    expect(once(page)).to_be_focused()
    assert faults(page) == []

    page.get_by_role("link", name="Revoke ci-runner").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == []
