"""The second step in a browser: passkeys by Chromium's virtual authenticator, and codes with and without JavaScript."""

import re
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import CDPSession, Page, expect

from console.models import Team, User
from tests.browser.conftest import OpenPage
from tests.browser.lookout import Lookout
from tests.browser.person import LIST, labelled, sign_in_by_the_form
from tests.browser.test_accessibility import faults
from tests.second_step import code_of, give_code_app

INDEX = "/accounts/2fa/"


class Device:
    """A device that keeps passkeys, as Chromium plays it. It verifies its person unless told otherwise."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        self._id = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def passkeys(self) -> list[dict[str, Any]]:
        found = self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        return list(found["credentials"])

    def verifies(self, verified: bool) -> None:
        self._session.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": verified})


@pytest.fixture
def device(page: Page) -> Device:
    return Device(page)


@pytest.fixture
def alice_in(page: Page, alice: User, team: Team) -> Page:
    sign_in_by_the_form(page, alice)
    expect(page).to_have_url(re.compile(LIST))
    return page


def add_a_passkey(page: Page, name: str = "Laptop", *, alone: bool = True) -> None:
    page.goto(INDEX)
    page.get_by_role("link", name="Add a passkey").click()
    labelled(page, "Name").fill(name)
    page.get_by_role("checkbox", name="Sign in with it alone").set_checked(alone)
    page.get_by_role("button", name="Add passkey").click()


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


# Passkeys -----------------------------------------------------------------------------------------------------------------


def test_a_passkey_is_added_renamed_used_alone_and_removed(alice_in: Page, device: Device, alice: User) -> None:
    page = alice_in
    add_a_passkey(page)
    heading(page, "Recovery codes")
    assert [key["isResidentCredential"] for key in device.passkeys()] == [True]
    assert [key["rpId"] for key in device.passkeys()] == ["localhost"]

    page.get_by_role("link", name="Done").click()
    page.get_by_role("link", name="Rename Laptop").click()
    labelled(page, "Name").fill("Work laptop")
    page.get_by_role("button", name="Save name").click()
    expect(page.get_by_role("row").filter(has_text="Work laptop")).to_be_visible()

    sign_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile(LIST))

    page.goto(INDEX)
    page.get_by_role("link", name="Remove Work laptop").click()
    page.get_by_role("button", name="Remove passkey").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    assert not alice.authenticator_set.exists()


def test_a_passkey_is_the_second_step_after_the_password(alice_in: Page, device: Device, alice: User) -> None:
    page = alice_in
    add_a_passkey(page, alone=False)
    heading(page, "Recovery codes")
    sign_out(page)

    sign_in_by_the_form(page, alice)
    heading(page, "Use your passkey")
    page.get_by_role("button", name="Use your passkey").click()

    expect(page).to_have_url(re.compile(LIST))


def test_a_sign_in_by_passkey_leads_to_where_somebody_was_going(alice_in: Page, device: Device) -> None:
    page = alice_in
    add_a_passkey(page)
    heading(page, "Recovery codes")
    sign_out(page)

    page.goto("/teams/northwind/members/")
    heading(page, "Sign in")
    page.get_by_role("button", name="Use a passkey").click()

    heading(page, "Members")


def test_a_passkey_is_asked_again_before_what_matters(alice_in: Page, device: Device, alice: User) -> None:
    page = alice_in
    add_a_passkey(page)
    heading(page, "Recovery codes")
    forget_when_it_was(alice)

    page.goto("/teams/northwind/tokens/new/")
    heading(page, "Enter your password again")
    page.get_by_role("link", name="Use a passkey").click()
    heading(page, "Use your passkey again")
    page.get_by_role("button", name="Use a passkey").click()

    expect(page).to_have_url(re.compile("/teams/northwind/tokens/new/$"))


def forget_when_it_was(user: User) -> None:
    """Let every session of somebody be one whose sign-in was long ago."""
    for row in UserSession.objects.filter(user=user):
        store = SessionStore(row.session_key)
        for record in store["account_authentication_methods"]:
            record["at"] = 0
        store.save()


def test_a_key_that_did_not_ask_who_somebody_is_opens_nothing_by_itself(
    alice_in: Page, device: Device, alice: User, bob: User
) -> None:
    """
    Somebody finds alice's key, which asks for no PIN, and knows no password of hers. At the second step of a sign-in of
    their own, Berth asks for a passkey without a PIN; they put that question to hers, leave the sign-in, and take the
    answer to the door for passkeys alone.
    """
    page = alice_in
    add_a_passkey(page, alone=False)
    heading(page, "Recovery codes")
    give_passkey_of(alice, bob)
    device.verifies(False)
    sign_out(page)
    sign_in_by_the_form(page, bob)
    heading(page, "Use your passkey")

    handle = alice.pk.hex
    page.evaluate(
        """async ([door, handle]) => {
          const form = document.querySelector("form[data-passkey]");
          form.action = door;
          const original = navigator.credentials.get.bind(navigator.credentials);
          navigator.credentials.get = async ({publicKey}) =>
            original({publicKey: {...publicKey, userVerification: "discouraged"}});
          const submit = form.submit.bind(form);
          form.submit = async () => {
            await fetch("/accounts/logout/", {method: "POST", body: new FormData(form)});
            const answer = JSON.parse(form.elements.credential.value);
            answer.response.userHandle = btoa(handle).replace(/=+$/, "");
            form.elements.credential.value = JSON.stringify(answer);
            submit();
          };
        }""",
        ["/accounts/2fa/webauthn/login/", handle],
    )
    page.get_by_role("button", name="Use your passkey").click()

    expect(page.locator(".notice[role=alert]")).to_contain_text("did not ask who you are")
    page.goto(LIST)
    heading(page, "Sign in")


def give_passkey_of(holder: User, other: User) -> None:
    """Let another person's account know the same key, as if it had been added there too."""
    passkey = holder.authenticator_set.get(type="webauthn")
    other.authenticator_set.create(type="webauthn", data=passkey.data)


