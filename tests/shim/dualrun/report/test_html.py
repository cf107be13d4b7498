from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

from shim.dualrun.report.html import render_html
from shim.dualrun.report.report import Report
from shim.dualrun.report.to_document import document
from tests.shim.dualrun.report.reporting import conversation, explained, full, many, report

FORBIDDEN = {"script", "img", "a", "b", "iframe", "link", "object", "form", "base"}


class Elements(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.ids: Counter[str] = Counter()
        self.said: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += attrs
        self.ids.update(value for name, value in attrs if name == "id")

    def handle_data(self, data):
        self.said.append(data)


def page_of(made):
    return render_html(document(made))


def words_of(page):
    return " ".join(" ".join(Elements(page).said).split())


def test_nothing_of_a_message_becomes_an_element_or_an_attribute():
    page = render_html(full(document(conversation(hostile=True))))
    page.encode()
    elements = Elements(page)
    assert not FORBIDDEN & set(elements.tags)
    assert not [name for name, _ in elements.attributes if name.startswith("on")]
    assert not set("\x1b\x00\u202e") & set(page)
    assert "alert(1)" in words_of(page)


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing():
    page = render_html(full(document(conversation())))
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert not re.search(r"<script|<link|<img|@import|url\(|\bsrc=|\bhref=", page)


def test_ids_are_unique_and_everything_named_by_one_is_there():
    elements = Elements(render_html(full(document(conversation()))))
    assert not [name for name, number in elements.ids.items() if number > 1]
    named = [value for name, value in elements.attributes if name == "aria-labelledby" and value]
    assert set(" ".join(named).split()) <= set(elements.ids)


def test_every_picture_has_a_title_and_a_description_and_every_table_a_caption():
    elements = Elements(render_html(full(document(conversation()))))
    assert elements.tags["desc"] == 5  # lanes, matrix, timeline, evidence, latency
    assert elements.tags["title"] == 6
    assert elements.tags["caption"] == elements.tags["table"]


def test_the_verdict_comes_first_and_then_what_would_change_it():
    said = words_of(page_of(conversation()))
    places = [
        said.index(words)
        for words in (
            "chat 1 sessions compared",
            "FAIL Critical:",
            "What would change it",
            "First divergence",
            "Routes",
        )
    ]
    assert places == sorted(places)


def test_the_differing_part_of_the_leaf_is_marked():
    said = page_of(report([(3, "bob", {"text": "hello world"})], [(3, "bob", {"text": "hello bold world"})]))
    assert "<code>&#34;hello <mark></mark>world&#34;</code>" in said
    assert "<code>&#34;hello <mark>bold </mark>world&#34;</code>" in said


def test_a_pass_shows_who_received_what_and_no_divergence():
    said = words_of(page_of(report([(3, "bob", "x"), (4, "alice", "y"), (5, "bob", "z")])))
    assert "PASS" in said
    assert "First divergence" not in said
    assert "Delivery matrix" in said
    assert "No noise rule was learned" in said


def test_untested_cells_and_faults_that_were_not_found_are_said():
    found = full(document(conversation()))
    said = words_of(render_html(found))
    untested = found.proof.coverage.untested
    assert untested > 0
    assert f"{untested} of " in said
    assert said.count("Untested") == untested
    assert "That is too few, so a PASS would prove nothing." in said
    assert "not enough data" in said
    assert "38 more sessions without a difference would be enough" in said


def test_a_real_pass_tells_its_power_and_its_types():
    made = report([(3, "bob", {"type": "chat", "n": 1}), (4, "alice", {"type": "chat", "n": 2}), (5, "bob", "z")])
    said = words_of(page_of(made))
    assert "faults that were put into the recording of the new path were found" in said
    assert "Faults by kind" in said
    assert "With 95% confidence fewer than" in said


def test_explained_and_unexplained_are_counted_apart():
    made = report([(3, "bob", {"type": "chat"}), (4, "alice", {"type": "chat"})], [])
    assert "1 that nothing explains, 1 explained." in words_of(page_of(explained(made, "waiver:W-1")))


def test_a_hundred_thousand_differences_give_a_small_page_that_says_what_is_left_out():
    page = page_of(many(100_000))
    assert len(page) < 500_000
    assert "200 of 100000 differences are listed." in words_of(page)


def test_a_message_of_a_hundred_kilobytes_is_cut():
    page = page_of(report([(3, "bob", "x" * 100_000)], [(3, "bob", "y" * 100_000)]))
    assert len(page) < 100_000


def test_a_run_that_never_came_up_is_shown_with_its_reason():
    made = Report("INCONCLUSIVE", "chat", "a", "b", "2026-11-29", 0, {}, reasons=("It said nothing.",))
    said = words_of(page_of(made))
    assert "INCONCLUSIVE It said nothing." in said
    assert "No route was exercised." in said
