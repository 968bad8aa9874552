"""Checking a workload file: pasted, uploaded or dropped, with its changes, by keyboard alone and without JavaScript."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from console.models import Team, User
from registries.models import Connection
from registries.views.spec_example import EXAMPLE
from tests.browser.conftest import SignIn
from tests.browser.diary import Diary, tables_holding
from tests.browser.lookout import Lookout
from tests.browser.person import TAG, sign_in_by_the_form, tab_to
from tests.browser.scene import Scene
from tests.browser.test_accessibility import faults
from tests.lab.registry import Registry

URL = "/teams/northwind/spec-checker/"
CANARY = "CANARY-5p3c"
KUBERNETES = """\
apiVersion: v1
kind: Pod
metadata: {name: ranker}
spec:
  containers:
    - {name: main, image: us-west1-docker.pkg.dev/northwind-ml/training/ranker:2.4}
    - {name: side, image: LONG:latest}
    - {name: upper, image: ghcr.io/Acme/Web}
""".replace("LONG", f"{'registry' * 7}.example/{'path/' * 30}app")
DROP = """([text, name]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
  document.querySelector(".drop").dispatchEvent(drop);
}"""


@pytest.fixture
def northwind(team: Team, alice: User) -> Scene:
    scene = Scene(team, alice)
    scene.of_the_example()
    return scene


def area(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Workload file")


def press(page: Page, name: str) -> None:
    """Press a button that sends the file, and wait for the page that answers."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def check(page: Page, text: str) -> None:
    area(page).fill(text)
    press(page, "Check file")


def tally(page: Page) -> Locator:
    return page.get_by_role("region", name="Result")


def test_a_person_checks_a_file_and_takes_a_change(
    either_page: Page, javascript: bool, sign_in: SignIn, northwind: Scene
) -> None:
    page = either_page
    sign_in(page)
    page.goto("/teams/northwind/containers/")
    page.get_by_role("link", name="Spec checker").click()

    check(page, EXAMPLE)
    expect(tally(page)).to_contain_text("2 fail")
    expect(page).to_have_title(re.compile("^Spec checker: 2 fail"))
    expect(page.locator("#L25")).to_contain_text("Did you mean ghcr-northwind?")
    page.get_by_role("link", name="evaluate").click()
    assert page.evaluate("location.hash") == "#L25"

    press(page, "Use ghcr-northwind")
    change = page.get_by_role("region", name="Last change")
    expect(change.locator("del")).to_have_text("Removed:       containerRegistry: ghcr-nortwind")
    expect(change.locator("ins")).to_have_text("Added:       containerRegistry: ghcr-northwind")
    expect(tally(page)).to_contain_text("1 fails")
    if javascript:
        expect(change).to_be_focused()
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy file").click()
        assert page.evaluate("navigator.clipboard.readText()") == EXAMPLE.replace("nortwind", "northwind")
    else:
        assert not page.get_by_role("button", name="Copy file").is_visible()

    press(page, "Check again")
    expect(tally(page)).to_contain_text("1 fails")
    press(page, "Undo")
    expect(page.get_by_text("The change is undone.")).to_be_visible()
    expect(tally(page)).to_contain_text("2 fail")
    press(page, "Edit the file")
    expect(area(page)).to_have_value(EXAMPLE)


def test_a_file_is_uploaded_and_another_one_takes_its_place(
    either_page: Page, javascript: bool, sign_in: SignIn, northwind: Scene
) -> None:
    page = either_page
    sign_in(page)
    page.goto(URL)
    chooser = page.locator("input[type=file]")

    chooser.set_input_files({"name": "train.yaml", "mimeType": "application/yaml", "buffer": EXAMPLE.encode()})
    if javascript:
        expect(area(page)).to_have_value(EXAMPLE)
    press(page, "Check file")
    expect(page.get_by_role("heading", name="train.yaml")).to_be_visible()
    expect(tally(page)).to_contain_text("5 steps")

    press(page, "Edit the file")
    other = b"services:\r\n  db:\r\n    image: postgres:16\r\n"
    chooser.set_input_files({"name": "compose.yaml", "mimeType": "application/yaml", "buffer": other})
    if javascript:
        expect(area(page)).to_have_value(other.decode().replace("\r", ""))
    press(page, "Check file")
    expect(page.get_by_role("heading", name="compose.yaml")).to_be_visible()
    expect(tally(page)).to_contain_text("1 image")


def test_a_file_is_dropped(page: Page, sign_in: SignIn, northwind: Scene) -> None:
    sign_in(page)
    page.goto(URL)

    page.evaluate(DROP, [EXAMPLE, "dropped.yaml"])
    expect(area(page)).to_have_value(EXAMPLE)
    press(page, "Check file")

    expect(page.get_by_role("heading", name="dropped.yaml")).to_be_visible()


