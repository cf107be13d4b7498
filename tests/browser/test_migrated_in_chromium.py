"""The migrated page against the migrated application: nothing of WebSocket is left."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.running import running_migrated, token

pytestmark = pytest.mark.browser


def test_two_migrated_pages_talk(open_page: Callable[[str], Page], migrated_chat: Path) -> None:
    with running_migrated(migrated_chat) as base:

        def page_of(user: str) -> Page:
            address = base.replace("http:", "ws:") + "/stream"
            page = open_page(f"{base}/web/?" + urlencode({"address": address, "token": token(user)}))
            expect(page.locator("#status")).to_have_attribute("data-state", "open")
            return page

        ana, bo = page_of("ana"), page_of("bo")
        expect(ana.locator("#log")).to_contain_text("bo")
        ana.fill("#text", "<b>hello</b> from ana")
        ana.click("#send")
        expect(bo.locator("#log")).to_contain_text("<b>hello</b> from ana")
        bo.fill("#text", "and hello from bo")
        bo.click("#send")
        expect(ana.locator("#log")).to_contain_text("and hello from bo")


def test_the_token_is_never_part_of_an_address(open_page: Callable[[str], Page], migrated_chat: Path) -> None:
    with running_migrated(migrated_chat) as base:
        page = open_page(f"{base}/web/")
        addresses: list[str] = []
        page.on("request", lambda request: addresses.append(request.url))
        page.fill("#address", base.replace("http:", "ws:") + "/stream")
        page.fill("#token", token("ana"))
        page.click("#connect")
        expect(page.locator("#status")).to_have_attribute("data-state", "open")

        assert addresses
        assert not [address for address in addresses if "token=" in address]
