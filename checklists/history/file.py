"""The history's file: one line a run, only added to.

A crash can cut the last line off: that is told, and the run is as if it had not been recorded. Anything else that is
broken is an error, since what people trust would silently be something else.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from checklists.errors import HistoryDamaged
from checklists.history.model import Run, line_of
from migrator.validation import first_problem
from migrator.writing import NotWritable
from shim.bounded_files import FileTooLarge, read_at_most

PLACE: Final = Path(".ws2sse") / "history" / "checklist.jsonl"
"""In the application's folder."""
MAX_BYTES: Final = 256 * 1024 * 1024


@dataclass(frozen=True)
class History:
    path: Path
    runs: tuple[Run, ...] = ()
    """In the order in which they were recorded."""
    cut: bool = False
    """Whether a last line is there that a crash has cut off."""


def history_path(app: Path) -> Path:
    return app / PLACE


def read_history(app: Path) -> History:
    """An empty one where none was recorded. Raises HistoryDamaged."""
    path = history_path(app)
    try:
        content = _content(path)
    except (FileNotFoundError, NotADirectoryError):
        return History(path)
    except OSError as error:
        raise HistoryDamaged(path, 1, error.strerror or str(error)) from error
    lines = content.split(b"\n")
    tail = lines.pop()
    runs = [_run(path, number, line) for number, line in enumerate(lines, start=1)]
    return History(path, tuple(runs), cut=bool(tail))


def append_run(app: Path, run: Run) -> Path:
    """Adds the run and returns the file. What a crash has left of a last line goes to a file beside it, `.cut`.

    Raises NotWritable.
    """
    path = history_path(app)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            _set_aside_what_was_cut(path, file.fileno())
            file.write(line_of(run).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise NotWritable(path, error.strerror or str(error)) from error
    return path


def _content(path: Path) -> bytes:
    try:
        return read_at_most(path, MAX_BYTES)
    except FileTooLarge as error:
        raise HistoryDamaged(path, 1, str(error)) from error


def _run(path: Path, number: int, line: bytes) -> Run:
    try:
        return Run.model_validate_json(line)
    except ValidationError as error:
        raise HistoryDamaged(path, number, first_problem(error)) from error


def _set_aside_what_was_cut(path: Path, descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    content = os.pread(descriptor, size, 0)
    whole = content.rfind(b"\n") + 1
    if whole < size:
        with path.with_suffix(".cut").open("ab") as beside:
            beside.write(content[whole:] + b"\n")
        os.ftruncate(descriptor, whole)
