"""The activity in a browser: its filters, older rows, files and the keyboard; with JavaScript and without."""

import csv
import io
import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from console.models import Event, Team, User, Verb
from registries.models import Connection
from tests.browser.conftest import SignIn
from tests.browser.eventful import HOSTILE, eventful
from tests.browser.person import tab_to
from tests.browser.test_accessibility import NARROW, faults, faults_of

PAGE = "/teams/northwind-labs/activity/"


@pytest.fixture
def labs(alice: User, bob: User, sign_in: SignIn) -> Team:
    return eventful(alice, bob)


def rows(page: Page) -> Locator:
    return page.locator(".events > li")


def filtered(page: Page) -> None:
    """Press the button that there is without JavaScript."""
    button = page.get_by_role("button", name="Filter")
    if button.is_visible():
        button.click()


def test_rows_are_refined_by_text_and_lists(either_page: Page, sign_in: SignIn, labs: Team) -> None:
    page = either_page
    sign_in(page)
    page.goto(PAGE)
    expect(rows(page)).to_have_count(15)

    page.get_by_label("Kind").select_option("Checks")
    filtered(page)
    expect(rows(page)).to_have_count(2)
    page.get_by_label("Filter activity").fill("stopped")
    filtered(page)
    expect(page.get_by_role("heading", name="Nothing fits these filters")).to_be_visible()
    page.get_by_role("link", name="Clear the filters").click()
    expect(rows(page)).to_have_count(15)
    page.get_by_label("Filter activity").fill("10.4.2.")
    filtered(page)
    expect(rows(page)).to_have_count(3)
    expect(rows(page).first).to_contain_text("came from an address it had not used before")


def test_the_address_carries_the_filters_and_back_works(page: Page, sign_in: SignIn, labs: Team) -> None:
    sign_in(page)
    page.goto(PAGE)
    page.get_by_label("Kind").select_option("Checks")
    expect(rows(page)).to_have_count(2)
    expect(page).to_have_url(f"{page.url.partition(PAGE)[0]}{PAGE}?kind=checks")
    expect(page.get_by_role("link", name="Export CSV")).to_have_attribute("href", f"{PAGE}export.csv?kind=checks")
    expect(page.locator("#live")).to_have_text("2 rows shown.")

    page.get_by_label("Person").select_option("Bob Berg")
    expect(rows(page)).to_have_count(0)
    page.go_back()
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_label("Kind")).to_have_value("checks")
    expect(page.get_by_label("Person")).to_have_value("")
    page.go_back()
    expect(rows(page)).to_have_count(15)
    page.reload()
    expect(rows(page)).to_have_count(15)


def test_two_days_are_asked_for_where_that_is_chosen(
    either_page: Page, javascript: bool, sign_in: SignIn, labs: Team
) -> None:
    page = either_page
    sign_in(page)
    page.goto(PAGE)
    expect(page.get_by_label("From")).to_be_hidden()

    page.get_by_label("Since").select_option("Between days")
    if javascript:
        expect(page).to_have_url(re.compile(r"\?since=dates$"))
    last = labs.events.order_by("number").first()
    assert last is not None
    for label in ("From", "To"):
        page.get_by_label(label, exact=True).fill(last.at.date().isoformat())
        if javascript:
            expect(page).to_have_url(re.compile(f"{label.lower()}={last.at.date()}"))
    filtered(page)

    expect(rows(page)).to_have_count(5)
    expect(rows(page).last).to_contain_text("made the team")


def many(team: Team, by: User, count: int = 120) -> None:
    for number in range(count):
        Event.record(team, Verb.INVITED, f"guest-{number}@example.com", by=by)


def test_older_rows_come_below_and_the_focus_goes_with_them(page: Page, sign_in: SignIn, labs: Team, alice: User) -> None:
    many(labs, alice, 60)
    sign_in(page)
    page.goto(PAGE)
    expect(rows(page)).to_have_count(50)
    address = page.url

    tab_to(page, page.get_by_role("link", name="Show older"))
    page.keyboard.press("Enter")

    expect(rows(page)).to_have_count(75)
    expect(page.get_by_role("heading", level=2)).to_have_count(3)
    expect(rows(page).nth(50)).to_be_focused()
    expect(page.locator("#live")).to_have_text("25 rows added.")
    expect(page.get_by_role("link", name="Show older")).to_have_count(0)
    numbers = rows(page).evaluate_all("rows => rows.map(row => Number(row.id.slice(6)))")
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 75
    assert page.url == address
    assert faults(page) == []


