"""The commands, without AWS: what they refuse, and what they read and write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from checklists.teardown.digests import plan_digest
from checklists.teardown.errors import ApiUnknown, CallNotAllowed, NoRun, PlanChanged, PlanUnreadable
from checklists.teardown.store import read_plan, to_json
from migrator.cli import cli
from tests.checklists.teardown import world
from tests.checklists.teardown.test_planning import planned


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "serverless.yml").write_text("service: chat\n")
    (tmp_path / "send.py").write_text("def send(client):\n    client.post_to_connection(ConnectionId='1', Data=b'')\n")
    (tmp_path / "survey.json").write_text(world.estate().model_dump_json())
    return tmp_path


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    path.write_text(to_json(planned()))
    return path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["teardown", *map(str, words)])


@pytest.mark.parametrize("command", ["teardown", "checklist"])
def test_what_each_command_does_is_told_to_the_end(command: str) -> None:
    told = CliRunner().invoke(cli, [command, "--help"]).output
    assert "undo " in told or "issues " in told
    assert "..." not in told.rpartition("-h, --help")[2]


def test_a_plan_needs_a_survey(app: Path) -> None:
    refused = run("plan", app)
    assert refused.exit_code == 2
    assert "--aws" in refused.output


def test_an_api_that_is_not_there_has_a_suggestion(app: Path) -> None:
    assert isinstance(run("plan", app, "--estate", app / "survey.json", "--api", "abc12").exception, ApiUnknown)


def test_nothing_is_written_without_being_asked_for(app: Path) -> None:
    before = sorted(app.rglob("*"))
    shown = run("plan", app, "--estate", app / "survey.json", "--api", "abc123", "--format", "json")

    assert shown.exit_code == 3  # the survey asked nothing that would tell who uses what
    assert json.loads(shown.stdout)["schema_version"] == 1
    assert sorted(app.rglob("*")) == before


def test_what_was_written_is_read(app: Path) -> None:
    out = app / "plan.json"
    run("plan", app, "--estate", app / "survey.json", "--api", "abc123", "--out", out)
    assert read_plan(out).apis == (world.API,)


def test_a_survey_without_apis_leaves_nothing_to_do(app: Path) -> None:
    (app / "survey.json").write_text(world.estate({}).model_dump_json())
    done = run("plan", app, "--estate", app / "survey.json")
    assert done.exit_code == 0
    assert "no WebSocket API" in done.output


@pytest.mark.parametrize("command", ["script", "iam-policy"])
def test_a_plan_that_was_changed_is_not_used(app: Path, plan_file: Path, command: str) -> None:
    plan_file.write_text(plan_file.read_text().replace("chat-send", "payments"))
    assert isinstance(run(command, app, "--plan", plan_file).exception, PlanChanged)


@pytest.mark.parametrize("text", ["", "{}", "[]", "nonsense", '{"schema_version": 2}'])
def test_a_file_that_is_no_plan_is_said(app: Path, plan_file: Path, text: str) -> None:
    plan_file.write_text(text)
    assert isinstance(run("script", app, "--plan", plan_file).exception, PlanUnreadable)


def test_a_plan_with_an_operation_of_its_own_is_not_read(app: Path, plan_file: Path) -> None:
    """Whoever can write the file can also make its digest."""
    plan = read_plan(plan_file)
    step = plan.step(f"delete-function {world.SEND}")
    evil = step.model_copy(update={"calls": (step.calls[0].model_copy(update={"operation": "invoke"}),)})
    changed = plan.model_copy(update={"steps": tuple(evil if one.id == step.id else one for one in plan.steps)})
    plan_file.write_text(to_json(changed.model_copy(update={"digest": plan_digest(changed)})))
    assert isinstance(run("script", app, "--plan", plan_file).exception, CallNotAllowed)


def test_a_rehearsal_says_what_a_run_would_be_refused_for(app: Path) -> None:
    out = app / "plan.json"
    run("plan", app, "--estate", app / "survey.json", "--api", "abc123", "--out", out)
    shown = run("apply", app, "--plan", out)
    assert shown.exit_code == 3
    assert "would be refused" in shown.output
    assert "[teardown]" in shown.output
    (app / "ws2sse.toml").write_text('[teardown]\naccounts = ["123456789012"]\n')
    assert "would be refused" not in run("apply", app, "--plan", out).output


def test_a_rehearsal_shows_what_would_be_called_in_all_that_is_to_come(app: Path, plan_file: Path) -> None:
    shown = run("apply", app, "--plan", plan_file).output
    assert "later  Delete the function chat-send" in shown
    assert "$ aws lambda delete-function" in shown


@pytest.mark.parametrize("command", ["status", "undo", "apply"])
def test_without_a_run_there_is_nothing_to_tell(app: Path, command: str) -> None:
    assert isinstance(run(command, app).exception, NoRun)


def test_a_script_and_a_policy_are_printed(app: Path, plan_file: Path) -> None:
    assert run("script", app, "--plan", plan_file).stdout.startswith("#!/usr/bin/env bash")
    assert json.loads(run("iam-policy", app, "--plan", plan_file).stdout)["Version"] == "2012-10-17"
