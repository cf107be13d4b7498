"""The application's own page, unchanged, on WebSocket, and a page on SSE + POST: one chat, through the shim."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.running import CHAT, running_shim, token

pytestmark = pytest.mark.browser


def test_two_pages_on_two_transports_talk(open_page: Callable[[str], Page]) -> None:
    with running_shim(CHAT) as addresses:
        legacy = open_page(
            addresses["web"] + "?" + urlencode({"address": addresses["websocket"], "token": token("ana")})
        )
        expect(legacy.locator("#status")).to_have_attribute("data-state", "open")
        modern = open_page(addresses["pages"]["sse"])  # type: ignore[index]
        modern.fill("#address", addresses["stream"])
        modern.fill("#token", token("bo"))
        modern.click("#connect")
        expect(modern.locator("#status")).to_have_attribute("data-state", "open")
        expect(legacy.locator("#log")).to_contain_text("bo")

        legacy.fill("#text", "hello from WebSocket")
        legacy.click("#send")
        expect(modern.locator("#log")).to_contain_text("hello from WebSocket")

        modern.fill("#message", '{"type": "chat", "text": "hello from SSE + POST"}')
        modern.click("#send")
        expect(legacy.locator("#log")).to_contain_text("hello from SSE + POST")

        modern.click("#close")
        expect(legacy.locator("#log")).to_contain_text("left")
