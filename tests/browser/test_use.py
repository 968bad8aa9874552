"""The card “Use it”, and the credential that is shown once, in a real browser with JavaScript and without."""

import json
import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.utils import timezone
from playwright.sync_api import Error, Page, expect

from console.models import Team, User
from registries.machine import berth
from registries.models import Asker, Connection, HandOut, HandOutResult, MachineToken
from registries.models.kept_query import KeptRow
from tests.browser.conftest import SignIn
from tests.browser.diary import Diary, tables_holding
from tests.browser.lookout import Lookout
from tests.browser.person import LIST, RIGHT, tab_to
from tests.browser.scene import Scene
from tests.browser.test_accessibility import faults, faults_of
from tests.conftest import PASSWORD
from tests.registries.flavor_table import GCP, KEY, made

TABS = {
    "Docker login": "berth credential --registry web",
    "Kubernetes": "kind: CredentialProviderConfig",
    "Credential helper": '"credHelpers"',
    "Podman": "--format containers",
    "Workflow": "containerRegistry: web",
}


@pytest.fixture
def at_web(either_page: Page, sign_in: SignIn, web: Connection) -> Page:
    """The page of a connection that nobody tested, with alice signed in."""
    sign_in(either_page)
    either_page.goto(f"{LIST}web/")
    return either_page


def enter_the_password(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your password again")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def show_the_credential(page: Page) -> None:
    page.get_by_role("button", name="Show the credential…").click()
    enter_the_password(page)
    expect(page.locator("#once-password")).to_be_visible()


# Use it ------------------------------------------------------------------------------------------------------------------


def test_each_tab_opens_by_its_link_and_has_an_address(at_web: Page, javascript: bool) -> None:
    page, card = at_web, at_web.locator("#use")
    page.evaluate("window.stays = true")
    for words, inside in TABS.items():
        tab = card.get_by_role("link", name=words, exact=True)
        tab.click()

        expect(tab).to_have_attribute("aria-current", "true")
        expect(card.locator("pre", has_text=inside)).to_have_count(1)
        expect(page).to_have_url(re.compile(r"web/\?use=\w+" + ("$" if javascript else "#use$")))
        if javascript:
            expect(tab).to_be_focused()
    assert page.evaluate("window.stays === true") == javascript


def test_back_goes_through_the_tabs(at_web: Page) -> None:
    card = at_web.locator("#use")
    for words in ("Kubernetes", "Podman"):
        card.get_by_role("link", name=words, exact=True).click()
        expect(card.get_by_role("link", name=words, exact=True)).to_have_attribute("aria-current", "true")

    at_web.go_back()

    expect(card.get_by_role("link", name="Kubernetes", exact=True)).to_have_attribute("aria-current", "true")
    expect(card).to_contain_text("CredentialProviderConfig")


def test_a_snippet_is_copied_and_downloaded_as_it_stands(page: Page, sign_in: SignIn, web: Connection) -> None:
    sign_in(page)
    page.goto(f"{LIST}web/?use=helper")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Copy ~/.docker/config.json").click()
    expect(page.locator("#live")).to_have_text("Copied.")
    with page.expect_download() as saving:
        page.get_by_role("link", name="Download config.json").click()

    copied = page.evaluate("navigator.clipboard.readText()")
    assert json.loads(copied) == {"credHelpers": {web.host: "berth"}}
    assert saving.value.suggested_filename == "config.json"
    assert Path(saving.value.path()).read_text(encoding="utf-8") == copied


def test_the_client_is_downloaded_from_the_page(at_web: Page) -> None:
    at_web.goto(f"{LIST}web/?use=helper")

    with at_web.expect_download() as saving:
        at_web.get_by_role("link", name="machine client").click()

    assert saving.value.suggested_filename == "berth.py"
    assert Path(saving.value.path()).read_bytes() == Path(berth.__file__).read_bytes()


def test_the_tabs_are_reached_by_the_keyboard(page: Page, sign_in: SignIn, web: Connection) -> None:
    sign_in(page)
    page.goto(f"{LIST}web/")
    tab_to(page, page.locator("#use-kubernetes"))

    page.keyboard.press("Enter")

    expect(page.locator("#use")).to_contain_text("CredentialProviderConfig")
    expect(page.locator("#use-kubernetes")).to_be_focused()


# The credential ----------------------------------------------------------------------------------------------------------


def test_the_credential_is_shown_once_after_the_password(at_web: Page, javascript: bool, web: Connection) -> None:
    page, diary = at_web, Diary(at_web)
    show_the_credential(page)

    expect(page.locator("#once-server")).to_have_text(web.host)
    expect(page.locator("#once-username")).to_have_text("puller")
    expect(page.locator("#once-password")).to_have_text(RIGHT)
    if javascript:
        expect(page.locator("#credential")).to_be_focused()
    assert tables_holding(RIGHT) == []

    page.get_by_role("link", name="Back to web").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("web")
    diary.look("the page it leads back to")
    go_back(page)
    assert RIGHT not in page.content()
    page.goto(f"{LIST}web/reveal/")
    expect(page).to_have_url(re.compile(f"{LIST}web/$"))
    diary.look("its address, typed")

    assert diary.holding(RIGHT) == []
    assert len(diary.holding(web.host)) >= 2, "A diary that holds nothing proves nothing."
    assert HandOut.objects.get().kind == HandOut.Kind.REVEAL


def go_back(page: Page) -> None:
    # The browser kept nothing: it asks the person whether to send the form again, which its driver takes for a failure.
    with suppress(Error):
        page.go_back()
    page.wait_for_load_state()
    expect(page.locator("#once-password")).to_have_count(0)


def test_a_reload_shows_nothing(at_web: Page) -> None:
    page = at_web
    show_the_credential(page)

    page.reload()

    expect(page).to_have_url(re.compile(f"{LIST}web/$"))
    expect(page.get_by_role("button", name="Show the credential…")).to_be_visible()
    assert RIGHT not in page.content()
    assert HandOut.objects.count() == 1


def test_a_page_that_the_browser_keeps_as_it_was_left_holds_nothing(page: Page, sign_in: SignIn, web: Connection) -> None:
    sign_in(page)
    page.goto(f"{LIST}web/")
    show_the_credential(page)

    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")

    assert RIGHT not in page.content()


def test_where_the_password_was_entered_a_moment_ago_it_is_shown_at_once_and_once(at_web: Page) -> None:
    page = at_web
    show_the_credential(page)
    page.goto(f"{LIST}web/")
    page.get_by_role("button", name="Show the credential…").click()
    expect(page.locator("#once-password")).to_have_text(RIGHT)

    page.reload()

    expect(page.get_by_role("status").filter(has_text="a credential is shown once")).to_be_visible()
    assert RIGHT not in page.content()
    assert HandOut.objects.count() == 2


def test_a_wrong_password_shows_nothing_and_the_right_one_still_does(at_web: Page) -> None:
    page = at_web
    page.get_by_role("button", name="Show the credential…").click()
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("The password is not right.").first).to_be_visible()
    assert RIGHT not in page.content()

    enter_the_password(page)

    expect(page.locator("#once-password")).to_have_text(RIGHT)


