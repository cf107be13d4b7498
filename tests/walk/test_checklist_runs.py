"""`ws2sse checklist` with a survey, a history and a gate, as a team and its CI use it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.checklists.account import BEFORE, NOW, REGION, estate
from tests.running import ROOT, invoke

DAY = f"{NOW:%Y-%m-%d}"


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """An application that is read at once: a page with a client."""
    folder = tmp_path_factory.mktemp("apps") / "small-chat"
    folder.mkdir()
    (folder / "page.js").write_text('const socket = new WebSocket("wss://chat.example.com");\n', "utf-8")
    return folder


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    """Another process for each scan is not what is tested here."""
    monkeypatch.setattr("migrator.commands.checklist_building.isolated", lambda scan: scan())


@pytest.fixture
def app(small: Path, tmp_path: Path) -> Path:
    app = tmp_path / "small-chat"
    app.mkdir()
    (app / "page.js").write_bytes((small / "page.js").read_bytes())
    return app


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "survey.json"
    path.write_text(estate(BEFORE, at=NOW + timedelta(hours=1)).model_dump_json(), "utf-8")
    valid("survey", json.loads(path.read_text()))
    return path


def valid(name: str, document: object) -> None:
    """Raises ValidationError."""
    Draft202012Validator(json.loads((ROOT / "docs/reference/schema" / f"{name}.json").read_text())).validate(document)


def checklist(*arguments: object):
    return invoke("checklist", *map(str, arguments))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--estate", "x.json", "--aws"], "--estate is a survey that was saved; leave out --aws"),
        (["--estate", "x.json", "--region", "eu-west-1"], "leave out --aws"),
        (["--save-estate", "x.json"], "--save-estate needs a new survey: give --aws too."),
        (["--gate", "drain"], "drain is not phase=NAME"),
        (["--gate", "phase=drains"], "'drains' is not one of"),
        (["--estate", "nope.json"], "nope.json is not a survey of AWS that this version reads: No such file"),
        (["--profile", "no-such-profile"], "AWS can't be read with profile no-such-profile"),
    ],
)
def test_what_does_not_go_together_is_refused(app, arguments, sentence):
    finished = checklist(app, *arguments)
    assert finished.returncode == 2
    assert sentence in finished.stderr.replace("\n", " ")


@pytest.mark.parametrize("text", ["{", "[]", '{"schema_version": 9}'])
def test_a_survey_that_is_none_is_refused(app, tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    finished = checklist(app, "--estate", tmp_path / "x.json")
    assert finished.returncode == 2
    assert "is not a survey of AWS that this version reads" in finished.stderr


def test_a_setting_that_there_is_not_is_refused_and_nothing_is_written(app, tmp_path):
    (app / "ws2sse.toml").write_text("[checklist.items.OPS-RUNBOK]\nowner = '@a'\n")
    finished = checklist(app, "--out", tmp_path / "out", "--record")
    assert finished.returncode == 2
    assert "there is no item OPS-RUNBOK. Did you mean OPS-RUNBOOK?" in finished.stderr
    assert not (tmp_path / "out").exists()
    assert not (app / ".ws2sse").exists()


def test_nothing_is_recorded_unless_it_is_asked_for(app):
    assert checklist(app).returncode == 3
    assert [path.name for path in app.iterdir()] == ["page.js"]


def test_a_saved_survey_gives_an_item_to_each_live_thing(app, saved):
    finished = checklist(app, "--estate", saved, "--today", DAY, "--format", "json")
    assert finished.returncode in {1, 3}
    items = {item["id"]: item for item in json.loads(finished.stdout)["items"]}
    assert f"INFRA-DELETE/apigateway/{REGION}/apis/a1b2c3" in items
    assert items["OPS-ALARM-ACTIONS"]["evidence"]["verdict"] == "supports"


def test_an_old_survey_closes_nothing(app, saved):
    later = f"{NOW + timedelta(days=9):%Y-%m-%d}"
    finished = checklist(app, "--estate", saved, "--today", later, "--format", "json")
    items = {item["id"]: item for item in json.loads(finished.stdout)["items"]}
    assert items["OPS-ALARM-ACTIONS"]["evidence"]["verdict"] == "stale"
    assert items["OPS-ALARM-ACTIONS"]["status"] == "unknown"


def test_runs_are_recorded_compared_and_forecast(app):
    first = checklist(app, "--record", "--today", "2026-09-01")
    assert f"Recorded in {app / '.ws2sse/history/checklist.jsonl'}." in first.stderr.replace("\n", "")
    (app / "page.js").write_text("const stream = new EventSource('/chat');\n")
    assert checklist(app, "--record", "--today", "2026-09-15").returncode in {1, 3}

    finished = checklist("diff", app)
    assert finished.returncode == 1
    assert "14 days: +" in finished.stdout
    assert "+ DEV-NO-WSS: blocked -> done" in finished.stdout
    as_json = json.loads(checklist("diff", app, "20260901", "--format", "json").stdout)
    valid("checklist-diff", as_json)
    for line in (app / ".ws2sse/history/checklist.jsonl").read_text().splitlines():
        valid("checklist-run", json.loads(line))
    assert as_json["sites"] == -1
    assert checklist("diff", app, "20260901", "20260901").stdout.endswith("Nothing has changed.\n")

    page = json.loads(checklist(app, "--today", "2026-09-16", "--format", "json").stdout)
    assert page["started"] == "2026-09-01"
    assert len(page["history"]) == 2
    assert page["forecast"]["finish"]


def test_a_history_with_one_run_has_nothing_to_compare(app):
    checklist(app, "--record")
    finished = checklist("diff", app)
    assert finished.returncode == 2
    assert "holds no run that only before the last means" in finished.stderr or "record" in finished.stderr


def test_a_line_that_a_crash_cut_is_told_and_a_broken_one_is_an_error(app):
    checklist(app, "--record", "--today", "2026-09-01")
    path = app / ".ws2sse" / "history" / "checklist.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:50])
    cut = checklist(app)
    assert "is cut off, and left out" in cut.stderr
    assert cut.returncode in {1, 3}
    path.write_bytes(whole[:50] + b"\n" + whole)
    broken = checklist(app)
    assert broken.returncode == 2
    assert "line 1 can't be read" in broken.stderr


def test_a_gate_ends_as_its_phase_stands(app):
    opened = checklist(app, "--gate", "phase=build")
    assert opened.returncode == 3
    assert "Phase build: 0 of 3 items are done; open: DEV-SSE-ENDPOINT" in opened.stderr
    overdue = checklist(app, "--gate", "phase=build", "--started", "2025-01-01")
    assert overdue.returncode == 1
    answers = "".join(
        f'[[checklist.answers]]\nitem = "{one}"\nanswer = "yes"\nby = "@mia"\non = 2026-09-01\n'
        for one in ("DEV-SSE-ENDPOINT", "DEV-REST-ENDPOINTS", "INFRA-TARGET")
    )
    (app / "ws2sse.toml").write_text(answers)
    passed = checklist(app, "--gate", "phase=build")
    assert passed.returncode == 0
    assert "Phase build: 3 of 3 items are done." in passed.stderr


def test_the_least_policy_reads_and_writes_nothing():
    refused = checklist("iam-policy", "--account", "1111")
    assert (refused.returncode, refused.stdout) == (2, "")
    policy = json.loads(checklist("iam-policy", "--account", "111122223333").stdout)
    actions = {action for statement in policy["Statement"] for action in statement["Action"]}
    verbs = {action.partition(":")[2] for action in actions}
    assert all(verb.startswith(("Get", "List", "Describe", "GET")) for verb in verbs)
    assert not any("*" in action for action in actions)


@pytest.mark.parametrize("name", ["diff", "iam-policy"])
def test_help_has_examples(name):
    assert f"ws2sse checklist {name}" in checklist(name, "--help").stdout
    assert name in checklist("--help").stdout
