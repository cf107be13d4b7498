"""A new folder gets what the plan says, whatever links the application has."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import OutputNotWritable
from migrator.transaction.errors import PathIsLink
from migrator.transaction.new_folder import write_new_folder, write_texts
from migrator.transaction.plan_file import plan_file_of
from tests.migrator.transaction.applications import application, tree


def test_a_file_of_the_application_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    plan = application(tmp_path / "app")
    (tmp_path / "app/a.py").unlink()
    (tmp_path / "app/a.py").symlink_to(tmp_path / "elsewhere.py")
    (tmp_path / "elsewhere.py").write_text("old\r\n")

    with pytest.raises(PathIsLink):
        write_new_folder(plan_file_of(plan), tmp_path / "app", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_what_is_written_anew_does_not_mind_a_link_of_its_name(tmp_path: Path) -> None:
    plan = application(tmp_path / "app")
    (tmp_path / "app/README.md").unlink()
    (tmp_path / "app/README.md").symlink_to(tmp_path / "app/b.py")

    write_new_folder(plan_file_of(plan), tmp_path / "app", tmp_path / "new")

    assert tree(tmp_path / "new")["README.md"] == b"ours\n"
    assert not (tmp_path / "new/README.md").is_symlink()
    assert (tmp_path / "app/README.md").read_bytes() == b"also old\n"


def test_texts_that_the_disk_does_not_take_leave_nothing_behind(tmp_path: Path) -> None:
    out = tmp_path / "new"

    with pytest.raises(OutputNotWritable, match="File name too long"):
        write_texts({"a.md": "ours", "b" * 300: "theirs"}, out)
    assert tree(tmp_path) == {}
