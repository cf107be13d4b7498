"""requirements.txt: https://pip.pypa.io/en/stable/reference/requirements-file-format/

It is text of an application that is only looked at. Options are not obeyed: an index of packages, say, is for who runs
the command to choose.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Final

from migrator.dependencies.requirement import Declared, is_address, is_requirement, on_one_line
from shim.bounded_files import FileTooLarge, read_at_most
from shim.redaction import one_line

MAX_BYTES: Final = 1_000_000
MAX_QUOTED: Final = 100
"""Characters of what is left out, without secrets."""

MAX_FILES: Final = 50
"""Files that one includes, with those that these include."""

_INCLUDED: Final = re.compile(r"(?:-r|--requirement)[ =]*(\S+)")


def read_requirements(app: Path, file: PurePosixPath) -> Declared:
    """`file`: relative to `app`. What it includes from outside of `app` is left out, and said."""
    reader = _Reader(app)
    reader.read(file)
    return Declared(tuple(reader.files), tuple(reader.lines), tuple(reader.build), tuple(reader.left_out))


class _Reader:
    def __init__(self, app: Path) -> None:
        self._app = app
        self.files: dict[str, None] = {}
        self.lines: list[str] = []
        self.build: list[str] = []
        self.left_out: list[str] = []

    def read(self, file: PurePosixPath) -> None:
        path = self._app / file
        name = file.as_posix()
        if name in self.files or len(self.files) >= MAX_FILES:
            return
        if not path.resolve().is_relative_to(self._app.resolve()) or not path.is_file():
            self.left_out.append(f"{name} is not in the application")
            return
        self.files[name] = None
        try:
            data = read_at_most(path, MAX_BYTES)
        except FileTooLarge as error:
            self.left_out.append(f"{name}: {error}")
            return
        except OSError as error:
            self.left_out.append(f"{name}: it can't be read ({error.strerror})")
            return
        for line in _joined(data.decode("utf-8-sig", "replace")):
            self._take(line, file)

    def _take(self, line: str, file: PurePosixPath) -> None:
        included = _INCLUDED.fullmatch(line)
        bare = re.sub(r"\s+--(?:hash|global-option|config-settings)\b.*$", "", line).strip()
        if included:
            self.read(file.parent / included[1])
        elif is_address(bare):
            self.build.append(bare)
        elif is_requirement(bare):
            self.lines.append(bare)
        else:
            self.left_out.append(f"{file}: {one_line(bare, MAX_QUOTED)}")


def _joined(text: str) -> list[str]:
    """Lines without comments, those that go on joined."""
    text = re.sub(r"\\\r?\n", " ", text)
    lines = (on_one_line(re.sub(r"(^|\s)#.*$", "", line)) for line in text.splitlines())
    return [line for line in lines if line]
