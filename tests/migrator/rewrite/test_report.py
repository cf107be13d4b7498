"""What the command says, and with which status it ends."""

import json
from dataclasses import replace
from pathlib import Path

from migrator.inventory.by_route import RoutePlan, UnknownSenders
from migrator.inventory.outcome import Account, Outcome, Site
from migrator.inventory.record import Location
from migrator.rewrite import FileEdit, Finding, Plan, RouteLevel
from migrator.rewrite.report import text_report, unified_diff
from migrator.rewrite.report_markdown import markdown_report
from migrator.rewrite.report_sarif import sarif_report
from migrator.rewrite.result import result_of


def outcome(number: int, **more: str) -> Outcome:
    site = Site(kind=more.pop("kind", "push"), location=Location(path="a.py", line=number), summary="a push")  # type: ignore[arg-type]
    return Outcome(site=site, **more)  # type: ignore[arg-type]


def plan(*outcomes: Outcome) -> Plan:
    return Plan(
        application=Path(),
        edits=(),
        copies=(),
        left_behind=(),
        account=Account(found=tuple(o.site for o in outcomes), outcomes=outcomes),
        routes=(RouteLevel("Api", "chat", "a.py:f", "native", "proven"), RouteLevel("Api", "x", "b.js:f", None, "why")),
        findings=(),
        by_route=(
            RoutePlan(
                api="Api",
                key="chat",
                handler="a.py:f",
                level="native",
                reason="proven",
                clients=3,
                clients_done=2,
                infrastructure="ready",
                sites={"rewritten": 2, "marked": 1, "skipped": 0, "failed": 0, "out_of_scope": 0},
            ),
        ),
        unknown_senders=UnknownSenders(clients=1),
    )


def test_the_account_is_one_line() -> None:
    made = plan(outcome(1, status="rewritten"), outcome(2, status="out_of_scope", reason="later"))
    assert text_report(result_of(made)).splitlines()[0] == (
        "found 2 = rewritten 1 + marked 0 + skipped 0 + failed 0 + out of scope 1"
    )


def test_each_route_has_one_line_across_server_clients_and_infrastructure() -> None:
    text = text_report(result_of(plan()))
    assert "  chat: server native, clients 2 of 3, infrastructure ready\n      2 rewritten, 1 marked; proven\n" in text
    assert "  1 of the clients send what can't be told from the code; 0 are rewritten\n" in text


def test_markdown_of_an_application_can_not_leave_its_cell() -> None:
    shown = markdown_report(result_of(plan(outcome(1, status="marked", reason="a | b <img>\n# c"))))
    assert "| `chat` | native | 2 of 3 | ready | 2 rewritten, 1 marked |\n" in shown
    assert "| marked: a \\| b &lt;img&gt;\\\\n# c |" in shown


def test_sarif_has_a_level_by_outcome_and_safety() -> None:
    outcomes = (
        outcome(1, status="failed", reason="why"),
        outcome(2, status="marked", rule="management_client", safety="manual", reason="why"),
        outcome(3, status="marked", rule="hand_made_heartbeat", safety="review", reason="why"),
        outcome(4, status="rewritten", rule="stream_send", safety="safe"),
        outcome(5, status="out_of_scope", reason="later"),
        outcome(6, status="skipped", reason="why"),
    )
    (run,) = json.loads(sarif_report(result_of(plan(*outcomes))))["runs"]
    assert [(r["ruleId"], r["level"], r["kind"]) for r in run["results"]] == [
        ("site/push", "error", "fail"),
        ("management_client", "error", "fail"),
        ("hand_made_heartbeat", "warning", "fail"),
        ("stream_send", "none", "pass"),
        ("site/push", "none", "notApplicable"),
        ("site/push", "note", "fail"),
    ]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_control_characters_of_the_application_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in text_report(result_of(plan(outcome(1, status="marked", reason="\x1b[2J"))))


def test_status_0_when_all_is_done() -> None:
    assert (
        result_of(plan(outcome(1, status="rewritten", safety="safe"), outcome(2, status="out_of_scope"))).exit_code == 0
    )
    assert result_of(plan(outcome(1, status="skipped", kind="store_use", reason="the table stays"))).exit_code == 0


def test_status_3_when_something_remains_for_a_person() -> None:
    for status in ("marked", "failed", "skipped"):
        assert result_of(plan(outcome(1, status=status, reason="why"))).exit_code == 3
    assert result_of(plan(outcome(1, status="rewritten", safety="review"))).exit_code == 3


def test_status_2_when_the_detector_found_something() -> None:
    made = replace(plan(outcome(1, status="marked", reason="why")), findings=(Finding("a.py", 3, "calls x"),))
    assert result_of(made).exit_code == 2
    assert "a bug in ws2sse\n  a.py:3: calls x" in text_report(result_of(made))


def test_the_diff_is_a_patch() -> None:
    edits = (FileEdit("a.py", "a\r\nb", "a\r\nc"), FileEdit("new.py", None, "x\n"), FileEdit("same.py", "s", "s"))
    assert unified_diff(replace(plan(), edits=edits)) == (
        "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n a\r\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
        "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+x\n"
    )
