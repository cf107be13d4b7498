"""Patterns say which files are looked at, as people know them from .gitignore."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from migrator.inventory.selection import Selection
from migrator.scan.files import walk


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*.py", "a.py", True),
        ("*.py", "deep/er/a.py", True),
        ("*.py", "a.pyc", False),
        ("samples", "samples/a/b.py", True),
        ("samples", "lib/samples/b.py", True),
        ("samples", "samples.py", False),
        ("samples/", "samples/b.py", True),
        ("/samples", "lib/samples/b.py", False),
        ("src/**", "src/a/b.py", True),
        ("src/**", "lib/src/b.py", False),
        ("src/*.py", "src/a/b.py", False),
        ("src/**/b.py", "src/b.py", True),
        ("src/**/b.py", "src/a/c/b.py", True),
        ("**/test_*", "a/test_b.py", True),
        ("a?.py", "ab.py", True),
        ("a?.py", "a/.py", False),
        ("a+(b).py", "a+(b).py", True),
    ],
)
def test_a_pattern(pattern: str, path: str, fits: bool) -> None:
    assert Selection(include=(pattern,)).takes(path) is fits
    assert Selection(exclude=(pattern,)).takes(path) is not fits


def test_exclusion_is_stronger() -> None:
    selection = Selection(include=("src/**",), exclude=("test_*",))
    assert selection.takes("src/a.py")
    assert not selection.takes("src/test_a.py")
    assert not selection.takes("lib/a.py")


def test_below_a_folder_patterns_mean_the_same_files() -> None:
    selection = Selection(exclude=("one/gen/**",)).below("one")
    assert not selection.takes("gen/a.py")
    assert selection.takes("one/gen/a.py")


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    for name in ("a.py", "b.py", "samples/c.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    files = walk(tmp_path, Selection(exclude=("samples",)))
    assert files.paths == ["a.py", "b.py"]
    assert files.counts().excluded == 1


def test_what_git_ignores_is_left_out_and_its_configuration_runs_nothing(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    subprocess.run(["git", "-C", tmp_path, "config", "core.fsmonitor", f"touch {tmp_path}/ran; false"], check=True)
    (tmp_path / ".gitignore").write_text("/made/\nlocal.py\n")
    for name in ("a.py", "local.py", "lib/local.py", "made/é.py", "lib/made/kept.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    assert walk(tmp_path).paths == ["a.py", "lib/made/kept.py"]
    assert walk(tmp_path / "lib").paths == ["made/kept.py"]
    assert not (tmp_path / "ran").exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "secret.py").write_text("x = 1\n")
    (tmp_path / "app/linked.py").symlink_to(tmp_path / "secret.py")
    (tmp_path / "app/all").symlink_to(tmp_path)
    assert walk(tmp_path / "app").paths == []