def test_a_key_file_is_copied_as_it_is(page: Page, sign_in: SignIn, team: Team, alice: User) -> None:
    team.connections.connect("gar", made("gcp", GCP), by=alice)
    sign_in(page)
    page.goto(f"{LIST}gar/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    show_the_credential(page)

    page.get_by_role("button", name="Copy the password").click()
    expect(page.locator("#live")).to_have_text("Copied.")

    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == team.connections.get(name="gar").secrets()["key"].reveal()
    assert json.loads(copied) == json.loads(KEY)


def test_what_is_paused_meanwhile_is_not_shown_and_the_page_says_so(at_web: Page, web: Connection, alice: User) -> None:
    web.pause(True, by=alice)

    at_web.get_by_role("button", name="Show the credential…").click()
    enter_the_password(at_web)

    expect(at_web.get_by_role("status").filter(has_text="web is paused, so its login is not handed out.")).to_be_visible()
    expect(at_web.get_by_role("button", name="Show the credential…")).to_have_count(0)


# For everybody -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def used(team: Team, alice: User) -> Scene:
    """Registries in every state, two of them at one host, fetched by machines, with a token that is limited to one."""
    scene = Scene(team, alice)
    scene.every_state()
    github = team.connections.get(name="ghcr-northwind")
    scene.connect("github", "ghcr-research", {"namespace": "northwind-research", "username": "octo", "password": "ghp_x"})
    ends_at = timezone.now() + timedelta(days=30)
    token, _ = MachineToken.objects.issue(team, "cluster", by=alice, ends_at=ends_at, connections=[github])
    asker = Asker(team=team, name="cluster", token=token)
    images = [f"ghcr.io/northwind-labs/a-service-with-a-long-name-{number}:1" for number in range(12)]
    for asked in ["", "ghcr.io", *images]:
        about = {"connection_id": github.pk, "registry": github.name}
        HandOut.objects.note(asker, HandOutResult.GIVEN, kind=HandOut.Kind.CREDENTIAL, asked=asked, **about)
    return scene


def test_nothing_is_wrong_with_the_tabs_and_the_list(page: Page, sign_in: SignIn, used: Scene) -> None:
    sign_in(page)
    one = f"{LIST}ghcr-northwind/"

    assert faults_of(page, {tab: f"{one}?use={tab}" for tab in ("docker", "kubernetes", "helper", "podman")}) == {}
    assert faults_of(page, {"list": LIST, "delete": f"{one}delete/", "mints": f"{LIST}acr-vision/?use=docker"}) == {}


def test_nothing_is_wrong_with_the_credential(page: Page, sign_in: SignIn, used: Scene) -> None:
    used.connect("gcp", "gar", GCP)
    sign_in(page)
    page.goto(f"{LIST}gar/")
    show_the_credential(page)

    assert faults(page) == []


def test_nothing_is_wrong_with_the_client_being_explained(page: Page, sign_in: SignIn, used: Scene) -> None:
    sign_in(page)
    page.goto(f"{LIST}ghcr-northwind/?use=docker")
    page.locator("#use summary").click()
    expect(page.get_by_role("region", name="Install the client")).to_be_visible()

    assert faults(page) == []


def test_nothing_is_wrong_with_the_page_about_the_api(page: Page, team: Team) -> None:
    assert faults_of(page, {"visitor": "/api/v1/docs"}) == {}

    page.locator("summary").first.click()
    expect(page.locator("details[open]")).to_contain_text("ledger_unavailable")
    assert faults(page) == []


def test_nothing_is_wrong_where_the_ledger_cannot_be_written(
    page: Page, sign_in: SignIn, web: Connection, monkeypatch: pytest.MonkeyPatch, lookout: Lookout
) -> None:
    def fail(*args: object, **columns: object) -> None:
        raise DatabaseError("disk full")

    lookout.expect_status(503)
    monkeypatch.setattr(KeptRow, "add", fail)
    sign_in(page)
    page.goto(f"{LIST}web/")
    page.get_by_role("button", name="Show the credential…").click()
    enter_the_password(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("The credential is not shown")

    assert faults(page) == []
    assert RIGHT not in page.content()
