"""Every page as axe sees it, in light and dark, wide and narrow. No page scrolls sideways on a telephone."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import reverse
from playwright.sync_api import Page, expect

from console import first_run
from console.models import Team, User
from registries.flavors import FLAVORS
from tests.browser.conftest import SignIn
from tests.browser.lookout import Lookout
from tests.browser.person import LIST, fill_in, labelled, sign_in_by_the_form
from tests.browser.scene import Scene, being_tested

ALL_RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
# Dark differs from light in colours and in nothing else.
RULES_OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
SETTLED = """() => Promise.allSettled(
  document.getAnimations().filter(one => Number.isFinite(one.effect.getComputedTiming().endTime)).map(one => one.finished)
).then(() => true)"""
ON_TOP = """() => [...document.querySelectorAll(":popover-open :is(a, button)")].every(item => {
  const box = item.getBoundingClientRect();
  return item.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
})"""
ALONE = """one => {
  for (; one.parentElement; one = one.parentElement) {
    for (const other of one.parentElement.children) if (other !== one) other.style.visibility = "hidden";
  }
}"""
RUN = "async ([part, rules]) => (await axe.run(part, { runOnly: rules, resultTypes: ['violations'] })).violations"
SCHEMES: Mapping[Literal["light", "dark"], object] = {"light": ALL_RULES, "dark": RULES_OF_COLOUR}
WIDE, NARROW = 1280, 390

# Pages by group, because making the scene anew for each page takes longer than looking at it.
VISITORS = {
    "sign-in": "/accounts/login/",
    "a password forgotten": "/accounts/password/reset/",
    "a mail on its way": "/accounts/password/reset/done/",
    "a link to a new password that has ended": "/accounts/password/reset/key/abc-ended/",
    "a link to confirm an address that has ended": "/accounts/confirm-email/ended/",
}
LISTS = {
    "all": LIST,
    "one filter": f"{LIST}?show=attention",
    "no match": f"{LIST}?q=xyz",
    "chooser": f"{LIST}add/",
    "import": f"{LIST}import/",
    "teams": "/teams/",
    "activity": "/teams/northwind/activity/",
    "no activity": "/teams/northwind/activity/?q=xyz",
}
FORMS = {slug: f"{LIST}add/{slug}/" for slug in FLAVORS}
# Every kind of field is in one of these. The forms of the other flavors are looked at in one theme and width.
TELLING_FORMS = {slug: FORMS[slug] for slug in ("digitalocean", "dockerhub", "gcp", "github", "azure", "aws", "other")}
CONNECTIONS = {
    "connected": f"{LIST}ghcr-northwind/",
    "failed": f"{LIST}acr-vision/",
    "not trusted": f"{LIST}harbor-onprem/",
    "paused": f"{LIST}old-hub/",
    "locked": f"{LIST}sealed-elsewhere/",
    "not checked yet": f"{LIST}lab-registry/",
    "edit": f"{LIST}acr-vision/edit/",
    "delete": f"{LIST}acr-vision/delete/",
}
ACCOUNT = {
    "email": "/accounts/email/",
    "password": "/accounts/password/change/",
    "second step": "/accounts/2fa/",
    "sessions": "/accounts/sessions/",
    "sign-out": "/accounts/logout/",
    "the password asked again": "/accounts/reauthenticate/",
}

TEAM = {
    "settings": "/teams/northwind/",
    "members": "/teams/northwind/members/",
    "tokens": "/teams/northwind/tokens/",
    "spec checker": "/teams/northwind/spec-checker/",
}


@pytest.fixture
def scene(team: Team, alice: User) -> Scene:
    return Scene(team, alice)


@pytest.fixture
def northwind(scene: Scene, page: Page, sign_in: SignIn) -> Scene:
    """Northwind with a connection in every state, and alice signed in."""
    scene.every_state()
    sign_in(page)
    return scene


def faults(page: Page, part: str = "html") -> list[str]:
    """Return what is wrong with a part of the page as it stands, in each theme and width: a sentence for each fault."""
    page.evaluate(AXE_SCRIPT)
    return [fault for width in (WIDE, NARROW) for scheme in SCHEMES for fault in faults_at(page, width, scheme, part)]


def faults_at(page: Page, width: int, scheme: Literal["light", "dark"], part: str = "html") -> Iterator[str]:
    """Yield what is wrong in one theme and width. Axe has to be in the page already."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.evaluate(SETTLED)  # What still grows is smaller than it will be.
    if page.evaluate("document.documentElement.scrollWidth") > width:
        yield f"{width} px, {scheme}: the page scrolls sideways"
    for violation in page.evaluate(RUN, [part, SCHEMES[scheme]]):
        places = ", ".join(str(node["target"]) for node in violation["nodes"])
        yield f"{width} px, {scheme}: {violation['id']}, {violation['help']}: {places}"


