"""SseSocket in a real Chromium, over fetch and over EventSource, beside WebSocket, against a real shim: connections are
cut in the middle, and nothing is lost, nothing doubled, and the order kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from shim.faces.options import FaceOptions
from tests.client.conftest import HANDLERS, LIMITS, ROUTES
from tests.client.support.cutting import CuttingProxy, cutting
from tests.running import ROOT
from tests.shim.serving import Served, listening, serving

pytestmark = pytest.mark.browser

LIBRARY = (ROOT / "templates" / "client" / "sse-socket.js").read_text(encoding="utf-8")
COUNT = 300
SCRIPT = """
const kept = new Set();
for (const target of [window, document]) {
  const { addEventListener, removeEventListener } = target;
  const counts = (type) => ["pagehide", "online", "visibilitychange"].includes(type);
  target.addEventListener = (type, listener, ...more) => {
    if (counts(type)) kept.add(listener);
    return addEventListener.call(target, type, listener, ...more);
  };
  target.removeEventListener = (type, listener, ...more) => {
    kept.delete(listener);
    return removeEventListener.call(target, type, listener, ...more);
  };
}
const meet = (Socket, address, ...more) => new Promise((resolve) => {
  window.got = []; window.events = [];
  window.socket = new Socket(address, ...more);
  socket.onopen = () => { events.push("open"); resolve(); };
  socket.onmessage = (event) => got.push(event.data);
  socket.onerror = (event) => events.push("error " + event.message);
  socket.onclose = ({ code, reason, wasClean }) => { events.push(`close ${code} ${reason} ${wasClean}`); resolve(); };
  socket.addEventListener("gap", () => events.push("gap"));
});
"""


def page(request: Request) -> HTMLResponse:
    """Where fetch can't stream it is as in an old browser: the library finds EventSource."""
    older = "delete Response.prototype.body;" if "older" in request.query_params else ""
    return HTMLResponse(f"<!doctype html><title>page</title><script>{older}{LIBRARY}{SCRIPT}</script>")


@dataclass
class Stage:
    shim: Served
    proxy: CuttingProxy
    pages: str

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.proxy.port}/{self.shim.stage}?room=1"

    def connection(self) -> str:
        (snapshot,) = self.shim.service.streams.snapshots()
        return snapshot.connection_id


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    (tmp_path / "handlers.py").write_text(HANDLERS, encoding="utf-8")
    with listening(Starlette(routes=[Route("/", page)])) as port:
        pages = f"http://127.0.0.1:{port}"
        faces = FaceOptions(allowed_origins=(pages,))
        with serving(tmp_path, ROUTES, limits=LIMITS, faces=faces) as shim, cutting(shim.port) as proxy:
            yield Stage(shim, proxy, pages)


@pytest.mark.parametrize("kind", ["fetch", "eventsource"])
@pytest.mark.slow
def test_many_cuts_lose_nothing_double_nothing_and_keep_the_order(
    kind: str, stage: Stage, open_page: Callable[[str], Page], tmp_path: Path
) -> None:
    shown = open_page(stage.pages + ("?older" if kind == "eventsource" else ""))
    stage.proxy.cut_after = (1_500, 4_500)
    shown.evaluate(
        "(address) => meet(SseSocket, address, ['v1', 'v2'], { headers: { 'X-Token': 't1' } })", stage.address
    )
    assert shown.evaluate("[socket.readyState, socket.protocol, socket.url]") == [1, "v2", stage.address]
    connection = stage.connection()
    texts = [
        f"{number} caf\u00e9 \U0001f600 \u2028" + "\r" * (number % 3) + "x" * (number % 200) for number in range(COUNT)
    ]
    for number, text in enumerate(texts):
        stage.shim.service.post(connection, text.encode())
        if number % 10 == 9:
            shown.wait_for_function(f"got.length > {number - 40}")
    shown.wait_for_function(f"got.length >= {COUNT}", timeout=60_000)
    assert shown.evaluate("got") == texts
    assert stage.proxy.cuts >= 10

    cuts = stage.proxy.cuts
    shown.evaluate("for (let n = 0; n < 30; n++) socket.send(JSON.stringify({ action: 'note', n }))")
    shown.wait_for_function("socket.bufferedAmount === 0", timeout=60_000)
    end = time.monotonic() + 30  # they are taken, and the handlers of the last ones may be at work still
    while len(seen := (tmp_path / "seen").read_text(encoding="utf-8").splitlines()) < 30 and time.monotonic() < end:
        time.sleep(0.02)
    assert sorted(json.loads(line)["n"] for line in seen) == list(range(30))
    assert stage.proxy.cuts > cuts
    assert shown.evaluate("events") == ["open"]
    assert stage.connection() == connection

    assert shown.evaluate("kept.size") == 1  # for the page being left
    shown.evaluate("socket.close(4000, 'bye')")
    shown.wait_for_function("socket.readyState === 3")
    assert shown.evaluate("events") == ["open", "close 4000 bye true"]
    assert shown.evaluate("kept.size") == 0


