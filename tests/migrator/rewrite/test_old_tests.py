"""Tests of the old application: what stays first, each with its reason; what goes along after that."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory import model
from migrator.inventory.outcome import Outcome
from migrator.inventory.record import Location
from migrator.rewrite import Plan, plan_migration
from tests.migrator.rewrite.applications import inventory

PLAIN = "def handle(event, context):\n    return forward(event)\n"
DROP_IN = (
    "import boto3\n\n\ndef handle(event, context):\n"
    "    client = boto3.client('apigatewaymanagementapi')\n"
    "    return forward(event, client.get_connection(ConnectionId=event['body']))\n"
)
SENDS = (
    "import boto3\n\n\ndef handle(event, context):\n"
    "    boto3.client('apigatewaymanagementapi').post_to_connection(ConnectionId=forward(event), Data='')\n"
    "    return {'statusCode': 200}\n"
)
TEST = "import app\n\n\ndef test_it():\n    assert app.handle({'requestContext': {'connectionId': 'c'}}, None)\n"


def migrated(folder: Path, app: str, test: str, **more: str) -> tuple[Plan, Outcome]:
    files = {"app.py": app, "tests/test_app.py": test, **{n.replace("__", "/") + ".py": t for n, t in more.items()}}
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    uses = (model.TestUse(location=Location(path="tests/test_app.py"), summary="a test"),)
    plan = plan_migration(folder, inventory({"chat": "app.py:handle"}, authorizer=None, tests=uses))
    assert plan.findings == ()
    return plan, next(outcome for outcome in plan.account.outcomes if outcome.site.kind == "test")


@pytest.mark.parametrize(
    ("app", "test", "reason"),
    [
        pytest.param(SENDS, TEST, "app.py, which it imports, was rewritten", id="what it tests was rewritten"),
        pytest.param(
            PLAIN, "def test_it():\n    assert 1\n", "imports nothing that goes along", id="nothing of the app"
        ),
        pytest.param(PLAIN, "import requests\n" + TEST[11:], "imports nothing that goes along", id="third parties"),
        pytest.param(PLAIN, "import app, websockets\nwebsockets.connect('u')\n", "opens a WebSocket", id="a client"),
        pytest.param(PLAIN, "def test_it(:\n", "syntax error", id="no Python"),
        pytest.param(
            DROP_IN,
            "from unittest.mock import patch\n" + TEST + "    patch('boto3.client')\n",
            "for all modules",
            id="boto3",
        ),
        pytest.param(DROP_IN, "from botocore.stub import Stubber\n" + TEST, "for all modules", id="botocore's stubs"),
    ],
)
def test_it_stays_with_the_reason(tmp_path: Path, app: str, test: str, reason: str) -> None:
    plan, outcome = migrated(tmp_path, app, test)
    assert outcome.status == "out_of_scope"
    assert reason in outcome.reason
    assert "tests/test_app.py" not in {*plan.copies, *(edit.path for edit in plan.edits)}


def test_a_test_of_what_is_unchanged_goes_along_with_its_helpers(tmp_path: Path) -> None:
    plan, outcome = migrated(
        tmp_path,
        PLAIN,
        "import app\nimport events\n",
        tests__conftest="X = 1\n",
        tests__events="Y = 1\n",
        tests__other="Z = 1\n",
    )
    assert (outcome.status, outcome.rule) == ("rewritten", "test_along")
    assert {"tests/test_app.py", "tests/conftest.py", "tests/events.py"} <= set(plan.copies)
    assert "tests/other.py" not in plan.copies


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("patch('app.boto3.client')", "patch('app.management_client')"),
        ('patch("app.boto3.client", return_value=fake)', 'patch("app.management_client", return_value=fake)'),
        ("monkeypatch.setattr('src.app.boto3.client', fake)", "monkeypatch.setattr('src.app.management_client', fake)"),
        ("patch('app.forward')", "patch('app.forward')"),
    ],
)
def test_a_patch_of_the_construction_patches_the_drop_in(tmp_path: Path, before: str, after: str) -> None:
    plan, outcome = migrated(tmp_path, DROP_IN, f"import app\n\n\ndef test_it(monkeypatch, fake):\n    {before}\n")
    assert outcome.status == "rewritten"
    texts = {edit.path: edit.after for edit in plan.edits}
    assert after in texts.get("tests/test_app.py", (tmp_path / "tests" / "test_app.py").read_text())
