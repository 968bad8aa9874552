"""The catalogue in the browser: support staff put a container in, and members of every team find it and copy its line."""

import pytest
from playwright.sync_api import Page, expect

from console.models import User
from registries.models import Container
from tests.browser.conftest import SignIn
from tests.browser.person import LIST, sign_in_by_the_form, sign_in_with_a_code, tab_to
from tests.browser.scene import Scene, being_tested
from tests.browser.test_accessibility import faults, northwind, scene

__all__ = ["northwind", "scene"]  # Fixtures are found by their names here.

REFERENCE = "pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime"
ADDED = "/admin/registries/container/"


@pytest.fixture
def catalogue(transactional_db: None) -> None:
    """Two containers: one from Docker Hub, and one with long words from elsewhere, which no framework is told of."""
    Container.objects.create(
        name="PyTorch", reference=REFERENCE, framework="PyTorch 2.4", contents="PyTorch with CUDA 12.4.", order=10
    )
    Container.objects.create(
        name="A" * 100, reference=f"ghcr.io/{'long-' * 40}name:{'1' * 100}", contents="x" * 300, order=20
    )


def open_pytorch(page: Page) -> None:
    page.locator("#ready").get_by_text("PyTorch", exact=True).click()


def test_staff_put_a_container_in_and_a_member_finds_it(either_page: Page, sam: User, vera: User, sign_in: SignIn) -> None:
    page = either_page
    sign_in_with_a_code(page, sam)
    page.goto(f"{ADDED}add/")
    page.get_by_label("Name:").fill("PyTorch")
    page.get_by_label("Reference:").fill("not an image")
    page.get_by_label("What is inside:").fill("PyTorch with CUDA 12.4.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("This is not an image reference.")).to_be_visible()

    page.get_by_label("Reference:").fill(f"docker pull {REFERENCE}")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#id_form-0-order").fill("7")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("1 preconfigured container was changed")).to_be_visible()
    assert list(Container.objects.values_list("reference", "order")) == [(REFERENCE, 7)]

    page.context.clear_cookies()
    sign_in_by_the_form(page, vera)
    page.goto(LIST)
    ready = page.get_by_role("region", name="Ready to use")
    expect(ready).to_contain_text(REFERENCE)
    open_pytorch(page)
    expect(ready.get_by_text("PyTorch with CUDA 12.4.")).to_be_visible()
    expect(page.get_by_role("region", name="workflow.yaml with PyTorch")).to_have_text(f"image: {REFERENCE}")


def test_a_person_copies_the_reference_and_the_line_with_the_keyboard(page: Page, sign_in: SignIn, catalogue: None) -> None:
    sign_in(page)
    page.goto(LIST)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    tab_to(page, page.locator("#ready summary").first)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Copy the line for PyTorch"))
    page.keyboard.press("Enter")
    expect(page.locator("#live")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == f"image: {REFERENCE}"

    tab_to(page, page.get_by_role("button", name="Copy the reference of PyTorch"))
    page.keyboard.press("Enter")
    page.wait_for_function("async (text) => await navigator.clipboard.readText() === text", arg=REFERENCE)


def test_nothing_is_wrong_with_the_catalogue_closed_or_open(page: Page, northwind: Scene, catalogue: None) -> None:
    page.goto(LIST)
    closed = faults(page)
    for summary in page.locator("#ready summary").all():
        summary.click()

    assert closed + faults(page) == []


def test_what_is_open_stays_open_while_the_list_asks_again(page: Page, northwind: Scene, catalogue: None) -> None:
    being_tested(northwind.team.connections.get(name="lab-registry"))
    page.goto(LIST)
    open_pytorch(page)
    with page.expect_response(lambda answer: answer.url.endswith("/lab-registry/")):
        pass
    page.get_by_role("searchbox", name="Filter registries").fill("acr")
    expect(page.locator("#registries tbody tr")).to_have_count(1)

    expect(page.get_by_role("region", name="workflow.yaml with PyTorch")).to_be_visible()
