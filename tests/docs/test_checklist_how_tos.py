"""The how-tos about the checklist work as they are written."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml

from checklists.history.file import history_path, read_history
from migrator.commands.checklist import command
from tests.docs.typed import Page
from tests.running import CHAT, ROOT

REPORT = "docs/how-to/weekly-report-in-ci.md"
GATE = "docs/how-to/gate-a-release-on-a-phase.md"


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    """A copy that is read quickly: its handlers and what declares them."""
    kept = shutil.ignore_patterns("node_modules", "__pycache__", ".*", "web", "tests")
    return shutil.copytree(CHAT, tmp_path / "chat", ignore=kept)


def page(path: str, chat: Path, tmp_path: Path) -> Page:
    other = {
        "examples/chat": str(chat),
        "reports": str(tmp_path / "reports"),
        "policy.json": str(tmp_path / "policy.json"),
    }
    return Page(path, other)


@pytest.mark.slow
def test_a_report_is_made_each_week(chat: Path, tmp_path: Path) -> None:
    typed = page(REPORT, chat, tmp_path)
    typed.run("first")
    assert history_path(chat).is_file()
    typed.run("policy")
    assert json.loads((tmp_path / "policy.json").read_text())["Statement"]
    before, after = read_history(chat).runs[0].id, typed.run("later").splitlines()[0]
    assert after.startswith(f"{before} -> ")
    assert (tmp_path / "reports" / "checklist.html").is_file()


def test_a_gate_opens_when_its_phase_is_through(chat: Path, tmp_path: Path) -> None:
    typed = page(GATE, chat, tmp_path)
    typed.run("shut")
    typed.run("answers")
    typed.run("open")


@pytest.mark.parametrize("path", [REPORT, GATE])
def test_the_commands_in_a_pipeline_are_ones_that_there_are(path: str) -> None:
    (workflow,) = re.findall(r"```yaml\n(.*?)```", (ROOT / path).read_text("utf-8"), re.DOTALL)
    (job,) = yaml.safe_load(workflow)["jobs"].values()
    typed = [line for step in job["steps"] for line in step.get("run", "").splitlines() if line.startswith("ws2sse ")]
    assert len(typed) == 2
    for line in typed:
        words = shlex.split(re.split(r" (?:>>|\|\|) ", line)[0])
        assert words[:2] == ["ws2sse", "checklist"]
        with command.make_context("checklist", words[2:]) as context:
            assert context.params["app"] == Path()
