"""In place, everything changes or nothing, and nothing of the user's is overwritten unasked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.transaction.disk import sha256
from migrator.transaction.errors import PathIsLink, PathLeavesFolder, PlaceTaken, PlanStale, RunInterrupted
from migrator.transaction.in_place import write_in_place
from migrator.transaction.journal import journals
from migrator.transaction.plan_file import PlanFile, PlannedFile
from tests.migrator.transaction.applications import AFTER, BEFORE, planned, tree


def with_file(plan: PlanFile, path: str, content: str = "x\n", *, before: str | None = None) -> PlanFile:
    made = PlannedFile(
        path=path,
        before_sha256=before,
        after_sha256=sha256(content.encode()),
        content=content,
        generated=True,
    )
    return plan.model_copy(update={"files": (*plan.files, made)})


def nothing_happens(plan: PlanFile, app: Path, error: type[Exception], match: str) -> None:
    before = tree(app)
    with pytest.raises(error, match=match):
        write_in_place(plan, app)
    assert tree(app) == before
    assert journals(app) == []
    assert not (app / ".ws2sse").exists()


def test_a_file_that_has_changed_since_is_not_overwritten(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    (tmp_path / "a.py").write_bytes(b"mine")
    with pytest.raises(PlanStale) as caught:
        write_in_place(plan, tmp_path)
    planned_sha, found_sha = sha256(b"old\r\n"), sha256(b"mine")
    assert (caught.value.planned_sha, caught.value.found_sha) == (planned_sha, found_sha)
    assert str(caught.value) == (
        f"a.py has changed since the plan was made (planned for SHA-256 {planned_sha[:12]}…, found {found_sha[:12]}…); "
        "nothing was written. Make the plan again."
    )
    assert tree(tmp_path)["a.py"] == b"mine"


def test_a_file_that_has_appeared_since_is_not_overwritten(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "deep/er/c.py").write_bytes(b"mine")
    nothing_happens(plan, tmp_path, PlanStale, "planned for no file there")


def test_a_file_that_goes_along_unchanged_must_still_be_what_it_was(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    (tmp_path / "lib/run.sh").unlink()
    nothing_happens(plan, tmp_path, PlanStale, "found no file there")


def test_a_folder_where_a_file_should_go(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    (tmp_path / "deep/er/c.py").mkdir(parents=True)
    nothing_happens(plan, tmp_path, PlaceTaken, "deep/er/c.py is there already")


def test_what_stands_beside_a_file_of_theirs_must_be_free_too(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    (tmp_path / "README.sse.md").write_text("mine")
    nothing_happens(plan, tmp_path, PlaceTaken, "README.sse.md is there already")


def test_a_generated_file_that_has_no_other_place(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    (tmp_path / "MIGRATION.md").write_text("mine")
    nothing_happens(
        with_file(plan, "MIGRATION.md", before=sha256(b"mine")), tmp_path, PlaceTaken, "MIGRATION.md is there"
    )


@pytest.mark.parametrize("path", ["../evil.py", "/evil.py", "a/../../evil.py"])
def test_a_path_that_leaves_the_folder(tmp_path: Path, path: str) -> None:
    nothing_happens(with_file(planned(tmp_path), path), tmp_path, PathLeavesFolder, "outside")


@pytest.mark.parametrize("link", ["linked", "linked/x.py"])
def test_a_link_is_not_followed(tmp_path: Path, link: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    app = tmp_path / "app"
    plan = with_file(planned(app), link)
    (app / "linked").symlink_to(elsewhere)
    nothing_happens(plan, app, PathIsLink, "symbolic link")
    assert list(elsewhere.iterdir()) == []


def test_a_read_only_file_is_a_wish_to_leave_it_alone(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    (tmp_path / "b.py").chmod(0o444)
    nothing_happens(plan, tmp_path, PermissionError, "read-only")


@pytest.mark.parametrize("nth", range(1, 6))
def test_a_full_disk_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
    plan = planned(tmp_path)
    calls = 0
    replace = os.replace

    def full(source: object, target: object) -> None:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(28, "No space left on device")
        replace(source, target)  # type: ignore[type-var]

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(Exception, match="No space left"):
        write_in_place(plan, tmp_path)
    assert calls >= nth
    assert tree(tmp_path) == BEFORE
    assert not (tmp_path / ".ws2sse").exists()


def test_everything_takes_its_place_and_theirs_stays(tmp_path: Path) -> None:
    journal = write_in_place(planned(tmp_path), tmp_path)
    assert tree(tmp_path) == AFTER
    assert (tmp_path / "a.py").stat().st_mode & 0o777 == 0o640
    assert [file.path for file in journal.files] == ["README.sse.md", "a.py", "b.py", "deep/er/c.py"]
    assert [known.state for known in journals(tmp_path)] == ["done"]


def test_the_same_plan_again_is_stale(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    write_in_place(plan, tmp_path)
    with pytest.raises(PlanStale):
        write_in_place(plan, tmp_path)
    assert tree(tmp_path) == AFTER


def test_nothing_is_written_over_an_interrupted_run(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    journal = write_in_place(plan, tmp_path)
    journal.write(tmp_path)  # says 'writing' again
    with pytest.raises(RunInterrupted, match=f"ws2sse resume {tmp_path}.*ws2sse undo {tmp_path}"):
        write_in_place(plan, tmp_path)


def test_git_does_not_see_what_is_kept(tmp_path: Path) -> None:
    write_in_place(planned(tmp_path), tmp_path)
    assert (tmp_path / ".ws2sse/journal/.gitignore").read_text() == "*\n"