def faults_of(page: Page, paths: Mapping[str, str]) -> Mapping[str, list[str]]:
    """Return what is wrong, by the name of the page; pages without a fault are left out."""
    found = {}
    for name, path in paths.items():
        page.goto(path)
        assert page.url.endswith(path), "Another page than the one that is meant."
        if wrong := faults(page):
            found[name] = wrong
    return found


def test_a_page_with_faults_is_found_out(page: Page) -> None:
    page.goto("/accounts/login/")
    page.evaluate("""() => {
      const wide = document.createElement("p");
      wide.style.cssText = "inline-size: 1200px; color: #777; background: #888";
      wide.textContent = "Hard to read, and wide";
      document.querySelector("main").append(wide);
    }""")

    found = faults(page)

    wide = [fault.partition(": ")[0] for fault in found if "sideways" in fault]
    assert wide == ["390 px, light", "390 px, dark"]
    places = [fault.partition(": ")[0] for fault in found if "color-contrast" in fault]
    assert places == ["1280 px, light", "1280 px, dark", "390 px, light", "390 px, dark"]


def test_nothing_is_wrong_with_the_pages_for_visitors(page: Page, alice: User) -> None:
    assert faults_of(page, VISITORS) == {}


@pytest.mark.parametrize("paths", [LISTS, TELLING_FORMS, CONNECTIONS], ids=["lists", "forms", "connections"])
def test_nothing_is_wrong_with_the_pages_of_a_team(paths: Mapping[str, str], page: Page, northwind: Scene) -> None:
    assert faults_of(page, paths) == {}


def test_nothing_is_wrong_with_the_form_of_any_flavor(page: Page, sign_in: SignIn) -> None:
    sign_in(page)
    found = []
    for path in (path for slug, path in FORMS.items() if slug not in TELLING_FORMS):
        page.goto(path)
        page.evaluate(AXE_SCRIPT)
        found += [(path, fault) for fault in faults_at(page, NARROW, "light")]

    assert found == []


def test_no_page_scrolls_sideways_in_a_language_of_long_words(page: Page, northwind: Scene) -> None:
    page.goto(LIST)
    page.get_by_role("button", name="Deutsch").click()
    page.set_viewport_size({"width": NARROW, "height": 900})
    wide = []
    for path in (*LISTS.values(), *TELLING_FORMS.values(), *CONNECTIONS.values(), *ACCOUNT.values(), *TEAM.values()):
        page.goto(path)
        assert page.evaluate("document.documentElement.lang") == "de"
        if page.evaluate("document.documentElement.scrollWidth") > NARROW:
            wide.append(path)

    assert wide == []


def test_nothing_is_wrong_with_the_pages_of_an_account(page: Page, alice: User, team: Team) -> None:
    sign_in_by_the_form(page, alice)

    assert faults_of(page, ACCOUNT) == {}


def test_nothing_is_wrong_with_the_set_up(page: Page, lookout: Lookout) -> None:
    lookout.expect_status(422)
    link = reverse("setup", args=[first_run.token()])
    assert faults_of(page, {"set up first": "/", "set-up": link}) == {}

    page.get_by_role("button", name="Create account and team").click()
    expect(page).to_have_title(re.compile("^Error: "))
    assert faults(page) == []


def test_nothing_is_wrong_with_an_empty_list_or_a_page_that_is_not_there(
    page: Page, sign_in: SignIn, lookout: Lookout
) -> None:
    lookout.expect_status(404)
    sign_in(page)

    assert faults_of(page, {"empty": LIST, "no connection": f"{LIST}no-such-name/", "nothing": "/nothing/here/"}) == {}


def test_nothing_is_wrong_with_a_wrong_password(page: Page, alice: User) -> None:
    sign_in_by_the_form(page, alice, "wrong")
    expect(page.get_by_role("alert")).to_be_visible()

    assert faults(page) == []


def test_nothing_is_wrong_with_forms_with_faults(page: Page, sign_in: SignIn, lookout: Lookout) -> None:
    lookout.expect_status(422)
    sign_in(page)
    for slug in ("gcp", "azure"):
        page.goto(f"{LIST}add/{slug}/")
        page.get_by_role("button", name="Save registry").click()
        expect(page.get_by_role("alert")).to_be_focused()

        assert faults(page) == []


