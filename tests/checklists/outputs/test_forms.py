"""Each form for machines says of each item what the checklist says."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from importlib.metadata import version
from xml.etree import ElementTree as ET

import pytest
from icalendar import Calendar
from jsonschema import Draft202012Validator

from checklists.outputs import FORMS, SUFFIXES, write_checklist
from migrator.schemas import schema
from tests.checklists.outputs.rich import TODAY, rich


def rows() -> dict[str, dict[str, str]]:
    text = write_checklist(rich(), "csv")
    return {row["id"]: row for row in csv.DictReader(io.StringIO(text, newline=""), strict=True)}


def cases() -> dict[str, ET.Element]:
    found = ET.fromstring(write_checklist(rich(), "junit")).iter("testcase")
    return {case.get("name", "").partition(":")[0]: case for case in found}


def results() -> dict[str, dict]:
    run = json.loads(write_checklist(rich(), "sarif"))["runs"][0]
    return {result["ruleId"]: result for result in run["results"]}


@pytest.mark.parametrize("form", ["markdown", "html", "junit", "icalendar"])
def test_an_item_that_says_only_its_title_has_no_empty_to_do(form):
    full = rich()
    bare = tuple(
        one.model_copy(update={"item": one.item.model_copy(update={"action": "", "undo": ""})}) for one in full.entries
    )
    label = re.compile(r"to (un)?do(:|</b>)", re.IGNORECASE)
    assert label.search(write_checklist(full, form))
    assert not label.search(write_checklist(full.model_copy(update={"entries": bare}), form))


@pytest.mark.parametrize("form", FORMS)
def test_the_same_checklist_gives_the_same_bytes(form):
    assert write_checklist(rich(), form) == write_checklist(rich(), form)


def test_each_form_has_one_ending():
    assert sorted(SUFFIXES.values()) == sorted(FORMS)


def test_json_is_valid_by_its_schema_and_a_fact_has_a_digest():
    record = json.loads(write_checklist(rich(), "json"))
    Draft202012Validator(json.loads(schema("checklist")), format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
        record
    )
    assert record["items"][0]["evidence"]["facts"][0]["sha256"] == rich().entries[0].evidence.facts[0].digest
    assert record["cost"]["words"].startswith("It goes up")


def test_csv_has_a_line_an_item_and_a_number_stays_a_number():
    found = rows()
    assert len(found) == 11
    assert (found["ITEM-3"]["status"], found["ITEM-3"]["overdue_days"]) == ("regressed", "44")
    assert (found["ITEM-2"]["waiver_days_left"], found["ITEM-2"]["waiver_approved_by"]) == ("24", "jo")
    assert found["ITEM-0"]["saves_usd_month"] == "12.5"
    assert found["ITEM-0"]["owner"] == "'@mia"  # would be computed as a formula
    assert write_checklist(rich(), "csv").count("\r\n") == 12


@pytest.mark.parametrize(
    ("item", "tag", "says"),
    [
        ("ITEM-3", "failure", "regressed: because of regressed; overdue by 44 days"),
        ("ITEM-4", "failure", "disputed: because of disputed"),
        ("ITEM-6", "failure", "in progress: because of in_progress; overdue by 8 days"),
        ("ITEM-7", "error", "unknown: because of unknown"),
        ("ITEM-8", "skipped", "blocked: because of blocked"),
        ("ITEM-9", "skipped", "not started: because of not_started"),
        ("ITEM-2", "skipped", "waived until 2026-10-01 (24 days left), jo: the partner moves in winter"),
        ("ITEM-10", "skipped", "does not apply"),
    ],
)
def test_junit_fails_what_is_loud_or_overdue_and_skips_what_waits(item, tag, says):
    (told,) = list(cases()[item])
    assert told.tag == tag
    assert says in told.get("message", "")


def test_junit_passes_only_what_is_done_and_counts_as_it_tells():
    root = ET.fromstring(write_checklist(rich(), "junit"))
    assert [name for name, case in cases().items() if case.find("system-out") is not None] == ["ITEM-0", "ITEM-1"]
    for suite in root:
        assert int(suite.get("tests", "0")) == len(suite)
        assert int(suite.get("failures", "0")) == len(suite.findall("testcase/failure"))
    assert sum(len(suite) for suite in root) == 11


def test_sarif_points_at_open_items_and_says_what_is_new_and_what_is_accepted():
    found = results()
    assert set(found) == {"ITEM-2", "ITEM-3", "ITEM-4", "ITEM-6", "ITEM-7", "ITEM-8"}
    assert found["ITEM-3"]["level"] == "error"
    assert found["ITEM-3"]["baselineState"] == "new"
    assert found["ITEM-8"]["baselineState"] == "unchanged"
    assert found["ITEM-2"]["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "the partner moves in winter (jo, until 2026-10-01)",
        }
    ]
    assert "suppressions" not in found["ITEM-3"]


def test_sarif_says_nothing_of_a_baseline_without_a_history():
    checklist = rich()
    young = checklist.model_copy(
        update={"entries": tuple(entry.model_copy(update={"since": None}) for entry in checklist.entries)}
    )
    run = json.loads(write_checklist(young, "sarif"))["runs"][0]
    assert run["tool"]["driver"]["version"] == version("ws2sse")
    assert not [result for result in run["results"] if "baselineState" in result]


def test_icalendar_has_deadlines_and_what_is_open_on_their_days():
    calendar = Calendar.from_ical(write_checklist(rich(), "icalendar"))
    events = {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}
    assert len(events) == 8 + 7
    due = events["chat: Do thing 3"]
    assert due["DTSTART"].dt == rich().entries[3].due
    assert due["DTSTAMP"].dt.date() == TODAY
    assert "chat: Do thing 0" not in events


def test_icalendar_names_an_event_the_same_on_every_day():
    def names(text: str) -> set[str]:
        return {str(event["UID"]) for event in Calendar.from_ical(text).walk("VEVENT")}

    later = rich().model_copy(update={"as_of": date(2026, 9, 8)})
    other = rich().model_copy(update={"application": "shop"})
    assert names(write_checklist(rich(), "icalendar")) == names(write_checklist(later, "icalendar"))
    assert not names(write_checklist(rich(), "icalendar")) & names(write_checklist(other, "icalendar"))
