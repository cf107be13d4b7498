"""Undo restores by hash, and touches nothing that somebody changed; an interrupted run goes back or on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.transaction.errors import ChangedSince, JournalUnreadable, NothingToResume, NothingToUndo
from migrator.transaction.in_place import write_in_place
from migrator.transaction.journal import journals
from migrator.transaction.new_folder import write_new_folder
from migrator.transaction.resume import resume
from migrator.transaction.undo import undo
from tests.migrator.transaction.applications import AFTER, BEFORE, planned, tree

STEPS = 9
"""Renames of a run in place: its journal twice, and each of its files; and more than there are."""


def test_a_folder_without_a_journal(tmp_path: Path) -> None:
    with pytest.raises(NothingToUndo):
        undo(tmp_path)
    with pytest.raises(NothingToResume):
        resume(tmp_path)


def test_files_that_have_changed_since_are_listed_and_nothing_is_touched(tmp_path: Path) -> None:
    write_in_place(planned(tmp_path), tmp_path)
    (tmp_path / "a.py").write_bytes(b"mine")
    (tmp_path / "b.py").unlink()
    before = tree(tmp_path)
    with pytest.raises(ChangedSince, match=r"2 files in .* have changed(.|\n)*\n  a\.py\n  b\.py$") as caught:
        undo(tmp_path)
    assert caught.value.paths == ("a.py", "b.py")
    assert tree(tmp_path) == before


def test_a_journal_that_nobody_can_read(tmp_path: Path) -> None:
    journal = write_in_place(planned(tmp_path), tmp_path)
    journal.path(tmp_path).write_text('{"schema_version": 2}')
    with pytest.raises(JournalUnreadable):
        undo(tmp_path)
    assert tree(tmp_path) == AFTER


def test_a_journal_that_names_files_elsewhere(tmp_path: Path) -> None:
    app = tmp_path / "app"
    journal = write_in_place(planned(app), app)
    (tmp_path / "mine.py").write_text("also new\n")
    text = journal.path(app).read_text().replace('"b.py"', '"../mine.py"')
    journal.path(app).write_text(text)
    with pytest.raises(Exception, match="outside of the folder"):
        undo(app)
    assert (tmp_path / "mine.py").exists()


def test_in_place_everything_is_as_it_was(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    modes = {path: (tmp_path / path).stat().st_mode for path in BEFORE}
    write_in_place(plan, tmp_path)
    undone = undo(tmp_path)
    assert (undone.removed, undone.restored) == (2, 2)
    assert tree(tmp_path) == BEFORE
    assert {path: (tmp_path / path).stat().st_mode for path in BEFORE} == modes
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "a.py", "b.py", "lib"]


def test_the_last_run_goes_first(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    write_in_place(plan, tmp_path)
    undo(tmp_path)
    write_in_place(plan, tmp_path)
    assert len(journals(tmp_path)) == 1
    undo(tmp_path)
    assert tree(tmp_path) == BEFORE


def test_a_new_folder_goes(tmp_path: Path) -> None:
    plan = planned(tmp_path / "app")
    write_new_folder(plan, tmp_path / "app", tmp_path / "new")
    assert undo(tmp_path / "new").removed == 5
    assert not (tmp_path / "new").exists()
    assert tree(tmp_path / "app") == BEFORE


def test_what_others_put_into_a_new_folder_stays(tmp_path: Path) -> None:
    write_new_folder(planned(tmp_path / "app"), tmp_path / "app", tmp_path / "new")
    (tmp_path / "new/deep/mine.txt").write_text("mine")
    assert undo(tmp_path / "new").kept == 1
    assert tree(tmp_path / "new") == {"deep/mine.txt": b"mine"}


def ended_at(step: int, run: Callable[[], object]) -> bool:
    """Runs it in a process that ends by force right before its `step`th rename; whether it came to that."""
    child = os.fork()
    if child == 0:
        replace, calls = os.replace, 0

        def ends(source: object, target: object) -> None:
            nonlocal calls
            calls += 1
            if calls == step:
                os._exit(7)
            replace(source, target)  # type: ignore[type-var]

        os.replace = ends  # type: ignore[assignment]
        try:
            run()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


@pytest.mark.parametrize("step", range(1, STEPS))
@pytest.mark.parametrize("way", ["back", "on"])
def test_a_run_that_was_killed_goes_back_or_on(tmp_path: Path, step: int, way: str) -> None:
    plan = planned(tmp_path)
    killed = ended_at(step, lambda: write_in_place(plan, tmp_path))
    assert killed == (step <= 6)
    written = bool(journals(tmp_path))
    if way == "back":
        if written:
            undo(tmp_path)
        assert tree(tmp_path) == BEFORE
        write_in_place(plan, tmp_path)
    elif not written:
        assert tree(tmp_path) == BEFORE
        write_in_place(plan, tmp_path)
    elif killed:
        resume(tmp_path)
    assert tree(tmp_path) == AFTER
    undo(tmp_path)
    assert tree(tmp_path) == BEFORE
    assert not (tmp_path / ".ws2sse").exists()


@pytest.mark.parametrize("step", range(1, 5))
def test_an_undo_that_was_killed_can_be_run_again(tmp_path: Path, step: int) -> None:
    write_in_place(planned(tmp_path), tmp_path)
    killed = ended_at(step, lambda: undo(tmp_path))
    assert killed == (step <= 2)
    if killed:
        undo(tmp_path)
    assert tree(tmp_path) == BEFORE
