"""The page of a checklist in a real browser: narrow and wide, light and dark, on paper, without network or script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from checklists.model import Checklist
from checklists.outputs import render_html
from checklists.outputs.html.page import ALL_OPEN
from tests.checklists.outputs.rich import entry, phases, rich

pytestmark = pytest.mark.browser

SIZES = [(400, "light"), (400, "dark"), (1400, "light"), (1400, "dark")]
HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(1)>\u202e" + "long" * 60

SHOWN = "[...document.querySelectorAll('.card')].filter(e => e.checkVisibility({contentVisibilityAuto: false})).map(e => e.id)"


def many(number: int) -> Checklist:
    made = []
    for place in range(number):
        one = entry(place % 9, "blocked" if place % 2 else "not_started")
        item = one.item.model_copy(update={"id": f"ITEM-{place}", "depends_on": ()})
        made.append(one.model_copy(update={"item": item, "overdue_days": 0}))
    return rich().model_copy(update={"entries": tuple(made), "phases": phases(tuple(made))})


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    pages = {"plain": rich(), "hostile": rich(HOSTILE), "many": many(ALL_OPEN + 40)}
    for name, checklist in pages.items():
        (folder / f"{name}.html").write_text(render_html(checklist), "utf-8")
    return {name: folder / f"{name}.html" for name in pages}


class Visit:
    """Opens one page after another; a complaint or a request for anything else fails the test."""

    def __init__(self, browser: Browser, files: dict[str, Path], width: int, scheme: str) -> None:
        self._files = files
        self._context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=False
        )
        self.complaints: list[str] = []
        self.asked: list[str] = []

    def to(self, name: str, fragment: str = "") -> Page:
        page = self._context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url.partition("#")[0]))
        page.goto(self._files[name].as_uri() + fragment)
        return page

    def end(self) -> None:
        self._context.close()
        assert self.complaints == []
        assert set(self.asked) <= {path.as_uri() for path in self._files.values()}


@pytest.fixture(params=SIZES, ids=[f"{width}-{scheme}" for width, scheme in SIZES])
def visit(request, browser: Browser, files) -> Iterator[Visit]:
    width, scheme = request.param
    one = Visit(browser, files, width, scheme)
    yield one
    one.end()


@pytest.fixture
def wide(browser: Browser, files) -> Iterator[Visit]:
    one = Visit(browser, files, 1400, "light")
    yield one
    one.end()


def test_nothing_is_wider_than_the_window_whatever_it_is_called(visit: Visit) -> None:
    page = visit.to("hostile")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    outside = "[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll') && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    assert page.evaluate(outside) == []
    assert page.locator("script, img, iframe").count() == 0


def test_words_stand_out_from_what_is_behind_them(visit: Visit) -> None:
    """Contrast of at least 4.5 (https://www.w3.org/TR/WCAG22/#contrast-minimum)."""
    page = visit.to("plain")
    contrast = """() => {
      const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
      const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
      const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
      return [...document.querySelectorAll('h1, h2, h3, h4, p, li, dt, dd, span, a, b, code, summary, label, legend, button')].filter(e => !e.closest('svg') && e.textContent.trim()).map(e => {
        const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
        return [(a + .05) / (b + .05), e.outerHTML.slice(0, 90)];
      }).filter(([ratio]) => ratio < 4.5);
    }"""
    assert page.evaluate(contrast) == []


def test_what_is_loud_and_the_first_phases_are_on_the_first_screen(visit: Visit) -> None:
    page = visit.to("plain")
    box = page.get_by_role("heading", name="Phases and deadlines").bounding_box()
    assert box is not None
    assert box["y"] < 900


def test_each_part_has_a_heading_and_a_way_there(wide: Visit) -> None:
    page = wide.to("plain")
    targets = page.eval_on_selector_all("nav a", "links => links.map(link => link.hash.slice(1))")
    assert targets == [
        "attention",
        "phases",
        "burndown",
        "waivers",
        "items",
        "waits",
        "idle",
        "cost",
        "fates",
        "survey",
    ]
    for target in targets:
        assert page.locator(f"h2#{target}").is_visible()
    assert page.locator(".scroll:not([tabindex='0'])").count() == 0


def test_a_filter_leaves_what_was_chosen_and_show_all_brings_all_back(wide: Visit) -> None:
    page = wide.to("plain")
    every = page.evaluate(SHOWN)
    page.get_by_text("Developers", exact=False).locator("xpath=self::label").click()
    assert page.evaluate(SHOWN) == [f"ITEM-{number}" for number in (0, 3, 6, 9)]
    page.locator("label", has_text="needs attention").click()
    assert page.evaluate(SHOWN) == ["ITEM-3", "ITEM-6"]
    page.locator("#phase-drain").locator("xpath=..").click()
    assert page.evaluate(SHOWN) == ["ITEM-6"]
    page.get_by_role("button", name="Show all").click()
    assert page.evaluate(SHOWN) == every


def test_a_filter_works_by_keyboard_alone(wide: Visit) -> None:
    page = wide.to("plain")
    page.locator("#audience-all").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(SHOWN) == [f"ITEM-{number}" for number in (0, 3, 6, 9)]
    outline = "getComputedStyle(document.activeElement.closest('label')).outlineStyle"
    assert page.evaluate(outline) == "solid"


def test_of_many_items_groups_begin_closed_and_a_link_or_a_filter_opens_them(wide: Visit) -> None:
    page = wide.to("many")
    assert page.evaluate(SHOWN) == []
    assert page.evaluate("document.documentElement.scrollHeight") < 6000
    page.locator("#audience-operations").locator("xpath=..").click()
    assert len(page.evaluate(SHOWN)) == 40
    there = wide.to("many", "#ITEM-100")
    assert "ITEM-100" in there.evaluate(SHOWN)


def test_a_link_leads_to_a_card_that_a_filter_hides(wide: Visit) -> None:
    page = wide.to("plain", "#ITEM-1")
    page.locator("#audience-developer").locator("xpath=..").click()
    assert "ITEM-1" in page.evaluate(SHOWN)


def test_evidence_opens_by_keyboard_and_tells_source_time_query_and_digest(wide: Visit) -> None:
    page = wide.to("plain")
    drawer = page.locator("#ITEM-0 details")
    drawer.locator("summary").focus()
    page.keyboard.press("Enter")
    said = drawer.inner_text()
    for words in (
        "AWS",
        "aws.ConnectCount",
        "2026-09-07 08:30 UTC",
        "cloudwatch:GetMetricData",
        "It would have been seen",
    ):
        assert words in said
    assert drawer.locator("code[title]").get_attribute("title") == rich().entries[0].evidence.facts[0].digest  # type: ignore[union-attr]


def test_a_box_of_the_graph_leads_to_its_card(wide: Visit) -> None:
    page = wide.to("plain")
    page.locator("svg a[href='#ITEM-6']").click()
    assert page.url.endswith("#ITEM-6")


def test_on_paper_everything_is_open_and_nothing_needs_a_coloured_background(browser: Browser, files) -> None:
    one = Visit(browser, files, 700, "dark")
    page = one.to("many")
    page.emulate_media(media="print", color_scheme="dark")
    assert len(page.evaluate(SHOWN)) == ALL_OPEN + 40
    assert page.locator("#ITEM-2 .fact").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    coloured = "[...document.querySelectorAll('.pill, .card, section')].filter(e => !/, 0\\)$|255, 255, 255/.test(getComputedStyle(e).backgroundColor)).length"
    assert page.evaluate(coloured) == 0
    assert page.locator(".filters").is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    one.end()
