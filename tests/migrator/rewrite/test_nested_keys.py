"""Keys inside of other keys' values, from the scan to the new application."""

from __future__ import annotations

from pathlib import Path

from migrator.rewrite import plan_migration
from tests.migrator.scan.applications import scan_say

SAY = """
def say(event, context):
    message = json.loads(event["body"])
    print(message["item"]["x"], [one["name"] for one in message["users"]], message["count"] - 1)
    return {"statusCode": 200}
"""


def text_of(tmp_path: Path, path: str) -> str:
    plan = plan_migration(tmp_path, scan_say(tmp_path, SAY))
    return next(edit.after for edit in plan.edits if edit.path == path)


def test_models_have_fields_for_the_top_level_alone(tmp_path: Path) -> None:
    lines = text_of(tmp_path, "sse_service/models.py").splitlines()
    fields = [line.split(":")[0].strip() for line in lines if "= Field(" in line]

    assert fields == ["item", "users", "count"]


def test_examples_have_what_is_inside(tmp_path: Path) -> None:
    message = '{"item": {"x": "test"}, "users": [{"name": "test"}, {"name": "test"}], "count": 1, "action": "say"}'

    assert message in text_of(tmp_path, "README.md")
