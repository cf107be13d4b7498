"""Errors of recordings and scenario files. Each carries its fields and builds its sentence from them.

RecordingError(path)
├── RecordingUnreadable(path, reason)
├── RecordingUnwritable(path, reason)
├── NotARecording(path, problem)
├── RecordingVersionUnknown(path, line, found, known)
├── RecordingMixed(path, line, what, first, found)
├── RecordingNotUtf8(path, line, byte)
├── LineTooLong(path, line, limit)
├── LineInvalid(path, line, problem)
├── EventOutOfTurn(path, line, session, client, n, expected)
├── KeyUnusable(path, problem)
├── ScenarioInvalid(path, line, problem)
├── HarInvalid(path, problem)
├── NotRecordedTwice(path, found)
├── NothingRecorded(path, reason)
├── KeyIsAnother(path, recorded, given)
└── RecordingFull(path, size, max_mb)
"""

from __future__ import annotations

from pathlib import Path

from shim.dualrun.errors import DualRunError


class RecordingError(DualRunError):
    """A file that can't be used. `path`: which."""

    def __init__(self, path: Path, *fields: object) -> None:
        self.path = path
        super().__init__(path, *fields)


class RecordingUnreadable(RecordingError):
    """Raised when the file can't be opened or read."""

    def __init__(self, path: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"{self.path} can't be read ({self.reason})."


class RecordingUnwritable(RecordingError):
    """Raised when the file can't be written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"{self.path} can't be written ({self.reason})."


class NotARecording(RecordingError):
    """Raised when the first line is not the header of a recording."""

    def __init__(self, path: Path, problem: str) -> None:
        self.problem = problem
        super().__init__(path, problem)

    def __str__(self) -> str:
        return f"{self.path} is not a recording: {self.problem}."


class RecordingVersionUnknown(RecordingError):
    """Raised for a recording of a schema version that this product does not read."""

    def __init__(self, path: Path, line: int, found: object, known: int) -> None:
        self.line, self.found, self.known = line, found, known
        super().__init__(path, line, found, known)

    def __str__(self) -> str:
        return (
            f"{self.path}, line {self.line}: the recording has schema version {self.found!r}; this ws2sse reads "
            f"{self.known}. Record again, or use the version that wrote it."
        )


class RecordingMixed(RecordingError):
    """Raised when the parts of one file don't belong together. `what`: the header's field in which they differ."""

    def __init__(self, path: Path, line: int, what: str, first: str, found: str) -> None:
        self.line, self.what, self.first, self.found = line, what, first, found
        super().__init__(path, line, what, first, found)

    def __str__(self) -> str:
        return (
            f"{self.path}, line {self.line}: two recordings are mixed: {self.what} is {self.found!r} from here on, "
            f"and was {self.first!r} before."
        )


class RecordingNotUtf8(RecordingError):
    """Raised for a whole line that is not UTF-8. `byte`: 1-based place in the line."""

    def __init__(self, path: Path, line: int, byte: int) -> None:
        self.line, self.byte = line, byte
        super().__init__(path, line, byte)

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: byte {self.byte} is not UTF-8."


class LineTooLong(RecordingError):
    """Raised for a line of more than `limit` bytes."""

    def __init__(self, path: Path, line: int, limit: int) -> None:
        self.line, self.limit = line, limit
        super().__init__(path, line, limit)

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: the line has more than {self.limit} bytes."


class LineInvalid(RecordingError):
    """Raised for a whole line that is not what a recording holds."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        self.line, self.problem = line, problem
        super().__init__(path, line, problem)

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.problem}."


class EventOutOfTurn(RecordingError):
    """Raised when an event's number was used before, by another event of the same client."""

    def __init__(self, path: Path, line: int, session: str, client: str, n: int, expected: int) -> None:
        self.line, self.session, self.client, self.n, self.expected = line, session, client, n, expected
        super().__init__(path, line, session, client, n, expected)

    def __str__(self) -> str:
        return (
            f"{self.path}, line {self.line}: event {self.n} of {self.client!r} in session {self.session!r} is there "
            f"already; {self.expected} would be next."
        )


class KeyUnusable(RecordingError):
    """Raised when the key for hiding secrets can't be used. `path`: its file."""

    def __init__(self, path: Path, problem: str) -> None:
        self.problem = problem
        super().__init__(path, problem)

    def __str__(self) -> str:
        return f"The key in {self.path} can't be used: {self.problem}."


class ScenarioInvalid(RecordingError):
    """Raised for a scenario file that can't be run as written. `line`: 0 when it is about the whole file."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        self.line, self.problem = line, problem
        super().__init__(path, line, problem)

    def __str__(self) -> str:
        where = f"{self.path}, line {self.line}" if self.line else str(self.path)
        return f"{where}: {self.problem}{'' if self.problem.endswith('?') else '.'}"


class HarInvalid(RecordingError):
    """Raised for an HTTP archive that no session can be taken from."""

    def __init__(self, path: Path, problem: str) -> None:
        self.problem = problem
        super().__init__(path, problem)

    def __str__(self) -> str:
        return f"No session can be taken from {self.path}: {self.problem}."


class NotRecordedTwice(RecordingError):
    """Raised when a file has not the two runs of the legacy path that a comparison needs. `found`: the runs it has."""

    def __init__(self, path: Path, found: tuple[str, ...]) -> None:
        self.found = found
        super().__init__(path, found)

    def __str__(self) -> str:
        return (
            f"{self.path} has {', '.join(self.found)}, not two runs of the legacy path, and without them nobody knows "
            f"what is noise. Run its sessions against the legacy path first: ws2sse verify --record FILE --url wss://… "
            f"--sessions {self.path}"
        )


class NothingRecorded(RecordingError):
    """Raised when there is nothing to write; a file that was there is unchanged."""

    def __init__(self, path: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"Nothing was recorded in {self.path}: {self.reason.rstrip('.')}."


class KeyIsAnother(RecordingError):
    """Raised when what was recorded can't be compared, because its secrets were hidden with another key."""

    def __init__(self, path: Path, recorded: str, given: str) -> None:
        self.recorded, self.given = recorded, given
        super().__init__(path, recorded, given)

    def __str__(self) -> str:
        return (
            f"The secrets in {self.path} were hidden with key {self.recorded or '(none)'}; the one given is "
            f"{self.given}. Give the key that it was recorded with."
        )


class RecordingFull(RecordingError):
    """Raised when a recording has no room for more. `size`: bytes."""

    def __init__(self, path: Path, size: int, max_mb: int) -> None:
        self.size, self.max_mb = size, max_mb
        super().__init__(path, size, max_mb)

    def __str__(self) -> str:
        return f"{self.path} has {self.size} bytes already, and recording.max_mb is {self.max_mb}. Give another file."
