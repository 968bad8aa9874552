"""The browser: the system's own Chromium, driven by Playwright. Nothing is downloaded."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

from tests.lab.packages import find_chromium

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # From the first page on: what a page is told of its person's wishes only later, a navigation may overtake, and
    # Chromium then reports a transition between a page that has one and a page that has none as a fault of the page.
    "--force-prefers-reduced-motion",
]
AS_STARTED: Literal["null"] = "null"
"""Leaves a profile's wish for less motion as the browser was started with."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser that CHROMIUM names, else the system's, and end it with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium() or "/usr/bin/chromium", args=ARGS)
        try:
            yield browser
        finally:
            browser.close()