def test_a_device_that_holds_a_passkey_already_says_so(alice_in: Page, device: Device) -> None:
    page = alice_in
    add_a_passkey(page)
    heading(page, "Recovery codes")

    add_a_passkey(page, "Again")

    expect(page.get_by_role("alert")).to_have_text("This device holds a passkey of this account already.")
    heading(page, "Add a passkey")


def test_a_passkey_that_nobody_here_has_is_refused_with_a_sentence(alice_in: Page, device: Device, alice: User) -> None:
    page = alice_in
    add_a_passkey(page)
    heading(page, "Recovery codes")
    alice.authenticator_set.all().delete()
    sign_out(page)

    page.get_by_role("button", name="Use a passkey").click()

    expect(page.locator(".notice[role=alert]")).to_contain_text("That passkey is not one of this account")
    heading(page, "Sign in")


def test_without_passkeys_in_the_browser_the_pages_offer_none(
    page_without_javascript: Page, alice: User, team: Team
) -> None:
    page = page_without_javascript
    page.goto("/accounts/login/")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()

    sign_in_by_the_form(page, alice)
    page.goto(f"{INDEX}webauthn/add/")

    expect(page.get_by_text("A passkey needs JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Add passkey")).to_be_hidden()


# Codes --------------------------------------------------------------------------------------------------------------------


def test_a_code_app_is_set_up_and_signs_in(either_page: Page, alice: User, team: Team) -> None:
    page = either_page
    sign_in_by_the_form(page, alice)
    expect(page).to_have_url(re.compile(LIST))
    page.goto(INDEX)
    page.get_by_role("link", name="Set up a code app").click()
    expect(page.get_by_role("img", name="QR code for the app")).to_be_visible()
    seed = page.locator("#secret").inner_text().replace(" ", "")

    labelled(page, "Code").fill(code_of(seed, periods_later=-1))
    page.get_by_role("button", name="Set up").click()
    heading(page, "Recovery codes")
    expect(page.locator("#codes li")).to_have_count(10)
    code = page.locator("#codes li").nth(4).inner_text()

    sign_out(page)
    sign_in_by_the_form(page, alice)
    heading(page, "Enter your code")
    labelled(page, "Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("That code is not right or was used. Try the next one.")).to_be_visible()
    labelled(page, "Code").fill(code_of(seed))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(LIST))

    sign_out(page)
    sign_in_by_the_form(page, alice)
    page.get_by_role("link", name="Use a recovery code").click()
    heading(page, "Enter a recovery code")
    labelled(page, "Recovery code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(LIST))


def test_a_browser_is_known_by_the_box_and_not_you_leads_back(either_page: Page, alice: User, team: Team) -> None:
    page = either_page
    give_code_app(alice)
    sign_in_by_the_form(page, alice)
    page.get_by_role("button", name="Not you?").click()
    heading(page, "Sign in")

    sign_in_by_the_form(page, alice)
    labelled(page, "Code").fill(code_of())
    page.get_by_role("checkbox", name="Do not ask on this device for 30 days").check()
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(LIST))
    sign_out(page)
    sign_in_by_the_form(page, alice)

    expect(page).to_have_url(re.compile(LIST))


