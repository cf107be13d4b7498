"""The browser's own EventSource, which can send no header: with tickets and with cookies, across cut streams."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from starlette.responses import HTMLResponse
from starlette.routing import Route

from shim.faces.options import FaceOptions
from shim.streams import StreamLimits
from tests.browser.conftest import browser, open_page  # noqa: F401 - fixtures
from tests.shim.faces.facing import Faced, facing

pytestmark = pytest.mark.browser

CUT_OFTEN = StreamLimits(rotation_s=0.2, retry_ms=10)

SCRIPT = """
window.texts = []; window.opened = 0; window.lastState = () => window.source.readyState;
window.listen = (address) => new Promise((resolve, reject) => {
  window.source = new EventSource(address, { withCredentials: true });
  source.onopen = () => window.opened++;
  source.onmessage = (event) => texts.push(event.data);
  source.addEventListener("open", (event) => event.data && resolve(JSON.parse(event.data)));
  source.onerror = () => source.readyState === 2 && reject(new Error("refused"));
});
"""


def page_of(shim: Faced, open_one: Callable[[str], Page], host: str = "127.0.0.1") -> Page:
    async def page(_request):
        return HTMLResponse(f"<!doctype html><title>page</title><script>{SCRIPT}</script>")

    shim.app.api.router.routes.append(Route("/page", page))
    return open_one(f"http://{host}:{shim.port}/page")


def hears_everything(shim: Faced, page: Page, connection_id: str) -> None:
    """Fifty messages while the stream is cut again and again."""
    opened = page.evaluate("opened")
    for number in range(50):
        shim.service.post(connection_id, b"%d" % number)
        if number % 10 == 9:
            page.wait_for_function(f"opened > {opened}")
            opened = page.evaluate("opened")
    page.wait_for_function("texts.length >= 50")
    assert page.evaluate("texts") == [str(number) for number in range(50)]
    assert len(shim.functions.connects) == 1


def test_with_a_ticket_of_another_origin(open_page: Callable[[str], Page]) -> None:  # noqa: F811
    def options(port: int) -> FaceOptions:
        return FaceOptions(allowed_origins=(f"http://localhost:{port}",))

    with facing(options, stream_limits=CUT_OFTEN, authorizer=True) as shim:
        page = page_of(shim, open_page, "localhost")
        opened = page.evaluate(
            """async (address) => {
              const headers = { Authorization: "ana" };
              const answer = await fetch(address + "/ticket", { method: "POST", headers, credentials: "include" });
              const { ticket } = await answer.json();
              return listen(`${address}?ticket=${ticket}`);
            }""",
            shim.address,
        )
        hears_everything(shim, page, opened["connectionId"])
        assert shim.functions.connects[0]["headers"]["Origin"] == f"http://localhost:{shim.port}"

        shim.service.delete(opened["connectionId"])
        page.wait_for_function("lastState() === 2")


def test_a_page_of_an_origin_that_is_not_allowed_gets_neither_ticket_nor_stream(
    open_page: Callable[[str], Page],  # noqa: F811
) -> None:
    with facing() as shim:
        page = page_of(shim, open_page, "localhost")
        for attempt in ("fetch(address + '/ticket', { method: 'POST' })", "listen(address)"):
            refused = page.evaluate(
                f"async (address) => {{ try {{ await {attempt} }} catch {{ return true }} }}", shim.address
            )
            assert refused


def test_with_a_cookie(open_page: Callable[[str], Page]) -> None:  # noqa: F811
    with facing(FaceOptions(cookies=True), stream_limits=CUT_OFTEN) as shim:
        page = page_of(shim, open_page)
        opened = page.evaluate("listen('/prod?stream=tab1')")
        hears_everything(shim, page, opened["connectionId"])

        answered = page.evaluate(
            """async () => {
              const headers = { "Content-Type": "application/json", Prefer: "wait" };
              const answer = await fetch("/prod?stream=tab1", { method: "POST", headers, body: '{"action":"echo"}' });
              return [answer.status, await answer.text(), document.cookie];
            }"""
        )
        assert answered == [200, '{"action":"echo"}', ""]
        assert page.evaluate("fetch('/prod?stream=tab1', { method: 'DELETE' }).then((answer) => answer.status)") == 204
        page.wait_for_function("lastState() === 2")


def test_a_page_of_another_site_can_not_ride_on_the_cookie(open_page: Callable[[str], Page]) -> None:  # noqa: F811
    with facing(FaceOptions(cookies=True)) as shim:
        page = page_of(shim, open_page)
        page.evaluate("listen('/prod?stream=tab1')")
        page.goto(f"http://localhost:{shim.port}/page")
        page.evaluate(
            """(address) => fetch(address + "?stream=tab1",
              { method: "POST", mode: "no-cors", credentials: "include", body: '{"action":"silent"}' })""",
            shim.address,
        )
        assert shim.functions.bodies == []
