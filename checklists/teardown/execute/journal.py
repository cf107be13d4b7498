"""The journal of a teardown: what was about to be done, and what was done, each on the disk before it goes on.

A line that was changed or left out is noticed (shim.hash_chain). A last line that was never finished is dropped, and
told: what it would have said has not been done, or is found by looking.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from checklists.teardown.clock import Clock
from checklists.teardown.errors import JournalBroken, JournalUnwritable
from shim.hash_chain import ChainBroken, ChainedFile, Record, records_of, whole_lines

SCHEMA_VERSION: Final = 1


@dataclass(frozen=True)
class Event:
    """number: from 1. step: id; empty: of the whole run."""

    number: int
    at: datetime
    name: str
    step: str
    data: dict[str, Any]
    digest: str


class Journal:
    """Held by one process at a time. Raises JournalBroken or JournalUnwritable."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path, self._clock = path, clock
        try:
            self._file = ChainedFile(path)
            self.events = [_event(path, number, *pair) for number, pair in enumerate(self._file.records, 1)]
        except ChainBroken as error:
            raise JournalBroken(path, error.line, error.problem) from error
        except OSError as error:
            raise JournalUnwritable(path, error.strerror or str(error)) from error

    @property
    def dropped(self) -> bool:
        """Whether the last line was never finished."""
        return self._file.dropped

    def write(self, event: str, step: str = "", **data: Any) -> Event:  # noqa: ANN401 - JSON
        number = len(self.events) + 1
        record = {
            "schema_version": SCHEMA_VERSION,
            "number": number,
            "at": self._clock.now().isoformat(timespec="milliseconds"),
            "event": event,
            "step": step,
            "data": data,
        }
        try:
            digest = self._file.append(record)
        except ChainBroken as error:
            raise JournalBroken(self.path, error.line, error.problem) from error
        except OSError as error:
            raise JournalUnwritable(self.path, error.strerror or str(error)) from error
        written = _event(self.path, number, record, digest)
        self.events.append(written)
        return written

    def close(self) -> None:
        self._file.close()


def read_journal(path: Path) -> list[Event]:
    """Without holding it. Raises JournalBroken, and JournalUnwritable when it can't be read."""
    return list(_read(path))


def _read(path: Path) -> Iterator[Event]:
    try:
        with path.open("rb") as file:
            for number, (record, digest) in enumerate(records_of(whole_lines(file)), 1):
                yield _event(path, number, record, digest)
    except ChainBroken as error:
        raise JournalBroken(path, error.line, error.problem) from error
    except OSError as error:
        raise JournalUnwritable(path, error.strerror or str(error)) from error


def _event(path: Path, number: int, record: Record, digest: str) -> Event:
    if record.get("schema_version") != SCHEMA_VERSION or record.get("number") != number:
        raise JournalBroken(path, number, "it is of another version, or has another number")
    try:
        at = datetime.fromisoformat(record["at"])
        return Event(number, at, str(record["event"]), str(record["step"]), dict(record["data"]), digest)
    except (KeyError, TypeError, ValueError) as error:
        raise JournalBroken(path, number, f"it can't be read ({error})") from error
