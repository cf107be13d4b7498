"""What the processes of one side have in common: how late it is, which step is current, how much was drawn in it."""

from __future__ import annotations

import fcntl
import hashlib
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

NAME: Final = "shared"

CELLS: Final = 8
_CELL: Final = 8
_PLACE: Final = CELLS * _CELL
_PLACE_BYTES: Final = 32
_BYTES: Final = _PLACE + _PLACE_BYTES

WALL_NS, ADVANCED_NS, STEP, APPLICATION, CONNECTION = range(5)
"""Cells: whole numbers of 64 bits. Reading one needs no lock, as it is written in one piece."""


class Shared:
    """In a file that is mapped into the memory of each process."""

    def __init__(self, folder: Path) -> None:
        """`folder`: of this run. Whoever is the first makes it, and all cells are 0 then."""
        self._file = (folder / NAME).open("a+b")
        self._lock = Lock()
        with self.locked():
            if self._file.seek(0, 2) < _BYTES:
                self._file.truncate(_BYTES)
        self._memory = mmap.mmap(self._file.fileno(), _BYTES)
        self.cells = memoryview(self._memory)[:_PLACE].cast("q")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """No other thread or process changes anything meanwhile."""
        with self._lock:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def begin(self, place: str) -> None:
        """Another step: nothing is drawn in it yet."""
        digest = hashlib.sha256(place.encode("utf-8", "surrogatepass")).digest()
        with self.locked():
            self._memory[_PLACE:_BYTES] = digest
            self.cells[APPLICATION] = self.cells[CONNECTION] = 0
            self.cells[STEP] += 1

    def place(self) -> bytes:
        """Of the step that is current."""
        return self._memory[_PLACE:_BYTES]

    def draw(self, cell: int) -> tuple[bytes, int]:
        """The place, and the number of the draw in it, from 1."""
        with self.locked():
            self.cells[cell] += 1
            return self.place(), self.cells[cell]
