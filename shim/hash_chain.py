"""A file of JSON lines that is only ever appended to.

Each has the digest of the line before and its own, so that a line that was changed, left out or put in is noticed, and
so is whatever follows it.

Who can write the file can make a whole new one: whoever needs proof against that keeps the last digest elsewhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

LONGEST_LINE: Final = 4 * 1024 * 1024
FIRST: Final = "0" * 64
"""Stands for the digest of the line before the first."""

Record = dict[str, Any]


class ChainBroken(Exception):
    """Raised when a file is not what was written. `line`: 1-based."""

    def __init__(self, line: int, problem: str) -> None:
        self.line, self.problem = line, problem
        super().__init__(line, problem)


class ChainHeld(OSError):
    """Raised when another process has the file."""

    def __init__(self) -> None:
        super().__init__("another process holds it")
        self.strerror = "another process holds it"


def whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """Without a last one that was never finished. Raises ChainBroken."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if not line.endswith(b"\n"):
            if len(line) == LONGEST_LINE:
                raise ChainBroken(number, f"it is longer than {LONGEST_LINE} bytes")
            return
        yield line


def records_of(lines: Iterable[bytes]) -> Iterator[tuple[Record, str]]:
    """Each record, with `previous` in it, and its digest. Raises ChainBroken."""
    previous = FIRST
    for number, line in enumerate(lines, 1):
        record, digest = _opened(number, line)
        if digest != _digest(record):
            raise ChainBroken(number, "the entry was changed after it was written")
        if record.get("previous") != previous:
            raise ChainBroken(number, "it does not follow the entry before it")
        previous = digest
        yield record, digest


def sealed(record: Record) -> tuple[str, bytes]:
    """Digest and line of a record that has `previous`."""
    digest = _digest(record)
    return digest, json.dumps({**record, "digest": digest}, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


class ChainedFile:
    """Held by one process at a time. Blocks on the disk. Raises ChainHeld, ChainBroken and OSError.

    records: what was in it when it was opened. dropped: whether its last line was never finished, and is gone now.
    last: digest of the newest line.
    """

    records: list[tuple[Record, str]]
    dropped: bool
    last: str
    _size: int
    _number: int

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            self._hold()
            self._load()
        except BaseException:
            os.close(self._file)
            raise

    def append(self, record: Record) -> str:
        """The digest, once the line is on the disk. `record`: gets `previous`. What did not get there whole is not
        there at all."""
        digest, line = sealed({**record, "previous": self.last})
        size = os.fstat(self._file).st_size
        if size != self._size or self.path.stat().st_ino != os.fstat(self._file).st_ino:
            raise ChainBroken(self._number + 1, "somebody else has changed the file meanwhile")
        self._write(line, size)
        if size == 0:
            self._settle_folder()
        self._size = size + len(line)
        self._number += 1
        self.last = digest
        return digest

    def close(self) -> None:
        os.close(self._file)

    def _write(self, line: bytes, size: int) -> None:
        try:
            left = memoryview(line)
            while left:
                left = left[os.write(self._file, left) :]
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, size)  # what did not get there whole was not said
            raise

    def _hold(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ChainHeld from error

    def _load(self) -> None:
        with self.path.open("rb") as file:
            lines = list(whole_lines(file))
        self.records = list(records_of(lines))
        self._size = sum(map(len, lines))
        self._number = len(lines)
        self.last = self.records[-1][1] if self.records else FIRST
        self.dropped = self._size < os.fstat(self._file).st_size
        if self.dropped:
            os.ftruncate(self._file, self._size)

    def _settle_folder(self) -> None:
        """So that a new file is still there after the machine went down."""
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _opened(number: int, line: bytes) -> tuple[Record, str]:
    try:
        record = json.loads(line)
        return record, record.pop("digest")
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError) as error:
        raise ChainBroken(number, "the line is no entry") from error


def _digest(record: Record) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