def test_older_rows_are_a_page_that_leads_back(
    page_without_javascript: Page, sign_in: SignIn, labs: Team, alice: User
) -> None:
    many(labs, alice)
    page = page_without_javascript
    sign_in(page)
    page.goto(f"{PAGE}?q=guest")
    for _ in range(2):
        expect(rows(page)).to_have_count(50)
        page.get_by_role("link", name="Show older").click()
        expect(page.get_by_text("Older rows")).to_be_visible()

    expect(rows(page)).to_have_count(20)
    page.get_by_role("link", name="Back to the newest").click()
    expect(rows(page)).to_have_count(50)
    expect(page.get_by_label("Filter activity")).to_have_value("guest")


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_file_is_saved_and_can_be_read(
    suffix: str, either_page: Page, sign_in: SignIn, labs: Team, tmp_path: Any
) -> None:
    page = either_page
    sign_in(page)
    page.goto(f"{PAGE}?kind=checks")

    with page.expect_download() as saving:
        page.get_by_role("link", name={"csv": "Export CSV", "jsonl": "Export JSON lines"}[suffix]).click()

    assert saving.value.suggested_filename.startswith("northwind-labs-activity-")
    saving.value.save_as(tmp_path / "file")
    text = (tmp_path / "file").read_text(encoding="utf-8-sig")
    read: Any = csv.DictReader(io.StringIO(text)) if suffix == "csv" else map(json.loads, text.splitlines())
    assert [row["verb"] for row in read] == ["watcher:connection:stop", "watcher:connection:recover"]
    page.reload()
    expect(rows(page)).to_have_count(2)
    page.get_by_label("Kind").select_option("Downloads")
    filtered(page)
    expect(rows(page)).to_have_count(1)


def test_a_member_and_a_registry_lead_to_what_is_about_them(
    either_page: Page, sign_in: SignIn, labs: Team, web: Connection
) -> None:
    page = either_page
    sign_in(page)
    page.goto("/teams/northwind-labs/members/")
    page.get_by_role("button", name="More for Bob Berg").click()
    page.locator(":popover-open").get_by_role("link", name="Activity").click()
    expect(page.get_by_role("heading", name="Nothing fits these filters")).to_be_visible()
    expect(page.get_by_label("Person").locator("option:checked")).to_have_text("Bob Berg")

    page.goto("/teams/northwind-labs/containers/gar-training/")
    page.get_by_role("link", name="What happened to it").click()
    expect(rows(page).first).to_contain_text("changed gar-training")
    expect(page.get_by_label("Registry").locator("option:checked")).to_have_text("gar-training")
    rows(page).first.get_by_role("link", name="gar-training").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("gar-training")


def test_a_search_is_done_by_keyboard_alone(page: Page, sign_in: SignIn, labs: Team) -> None:
    sign_in(page)
    page.goto(PAGE)

    tab_to(page, page.get_by_label("Filter activity"))
    page.keyboard.type("ci-runner")
    expect(rows(page)).to_have_count(3)
    expect(page.get_by_label("Filter activity")).to_be_focused()
    tab_to(page, page.get_by_role("link", name="ci-runner").first)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Machine tokens")


def test_nothing_is_wrong_with_the_activity_whatever_stands_in_it(
    page: Page, sign_in: SignIn, labs: Team, alice: User, bob: User
) -> None:
    User.objects.filter(pk=bob.pk).update(name=HOSTILE[:100])
    bob.refresh_from_db()
    Event.record(labs, Verb.CONNECTION_RENAMED, HOSTILE[:300], by=bob, detail=HOSTILE)
    sign_in(page)

    paths = {"all": PAGE, "nothing": f"{PAGE}?q=xyz", "days": f"{PAGE}?since=dates&from=2026-01-01"}
    paths |= {"no filter": f"{PAGE}?kind=secret", "older": f"{PAGE}?before=4", "the end": f"{PAGE}?before=1"}
    assert faults_of(page, paths) == {}
    page.set_viewport_size({"width": NARROW, "height": 900})
    page.goto(PAGE)
    expect(rows(page).filter(has_text="renamed")).to_contain_text("<script>alert(1)</script>")
