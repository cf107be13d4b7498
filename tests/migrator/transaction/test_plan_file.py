"""A plan can be kept and applied later, and says by itself whether it still holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrator.transaction.errors import PlanStale, PlanUnreadable
from migrator.transaction.new_folder import write_new_folder
from migrator.transaction.plan_file import plan_file_of, read_plan
from tests.migrator.transaction.applications import AFTER, application, planned, tree


def test_what_is_no_plan_says_why(tmp_path: Path) -> None:
    for name, content, why in (
        ("none.json", None, "No such file"),
        ("text.json", "hello", "Invalid JSON"),
        ("other.json", '{"schema_version": 2, "files": [], "result": {}}', "schema_version: Input should be 1"),
    ):
        if content is not None:
            (tmp_path / name).write_text(content)
        with pytest.raises(PlanUnreadable, match=why):
            read_plan(tmp_path / name)


def test_content_that_somebody_edited_is_noticed(tmp_path: Path) -> None:
    kept = json.loads(planned(tmp_path / "app").model_dump_json())
    kept["files"][1]["content"] = "evil\n"
    (tmp_path / "plan.json").write_text(json.dumps(kept))
    with pytest.raises(PlanUnreadable, match=r"a\.py: the content is not that of its hash"):
        read_plan(tmp_path / "plan.json")


def test_a_file_that_changed_while_it_was_planned(tmp_path: Path) -> None:
    plan = application(tmp_path)
    (tmp_path / "a.py").write_bytes(b"mine")
    with pytest.raises(PlanStale):
        plan_file_of(plan)


def test_a_kept_plan_writes_the_same(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(planned(tmp_path / "app").model_dump_json())
    write_new_folder(read_plan(tmp_path / "plan.json"), tmp_path / "app", tmp_path / "new")
    expected = {**AFTER, "README.md": b"ours\n"}
    del expected["README.sse.md"]
    assert tree(tmp_path / "new") == expected


def test_a_kept_plan_is_stale_when_the_application_went_on(tmp_path: Path) -> None:
    plan = planned(tmp_path / "app")
    (tmp_path / "app/lib/run.sh").write_bytes(b"mine")
    with pytest.raises(PlanStale, match=r"lib/run\.sh has changed"):
        write_new_folder(plan, tmp_path / "app", tmp_path / "new")
    assert not (tmp_path / "new").exists()