def test_nothing_is_wrong_with_what_is_found_of_an_image(page: Page, sign_in: SignIn) -> None:
    sign_in(page)
    page.goto(f"{LIST}add/")
    for image, answer in {
        "us-west1-docker.pkg.dev/northwind-ml/training/ranker:2.4": "Google Artifact Registry",
        "registry.example.com:5000/team/app:1": "open that form instead",
        "ubuntu:22.04": "An official image",
        "not an image": "This is not an image reference.",
    }.items():
        page.get_by_role("textbox", name="Image").fill(image)
        page.keyboard.press("Enter")
        expect(page.locator("#found")).to_contain_text(answer)

        assert faults(page) == []


def test_nothing_is_wrong_with_forms_that_are_filled(page: Page, sign_in: SignIn) -> None:
    sign_in(page)
    paths = {slug: f"{FORMS[slug]}?image={FLAVORS[slug].example}" for slug in ("gcp", "aws", "other")}

    assert faults_of(page, paths) == {}


def test_nothing_is_wrong_with_a_form_that_keeps_its_secret(page: Page, sign_in: SignIn, lookout: Lookout) -> None:
    lookout.expect_status(422)
    sign_in(page)
    page.goto(FORMS["github"])
    fill_in(page, {"Personal access token": f'"dckr_pat_{"x" * 27}"'})
    page.get_by_role("button", name="Save registry").click()
    expect(page.locator("#id_password_kept")).to_contain_text("Kept for this form")

    assert faults(page) == []


def test_nothing_is_wrong_with_an_import(page: Page, sign_in: SignIn, lookout: Lookout) -> None:
    lookout.expect_status(422)
    sign_in(page)
    page.goto(f"{LIST}import/")
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert faults(page) == []

    lines = (
        f"{program} login {host} -u u -p x"
        for program, host in (("docker", "ghcr.io"), ("podman", "quay.io/acme"), ("docker", "registry.example.com:5000"))
    )
    labelled(page, "File").fill("\n".join([*lines, "docker login nvcr.io"]))
    page.get_by_role("button", name="Read the file").click()
    expect(page.locator("#drafts tbody tr")).to_have_count(4)

    assert faults(page) == []


def test_nothing_is_wrong_with_two_edits_at_once(page: Page, northwind: Scene, lookout: Lookout) -> None:
    lookout.expect_status(409)
    page.goto(f"{LIST}old-hub/edit/")
    northwind.team.connections.get(name="old-hub").pause(False, by=northwind.by)
    fill_in(page, {"Description": "Typed meanwhile"})
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("alert")).to_be_focused()

    assert faults(page) == []


def test_nothing_is_wrong_with_the_dialog_of_a_deletion(page: Page, northwind: Scene) -> None:
    page.goto(f"{LIST}acr-vision/")
    page.get_by_role("link", name="Delete…").click()
    expect(page.get_by_role("dialog")).to_be_visible()

    assert faults(page) == []


def test_nothing_is_wrong_with_the_menus(page: Page, northwind: Scene) -> None:
    for opener in ("More for acr-vision", "Switch team", "Alice Andersen, your account"):
        page.goto(LIST)
        page.get_by_role("button", name=opener).click()
        expect(page.locator(":popover-open")).to_be_visible()
        assert page.evaluate(ON_TOP)

        # Axe knows no top layer, and takes what lies under a menu for lying over it.
        page.locator(":popover-open").evaluate(ALONE)
        assert faults(page, ":popover-open") == []


def test_nothing_is_wrong_with_a_test_under_way(page: Page, northwind: Scene) -> None:
    being_tested(northwind.team.connections.get(name="lab-registry"))
    # The page asks how far the test is, and gets no answer: so it stays as it is for as long as axe looks.
    page.route("**/*", lambda route: None if "hx-request" in route.request.headers else route.continue_())

    assert faults_of(page, {"list": LIST, "page": f"{LIST}lab-registry/"}) == {}


def test_nothing_is_wrong_with_what_a_mere_member_sees(page: Page, northwind: Scene, vera: User, lookout: Lookout) -> None:
    lookout.expect_status(403)
    page.context.clear_cookies()
    sign_in_by_the_form(page, vera)

    assert faults_of(page, {"list": LIST, "failed": f"{LIST}acr-vision/", "not allowed": f"{LIST}add/"}) == {}
