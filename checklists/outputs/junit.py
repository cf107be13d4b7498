"""A checklist for what reads JUnit: an item is a case, a phase is a suite.

The form is the one that Jenkins, GitLab and GitHub actions read: https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

from typing import Final, Literal
from xml.etree import ElementTree as ET

from checklists.model import LOUD, Checklist, Entry
from checklists.outputs.words import STATUS_NAMES, to_do
from templates.text import days, xml

MAX_PLACES: Final = 20
"""Places quoted in one case."""

Outcome = Literal["passed", "failure", "error", "skipped"]


def to_junit(checklist: Checklist) -> str:
    """Regressed, disputed and overdue items are failures; what could not be asked is an error; what is open, blocked,
    unknown or waived is skipped, with the reason.
    """
    suites = ET.Element("testsuites", name=f"ws2sse checklist {xml(checklist.application)}")
    for phase in checklist.phases:
        suite = ET.SubElement(
            suites, "testsuite", name=f"{phase.number} {xml(phase.title)}", timestamp=f"{checklist.as_of}T00:00:00"
        )
        suite.extend(_case(entry) for entry in checklist.entries if entry.item.phase == phase.name)
        suite.set("tests", str(len(suite)))
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(count, str(sum(case.find(tag) is not None for case in suite)))
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def outcome(entry: Entry) -> Outcome:
    if entry.status == "done":
        return "passed"
    if entry.status in LOUD or (entry.overdue_days and not entry.settled):
        return "failure"
    if entry.evidence and entry.evidence.verdict == "error" and not entry.settled:
        return "error"
    return "skipped"


def _case(entry: Entry) -> ET.Element:
    case = ET.Element(
        "testcase", classname=f"checklist.{entry.item.audience}", name=xml(f"{entry.item.id}: {entry.item.title}")
    )
    told = outcome(entry)
    if told != "passed":
        ET.SubElement(case, told, type=entry.status, message=xml(_message(entry))).text = xml(_text(entry), "\n")
    elif entry.evidence:
        ET.SubElement(case, "system-out").text = xml(_text(entry), "\n")
    return case


def _message(entry: Entry) -> str:
    if entry.waiver and entry.status == "waived":
        waiver = entry.waiver
        return f"waived until {waiver.expires} ({days(waiver.days_left)} left), {waiver.approved_by}: {waiver.reason}"
    late = f"; overdue by {days(entry.overdue_days)}" if entry.overdue_days else ""
    return f"{STATUS_NAMES[entry.status]}: {entry.reason}{late}"


def _text(entry: Entry) -> str:
    """What the evidence says, line by line."""
    if entry.evidence is None:
        return "\n".join(to_do(entry.item))
    places = entry.evidence.locations
    lines = [entry.evidence.summary]
    lines += [f"{pointer.location} {pointer.note}".rstrip() for pointer in places[:MAX_PLACES]]
    if len(places) > MAX_PLACES:
        lines.append(f"and {len(places) - MAX_PLACES} more")
    return "\n".join([*lines, *to_do(entry.item)])
