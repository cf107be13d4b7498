"""The console in a real browser: alive, reachable by keyboard, and not fooled by what clients write."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from shim.app import ShimApp
from shim.emulation import GatewayService
from shim.faces.console import ConsoleOptions, console_router
from shim.gateway.definition import ApiDefinition, LambdaProxy, RouteDefinition
from shim.observing import Disconnected, MessageHandled, Refused
from shim.pages import TokenPlaces, add_pages
from shim.service import Handshake
from shim.streams import StreamLimits, Streams
from tests.shim.faces.facing import Functions
from tests.shim.serving import listening
from tests.shim.sse_client import open_stream

pytestmark = pytest.mark.browser

TOKEN = "a-token-of-an-operator"
HOSTILE = "\"'><img src=x onerror=window.hacked=1><script>window.hacked=1</script>{{7*7}}\u202e"
FRAMES = ("/-/sse", "/-/websocket")


@dataclass
class Shown:
    """A service with a console. `run` runs a coroutine where the service lives."""

    service: GatewayService
    port: int = 0
    loop: asyncio.AbstractEventLoop | None = None
    started: threading.Event = field(default_factory=threading.Event)

    @property
    def console(self) -> str:
        return f"http://localhost:{self.port}/-/console"

    @property
    def stage(self) -> str:
        return f"http://localhost:{self.port}/prod"

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def tell(self, happening: Any) -> None:
        async def tell() -> None:
            for observer in self.service.observers:
                observer(happening)

        self.run(tell())

    def connect(self, **more: Any) -> str:
        handshake = Handshake(**{"headers": (), "query": (), "source_ip": "192.0.2.7", "face": "sse", **more})
        return str(self.run(self.service.connect(handshake)).connection_id)


@contextmanager
def shown(options: ConsoleOptions | None = None) -> Iterator[Shown]:
    keys = ("$connect", "$disconnect", "echo", "fail", HOSTILE)
    functions = Functions()
    api = ApiDefinition(
        name=f"test {HOSTILE}",
        routes={key: RouteDefinition(LambdaProxy(key), key == "echo") for key in keys},
        stage="prod",
    )
    service = GatewayService(api, functions, Streams(StreamLimits(resume_window_s=60)))
    made = Shown(service)
    shim = ShimApp(service, routers=(console_router(service, options),))
    add_pages(shim.api, stage="prod", token=TokenPlaces(), web_folder=None)
    app = FastAPI(lifespan=lambda _: life(made, shim))
    app.mount("/", shim)
    with listening(app) as port:
        assert made.started.wait(30)
        made.port = port
        yield made


@asynccontextmanager
async def life(made: Shown, shim: ShimApp) -> AsyncIterator[None]:
    made.loop = asyncio.get_running_loop()
    running = asyncio.create_task(made.service.run())
    made.started.set()
    yield
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@pytest.fixture
def live() -> Iterator[Shown]:
    with shown() as made:
        yield made


def opened(open_page: Callable[[str], Page], made: Shown, *, width: int = 1400) -> tuple[Page, list[str]]:
    """The page once it is live, and what the browser complains of."""
    page = open_page("about:blank")
    page.set_viewport_size({"width": width, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(made.console)
    expect(page.locator("#status")).to_have_attribute("data-state", "live")
    return page, complaints


def test_what_clients_write_is_only_ever_text(open_page: Callable[[str], Page], live: Shown) -> None:
    connection = live.connect(user_agent=HOSTILE, source_ip=HOSTILE)
    live.service.post(connection, HOSTILE.encode())
    live.service.streams.activate(live.service.streams.open(f"id-{HOSTILE}").connection_id)
    live.run(live.service.message(connection, json.dumps({"action": HOSTILE}), "m"))
    live.tell(MessageHandled(f"id-{HOSTILE}", HOSTILE, HOSTILE, "integration_error", 0.1, 1))
    live.tell(Refused(HOSTILE, "sse", HOSTILE, 403, HOSTILE))
    live.tell(Disconnected(HOSTILE, 4000, HOSTILE, True))
    page, complaints = opened(open_page, live)
    expect(page.locator("#api")).to_have_text(f"test {HOSTILE}")
    expect(page.locator("#connections")).to_contain_text(f"id-{HOSTILE}")
    expect(page.locator("#routes")).to_contain_text(HOSTILE)
    expect(page.locator("#failures")).to_contain_text(f"4000\u00a0· {HOSTILE}\u00a0· $disconnect failed")
    page.get_by_role("button", name=connection, exact=True).first.click()
    expect(page.locator("#detail-facts")).to_contain_text(HOSTILE)
    expect(page.locator("#detail-events pre")).to_have_text(HOSTILE)
    expect(page.locator("#detail-messages")).to_contain_text(HOSTILE)
    page.keyboard.press("Escape")
    page.fill("#find", HOSTILE)
    expect(page.locator("#connections tbody tr")).to_have_count(2)
    assert page.evaluate("window.hacked") is None
    assert page.locator("img, main script, dialog script").count() == 0
    assert complaints == []


def test_connections_come_and_go_while_one_looks(open_page: Callable[[str], Page], live: Shown) -> None:
    page, complaints = opened(open_page, live)
    expect(page.locator("#no-connections")).to_be_visible()
    expect(page.locator("#no-happenings")).to_be_visible()
    expect(page.locator("#no-failures")).to_be_visible()
    expect(page.locator("#open")).to_have_text("0")
    with open_stream(live.stage) as client:
        row = page.locator("#connections tbody tr")
        expect(row).to_have_count(1)
        expect(row).to_contain_text(client.connection_id)
        expect(row).to_contain_text("SSE")
        expect(page.locator("#no-connections")).to_be_hidden()
        assert client.send('{"action": "fail"}').status_code == 202
        expect(page.locator("#failures li")).to_contain_text("integration error")
        expect(page.locator("#routes tbody tr").filter(has_text="fail")).to_contain_text("1")
        assert client.close().status_code == 204
        expect(row).to_have_count(0)
    expect(page.locator("#happenings")).to_contain_text("disconnected")
    assert complaints == []


def test_a_connection_is_sent_to_and_closed_with_the_keyboard_alone(
    open_page: Callable[[str], Page], live: Shown
) -> None:
    page, complaints = opened(open_page, live)
    with open_stream(live.stage) as client:
        page.locator("#connections .link").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#detail-id")).to_have_text(client.connection_id)
        expect(page.locator("#detail-no-events")).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.locator("#detail-text")).to_be_focused()
        page.keyboard.type("grüße <b>&</b>")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#detail-done")).to_have_text("Sent.")
        assert client.next().data == "grüße <b>&</b>"
        expect(page.locator("#detail-events pre")).to_have_text("grüße <b>&</b>")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.locator("#detail-close")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#detail-problem")).to_have_text("This connection is closed.")
        assert [event.type for event in client.rest()] == ["close"]
        page.keyboard.press("Escape")
        expect(page.locator("#detail")).to_be_hidden()
    assert [complaint for complaint in complaints if "410" not in complaint] == []


def test_both_clients_are_tried_out_side_by_side(open_page: Callable[[str], Page], live: Shown) -> None:
    page, complaints = opened(open_page, live)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.click("#open-try")
    for path in FRAMES:
        frame = page.frame_locator(f'iframe[src="{path}"]')
        frame.locator("#connect").click()
        expect(frame.locator("#status")).to_have_attribute("data-state", "open")
        frame.locator("#message").fill('{"action": "echo", "text": "over ' + path + '"}')
        frame.locator("#send").click()
        expect(frame.locator('[data-kind="received"]')).to_contain_text(f"over {path}")
    expect(page.locator("#faces")).to_have_text("1 SSE · 1 WebSocket")
    page.click("#open-try")
    expect(page.locator("iframe")).to_have_count(0)
    assert [url for url in requests if not url.startswith((f"http://localhost:{live.port}/", "data:"))] == []
    assert complaints == []


def test_a_token_opens_the_page_and_leaving_closes_it(open_page: Callable[[str], Page]) -> None:
    with shown(ConsoleOptions(token=TOKEN)) as made:
        page = open_page(made.console)
        page.fill("#token", "wrong")
        page.keyboard.press("Enter")
        expect(page.locator("#problem")).to_have_text("That is not the token.")
        page.fill("#token", TOKEN)
        page.keyboard.press("Enter")
        expect(page.locator("#status")).to_have_attribute("data-state", "live")
        assert page.url == made.console
        assert page.evaluate("document.cookie") == ""
        page.get_by_role("button", name="Log out").click()
        expect(page.locator("#token")).to_be_visible()


def test_a_shim_that_is_gone_is_said_to_be(open_page: Callable[[str], Page]) -> None:
    with shown() as made:
        made.connect()
        page, _complaints = opened(open_page, made)
        expect(page.locator("#connections tbody tr")).to_have_count(1)
    expect(page.locator("#lost")).to_be_visible()
    expect(page.locator("#status")).to_have_text("not connected")
    expect(page.locator("#connections tbody tr")).to_have_count(1)


def test_pausing_holds_what_is_shown(open_page: Callable[[str], Page], live: Shown) -> None:
    page, _complaints = opened(open_page, live)
    page.click("#pause")
    live.connect()
    with page.expect_response(lambda response: "/events" in response.url):
        page.fill("#find", "=")
    expect(page.locator("#status")).to_have_text("paused")
    expect(page.locator("#open")).to_have_text("0")
    page.click("#pause")
    expect(page.locator("#open")).to_have_text("1")


@pytest.mark.parametrize("width", [400, 1400])
def test_nothing_is_wider_than_the_window(open_page: Callable[[str], Page], live: Shown, width: int) -> None:
    connection = live.connect(user_agent="w" * 300, source_ip="2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")
    live.service.post(connection, b"w" * 3_000)
    live.tell(MessageHandled(connection, "m", "fail", "integration_error", 12.5, 100_000))
    live.tell(Refused("w" * 40, "websocket", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 403, "w" * 300))
    page, _complaints = opened(open_page, live, width=width)
    expect(page.locator("#failures li")).to_have_count(2)
    too_wide = "document.documentElement.scrollWidth > innerWidth"
    assert not page.evaluate(too_wide)
    page.get_by_role("button", name=connection, exact=True).first.click()
    expect(page.locator("#detail-facts dt")).to_have_count(5)
    assert not page.evaluate(too_wide)
    assert page.evaluate("(d => d.scrollWidth <= d.clientWidth)(document.querySelector('#detail .body'))")
