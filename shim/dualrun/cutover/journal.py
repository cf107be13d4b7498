"""The journal of a cut-over: who changed what, when, from what to what, and why: a chain of lines (shim.hash_chain).

The digest of the last one is also logged and shown.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from shim.dualrun.cutover.errors import JournalBroken, JournalUnwritable
from shim.dualrun.cutover.position import Position, PositionInvalid
from shim.hash_chain import FIRST, ChainBroken, ChainedFile, whole_lines
from shim.hash_chain import records_of as chained

logger = logging.getLogger(__name__)

SCHEMA_VERSION: Final = 1

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


def read_journal(path: Path) -> list[Entry]:
    """All entries, checked; a last line that was never finished is no entry. Raises JournalBroken or OSError."""
    try:
        with path.open("rb") as file:
            return list(_entries(path, chained(whole_lines(file))))
    except ChainBroken as error:
        raise JournalBroken(path, error.line, error.problem) from error


class Journal:
    """One file, held by one process at a time. Blocks on the disk. Raises JournalUnwritable or JournalBroken.

    `first`: the position that a new journal begins with.
    """

    def __init__(self, path: Path, first: Position, now: float) -> None:
        self.path = path
        try:
            self._file = ChainedFile(path)
        except ChainBroken as error:
            raise JournalBroken(path, error.line, error.problem) from error
        except OSError as error:
            raise JournalUnwritable(path, error.strerror or str(error)) from error
        try:
            self.salt, self.last = self._load(first, now)
        except BaseException:
            self._file.close()
            raise

    def append(self, entry: Entry) -> Entry:
        """The entry, with its digest, once it is on the disk. Raises JournalUnwritable or JournalBroken."""
        try:
            digest = self._file.append(entry.to_record())
        except ChainBroken as error:
            raise JournalBroken(self.path, error.line, error.problem) from error
        except OSError as error:
            raise JournalUnwritable(self.path, error.strerror or str(error)) from error
        self.last = replace(entry, digest=digest)
        logger.warning("cut-over, entry %d by %s: %s (journal %s)", entry.number, entry.by, entry.why, digest)
        return self.last

    def close(self) -> None:
        self._file.close()

    def _load(self, first: Position, now: float) -> tuple[bytes, Entry]:
        salt: str | None = None
        last: Entry | None = None
        for entry in _entries(self.path, self._file.records):
            salt, last = salt or entry.salt, entry
        if self._file.dropped:
            logger.warning("%s: the last line was never finished, and is dropped", self.path)
        if last is None:
            salt = secrets.token_hex(16)
            last = self.append(Entry(1, now, START, "the cut-over is configured", None, first, salt=salt))
        if salt is None:
            raise JournalBroken(self.path, 1, "its first entry has no salt")
        return bytes.fromhex(salt), last


def _entries(path: Path, records: Iterable[tuple[dict[str, Any], str]]) -> Iterator[Entry]:
    for number, (record, digest) in enumerate(records, 1):
        yield _entry(path, number, record, digest)


def _entry(path: Path, number: int, record: dict[str, Any], digest: str) -> Entry:
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
            previous=record["previous"],
            digest=digest,
        )
    except (KeyError, TypeError, ValueError, PositionInvalid) as error:
        raise JournalBroken(path, number, f"it can't be read ({error})") from error
