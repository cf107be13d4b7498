"""SseSocket in a real browser, on the page of the shim, against a service made of our own streams."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from playwright.sync_api import Page, expect

from shim.streams import Closed, ConnectionGone, StreamLimits, Streams
from shim.streams.response import event_stream_response
from templates import render

pytestmark = pytest.mark.browser


class Echo:
    """A stage that sends every message back, and writes down what clients do."""

    def __init__(self) -> None:
        self.streams = Streams(StreamLimits(retry_ms=20))
        self.closed: queue.Queue[Closed] = queue.Queue()
        self.requests: list[tuple[str, str, str | None]] = []
        self.connections: list[str] = []
        self.base = ""

    def app(self) -> FastAPI:
        app = FastAPI(lifespan=self._lifespan)

        @app.get("/-/sse", response_class=HTMLResponse)
        async def page() -> str:
            return render("shim/sse.html", stage="dev", token_parameter="token", token_header="Authorization")

        @app.get("/dev")
        async def stream(request: Request) -> Response:
            self.requests.append(("GET", request.url.query, request.headers.get("authorization")))
            if request.headers.get("authorization") == "wrong":
                return Response('{"message": "Unauthorized"}', 401)
            session = request.headers.get("stream-session")
            try:
                if session is not None:
                    last = request.headers.get("last-event-id")
                    return await event_stream_response(
                        self.streams, self.streams.connection_of(session), last_event_id=last
                    )
            except ConnectionGone:
                return Response(status_code=204)
            opened = self.streams.open()
            self.streams.activate(opened.connection_id)
            self.connections.append(opened.connection_id)
            return await event_stream_response(self.streams, opened.connection_id, session=opened.session)

        @app.post("/dev", status_code=202)
        async def send(request: Request) -> None:
            connection = self.streams.connection_of(request.headers["stream-session"])
            self.streams.send(connection, (await request.body()).decode())

        @app.delete("/dev", status_code=204)
        async def close(request: Request) -> None:
            body = await request.body()
            words = await request.json() if body else {"code": 1005, "reason": ""}
            self.streams.close(self.streams.connection_of(request.headers["stream-session"]), **words)

        return app

    def lose_stream(self, connection_id: str) -> None:
        """A newer stream wins, so the one that the browser has ends."""

        async def supersede() -> None:
            async with self.streams.subscribe(connection_id):
                pass

        asyncio.run_coroutine_threadsafe(supersede(), self.loop).result(30)

    @asynccontextmanager
    async def _lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        async def note(closed: Closed) -> None:
            self.closed.put(closed)

        self.loop = asyncio.get_running_loop()
        running = asyncio.create_task(self.streams.run(note))
        yield
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@contextmanager
def serving(echo: Echo) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(echo.app(), port=0, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive()
    echo.base = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield
    server.should_exit = True
    thread.join()


@pytest.fixture
def echo() -> Iterator[Echo]:
    made = Echo()
    with serving(made):
        yield made


def connected(open_page: Callable[[str], Page], echo: Echo, token: str = "t1") -> Page:
    page = open_page(f"{echo.base}/-/sse")
    page.fill("#token", token)
    page.click("#connect")
    return page


def state(page: Page, name: str) -> None:
    expect(page.locator("#status")).to_have_attribute("data-state", name)


def test_what_is_sent_comes_back_exactly_and_the_token_stays_out_of_the_address(
    open_page: Callable[[str], Page], echo: Echo
) -> None:
    page = connected(open_page, echo)
    state(page, "open")
    text = '{"text": "caf\u00e9 \U0001f600 \u2028 <b>"}\n\n  second line\n'
    page.fill("#message", text)
    page.click("#send")
    expect(page.locator('#log [data-kind="received"] code')).to_have_count(1)
    assert page.locator('#log [data-kind="received"] code').text_content() == text
    assert echo.requests == [("GET", "", "t1")]


def test_a_lost_stream_is_resumed_without_a_word(open_page: Callable[[str], Page], echo: Echo) -> None:
    page = connected(open_page, echo)
    state(page, "open")
    (connection,) = echo.connections
    for number in range(3):
        echo.lose_stream(connection)
        echo.streams.send(connection, f"message {number}")
    received = page.locator('#log [data-kind="received"] code')
    expect(received).to_have_text(["message 0", "message 1", "message 2"])
    state(page, "open")
    assert page.locator('#log [data-kind="error"], #log [data-kind="closed"]').count() == 0
    assert len(echo.requests) > 1


def test_a_refusal_is_told(open_page: Callable[[str], Page], echo: Echo) -> None:
    page = connected(open_page, echo, token="wrong")
    expect(page.locator('#log [data-kind="closed"] code')).to_have_text("1008 401 Unauthorized")
    state(page, "closed")


def test_closing_tells_the_server(open_page: Callable[[str], Page], echo: Echo) -> None:
    page = connected(open_page, echo)
    state(page, "open")
    page.click("#close")
    assert echo.closed.get(timeout=30).code == 1000
    expect(page.locator('#log [data-kind="closed"] code')).to_have_text("1000")


def test_leaving_the_page_tells_the_server_at_once(open_page: Callable[[str], Page], echo: Echo) -> None:
    page = connected(open_page, echo)
    state(page, "open")
    page.goto("about:blank")
    assert echo.closed.get(timeout=30).code == 1001
