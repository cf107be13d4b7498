"""A report for what reads JUnit: one case for each route, type of message and class of difference.

The form is the one that Jenkins, GitLab and GitHub actions read: https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from shim.dualrun.compare.classes import CLASSES
from shim.dualrun.judge.verdict import NO_ROUTE, Verdict
from shim.dualrun.report.document import ReportDocument, Tally
from templates.text import xml

MAX_EXAMPLES: Final = 5
"""Differences quoted in one case."""


def render_junit(found: ReportDocument) -> str:
    """A route without differences is a case of its own; one that is INCONCLUSIVE is skipped, with the reason.

    The whole verdict is a case too, so that a run that proves nothing isn't green.
    """
    suite = ET.Element("testsuite", name=f"ws2sse verify {xml(found.application)}", timestamp=found.finished_at)
    suite.extend([_whole(found), *_routes(found), *(_case(found, line) for line in found.tally)])
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(sum(case.find(tag) is not None for case in suite)))
    suite.set("tests", str(len(suite)))
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _whole(found: ReportDocument) -> ET.Element:
    case = ET.Element("testcase", classname="verify", name="verdict")
    tags: dict[Verdict, str] = {"FAIL": "failure", "INCONCLUSIVE": "error"}
    if found.verdict in tags:
        _add(case, tags[found.verdict], found.verdict, " ".join(found.reasons), "\n".join(found.would_change))
    return case


def _routes(found: ReportDocument) -> Iterator[ET.Element]:
    for name, route in found.routes.items():
        if route.verdict != "FAIL":
            case = ET.Element("testcase", classname=f"verify.{xml(name)}", name=f"{xml(name)}: no difference")
            if route.verdict == "INCONCLUSIVE":
                _add(case, "skipped", "INCONCLUSIVE", route.reason)
            yield case


def _case(found: ReportDocument, line: Tally) -> ET.Element:
    name = f"{line.route}, {line.type}: {line.kind}"
    case = ET.Element("testcase", classname=f"verify.{xml(line.route)}", name=xml(name))
    if line.unexplained:
        message = f"{line.unexplained} that nothing explains. {CLASSES[line.kind].sentence}"
        _add(case, "failure", line.kind, message, "\n".join(_examples(found, line)))
    else:
        ET.SubElement(case, "system-out").text = f"{line.explained} explained."
    return case


def _examples(found: ReportDocument, line: Tally) -> list[str]:
    said = [
        f"session {each.session}, step {each.step}: {each.detail}"
        for each in found.differences
        if each.explained is None
        and (each.kind, each.route or NO_ROUTE, each.type) == (line.kind, line.route, line.type)
    ]
    return said[:MAX_EXAMPLES]


def _add(case: ET.Element, tag: str, kind: str, message: str, text: str = "") -> None:
    ET.SubElement(case, tag, type=kind, message=xml(message)).text = xml(text, "\n")
