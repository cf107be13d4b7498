import html
import re
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from checklists import Checklist, DocumentDamaged, build, render_markdown
from checklists.document import read
from migrator.inventory.model import Client, Inventory, Route
from migrator.inventory.record import Location
from tests.checklists.outputs.rich import rich

TODAY = date(2026, 9, 1)
MARKER = re.compile(r"<!--\s*/?(?:item|notes|ws2sse):")
ANY_TEXT = st.text(st.characters(codec="utf-8")) | st.text(alphabet=st.sampled_from("<!-/>: \r\n*`[]x&item"))

few = settings(max_examples=30)
"""Each example builds and renders a whole checklist, twice or more."""


def _again(inventory: Inventory, previous: str | None) -> str:
    return render_markdown(_checklist(inventory, previous))


def _checklist(inventory: Inventory, previous: str | None = None) -> Checklist:
    return build(inventory, verify=None, previous=previous, today=TODAY, started=None)


def _with_notes(text: str, item_id: str, notes: str) -> str:
    return text.replace(f"  <!-- /notes:{item_id} -->", f"{notes}\n  <!-- /notes:{item_id} -->")


@few
@given(notes=ANY_TEXT)
@example(notes="<b>bold</b> &amp; | # - [x] **no item**\r")
@example(notes="```\nan open fence")
@example(notes="<!-- a comment of mine")
@example(notes="\x0b\x0c\x1c\x85\u2028\u2029\ufeff\x00")
def test_any_note_survives_byte_for_byte_and_marker_text_is_refused(inventory, notes):
    noted = _with_notes(_again(inventory, None), "OPS-ALARMS", notes)
    if MARKER.search(notes):
        with pytest.raises(DocumentDamaged):
            _again(inventory, noted)
        return
    once = _again(inventory, noted)
    assert f"  <!-- notes:OPS-ALARMS -->\n{notes}\n  <!-- /notes:OPS-ALARMS -->" in once
    assert _again(inventory, once) == once


@pytest.mark.parametrize(
    "notes",
    [
        "<!-- item:OPS-ALARMS -->",
        "<!-- /notes:OPS-ALARMS -->",
        "  <!-- /notes:OPS-ALARMS -->\nmore",
        "<!-- notes:DEV-FIND-CODE -->",
        "see <!--ws2sse:checklist -->",
    ],
)
def test_marker_text_in_notes_is_refused(inventory, notes):
    noted = _with_notes(_again(inventory, None), "OPS-ALARMS", notes)
    with pytest.raises(DocumentDamaged):
        _again(inventory, noted)


@few
@given(owner=st.text(st.characters(codec="utf-8", exclude_characters="\n")))
def test_any_owner_survives(inventory, owner):
    first = _again(inventory, None)
    named = first.replace("  - owner:\n  <!-- notes:OPS-ALARMS", f"  - owner: {owner}\n  <!-- notes:OPS-ALARMS")
    once = _again(inventory, named)
    kept = owner.strip(" \t\r")
    assert f"  - owner:{' ' + kept if kept else ''}\n  <!-- notes:OPS-ALARMS -->" in once
    assert _again(inventory, once) == once


@few
@given(boxes=st.lists(st.booleans(), min_size=60, max_size=60))
def test_ticks_of_people_survive_and_the_same_facts_give_the_same_bytes(inventory, boxes):
    first = _again(inventory, None)
    answers = iter(boxes)
    ticked = re.sub(r"^- \[ \]", lambda _: "- [x]" if next(answers) else "- [ ]", first, flags=re.MULTILINE)
    once = _again(inventory, ticked)
    wanted = {line for line in ticked.split("\n") if line.startswith("- [x]")}
    assert wanted <= set(once.split("\n"))
    assert _again(inventory, once) == once


