import json
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from checklists import build, render_html, render_markdown, to_json
from migrator.inventory.model import Client
from migrator.inventory.record import Location

VOID = {"meta", "br", "link", "img", "input"}


class Page(HTMLParser):
    """Fails when tags don't nest; keeps what a browser would act on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def checklist(inventory, failed):
    hostile = "</style><script>alert(1)</script>\u202e\x00"
    where = Location(path=f"web/{hostile}.ts")
    client = Client(location=where, language="typescript", library="WebSocket", url=f'"{hostile}')
    app = inventory.model_copy(update={"application": hostile, "clients": (client,)})
    start = date(2026, 8, 31)
    first = render_markdown(build(app, verify=failed, previous=None, today=start, started=None))
    notes = "I asked <b>Mia</b> & Jo\r\n"
    noted = first.replace("  <!-- /notes:OPS-ALARMS", f"{notes}  <!-- /notes:OPS-ALARMS").replace(
        "- [ ] **Update the clients", "- [x] **Update the clients"
    )
    noted += '- [x] **Old "thing"** <!-- item:OLD -->\n'
    return build(app, verify=failed, previous=noted, today=date(2026, 12, 24), started=None)


def test_nothing_from_a_repository_or_a_person_becomes_markup(checklist):
    text = render_html(checklist)
    page = Page(text)
    assert {tag for tag, _ in page.tags} & {"script", "b"} <= {"b"}
    assert "<b>Mia" not in text
    assert "I asked <b>Mia</b> & Jo" in page.text
    assert "\u202e" not in text
    assert "\x00" not in text


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(checklist):
    text = render_html(checklist)
    attributes = {name for _, attrs in Page(text).tags for name in attrs}
    assert not attributes & {"src", "onclick", "onload", "style"}
    assert not re.search(r"url\(|@import|https?://", text)
    assert "default-src 'none'" in text


def test_every_link_leads_to_an_item_and_ids_are_unique(checklist):
    tags = Page(render_html(checklist)).tags
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(set(ids)) == len(ids)
    assert {attrs["href"].removeprefix("#") for tag, attrs in tags if tag == "a"} <= set(ids)
    assert {entry.item.id for entry in checklist.entries} <= set(ids)


def test_every_status_is_said_in_words_and_what_is_overdue_stands_first(checklist):
    text = Page(render_html(checklist)).text
    assert text.index("Needs attention") < text.index("Find what there is") < text.index("Developers")
    assert "ticked, but evidence disagrees, overdue" in text
    assert "by 101 days" in text
    assert "Verify says FAIL: 2 missing." in text
    assert "OLD" in text


def test_json_has_the_same_totals_and_everything_that_people_wrote(checklist):
    text = to_json(checklist)
    record = json.loads(text)
    assert text.endswith("}\n")
    assert (record["schema_version"], record["exit_status"], record["as_of"]) == (2, 1, "2026-12-24")
    assert sum(record["totals"].values()) == len(record["items"]) == sum(phase["total"] for phase in record["phases"])
    alarms = next(item for item in record["items"] if item["id"] == "OPS-ALARMS")
    assert alarms["notes"] == "I asked <b>Mia</b> & Jo\r\n"
    assert alarms["evidence"]["verdict"] == "no_data"
    assert [kept["id"] for kept in record["no_longer_in_the_catalogue"]] == ["OLD"]
