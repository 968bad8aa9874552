"""Support staff in the browser: from the question why a team cannot pull to a pause that the team reads of."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection as database
from django.urls import reverse
from playwright.sync_api import Page, expect

from console import staff
from console.models import User
from registries.models import Asker, Connection, HandOut, HandOutResult
from tests.browser.lookout import Lookout
from tests.browser.person import LIST, TAG, sign_in_by_the_form, sign_in_with_a_code
from tests.browser.scene import Scene
from tests.browser.test_accessibility import faults, northwind, scene
from tests.conftest import PASSWORD
from tests.lab.registry import Registry
from tests.second_step import give_code_app

__all__ = ["northwind", "scene"]  # Fixtures are found by their names here.

REASON = "Ticket 4711: its pulls fill the network."


@pytest.fixture
def ada(transactional_db: None) -> User:
    """Acting support staff. Every test with threads empties the tables, so the groups are made as the migration does."""
    groups = import_module("console.migrations.0010_support_groups")
    groups.make_groups(apps, SimpleNamespace(connection=database))
    ada = User.objects.create_user("ada@support.example", PASSWORD, name="Ada", is_staff=True)
    ada.groups.add(Group.objects.get(name=staff.ACTING))
    give_code_app(ada)
    return ada


def test_support_asks_why_tests_again_and_pauses_and_the_team_reads_it(
    either_page: Page, ada: User, web: Connection, alice: User, registry: Registry, lookout: Lookout
) -> None:
    lookout.expect_status(422)
    page = either_page
    sign_in_with_a_code(page, ada)
    page.goto("/admin/")
    page.locator("#content-main").get_by_role("link", name="Teams", exact=True).click()
    page.get_by_role("link", name="Northwind").click()
    expect(page.locator("#connections")).to_contain_text("Not checked yet")

    page.get_by_label("Image:").fill("not an image")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not an image reference.")
    page.get_by_label("Image:").fill(f"{registry.host}/team/app:{TAG}")
    page.get_by_role("button", name="Explain").click()
    expect(page.locator("#answer")).to_contain_text("Resolves")
    expect(page.locator("#considered")).to_contain_text("It holds the image.")

    page.locator("#considered").get_by_role("link", name="web").click()
    page.get_by_role("button", name="Test again").click()
    expect(page.locator(".messagelist")).to_contain_text("The test of web")
    for _ in range(40):
        if page.get_by_text("Accepted as").count():
            break
        page.wait_for_timeout(250)
        page.reload()
    expect(page.locator("#check")).to_contain_text("All 4 steps passed")

    page.get_by_role("link", name="Pause…").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why.")
    page.get_by_label("Reason:").fill(REASON)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".messagelist")).to_contain_text("Paused web.")

    page.context.clear_cookies()
    sign_in_by_the_form(page, alice)
    page.goto(f"{LIST}web/")
    expect(page.get_by_text(REASON)).to_be_visible()


def test_nothing_is_wrong_with_our_part_of_the_support_pages(
    page: Page, ada: User, northwind: Scene, lookout: Lookout
) -> None:
    """Only what stands in Berth's own templates is looked at: the rest is Django's."""
    # Axe copies a stylesheet that another one imports, as Django's does, into a style element of its own.
    lookout.expect("Applying inline style violates")
    lookout.expect("style-src-elem refused inline")
    failing = northwind.team.connections.get(name="acr-vision")
    HandOut.objects.note(
        Asker(team=northwind.team, name="ci", address="10.4.2.17"), HandOutResult.ENDED, kind=HandOut.Kind.CREDENTIAL,
        asked="northwindvision.azurecr.io/vision/detector:1.4", connection_id=failing.pk, registry=failing.name,
    )  # fmt: skip
    page.context.clear_cookies()
    sign_in_with_a_code(page, ada)
    found = []
    for path, parts in {
        "/admin/": ("#numbers", "#refused-most", "#failing-longest", "#ending"),
        reverse("admin:console_team_change", args=[northwind.team.pk]): ("#why", "#connections", "#hand-outs", "#report"),
        reverse("admin:registries_connection_change", args=[failing.pk]): ("#check", "#acts", "#history", "#secret"),
        reverse("admin:registries_connection_act", args=[failing.pk, "pause"]): ("#content-main",),
    }.items():
        page.goto(path)
        found += [(path, part, fault) for part in parts for fault in faults(page, part)]

    assert found == []
