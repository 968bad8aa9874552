"""
One Chromium for the whole run, a live server with its threads, and a real registry on loopback.

A test that opens a page fails on whatever the browser complains of, unless it said `lookout.expect(…)` before.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from console.models import Team, User
from registries.distribution import Secret
from registries.flavors import FLAVORS
from registries.models import Connection
from tests.browser.chromium import AS_STARTED, chromium
from tests.browser.lookout import REPORT_VIOLATIONS, Lookout
from tests.browser.person import RIGHT, TAG, USERNAME
from tests.lab.images import Session, make_image
from tests.lab.registry import Registry, htpasswd, start_registry

# Playwright's plain API runs a loop in this thread, and without this Django would refuse it the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# A busy machine is slow, and no test waits for something that does not come.
PATIENCE_MS = 15_000

OpenPage = Callable[[bool], Page]
SignIn = Callable[[Page], None]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def filled_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that asks for a login, with one private image in it."""
    folder = tmp_path_factory.mktemp("registry")
    with start_registry(folder, auth=htpasswd(folder, {USERNAME: RIGHT})) as registry:
        Session(origin=registry.origin, username=USERNAME, password=RIGHT).push("team/app", TAG, make_image())
        yield registry


@pytest.fixture
def registry(filled_registry: Registry, settings: Settings) -> Registry:
    """The registry, in a network that the operator allowed."""
    settings.BERTH_EGRESS_ALLOW = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    return filled_registry


@pytest.fixture(scope="session")
def profiles(browser: Browser, live_server: LiveServer) -> Mapping[bool, BrowserContext]:
    """
    The browser's two profiles, by whether JavaScript is on.

    They are kept for the whole run, because starting one takes longer than most journeys. What a test leaves in them,
    its pages, cookies and permissions, goes when the test ends; what Berth leaves is what `test_leaks` is about.
    """
    profiles = {}
    for javascript in (True, False):
        profiles[javascript] = browser.new_context(
            base_url=live_server.url, java_script_enabled=javascript, locale="en-GB", reduced_motion=AS_STARTED
        )
        profiles[javascript].set_default_timeout(PATIENCE_MS)
        profiles[javascript].add_init_script(REPORT_VIOLATIONS)
    return profiles


@pytest.fixture
def lookout(profiles: Mapping[bool, BrowserContext], live_server: LiveServer) -> Iterator[Lookout]:
    lookout = Lookout(live_server.url)
    with lookout.watching(profiles.values()):
        yield lookout
    assert lookout.unexpected == []
    assert lookout.missed == []


@pytest.fixture
def open_page(profiles: Mapping[bool, BrowserContext], real_places: Any, lookout: Lookout) -> Iterator[OpenPage]:
    """Return a function that opens a page, with JavaScript or without."""

    def open_page(javascript: bool) -> Page:
        profile = profiles[javascript]
        if not profile.pages:
            # A first page that nobody looks at and that stays open: the others then need no process of their own.
            profile.new_page().goto("/accounts/login/")
        return profile.new_page()

    yield open_page
    for profile in profiles.values():
        for page in profile.pages[1:]:
            page.close()
        profile.clear_cookies()
        profile.clear_permissions()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page(True)


@pytest.fixture
def page_without_javascript(open_page: OpenPage) -> Page:
    return open_page(False)


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """Run a test twice: with JavaScript, and without."""
    return bool(request.param)


@pytest.fixture
def either_page(open_page: OpenPage, javascript: bool) -> Page:
    """A page with JavaScript, and in a second run of the test a page without."""
    return open_page(javascript)


@pytest.fixture
def sign_in(live_server: LiveServer, signed_in: Callable[[User], Client], alice: User, team: Team) -> SignIn:
    """Return a function that signs alice in without the form, for the tests that are about what comes after it."""

    def sign_in(page: Page) -> None:
        for name, cookie in signed_in(alice).cookies.items():
            page.context.add_cookies([{"name": name, "value": cookie.value, "url": live_server.url}])

    return sign_in


@pytest.fixture
def web(registry: Registry, team: Team, alice: User) -> Connection:
    """A connection called `web`, to the registry that runs, with the right password; it was never tested."""
    there = FLAVORS["other"](url=registry.origin, username=USERNAME, password=Secret(RIGHT))  # type: ignore[call-arg]
    details = {"test_image": f"{registry.host}/team/app:{TAG}"}
    return team.connections.connect("web", there, by=alice, **details)