# A team that asks ---------------------------------------------------------------------------------------------------------


def test_an_owner_asks_and_a_member_is_led_through(
    open_page: OpenPage, javascript: bool, alice: User, vera: User, team: Team
) -> None:
    page = open_page(javascript)
    give_code_app(alice)
    sign_in_by_the_form(page, alice)
    labelled(page, "Code").fill(code_of())
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(LIST))
    page.goto("/teams/northwind/")
    expect(page.get_by_text("2 of 3 members have none yet.")).to_be_visible()
    page.get_by_role("button", name="Ask everybody for a second step").click()
    expect(page.get_by_text("Everybody in the team needs a second step now.")).to_be_visible()
    sign_out(page)

    sign_in_by_the_form(page, vera)
    heading(page, "Set up a second step")
    page.get_by_role("link", name="Set up a code app").click()
    seed = page.locator("#secret").inner_text().replace(" ", "")
    labelled(page, "Code").fill(code_of(seed))
    page.get_by_role("button", name="Set up").click()
    heading(page, "Recovery codes")
    page.get_by_role("link", name="Go on to where you were going").click()

    expect(page).to_have_url(re.compile(LIST))


def test_a_page_that_was_open_leads_to_the_set_up_when_htmx_asks(
    page: Page, alice: User, bob: User, team: Team, lookout: Lookout
) -> None:
    lookout.expect_status(403)
    sign_in_by_the_form(page, bob)
    page.goto("/teams/northwind/members/")
    heading(page, "Members")
    give_code_app(alice)
    team.ask_for_second_step(True, by=alice)

    page.get_by_role("button", name="More for Vera Voss").click()
    page.get_by_role("link", name="Change role").click()

    heading(page, "Set up a second step")


# How it looks -------------------------------------------------------------------------------------------------------------


def test_nothing_is_wrong_with_the_pages_of_a_second_step(
    alice_in: Page, alice: User, vera: User, bob: User, team: Team, device: Device
) -> None:
    page, found = alice_in, {}

    def look(path: str, words: str) -> None:
        page.goto(path)
        heading(page, words)
        if wrong := faults(page):
            found[path] = wrong

    look(INDEX, "Your account")
    look(f"{INDEX}webauthn/add/", "Add a passkey")
    look(f"{INDEX}totp/activate/", "Set up a code app")
    look("/teams/northwind/", "Team settings")
    add_a_passkey(page)
    heading(page, "Recovery codes")
    give_code_app(alice)
    passkey = give_passkey_named(alice, "A key with a name that is as long as names of keys may be, 60")
    look(INDEX, "Your account")
    look(f"{INDEX}recovery-codes/", "Recovery codes")
    look(f"{INDEX}recovery-codes/generate/", "Make new recovery codes?")
    look(f"{INDEX}totp/deactivate/", "Remove the code app?")
    look(f"{INDEX}webauthn/keys/{passkey}/edit/", "Rename the passkey")
    look(f"{INDEX}webauthn/keys/{passkey}/remove/", "Remove A key with a name that is as long as names of keys may be, 60?")
    look(f"{INDEX}reauthenticate/", "Enter a code")
    look(f"{INDEX}webauthn/reauthenticate/", "Use your passkey again")
    look("/teams/northwind/members/", "Members")
    team.ask_for_second_step(True, by=alice)
    look("/teams/northwind/", "Team settings")
    sign_out(page)
    sign_in_by_the_form(page, alice)
    look(f"{INDEX}authenticate/", "Enter your code")
    look(f"{INDEX}authenticate/?recovery", "Enter a recovery code")
    page.context.clear_cookies()
    sign_in_by_the_form(page, vera)
    look(f"{INDEX}needed/", "Set up a second step")

    assert found == {}


def give_passkey_named(user: User, name: str) -> int:
    made = user.authenticator_set.get(type="webauthn")
    made.pk, made.data = None, {**made.data, "name": name}
    made.save()
    return int(made.pk)
