"""Whatever a text is, each form can be read back, and holds one item for one item."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree as ET

from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from checklists.model import Checklist
from checklists.outputs import write_checklist
from checklists.outputs.github.block import BlockDamagedError, find, word, write
from checklists.outputs.github.issues import Wanted
from tests.checklists.outputs.rich import entry, phases, rich

ANY = st.text(st.characters(), max_size=60) | st.text(st.sampled_from("=+-@\t\r\n,;:\"'\\<!->]& x"), max_size=30)
few = settings(max_examples=60)


def one(text: str) -> Checklist:
    entries = (entry(2, "waived", text, f"{text}\n"), entry(3, "regressed", text))
    return rich().model_copy(update={"application": f"app{text}", "entries": entries, "phases": phases(entries)})


@few
@given(text=ANY)
@example(text="\r\n=1+1")
@example(text='",\r\nITEM-9,=x')
def test_csv_has_a_row_for_an_item_with_every_column_and_no_formula(text):
    written = write_checklist(one(text), "csv")
    rows = list(csv.reader(io.StringIO(written, newline=""), strict=True))
    assert [row[0] for row in rows] == ["id", "ITEM-2", "ITEM-3"]
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [cell for row in rows for cell in row if cell.strip().startswith(("=", "+", "@"))]


@few
@given(text=ANY)
@example(text="]]>")
@example(text="\ufffe\uffff\x0b")
def test_junit_is_xml_with_a_case_for_an_item(text):
    cases = list(ET.fromstring(write_checklist(one(text), "junit")).iter("testcase"))
    assert [case.get("name", "")[:6] for case in cases] == ["ITEM-2", "ITEM-3"]


@few
@given(text=ANY)
@example(text="\r\nEND:VCALENDAR\r\n")
@example(text="é" * 80)
def test_icalendar_has_eight_deadlines_and_the_open_item(text):
    events = Calendar.from_ical(write_checklist(one(text), "icalendar")).walk("VEVENT")
    assert len(events) == 9
    assert len({str(event["UID"]) for event in events}) == 9


@few
@given(text=ANY)
def test_json_and_sarif_are_json_and_hold_the_text_as_it_is(text):
    record = json.loads(write_checklist(one(text), "json"))
    assert [item["title"] for item in record["items"]] == [f"Do thing 2{text}", f"Do thing 3{text}"]
    assert record["items"][0]["notes"] == f"{text}\n"
    json.loads(write_checklist(one(text), "sarif"))


@given(before=ANY, after=ANY, inside=ANY, item=ANY.filter(bool))
@example(before="", after="", inside="\r\n", item="A--B <x>")
@example(before="", after="", inside="", item="\udcff")
def test_a_block_is_found_again_and_what_stands_around_it_stays(before, after, inside, item):
    wanted = Wanted(item, "t", inside.replace("\r\n", "\n").strip("\n"), (), False, "0a1b")
    first = write(wanted, "the app", "open")
    body = before + first + after
    found = find(body)
    assert found is not None
    assert (found.item, found.app, found.state, found.evidence) == (word(item), word("the app"), "open", "0a1b")
    again = write(wanted, "the app", "closed", body)
    assert again.startswith(before)
    assert again.endswith(after)
    assert find(again).state == "closed"  # type: ignore[union-attr]


@given(text=ANY)
def test_a_body_without_our_block_is_kept_before_it(text):
    assert write(Wanted("A", "t", "x", (), False, ""), "app", "open", text).startswith(text.strip() and text)


@given(
    parts=st.lists(st.sampled_from(["<!-- ws2sse:item=A -->", "<!-- ws2sse:end app=a evidence= state=open -->", "x\n"]))
)
def test_markers_that_are_no_pair_are_refused(parts):
    body = "".join(parts)
    begins, ends = parts.count("<!-- ws2sse:item=A -->"), sum("end" in part for part in parts)
    try:
        found = find(body)
    except BlockDamagedError:
        assert begins or ends
    else:
        assert (found is None) == (begins == ends == 0)
        assert begins == ends <= 1
