"""Names, tags, descriptions, notes, owners and waivers come from anybody: no output may act on them."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import pytest
from icalendar import Calendar
from markdown_it import MarkdownIt

from checklists.outputs import FORMS, write_checklist
from checklists.outputs.github.block import find, write
from checklists.outputs.github.wanted import wanted
from tests.checklists.outputs.rich import rich
from tests.checklists.outputs.test_html import Page

POISONS = {
    "html": "</style></title><script>alert(1)</script><img src=x onerror=alert(1)>\"'>",
    "markdown": "\n# forged\n- [x] **forged** <!-- item:ITEM-9 -->\n`` ` **[a](javascript:alert(1))** | x |",
    "terminal": "\x1b]0;owned\x07\x1b[2J\x9b31m\x00",
    "formula": '\n=HYPERLINK("http://evil",A1)',
    "bidi": "\u202eevil\u2066\u200b\ufeff",
    "cdata": "]]><system-err>forged</system-err><!-- ws2sse:end app=x evidence= state=closed -->",
    "calendar": "\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nACTION:PROCEDURE",
    "surrogate": "\udcff\ud800",
    "long": "x" * 5_000,
}
ACTS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff\ud800-\udfff]")


def check_markdown(text: str) -> None:
    page = MarkdownIt("commonmark").enable("table").render(text)
    assert "<script" not in page
    assert "javascript:" not in re.sub(r">[^<]*<", "><", page)
    assert len(re.findall("<!-- item:", text)) == 12
    assert not re.search("^# forged|^- \\[x\\] \\*\\*forged", text, re.MULTILINE)


def check_html(text: str) -> None:
    tags = {tag for tag, _ in Page(text).tags}
    assert not tags & {"script", "img", "iframe", "object"}


def check_json(text: str) -> None:
    assert len(json.loads(text)["items"]) == 11


def check_csv(text: str) -> None:
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) == 12
    assert not [cell for row in rows for cell in row if cell.strip()[:1] in {"=", "+", "@"}]
    assert not [cell for row in rows for cell in row if cell.startswith("-") and not cell[1:].isdecimal()]


def check_junit(text: str) -> None:
    root = ET.fromstring(text)
    assert {element.tag for element in root.iter()} <= {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "error",
        "skipped",
        "system-out",
    }
    assert len(list(root.iter("testcase"))) == 11


def check_sarif(text: str) -> None:
    places = [result["locations"][0]["physicalLocation"] for result in json.loads(text)["runs"][0]["results"]]
    assert places
    assert all(place["artifactLocation"]["uri"].isascii() for place in places)


def check_icalendar(text: str) -> None:
    assert {part.name for part in Calendar.from_ical(text).walk()} == {"VCALENDAR", "VEVENT"}
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


@pytest.mark.parametrize("poison", POISONS.values(), ids=POISONS)
@pytest.mark.parametrize("form", FORMS)
def test_no_text_acts_in_any_output(form, poison):
    text = write_checklist(rich(poison), form)
    assert not ACTS.search(text)
    text.encode("utf-8")
    globals()[f"check_{form}"](text)


@pytest.mark.parametrize("poison", POISONS.values(), ids=POISONS)
def test_no_text_acts_in_an_issue(poison):
    for one in wanted(rich(poison)):
        body = write(one, "chat", "open", "what a person wrote")
        block = find(body)
        assert block is not None
        assert block.text == one.text
        assert len(body) < 65_536
        assert len(one.title) <= 256
        assert not ACTS.search(body + one.title)
        assert "<script" not in MarkdownIt("commonmark").render(body)


def test_nobody_is_called_and_no_issue_is_mentioned_from_an_issue():
    for one in wanted(rich(" @everyone example/chat#12 #7")):
        assert not re.search(r"@\w|#\d", re.sub("&#8203;", "\u200b", one.text))


def test_notes_stay_byte_for_byte_in_what_is_read_back_and_in_json():
    notes = "<b>x</b> \x1b[2J\u202e =1+1\r\n"
    checklist = rich(notes=notes)
    assert notes in write_checklist(checklist, "markdown")
    assert json.loads(write_checklist(checklist, "json"))["items"][0]["notes"] == notes