def test_the_example_can_be_tried_at_once(either_page: Page, sign_in: SignIn, northwind: Scene) -> None:
    page = either_page
    sign_in(page)
    page.goto(URL)

    page.get_by_role("link", name="Use an example").click()
    expect(area(page)).to_have_value(EXAMPLE)
    press(page, "Check file")

    expect(tally(page)).to_contain_text("5 steps")
    expect(tally(page)).to_contain_text("1 needs a look")


def test_everything_is_reached_by_the_keyboard(page: Page, sign_in: SignIn, northwind: Scene) -> None:
    sign_in(page)
    page.goto(f"{URL}?example")
    tab_to(page, page.get_by_role("button", name="Check file"))
    page.keyboard.press("Enter")
    expect(tally(page)).to_contain_text("2 fail")

    tab_to(page, page.get_by_role("button", name="Use ghcr-northwind"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Last change")).to_be_focused()

    tab_to(page, page.get_by_role("button", name="Undo"))
    page.keyboard.press("Enter")
    expect(page.locator(".notice", has_text="The change is undone.")).to_be_focused()

    tab_to(page, page.get_by_role("link", name="detect"))
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#L32"


def test_a_file_that_cannot_be_read_says_where_and_stays(
    either_page: Page, javascript: bool, sign_in: SignIn, team: Team, lookout: Lookout
) -> None:
    page, file = either_page, "jobs:\n  one:\n\timage: python\n  two: {}\n"
    lookout.expect_status(422)
    sign_in(page)
    page.goto(URL)

    check(page, file)

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Nothing is checked yet: the file cannot be read")
    expect(page.locator("#L3 .verdict")).to_be_visible()
    expect(area(page)).to_have_value(file)
    if javascript:
        expect(alert).to_be_focused()
    page.get_by_role("link", name="Line 3: ").click()
    assert page.evaluate("location.hash") == "#id_spec"

    check(page, file.replace("\t", "    "))
    expect(tally(page)).to_contain_text("1 step")


def test_an_admin_is_led_to_what_has_to_be_mended_and_a_member_is_not(
    page: Page, sign_in: SignIn, northwind: Scene, vera: User
) -> None:
    private = f"{EXAMPLE}  extra:\n    with:\n      image: registry.elsewhere.example/team/app:1\n"
    sign_in(page)
    page.goto(URL)
    check(page, private)
    press(page, "Add a registry")
    expect(page.locator("#found")).to_contain_text("registry.elsewhere.example")

    page.goto(URL)
    check(page, private)
    page.get_by_role("link", name="Replace the secret").click()
    expect(page).to_have_url(re.compile("/containers/acr-vision/edit/#id_password$"))

    page.context.clear_cookies()
    sign_in_by_the_form(page, vera)
    page.goto(URL)
    check(page, private)
    expect(page.get_by_role("button", name="Use ghcr-northwind")).to_be_visible()
    expect(page.get_by_role("link", name="Replace the secret")).to_have_count(0)
    expect(page.get_by_role("button", name="Add a registry")).to_have_count(0)


def test_nothing_of_a_file_is_kept(either_page: Page, sign_in: SignIn, northwind: Scene) -> None:
    page, diary = either_page, Diary(either_page)
    sign_in(page)
    page.goto(URL)

    check(page, f"{EXAMPLE}# {CANARY}\n")
    press(page, "Use ghcr-northwind")
    page.goto(URL)
    diary.look("the page, asked for anew")

    assert diary.holding(CANARY) == []
    assert tables_holding(CANARY) == []


def test_an_image_is_looked_up(either_page: Page, sign_in: SignIn, web: Connection, registry: Registry) -> None:
    page = either_page
    sign_in(page)
    page.goto(URL)
    page.get_by_role("checkbox", name="Look up each image at its registry").check()

    steps = "".join(
        f"  {name}:\n    with:\n      image: {registry.host}/team/app:{tag}\n      containerRegistry: web\n"
        for name, tag in (("there", TAG), ("missing", "none"))
    )
    check(page, f"jobs:\n{steps}")

    expect(page.locator("#L5")).to_contain_text(re.compile(r"sha256:[0-9a-f]{12}…"))
    expect(page.locator(".verdict--bad")).to_have_count(1)


# As axe sees it -----------------------------------------------------------------------------------------------------------


def test_nothing_is_wrong_with_the_page_or_its_answers(
    page: Page, sign_in: SignIn, northwind: Scene, lookout: Lookout
) -> None:
    lookout.expect_status(422)
    sign_in(page)
    page.goto(URL)
    assert faults(page) == []
    page.goto(f"{URL}image/")
    assert faults(page) == []

    for file in (EXAMPLE, KUBERNETES, "a: 1\n", "a:\n\tb: 1\n", "x" * 400):
        page.goto(URL)
        check(page, file)
        assert faults(page) == [], file

    page.goto(URL)
    check(page, EXAMPLE)
    press(page, "Use ghcr-northwind")
    assert faults(page) == []
    press(page, "Undo")
    assert faults(page) == []
