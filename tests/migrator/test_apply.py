"""All of a plan is written, or nothing."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.apply import apply_plan
from migrator.errors import AccountDoesNotClose, OutputInsideApplication, OutputNotEmpty
from migrator.inventory.outcome import Account, Site
from migrator.inventory.record import Location
from migrator.rewrite import FileEdit, Plan
from migrator.transaction.errors import PathLeavesFolder, PlanStale


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    app = tmp_path / "app"
    (app / "lib").mkdir(parents=True)
    (app / "a.py").write_bytes(b"old\r\n")
    (app / "lib" / "run.sh").write_bytes(b"\x00data")
    (app / "lib" / "run.sh").chmod(0o755)
    edits = (FileEdit("a.py", "old\r\n", "new\r\n"), FileEdit("deep/er/b.py", None, "\ufeffx = 'é'\n"))
    return Plan(app, edits, ("lib/run.sh",), (), Account(found=(), outcomes=()), (), ())


def test_a_folder_that_holds_something_is_left_alone(plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    with pytest.raises(OutputNotEmpty, match="already holds 1 entries"):
        apply_plan(plan, out)
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_a_file_or_a_link_is_left_alone(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("file", "link"):
        with pytest.raises(OutputNotEmpty):
            apply_plan(plan, tmp_path / name)
    assert not (tmp_path / "elsewhere").exists()


def test_the_old_application_is_no_place_for_the_new_one(plan: Plan) -> None:
    with pytest.raises(OutputInsideApplication, match="lies inside of"):
        apply_plan(plan, plan.application / "new")
    assert not (plan.application / "new").exists()


def test_everything_is_written_byte_for_byte(plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "some" / "where"
    apply_plan(plan, out)
    assert (out / "a.py").read_bytes() == b"new\r\n"
    assert (out / "deep/er/b.py").read_bytes() == "\ufeffx = 'é'\n".encode()
    assert (out / "lib/run.sh").read_bytes() == b"\x00data"
    assert os.access(out / "lib/run.sh", os.X_OK)
    assert [path.name for path in out.parent.iterdir()] == ["where"]
    assert (plan.application / "a.py").read_bytes() == b"old\r\n"


def test_an_empty_folder_will_do(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    apply_plan(plan, tmp_path / "out")
    assert (tmp_path / "out" / "a.py").exists()


def nothing_written(plan: Plan, tmp_path: Path, error: type[Exception]) -> None:
    with pytest.raises(error):
        apply_plan(plan, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["app"]


def test_a_plan_that_is_out_of_date_writes_nothing(plan: Plan, tmp_path: Path) -> None:
    (plan.application / "a.py").write_bytes(b"changed")
    nothing_written(plan, tmp_path, PlanStale)


def test_a_file_that_has_gone_writes_nothing(plan: Plan, tmp_path: Path) -> None:
    (plan.application / "lib" / "run.sh").unlink()
    nothing_written(plan, tmp_path, PlanStale)


@pytest.mark.parametrize("path", ["../evil.py", "/evil.py", "a/../../evil.py"])
def test_a_path_that_leaves_the_folder_writes_nothing(plan: Plan, tmp_path: Path, path: str) -> None:
    nothing_written(replace(plan, edits=(FileEdit(path, None, "x"),)), tmp_path, PathLeavesFolder)


def test_an_account_that_does_not_close_writes_nothing(plan: Plan, tmp_path: Path) -> None:
    lost = Site(kind="push", location=Location(path="a.py"), summary="lost")
    nothing_written(replace(plan, account=Account(found=(lost,), outcomes=())), tmp_path, AccountDoesNotClose)
