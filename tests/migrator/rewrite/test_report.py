"""What the command says, and with which status it ends."""

from dataclasses import replace
from pathlib import Path

from migrator.inventory.outcome import Account, Outcome, Site
from migrator.inventory.record import Location
from migrator.rewrite import FileEdit, Finding, Plan, RouteLevel
from migrator.rewrite.report import exit_code, text_report, unified_diff


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
    )


def test_the_account_is_one_line() -> None:
    made = plan(outcome(1, status="rewritten"), outcome(2, status="out_of_scope", reason="later"))
    assert text_report(made).splitlines()[0] == (
        "found 2 = rewritten 1 + marked 0 + skipped 0 + failed 0 + out of scope 1"
    )


def test_each_route_has_its_level_and_its_reason() -> None:
    text = text_report(plan())
    assert "  chat  native      proven\n" in text
    assert "  x     not served  why\n" in text


def test_control_characters_of_the_application_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in text_report(plan(outcome(1, status="marked", reason="\x1b[2J")))


def test_status_0_when_all_is_done() -> None:
    assert exit_code(plan(outcome(1, status="rewritten", safety="safe"), outcome(2, status="out_of_scope"))) == 0
    assert exit_code(plan(outcome(1, status="skipped", kind="store_use", reason="the table stays"))) == 0


def test_status_3_when_something_remains_for_a_person() -> None:
    for status in ("marked", "failed", "skipped"):
        assert exit_code(plan(outcome(1, status=status, reason="why"))) == 3
    assert exit_code(plan(outcome(1, status="rewritten", safety="review"))) == 3


def test_status_2_when_the_detector_found_something() -> None:
    made = replace(plan(outcome(1, status="marked", reason="why")), findings=(Finding("a.py", 3, "calls x"),))
    assert exit_code(made) == 2
    assert "a bug in ws2sse\n  a.py:3: calls x" in text_report(made)


def test_the_diff_is_a_patch() -> None:
    edits = (FileEdit("a.py", "a\r\nb", "a\r\nc"), FileEdit("new.py", None, "x\n"), FileEdit("same.py", "s", "s"))
    assert unified_diff(replace(plan(), edits=edits)) == (
        "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n a\r\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
        "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+x\n"
    )
