from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.report.junit import render_junit
from shim.dualrun.report.to_document import document
from tests.shim.dualrun.report.reporting import HOSTILE, explained, many, report


def cases(made):
    suite = ET.fromstring(render_junit(document(made))).find("testsuite")
    found = {
        case.get("name"): next((child.tag for child in case), "passed") for case in suite if case.tag == "testcase"
    }
    tags = [*found.values()]
    assert suite.get("tests") == str(len(suite))
    assert [suite.get(count) for count in ("failures", "errors", "skipped")] == [
        str(tags.count(tag)) for tag in ("failure", "error", "skipped")
    ]
    return found


def test_a_pass_has_a_case_for_each_route():
    assert cases(report([(3, "bob", "x"), (4, "alice", "y"), (5, "bob", "z")])) == {
        "verdict": "passed",
        "$connect: no difference": "passed",
        "chat: no difference": "passed",
        "$disconnect: no difference": "passed",
    }


def test_a_failure_is_a_case_of_its_route_type_and_class():
    found = cases(report([(3, "bob", {"type": "chat"}), (4, "alice", {"type": "note"})], []))
    assert found["verdict"] == "failure"
    assert found["chat, chat: missing"] == "failure"
    assert found["chat, note: missing"] == "failure"
    assert "chat: no difference" not in found


def test_what_is_explained_passes_and_says_so():
    made = explained(report([(3, "bob", {"type": "chat"})], []), "by_design:late")
    assert cases(made)["chat, chat: missing"] == "system-out"


def test_a_run_that_proves_nothing_is_not_green():
    found = cases(report([(3, "bob", "x")], routes=("never",)))
    assert (found["verdict"], found["never: no difference"]) == ("error", "skipped")


def test_a_failure_quotes_examples_and_their_number():
    suite = ET.fromstring(render_junit(document(many(300)))).find("testsuite")
    failure = next(case for case in suite if case.get("name") == "chat, t7: missing").find("failure")
    assert failure.get("message").startswith("1 that nothing explains.")
    assert failure.text == "session talk, step 4: bob did not receive the message on the new path."
    assert "chat, (other types): missing" in {case.get("name") for case in suite}


@given(st.text() | st.just(HOSTILE))
def test_any_text_gives_xml_that_can_be_read(text):
    made = document(report([(3, "bob", {"type": text, "x": text})], [], application=text))
    ET.fromstring(render_junit(made))
