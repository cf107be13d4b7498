"""What we write, git reads: tested with git itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from migrator.diffs import git_diff, hunks, lines_of


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\n", "b\n"),
        ("a\r\nb\r\n", "a\r\nc\r\n"),
        ("a", "b"),
        ("a\n", "a"),
        ("a\x0cb\u2028c\x1cd\rx\n", "a\x0cb\u2028c\x1cd\ry\n"),
        ("", "a\n"),
        ("a\n", ""),
        (None, "new\n"),
        (None, ""),
        (None, "\ufeffé"),
        ("goes\n", None),
        ("", None),
        ("x\n" * 30, "x\n" * 10 + "y\n" + "x\n" * 19),
    ],
)
@pytest.mark.parametrize("path", ["a.py", "a folder/b c.py", 'q"u.py', "é/ü.py", "t\tab.py"])
def test_git_applies_it(tmp_path: Path, path: str, before: str | None, after: str | None) -> None:
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    if before is not None:
        file.write_bytes(before.encode())
    patch = git_diff(path, before, after).encode()
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, check=True, capture_output=True)
    assert (file.read_bytes().decode() if file.exists() else None) == after


def test_nothing_different_is_nothing() -> None:
    assert hunks("a\n", "a\n", "a", "b") == ""


def test_only_line_feeds_end_lines() -> None:
    assert lines_of("a\x0cb\r\nc\u2028d") == ["a\x0cb\r\n", "c\u2028d"]
