"""The report of a dual run in a real browser: narrow and wide, light and dark, without network, without script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from shim.dualrun.report.html import render_html
from shim.dualrun.report.to_document import document
from tests.shim.dualrun.report.reporting import conversation, full

pytestmark = pytest.mark.browser

SIZES = [(width, scheme) for width in (400, 1400) for scheme in ("light", "dark")]


@pytest.fixture(params=SIZES, ids=[f"{width}-{scheme}" for width, scheme in SIZES])
def page(request, browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """The page with everything that it can show, opened from a file; a complaint or a request fails the test."""
    width, scheme = request.param
    path = tmp_path / "report.html"
    path.write_text(render_html(full(document(conversation(hostile=True)))), "utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=False
    )
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: requests.append(asked.url))
    page.goto(path.as_uri())
    yield page
    context.close()
    assert complaints == []
    assert requests == [path.as_uri()]


def test_nothing_is_wider_than_the_window(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    outside = "[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll') && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    assert page.evaluate(outside) == []


def test_what_matters_is_on_the_first_screen(page: Page) -> None:
    verdict = page.locator(".word").bounding_box()
    assert page.locator(".word").inner_text() == "FAIL"
    assert verdict is not None
    assert verdict["y"] + verdict["height"] < 900


def test_the_pictures_are_drawn_with_a_size_and_a_name(page: Page) -> None:
    names = ["Swim-lanes", "Delivery matrix", "Paired timeline", "Evidence over sessions", "Latency, steady"]
    for name in names:
        drawing = page.get_by_role("img", name=name)
        box = drawing.bounding_box()
        assert box is not None
        assert box["width"] > 200
        assert box["height"] > 50


def test_words_stand_out_from_what_is_behind_them(page: Page) -> None:
    """Contrast of at least 4.5 (https://www.w3.org/TR/WCAG22/#contrast-minimum) for the words of verdicts and cells."""
    contrast = """() => {
      const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
      const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
      const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
      return [...document.querySelectorAll('h1, h2, p, li, td, th, caption, figcaption, dd, dt, mark, summary')].map(e => {
        const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
        return [(a + .05) / (b + .05), e.outerHTML.slice(0, 80)];
      }).filter(([ratio]) => ratio < 4.5);
    }"""
    assert page.evaluate(contrast) == []


def test_nothing_of_a_message_became_an_element(page: Page) -> None:
    assert page.locator("script, img, a, iframe").count() == 0
    assert "alert(1)" in page.locator("body").inner_text()


def test_a_keyboard_reaches_what_scrolls_and_what_opens(page: Page) -> None:
    assert page.locator(".scroll:not([tabindex='0'])").count() == 0
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("table", name="What nothing explains comes first.").is_visible()


def test_it_prints(page: Page) -> None:
    page.emulate_media(media="print")
    assert page.locator(".word").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
