"""`ws2sse checklist` as a team uses it: made, ticked, made again, overdue."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.running import CHAT, invoke

REPORT = {
    "schema_version": 1,
    "verdict": "PASS",
    "application": "chat",
    "finished_at": "2026-11-22T12:00:00+00:00",
    "sessions": 11,
    "routes": {
        key: {"verdict": "PASS", "messages": 12, "differences": 0}
        for key in ("$connect", "$disconnect", "$default", "chat", "ping")
    },
    "differences": [],
    "reasons": [],
}


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    return shutil.copytree(CHAT, tmp_path / "chat", ignore=shutil.ignore_patterns("node_modules", "__pycache__", ".*"))


def statuses(markdown: str) -> dict[str, str]:
    found = re.findall(r"<!-- item:(\S+).*?-->\n  - status: \*\*([^*]+)\*\*", markdown)
    assert found
    return dict(found)


def test_without_out_nothing_is_written(chat: Path) -> None:
    before = sorted(chat.rglob("*"))
    finished = invoke("checklist", chat)

    assert finished.returncode == 3
    assert finished.stdout.startswith("<!-- ws2sse:checklist")
    assert sorted(chat.rglob("*")) == before


def test_what_people_wrote_is_kept_when_it_is_made_again(chat: Path, tmp_path: Path) -> None:
    out = tmp_path / "lists"
    assert invoke("checklist", chat, "--out", out, "--today", "2026-11-22").returncode == 3
    page = out / "checklist.md"
    text = page.read_text()
    assert statuses(text)["OPS-RUNBOOK"] != "done"
    text = re.sub(r"- \[ \] (.*<!-- item:OPS-RUNBOOK)", r"- [x] \1", text)
    text = text.replace("<!-- notes:OPS-RUNBOOK -->\n", "<!-- notes:OPS-RUNBOOK -->\nSee wiki, *chapter 4*.\n")
    page.write_text(text)
    assert invoke("checklist", chat, "--out", out, "--today", "2026-12-24").returncode in {1, 3}
    again = page.read_text()

    assert statuses(again)["OPS-RUNBOOK"] == "done"
    assert "See wiki, *chapter 4*.\n" in again
    assert "started=2026-11-22" in again


def test_what_is_overdue_makes_it_fail(chat: Path, tmp_path: Path) -> None:
    out = tmp_path / "lists"
    invoke("checklist", chat, "--out", out, "--started", "2026-11-22", "--today", "2026-11-22")
    finished = invoke("checklist", chat, "--out", out, "--today", "2027-05-23")

    assert finished.returncode == 1
    assert re.search(r"\d+ of \d+ items are done; [1-9]\d* overdue", finished.stderr)
    assert "overdue" in (out / "checklist.html").read_text()


def test_a_damaged_document_is_not_overwritten(chat: Path, tmp_path: Path) -> None:
    out = tmp_path / "lists"
    invoke("checklist", chat, "--out", out)
    page = out / "checklist.md"
    page.write_text(page.read_text().replace("<!-- /notes:OPS-RUNBOOK -->", ""))
    damaged = page.read_bytes()
    finished = invoke("checklist", chat, "--out", out)

    assert finished.returncode == 2
    assert "can't be read safely: line" in finished.stderr
    assert page.read_bytes() == damaged


def test_the_last_recorded_dual_run_is_evidence_until_the_code_changes(chat: Path) -> None:
    assert statuses(invoke("checklist", chat).stdout)["DEV-REPLACE-SSE"] != "done"
    recorded = chat / ".ws2sse" / "verify.json"
    recorded.parent.mkdir()
    recorded.write_text(json.dumps(REPORT))
    assert statuses(invoke("checklist", chat).stdout)["DEV-REPLACE-SSE"] == "done"

    handlers = chat / "handlers.py"
    handlers.write_text(handlers.read_text() + "\n# changed\n")
    assert statuses(invoke("checklist", chat).stdout)["DEV-REPLACE-SSE"] != "done"


def test_a_report_that_is_none_is_refused(chat: Path, tmp_path: Path) -> None:
    (tmp_path / "verify.json").write_text('{"schema_version": 99}')
    finished = invoke("checklist", chat, "--verify", tmp_path / "verify.json")

    assert finished.returncode == 2
    assert "schema_version is 99" in finished.stderr


def test_a_day_that_is_none_is_refused(chat: Path) -> None:
    finished = invoke("checklist", chat, "--today", "tomorrow")

    assert finished.returncode == 2
    assert "tomorrow is not a date" in finished.stderr
