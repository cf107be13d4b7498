"""The journal of a cut-over: who changed what, when, from what to what, and why. It is only ever appended to.

Each line is a JSON object with the digest of the line before and its own, so that a line that was changed, left out or
put in is noticed, and so is whatever follows it. Who can write the file can make a whole new one: the digest of the
last line is also logged and shown, and is to be kept elsewhere by whoever needs proof against that.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from shim.dualrun.cutover.errors import JournalBroken, JournalUnwritable
from shim.dualrun.cutover.position import Position, PositionInvalid

logger = logging.getLogger(__name__)

SCHEMA_VERSION: Final = 1
LONGEST_LINE: Final = 4 * 1024 * 1024
FIRST: Final = "0" * 64
"""Stands for the digest of the line before the first."""

AUTOMATIC: Final = "automatic"
START: Final = "start"
"""Who wrote the first entry: the configuration, when the shim first ran with it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """number: from 1. at: seconds since 1970. by: an operator, `local`, `automatic` or `start`. before: None in the
    first. evidence: of an automatic change; else None. digest: of this entry and, through `previous`, of all before."""

    number: int
    at: float
    by: str
    why: str
    before: Position | None
    after: Position
    forced: bool = False
    evidence: dict[str, Any] | None = None
    salt: str | None = None
    previous: str = FIRST
    digest: str = ""

    def to_record(self) -> dict[str, Any]:
        """Without the digest."""
        record: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "number": self.number,
            "at": datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds"),
            "by": self.by,
            "why": self.why,
            "forced": self.forced,
            "from": None if self.before is None else self.before.to_record(),
            "to": self.after.to_record(),
            "evidence": self.evidence,
            "previous": self.previous,
        }
        return record if self.salt is None else {**record, "salt": self.salt}


def entries_of(path: Path, lines: Iterable[bytes]) -> Iterator[Entry]:
    """Of whole lines, each checked against the one before. `path`: for what is said. Raises JournalBroken."""
    previous = FIRST
    for number, line in enumerate(lines, 1):
        entry = _entry(path, number, line, previous)
        previous = entry.digest
        yield entry


def read_journal(path: Path) -> list[Entry]:
    """All entries, checked; a last line that was never finished is no entry. Raises JournalBroken or OSError."""
    with path.open("rb") as file:
        return list(entries_of(path, _whole_lines(path, file)))


class Journal:
    """One file, held by one process at a time. Blocks on the disk. Raises JournalUnwritable or JournalBroken.

    `first`: the position that a new journal begins with.
    """

    def __init__(self, path: Path, first: Position, now: float) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalUnwritable(path, error.strerror or str(error)) from error
        try:
            self._size = 0
            self._hold()
            self.salt, self.last = self._load(first, now)
        except BaseException:
            os.close(self._file)
            raise

    def append(self, entry: Entry) -> Entry:
        """The entry, with its digest, once it is on the disk. Raises JournalUnwritable or JournalBroken."""
        entry, line = _sealed(entry)
        try:
            size = os.fstat(self._file).st_size
            if size != self._size or self.path.stat().st_ino != os.fstat(self._file).st_ino:
                raise JournalBroken(self.path, entry.number, "somebody else has changed the file meanwhile")
            self._write(line, size)
        except OSError as error:
            raise JournalUnwritable(self.path, error.strerror or str(error)) from error
        self._size = size + len(line)
        self.last = entry
        logger.warning("cut-over, entry %d by %s: %s (journal %s)", entry.number, entry.by, entry.why, entry.digest)
        return entry

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
            raise JournalUnwritable(self.path, "another process holds it") from error

    def _load(self, first: Position, now: float) -> tuple[bytes, Entry]:
        salt: str | None = None
        last: Entry | None = None
        with self.path.open("rb") as file:
            lines = list(_whole_lines(self.path, file))
        for entry in entries_of(self.path, lines):
            salt, last = salt or entry.salt, entry
        self._size = sum(map(len, lines))
        if self._size < os.fstat(self._file).st_size:
            logger.warning("%s: the last line was never finished, and is dropped", self.path)
            os.ftruncate(self._file, self._size)
        if last is None:
            salt = secrets.token_hex(16)
            last = self.append(Entry(1, now, START, "the cut-over is configured", None, first, salt=salt))
            self._settle_folder()
        if salt is None:
            raise JournalBroken(self.path, 1, "its first entry has no salt")
        return bytes.fromhex(salt), last

    def _settle_folder(self) -> None:
        """So that a new file is still there after the machine went down."""
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _whole_lines(path: Path, file: Any) -> Iterator[bytes]:  # noqa: ANN401 - a binary file
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if not line.endswith(b"\n"):
            if len(line) == LONGEST_LINE:
                raise JournalBroken(path, number, f"it is longer than {LONGEST_LINE} bytes")
            return
        yield line


def _sealed(entry: Entry) -> tuple[Entry, bytes]:
    record = entry.to_record()
    digest = _digest(record)
    line = json.dumps({**record, "digest": digest}, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
    return replace(entry, digest=digest), line


def _digest(record: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _entry(path: Path, number: int, line: bytes, previous: str) -> Entry:
    try:
        record = json.loads(line)
        digest = record.pop("digest")
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError) as error:
        raise JournalBroken(path, number, "the line is no entry") from error
    if digest != _digest(record):
        raise JournalBroken(path, number, "the entry was changed after it was written")
    if record.get("previous") != previous:
        raise JournalBroken(path, number, "it does not follow the entry before it")
    if record.get("schema_version") != SCHEMA_VERSION or record.get("number") != number:
        raise JournalBroken(path, number, "it is of another version, or has another number")
    try:
        return Entry(
            number=number,
            at=datetime.fromisoformat(record["at"]).timestamp(),
            by=str(record["by"]),
            why=str(record["why"]),
            before=None if record["from"] is None else Position.of_record(record["from"]),
            after=Position.of_record(record["to"]),
            forced=bool(record["forced"]),
            evidence=record["evidence"],
            salt=record.get("salt"),
            previous=previous,
            digest=digest,
        )
    except (KeyError, TypeError, ValueError, PositionInvalid) as error:
        raise JournalBroken(path, number, f"it can't be read ({error})") from error