@few
@given(text=st.text(st.characters(codec="utf-8"), min_size=1))
@example(text="\n- [x] **done** <!-- item:OPS-ALARMS -->")
@example(text="<!-- /notes:OPS-ALARMS -->")
@example(text="\n  - owner: mallory")
def test_nothing_in_a_repository_can_forge_a_marker_a_tick_or_an_owner(inventory, text):
    where = Location(path=text)
    hostile = inventory.model_copy(
        update={
            "application": text,
            "clients": (Client(location=where, language="typescript", library=text, url=text, reconnect=where),),
            "apis": (
                inventory.apis[0].model_copy(
                    update={"id": text, "name": text, "routes": (Route(key=text, handler="h", location=where),)}
                ),
            ),
        }
    )
    checklist = _checklist(hostile)
    rendered = render_markdown(checklist)
    assert len(re.findall("<!-- item:", rendered)) == len(checklist.entries)
    assert _again(hostile, rendered) == rendered
    again = _checklist(hostile, rendered)
    assert all(not entry.words.owner and not entry.words.notes for entry in again.entries)
    assert {entry.item.id for entry in again.entries if entry.words.ticked} == {"DEV-FIND-CODE", "DEV-STOP-NEW"}


def test_a_document_with_windows_line_ends_is_read_and_written_with_ours(inventory):
    first = _again(inventory, None)
    assert _again(inventory, first.replace("\n", "\r\n")) == first


def test_the_head_and_an_item_look_like_this(inventory):
    text = _again(inventory, None)
    assert text.startswith(
        "<!-- ws2sse:checklist started=2026-09-01 sites=11 schema=2 "
        "clients=1 reconnects=1 tests=1 apis=1 resources=1 handlers=4 pushes=1 -->\n"
        "\n# Leaving WebSocket: knowledge-chat\n"
    )
    assert (
        "- [ ] **Remove hand-made reconnect logic** <!-- item:DEV-REMOVE-RECONNECT -->\n"
        "  - status: **blocked** (waits for what it depends on)\n"
        "  - due: 2026-12-01, phase 4 Move the clients over\n"
        "  - waits for: Update the clients\n"
        "  - evidence, speaks against it: 1 hand-made reconnect left of 1.\n"
        "    - `web/chat.ts:48:1` reconnects the WebSocket at web/chat.ts:14:1\n"
        "  - to do: " in text
    )
    assert "  - owner:\n  <!-- notes:DEV-REMOVE-RECONNECT -->\n  <!-- /notes:DEV-REMOVE-RECONNECT -->\n" in text


def test_long_lists_of_places_are_cut_and_say_so(inventory):
    many = inventory.model_copy(update={"tests": inventory.tests * 14})
    assert "    - and 4 more, in the JSON and HTML forms\n" in _again(many, None)


def test_a_reader_of_the_document_sees_lists_a_table_and_every_title(inventory):
    page = MarkdownIt("commonmark").enable("table").render(_again(inventory, None))
    assert "<table>" in page
    shown = html.unescape(page)
    assert all(f"<strong>{entry.item.title}</strong>" in shown for entry in _checklist(inventory).entries)


def test_an_item_tells_whose_it_is_until_when_it_is_waived_since_when_and_what_shows_that_absence_means_something():
    text = render_markdown(rich())
    assert (
        "- [ ] **Do thing 2** <!-- item:ITEM-2 -->\n"
        "  - status: **waived** (because of waived), since 2026-07-01\n"
        "  - due: 2026-07-07, phase 2 Build\n"
        "  - owned by: @mia, says CODEOWNERS\n"
        "  - waiver, until 2026-10-01: the partner moves in winter (jo, OPS-17)\n" in text
    )
    assert "| Do thing 2 | 2026-10-01 | 24 | jo | the partner moves in winter (OPS-17) |\n" in text
    assert "    - it would have been seen: ConnectCount was 4,211 in the four weeks before.\n" in text
    assert "  - word of mia on 2026-08-03: looked\n" in text
    assert "(because of regressed), since 2026-09-07, reopened once\n" in text
    assert "| 5 Drain | Remove WebSocket | 2026-08-30 | 0 of 1 | **1 overdue** |\n" in text
    assert "It goes up by \\$17.70 a month at today's load.\n" in text


def test_a_rich_document_is_read_back_with_everything_that_people_wrote():
    words = {one.id: one for one in read(render_markdown(rich(notes="mine\n"))).words}
    assert {one.item.id for one in rich().entries} | {"OLD-ITEM"} == set(words)
    assert all((one.owner, one.notes) in {("@mia", "mine\n"), ("mia", "mine\n")} for one in words.values())