@pytest.mark.parametrize("kind", ["fetch", "eventsource"])
def test_a_close_by_the_server_is_told_with_its_code(kind: str, stage: Stage, open_page: Callable[[str], Page]) -> None:
    shown = open_page(stage.pages + ("?older" if kind == "eventsource" else ""))
    shown.evaluate("(address) => meet(SseSocket, address)", stage.address)
    stage.shim.service.post(stage.connection(), b"last")
    stage.shim.service.streams.close(stage.connection(), 4001, "moved")
    shown.wait_for_function("socket.readyState === 3")
    assert shown.evaluate("[got, events]") == [["last"], ["open", "close 4001 moved true"]]


@pytest.mark.parametrize(
    ("kind", "close"), [("fetch", "close 1008 403 Forbidden false"), ("eventsource", "close 1006  false")]
)
def test_a_refusal_of_connect_ends_the_socket(
    kind: str, close: str, stage: Stage, open_page: Callable[[str], Page]
) -> None:
    shown = open_page(stage.pages + ("?older" if kind == "eventsource" else ""))
    shown.evaluate("(address) => meet(SseSocket, address, [], { headers: { 'X-Refuse': '403' } })", stage.address)
    assert shown.evaluate("events.at(-1)") == close
    assert shown.evaluate("events.length") == 2


@pytest.mark.parametrize("kind", ["fetch", "eventsource"])
def test_a_connection_that_ended_while_the_stream_was_away_is_told(
    kind: str, stage: Stage, open_page: Callable[[str], Page]
) -> None:
    shown = open_page(stage.pages + ("?older" if kind == "eventsource" else ""))
    shown.evaluate("(address) => meet(SseSocket, address)", stage.address)
    connection, port = stage.connection(), stage.proxy.target
    stage.proxy.target = 1
    stage.proxy.cut()
    stage.shim.service.streams.close(connection, 1000, "")
    stage.proxy.target = port
    shown.wait_for_function("socket.readyState === 3")
    assert shown.evaluate("events.at(-1)").startswith("close 1006")


def test_websocket_beside_it_says_the_same(stage: Stage, open_page: Callable[[str], Page]) -> None:
    said = []
    for socket in ("WebSocket", "SseSocket"):
        shown = open_page(stage.pages)
        shown.evaluate(f"(address) => meet({socket}, address, ['v1', 'v2'])", stage.address)
        connection = stage.connection()
        for number in range(50):
            stage.shim.service.post(connection, f"{number} \r\n \u2028 caf\u00e9".encode())
        stage.shim.service.post(connection, b'{"from": 1}')
        shown.wait_for_function("got.length === 51")
        shown.evaluate("socket.close(4000, 'bye')")
        shown.wait_for_function("socket.readyState === 3")
        said.append(
            shown.evaluate("[got, events, socket.url, socket.protocol, socket.extensions.length, socket.CLOSED]")
        )
    websocket, sse_socket = said
    assert sse_socket[:4] == websocket[:4]


@pytest.mark.slow
def test_ten_thousand_messages_and_a_hundred_sockets_leave_nothing_behind(
    stage: Stage, open_page: Callable[[str], Page]
) -> None:
    shown = open_page(stage.pages)
    heap = shown.context.new_cdp_session(shown)

    def used() -> int:
        for _ in range(3):
            heap.send("HeapProfiler.collectGarbage")
        return int(heap.send("Runtime.getHeapUsage")["usedSize"])

    def round_of(sockets: int) -> None:
        for _ in range(sockets):
            shown.evaluate("(address) => meet(SseSocket, address, [], { pauseWhenHidden: 1000 })", stage.address)
            connection = stage.connection()
            for _message in range(100):
                stage.shim.service.post(connection, b"x" * 500)
            shown.wait_for_function("got.length === 100")
            shown.evaluate("socket.close()")
            shown.wait_for_function("socket.readyState === 3")

    round_of(10)
    before = used()
    round_of(100)
    assert used() - before < 300_000
    assert shown.evaluate("kept.size") == 0
