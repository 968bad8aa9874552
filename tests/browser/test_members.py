"""The people of a team in a browser: invited, let in, given a role, removed; with JavaScript and without."""

import re

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from console.models import Invitation, Role, Team, User
from tests.browser.conftest import SignIn
from tests.browser.lookout import Lookout
from tests.browser.person import fill_in, labelled, tab_to
from tests.browser.test_accessibility import faults, faults_of
from tests.conftest import PASSWORD

MEMBERS = "/teams/northwind/members/"
LINK = re.compile(r"/invitations/[\w-]{43}/")


def enter_the_password_again(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your password again")
    fill_in(page, {"Password": PASSWORD})
    page.get_by_role("button", name="Continue").click()


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()


def test_somebody_is_invited_and_comes_in(either_page: Page, sign_in: SignIn, team: Team, lookout: Lookout) -> None:
    lookout.expect_status(404)
    page = either_page
    sign_in(page)
    page.goto(MEMBERS)
    fill_in(page, {"Invite by email": "nina@northwind.example"})
    labelled(page, "Role").select_option("admin")
    page.get_by_role("button", name="Send invitation").click()
    enter_the_password_again(page)
    said(page, "Invited nina@northwind.example.")
    [message] = mail.outbox
    link = LINK.search(str(message.body))
    assert link

    page.context.clear_cookies()
    page.goto(link[0])
    fill_in(page, {"Your name": "Nina New", "Password": "a long enough phrase"})
    page.get_by_role("button", name="Create account and join").click()

    said(page, "You are in Northwind now.")
    assert team.memberships.get(user__email="nina@northwind.example").role == Role.ADMIN
    page.goto(MEMBERS)
    row = page.get_by_role("row").filter(has_text="Nina New")
    expect(row).to_contain_text("You")
    page.goto(link[0])
    expect(page.get_by_role("heading", level=1)).to_have_text("This invitation has ended")


def test_a_role_is_given_by_keyboard_in_the_dialog(page: Page, sign_in: SignIn, team: Team, vera: User) -> None:
    sign_in(page)
    page.goto(MEMBERS)
    tab_to(page, page.get_by_role("button", name="More for Vera Voss"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Change role"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("The role of Vera Voss")
    dialog.get_by_role("radio", name="Admin").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    enter_the_password_again(page)

    said(page, "Vera Voss is an admin now.")
    assert team.memberships.get(user=vera).role == Role.ADMIN


def test_somebody_is_removed(either_page: Page, sign_in: SignIn, team: Team, vera: User) -> None:
    page = either_page
    sign_in(page)
    page.goto(MEMBERS)
    page.get_by_role("button", name="More for Vera Voss").click()
    page.get_by_role("link", name="Remove…").click()
    page.get_by_role("button", name="Remove from the team").click()
    enter_the_password_again(page)

    said(page, "Vera Voss is not in the team any more.")
    assert not team.memberships.filter(user=vera).exists()


def test_nothing_is_wrong_with_the_pages_of_members(
    page: Page, sign_in: SignIn, team: Team, alice: User, vera: User, lookout: Lookout
) -> None:
    lookout.expect_status(404)
    lookout.expect_status(422)
    Invitation.objects.invite(team, ["a-very-long-address-of-somebody-new@northwind.example"], Role.ADMIN, by=alice)
    [(_, secret)] = Invitation.objects.invite(team, ["nina@northwind.example"], Role.ADMIN, by=alice)
    assert faults_of(page, {"join": f"/invitations/{secret}/", "gone": "/invitations/guess/"}) == {}

    sign_in(page)
    paths = {"list": MEMBERS, "another's": f"/invitations/{secret}/"}
    paths |= {"settings": "/teams/northwind/", "delete": "/teams/northwind/delete/"}
    paths |= {verb: f"{MEMBERS}{vera.pk}/{verb}/" for verb in ("role", "remove", "hand-over")}
    assert faults_of(page, paths) == {}

    page.goto(MEMBERS)
    fill_in(page, {"Invite by email": "nonsense"})
    page.get_by_role("button", name="Send invitation").click()
    enter_the_password_again(page)
    expect(page.get_by_text("is not an email address.")).to_be_visible()
    assert faults(page) == []


def test_nothing_is_wrong_with_links_that_are_shown_or_a_dialog(
    page: Page, sign_in: SignIn, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.invitations.sent", lambda *args: False)
    sign_in(page)
    page.goto(MEMBERS)
    fill_in(page, {"Invite by email": "nina@northwind.example, otto@northwind.example"})
    page.get_by_role("button", name="Send invitation").click()
    enter_the_password_again(page)
    expect(page.get_by_role("button", name=re.compile("Copy link"))).to_have_count(2)
    assert faults(page) == []

    page.goto(MEMBERS)
    page.get_by_role("button", name="More for Vera Voss").click()
    page.get_by_role("link", name="Remove…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == []
