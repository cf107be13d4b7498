"""A real Chromium. Where there is none the tests are reported as not run, and CI fails."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.running import ROOT

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")  # Playwright keeps an event loop running, which tests elsewhere must not find
def browser() -> Iterator[Browser]:
    found = subprocess.run([ROOT / "scripts" / "find-chromium"], capture_output=True, text=True, check=True)
    path = found.stdout.strip()
    if not path:
        if os.environ.get("CI"):
            pytest.fail("CI requires a Chromium, and none was found")
        pytest.skip(f"NOT RUN: {found.stderr.strip()}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens an address in a profile of its own; a script error on any page fails the test."""
    contexts = []
    errors: list[str] = []

    def open_one(address: str) -> Page:
        context = browser.new_context(viewport={"width": 640, "height": 720})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []
