"""Which files are read: what is left alone first."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.scan.files import MOST_BYTES, walk
from tests.migrator.scan.applications import write


@pytest.mark.parametrize(
    "folder",
    ["node_modules", ".venv", "lib/site-packages", "build", "dist", ".git", "__pycache__", ".aws-sam", "cdk.out"],
)
def test_third_party_built_and_hidden_folders_are_left_out(tmp_path: Path, folder: str) -> None:
    assert walk(write(tmp_path, {f"{folder}/app.py": ""})).paths == []


def test_packages_that_were_installed_beside_the_handlers_are_left_out(tmp_path: Path) -> None:
    record = "jwt/__init__.py,sha256=x,1\nsix.py,,\nPyJWT-2.0.dist-info/RECORD,,\n"
    files = walk(
        write(tmp_path, {"app.py": "", "jwt/__init__.py": "", "six.py": "", "PyJWT-2.0.dist-info/RECORD": record})
    )

    assert files.paths == ["app.py"]
    assert files.counts().vendored == 3


def test_a_virtual_environment_of_any_name_is_left_out(tmp_path: Path) -> None:
    assert walk(write(tmp_path, {"py311/pyvenv.cfg": "", "py311/lib/x.py": ""})).paths == []


def test_minified_code_is_left_out(tmp_path: Path) -> None:
    assert walk(write(tmp_path, {"app.min.js": "", "app.js": ""})).paths == ["app.js"]


def test_declarations_of_types_are_left_out(tmp_path: Path) -> None:
    texts = dict.fromkeys(("a.d.ts", "a.d.mts", "a.d.cts", "a.ts", "b.mts", "c.cts"), "")

    assert walk(write(tmp_path, texts)).paths == ["a.ts", "b.mts", "c.cts"]


def test_a_file_that_is_too_large_is_a_problem(tmp_path: Path) -> None:
    files = walk(write(tmp_path, {"big.py": "#" * (MOST_BYTES + 1)}))

    assert files.paths == []
    assert [problem.message for problem in files.problems] == [f"is larger than {MOST_BYTES} bytes and was not read"]


def test_a_file_that_is_not_utf8_is_a_problem_once(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(b"name = '\xff'\n")
    files = walk(tmp_path)

    assert files.text("app.py") is None
    assert files.text("app.py") is None
    assert [problem.message for problem in files.problems] == ["isn't UTF-8 text (byte 8)"]
    assert (files.counts().read, files.counts().failed) == (0, 1)


def test_a_byte_order_mark_and_any_line_ends_are_read(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\rc = 3\n")

    assert walk(tmp_path).text("app.py") == "a = 1\nb = 2\nc = 3\n"
