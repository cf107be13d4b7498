"""migrate --plan, apply, undo and resume, as people run them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.running import ROOT, invoke

SERVICE = """\
service: small
provider: {name: aws, runtime: python3.12}
functions:
  say:
    handler: handlers.say
    events:
      - websocket: {route: say}
"""
HANDLERS = """\
import boto3


def say(event, context):
    client = boto3.client("apigatewaymanagementapi", endpoint_url="https://x")
    client.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=b"said")
    return {"statusCode": 200}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """An application in a repository of its own, everything committed."""
    app = tmp_path / "small"
    app.mkdir()
    for name, text in {"serverless.yml": SERVICE, "handlers.py": HANDLERS, "README.md": "# Small\n"}.items():
        (app / name).write_text(text)
    git(app, "init", "-q")
    git(app, "add", "-A")
    git(app, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "first")
    return app


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout


def valid(name: str, document: str) -> None:
    schema = json.loads((ROOT / "docs/reference/schema" / f"{name}.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(json.loads(document))


def test_options_that_do_not_go_together(small: Path, tmp_path: Path) -> None:
    both = invoke("migrate", small, "--out", tmp_path / "new", "--in-place")
    nowhere = invoke("apply", tmp_path / "plan.json", small)

    assert (both.returncode, nowhere.returncode) == (2, 2)
    assert "Give --out or --in-place, not both." in both.stderr
    assert "Say where it goes: --out FOLDER or --in-place." in nowhere.stderr


def test_a_dirty_tree_is_refused_off_a_terminal(small: Path) -> None:
    (small / "handlers.py").write_text((small / "handlers.py").read_text() + "\n# mine\n")
    before = git(small, "status", "--porcelain")
    finished = invoke("migrate", small, "--in-place")

    assert finished.returncode == 2
    assert "1 changes that are not committed" in finished.stderr
    assert "handlers.py" in finished.stderr
    assert git(small, "status", "--porcelain") == before


def test_in_place_and_back(small: Path) -> None:
    written = invoke("migrate", small, "--in-place")

    assert written.returncode == 0, written.stderr
    assert (small / "sse_service/main.py").is_file()
    assert (small / "README.sse.md").is_file()
    assert " M handlers.py" in git(small, "status", "--porcelain")
    assert ".ws2sse" not in git(small, "status", "--porcelain")
    assert " M README.md" not in git(small, "status", "--porcelain")
    (journal,) = (small / ".ws2sse/journal").glob("*.json")
    valid("journal", journal.read_text())

    undone = invoke("undo", small)

    assert undone.returncode == 0, undone.stderr
    assert git(small, "status", "--porcelain") == ""
    assert invoke("undo", small).returncode == 2


def test_a_kept_plan_becomes_a_new_folder_and_is_stale_after_a_change(small: Path, tmp_path: Path) -> None:
    planned = invoke("migrate", small, "--plan", tmp_path / "plan.json")
    assert planned.returncode == 1
    assert planned.stdout.startswith("found ")
    valid("plan", (tmp_path / "plan.json").read_text())

    applied = invoke("apply", tmp_path / "plan.json", small, "--out", tmp_path / "new")
    assert applied.returncode == 0, applied.stderr
    assert applied.stdout == planned.stdout
    assert (tmp_path / "new/sse_service/main.py").is_file()

    (small / "handlers.py").write_text("x = 1\n")
    stale = invoke("apply", tmp_path / "plan.json", small, "--out", tmp_path / "other")
    assert stale.returncode == 2
    assert "handlers.py has changed since the plan was made" in stale.stderr
    assert not (tmp_path / "other").exists()

    assert invoke("undo", tmp_path / "new").returncode == 0
    assert not (tmp_path / "new").exists()
